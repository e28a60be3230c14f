"""Steps from random couplings to those of the least error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64
from scipy import optimize

from atomarium.core.stopping import Stopped, is_stop_asked
from atomarium.models.alchemical.learning import Learning
from atomarium.models.alchemical.objective import Objective, start_parameters

#: Of Adam: how fast its averages of slopes and their squares forget.
_FORGET, _FORGET_SQUARES = 0.9, 0.999
#: Logarithms of λ beyond which equations lose all meaning or all digits.
_LOG_NOISES = (np.log(1e-12), np.log(1e3))


@dataclass(frozen=True, kw_only=True)
class Step:
    """What came of a step; errors are in units of the spread of the values.

    Args:
        loss: What is made small.
        folds: Loss of what each fold leaves out.
        third: Mean absolute error of the third part; NaN without one.
        noise: λ.
        slope: Length of the gradient.
    """

    loss: float
    folds: tuple[float, ...]
    third: float
    noise: float
    slope: float


@dataclass(eq=False)
class Course:
    """Steps so far, and where the least error of the third part was.

    Args:
        objective: What is judged by.
        learning: How it is learned.
        steps: What came of each.
        best: Parameters of the least error of the third part; of the last step without one.
        best_error: That error.
        best_step: Which step that was.
    """

    objective: Objective
    learning: Learning
    steps: list[Step] = field(default_factory=list)
    best: Float64[np.ndarray, "parameters"] = field(default_factory=lambda: np.zeros(0))
    best_error: float = np.inf
    best_step: int = 0

    def note(
        self, parameters: np.ndarray, loss: float, slope: np.ndarray, folds: np.ndarray
    ) -> bool:
        """Note a step; returns whether learning shall stop.

        Raises:
            Stopped: everything is asked to.
        """
        if is_stop_asked():
            raise Stopped
        third = np.nan
        if len(self.objective.problem.third):
            third = float(np.abs(self.objective.third_errors(parameters)).mean())
        noise, length = float(np.exp(parameters[-1])), float(np.linalg.norm(slope))
        step = Step(loss=loss, folds=tuple(folds.tolist()), third=third, noise=noise, slope=length)
        self.steps.append(step)
        if np.isnan(third) or third < self.best_error:
            self.best, self.best_error = parameters.copy(), third
            self.best_step = len(self.steps) - 1
        return len(self.steps) - 1 - self.best_step >= self.learning.patience

    @property
    def best_loss(self) -> float:
        """Loss of the parameters that are kept."""
        return self.steps[self.best_step].loss


def descend(
    objective: Objective, learning: Learning, inner: Float64[np.ndarray, "elements pseudo"]
) -> Course:
    """Return the course of learning from W on; its first step is the start.

    Raises:
        Stopped: everything is asked to.
    """
    course = Course(objective, learning)
    start = start_parameters(inner, learning.noise)
    _DESCENTS[learning.optimizer](course, start)
    return course


def _by_l_bfgs(course: Course, start: np.ndarray) -> None:
    """Go downhill with a line search; every step that is taken is noted."""
    seen: dict[bytes, tuple[float, np.ndarray, np.ndarray]] = {}

    def evaluate(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        found = course.objective.value_and_gradient(parameters)
        seen[parameters.tobytes()] = found
        return found[0], found[1]

    def note(parameters: np.ndarray) -> None:
        found = seen.get(parameters.tobytes())
        if found is None:
            found = course.objective.value_and_gradient(parameters)
        seen.clear()
        if course.note(parameters, *found):
            raise StopIteration

    evaluate(start)
    note(start)
    bounds = [(None, None)] * (len(start) - 1) + [_LOG_NOISES]
    options = {"maxiter": course.learning.epochs, "maxcor": 20}
    optimize.minimize(
        evaluate,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        callback=note,
        options=options,
    )


def _by_slopes(course: Course, start: np.ndarray, make_move: Callable[..., np.ndarray]) -> None:
    """Go along slopes, by a rule that makes moves of them."""
    parameters, memory = start.copy(), np.zeros((2, len(start)))
    for number in range(course.learning.epochs + 1):
        loss, slope, folds = course.objective.value_and_gradient(parameters)
        if course.note(parameters, loss, slope, folds):
            return
        parameters = parameters + make_move(course.learning, slope, memory, number + 1)
        parameters[-1] = np.clip(parameters[-1], *_LOG_NOISES)


def _move_of_sgd(
    learning: Learning, slope: np.ndarray, memory: np.ndarray, number: int
) -> np.ndarray:
    memory[0] = learning.momentum * memory[0] + slope
    return -learning.learning_rate * memory[0]


def _move_of_adam(
    learning: Learning, slope: np.ndarray, memory: np.ndarray, number: int
) -> np.ndarray:
    """Return a move.

    Source: D. P. Kingma, J. Ba, ICLR (2015), algorithm 1.
    """
    memory[0] = _FORGET * memory[0] + (1 - _FORGET) * slope
    memory[1] = _FORGET_SQUARES * memory[1] + (1 - _FORGET_SQUARES) * slope**2
    mean = memory[0] / (1 - _FORGET**number)
    spread = np.sqrt(memory[1] / (1 - _FORGET_SQUARES**number))
    return -learning.learning_rate * mean / (spread + 1e-8)


_DESCENTS: dict[str, Callable[[Course, np.ndarray], None]] = {
    "l-bfgs": _by_l_bfgs,
    "sgd": lambda course, start: _by_slopes(course, start, _move_of_sgd),
    "adam": lambda course, start: _by_slopes(course, start, _move_of_adam),
}
