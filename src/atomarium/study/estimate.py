"""What a study will cost, from small trials of its own models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from atomarium.core.errors import InputError
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.clock import Clock
from atomarium.experiment.learning import Rows
from atomarium.experiment.space import default
from atomarium.experiment.train import run
from atomarium.experiment.trial import Trial
from atomarium.models.nn.training import Training
from atomarium.study.plan import Plan
from atomarium.study.threads import side_by_side

_PROBED_STRUCTURES = 64
_PROBED_TRAINING = (128, 256)
_PROBED_EPOCHS = 3
#: Kernel matrices grow as the square; the cube of solving them is small up to thousands, and
#: tuning looks at a limited number.
_POWERS = 1.0, 2.0


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one model on one target will take.

    Args:
        model: Name of the candidate.
        target: Name of the property.
        sizes: Training sizes.
        repeats: Number of splits.
        seconds: CPU seconds of all its trials, about.
    """

    model: str
    target: str
    sizes: tuple[int, ...]
    repeats: int
    seconds: float


def estimate(plan: Plan) -> list[Cost]:
    """Time every model on a few structures and carry the times over to the sizes of the plan.

    Training is taken to grow as the power of the size that two small trainings show, at least
    linearly and at most as the square.

    Raises:
        InputError: a representation or model refuses the data.
    """
    groups: dict[tuple[str, str], list[Trial]] = {}
    for trial in plan.trials:
        groups.setdefault((trial.model, trial.target.name), []).append(trial)
    seen: dict[tuple[str, bool], float] = {}
    return [_cost(plan, trials, seen) for trials in groups.values()]


def _cost(plan: Plan, trials: list[Trial], seen: dict[tuple[str, bool], float]) -> Cost:
    first = trials[0]
    known = np.flatnonzero(first.goal.known)
    chosen = known[_spread(len(known), _PROBED_STRUCTURES + max(_PROBED_TRAINING))]
    structures = plan.dataset.structures.take(chosen)
    extensive = first.target.extensive
    try:
        candidate = first.candidate
        if isinstance(candidate, CandidateSpace):
            candidate = candidate.candidate(default).settle(plan.dataset.structures)
        candidate.represent(structures[:1], extensive=extensive)
        clock = Clock()
        with clock("represent"):
            features = candidate.represent(structures, extensive=extensive)
        fit = _power_law(plan, replace(first, candidate=candidate), features, chosen)
    except InputError as error:
        raise InputError(f"model {first.model}: {error}") from None
    represent = clock.seconds["represent"] / len(chosen)
    if isinstance(first.candidate, CandidateSpace):
        seconds = sum(_searched(trial, represent, fit) for trial in trials)
    else:
        # Targets of one model share its features: they are paid for once.
        shared = (first.model, extensive) in seen
        seen[first.model, extensive] = represent
        seconds = 0.0 if shared else represent * len(plan.dataset)
        seconds += sum(fit(trial.n_train) for trial in trials)
    return Cost(
        model=first.model,
        target=first.target.name,
        sizes=tuple(sorted({trial.n_train for trial in trials})),
        repeats=len({trial.repeat for trial in trials}),
        seconds=seconds,
    )


def _searched(trial: Trial, represent: float, fit: Callable[[int], float]) -> float:
    """Return CPU seconds of a search and of the training that follows it."""
    how, n = trial.search, trial.n_train
    folds, share = (1, 1 - how.hold_out) if how.hold_out else (how.folds, 1 - 1 / how.folds)
    one = represent * n + folds * fit(max(1, round(share * n)))
    runs = how.runs * one
    if how.seconds:
        runs = min(runs, how.seconds + one)
    return runs + represent * (n + len(trial.test)) + fit(n)


def _power_law(
    plan: Plan, trial: Trial, features: Rows, chosen: np.ndarray
) -> Callable[[int], float]:
    """Return a function from training size to CPU seconds."""
    sizes = [n for n in _PROBED_TRAINING if n < len(chosen)] or [max(1, len(chosen) // 2)]
    small = plan.dataset.take(chosen)
    offsets = plan.dataset.structures.offsets
    goal = trial.goal.take(offsets, chosen)
    beside = tuple(one.take(offsets, chosen) for one in trial.beside)
    seconds: list[float] = []
    candidate, times = _shortened(trial.candidate)
    for n in sizes:
        train, test = np.arange(n), np.arange(n, len(chosen))
        probe = replace(
            trial, candidate=candidate, goal=goal, beside=beside, train=train, test=test
        )
        with side_by_side(1):
            run(probe, small, features)  # once to compile
            taken = run(probe, small, features).seconds
        seconds.append(max(sum(taken.values()) + (times - 1) * taken["fit"], 1e-6))
    power = 1.0
    if len(sizes) > 1:
        power = np.log(seconds[1] / seconds[0]) / np.log(sizes[1] / sizes[0])
    power = float(np.clip(power, *_POWERS))
    return lambda n: seconds[-1] * (n / sizes[-1]) ** power


def _shortened(
    candidate: Candidate | CandidateSpace,
) -> tuple[Candidate | CandidateSpace, float]:
    """Return a candidate that is trained for a few epochs, and how many times longer it takes."""
    model = getattr(candidate, "model", None)
    training = getattr(model, "training", None)
    if not isinstance(candidate, Candidate) or not isinstance(training, Training):
        return candidate, 1.0
    epochs = min(training.epochs, _PROBED_EPOCHS)
    # Settings of networks are frozen dataclasses; `replace` cannot see that.
    shorter: Any = replace(cast("Any", model), training=replace(training, epochs=epochs))
    return replace(candidate, model=shorter), training.epochs / epochs


def _spread(n: int, wanted: int) -> np.ndarray:
    return np.unique(np.linspace(0, n - 1, min(n, wanted)).astype(np.int64))
