"""Train a model of a study on a few structures, and carry its times over to other sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from jaxtyping import Int64

from atomarium.experiment.candidate import Candidate
from atomarium.experiment.learning import Rows
from atomarium.experiment.train import run
from atomarium.experiment.trial import Trial
from atomarium.models.alchemical.kept import forget
from atomarium.models.alchemical.krr import AlchemicalKrr
from atomarium.models.nn.training import Training
from atomarium.study.plan import Plan
from atomarium.study.threads import side_by_side

#: Structures that small trainings are scored on.
PROBED_STRUCTURES = 64
PROBED_TRAINING = (128, 256)
_PROBED_EPOCHS = 3
#: Kernel matrices grow as the square; the cube of solving them is small up to thousands, and
#: tuning looks at a limited number.
_POWERS = 1.0, 2.0
_LEAST = 1e-6

#: CPU seconds by number of training structures.
Law = Callable[[int], float]


@dataclass(frozen=True)
class Times:
    """What a training takes.

    Args:
        rest: All of it but couplings.
        couplings: Learning which elements are alike, for models that do.
    """

    rest: Law
    couplings: Law

    def fit(self, n_train: int) -> float:
        """Return CPU seconds of a training that shares nothing with others."""
        return self.rest(n_train) + self.couplings(n_train)


def probe(plan: Plan, trial: Trial, features: Rows, chosen: Int64[np.ndarray, "chosen"]) -> Times:
    """Return the times that small trainings of a settled trial show.

    They are taken to grow as the power of the size that two of them show, at least linearly and at
    most as the square.

    Args:
        plan: The study.
        trial: One of its trials, nothing left open.
        features: Of the chosen structures.
        chosen: Structures of the study.

    Raises:
        InputError: the model refuses the data.
    """
    sizes = [n for n in PROBED_TRAINING if n < len(chosen)] or [max(1, len(chosen) // 2)]
    small = plan.dataset.take(chosen)
    offsets = plan.dataset.structures.offsets
    candidate, times = _shortened(trial.candidate)
    trial = replace(
        trial,
        candidate=candidate,
        goal=trial.goal.take(offsets, chosen),
        beside=tuple(one.take(offsets, chosen) for one in trial.beside),
    )

    def train(n: int, first: int = 0) -> dict[str, float]:
        part, test = np.arange(first, n), np.arange(n, len(chosen))
        aside = None if trial.aside is None else part
        some = replace(trial, train=part, test=test, aside=aside)
        return run(some, small, features).seconds

    rest: list[float] = []
    couplings: list[float] = []
    for n in sizes:
        with side_by_side(1):
            train(n, min(1, n - 1))  # once to compile
            forget()
            taken = train(n)
            again = train(n) if _couples(candidate) else taken
        # Couplings that were learned are kept: the second time they cost nothing.
        couplings.append(times * max(taken["fit"] - again["fit"], 0.0))
        spent = (1 if _couples(candidate) else times) * again["fit"]
        rest.append(spent + sum(again.values()) - again["fit"])
    learned = _power_law(sizes, couplings)
    most = _most_structures(candidate)
    return Times(_power_law(sizes, rest), lambda n: learned(min(n, most or n)))


def _power_law(sizes: list[int], seconds: list[float]) -> Law:
    power = 1.0
    if min(seconds) <= _LEAST:
        return lambda n: max(seconds) * n / sizes[-1]
    if len(sizes) > 1:
        power = np.log(seconds[1] / seconds[0]) / np.log(sizes[1] / sizes[0])
    power = float(np.clip(power, *_POWERS))
    return lambda n: seconds[-1] * (n / sizes[-1]) ** power


def _shortened(candidate: object) -> tuple[Candidate, float]:
    """Return a candidate that is trained for a few epochs, and how many times longer it takes."""
    assert isinstance(candidate, Candidate)
    # Settings of models are frozen dataclasses; `replace` cannot see that.
    model = cast("Any", candidate.model)
    if _couples(candidate):
        few = replace(model.learning, epochs=min(model.learning.epochs, _PROBED_EPOCHS), restarts=1)
        n_pseudo = model.most_pseudo if model.n_pseudo == "auto" else model.n_pseudo
        shorter = replace(model, learning=few, n_pseudo=n_pseudo)
        times = model.recipe().most_steps / shorter.recipe().most_steps
        return replace(candidate, model=shorter), times
    training = getattr(model, "training", None)
    if not isinstance(training, Training):
        return candidate, 1.0
    epochs = min(training.epochs, _PROBED_EPOCHS)
    shorter = replace(model, training=replace(training, epochs=epochs))
    return replace(candidate, model=shorter), training.epochs / epochs


def _couples(candidate: Candidate) -> bool:
    return isinstance(candidate.model, AlchemicalKrr) and candidate.model.couplings == "learned"


def _most_structures(candidate: Candidate) -> int:
    """Return from how many structures couplings are learned at most; 0 for all."""
    model = candidate.model
    return model.learning.structures if isinstance(model, AlchemicalKrr) else 0
