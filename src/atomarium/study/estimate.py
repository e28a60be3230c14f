"""What a study will cost, from small trials of its own models."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from atomarium.core.errors import InputError
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.clock import Clock
from atomarium.experiment.space import default
from atomarium.experiment.trial import Trial
from atomarium.study.plan import Plan
from atomarium.study.probing import PROBED_STRUCTURES, PROBED_TRAINING, Law, probe


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
    chosen = known[_spread(len(known), PROBED_STRUCTURES + max(PROBED_TRAINING))]
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
        times = probe(plan, replace(first, candidate=candidate), features, chosen)
    except InputError as error:
        raise InputError(f"model {first.model}: {error}") from None
    represent = clock.seconds["represent"] / len(chosen)
    if isinstance(first.candidate, CandidateSpace):
        seconds = sum(_searched(trial, represent, times.fit) for trial in trials)
    else:
        # Targets of one model share its features: they are paid for once.
        shared = (first.model, extensive) in seen
        seen[first.model, extensive] = represent
        seconds = 0.0 if shared else represent * len(plan.dataset)
        seconds += sum(times.rest(trial.n_train) for trial in trials)
        seconds += sum(times.couplings(n) for n in _learned_sets(trials))
    return Cost(
        model=first.model,
        target=first.target.name,
        sizes=tuple(sorted({trial.n_train for trial in trials})),
        repeats=len({trial.repeat for trial in trials}),
        seconds=seconds,
    )


def _searched(trial: Trial, represent: float, fit: Law) -> float:
    """Return CPU seconds of a search and of the training that follows it."""
    how, n = trial.search, trial.n_train
    folds, share = (1, 1 - how.hold_out) if how.hold_out else (how.folds, 1 - 1 / how.folds)
    one = represent * n + folds * fit(max(1, round(share * n)))
    runs = how.runs * one
    if how.seconds:
        runs = min(runs, how.seconds + one)
    return runs + represent * (n + len(trial.test)) + fit(n)


def _learned_sets(trials: list[Trial]) -> list[int]:
    """Return from how many structures couplings are learned, each time that they are."""
    if trials[0].aside is None:
        return [trial.n_train for trial in trials]
    # Trials of one split share them.
    return list({t.repeat: len(t.aside) for t in trials if t.aside is not None}.values())


def _spread(n: int, wanted: int) -> np.ndarray:
    return np.unique(np.linspace(0, n - 1, min(n, wanted)).astype(np.int64))
