"""Run one trial and keep what came of it, in whatever process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from atomarium.core.compiled import limit_threads
from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.learning import Rows
from atomarium.experiment.record import keep_failure, keep_result
from atomarium.experiment.shared_training import SharedTrainings
from atomarium.experiment.train import run
from atomarium.experiment.trial import Trial
from atomarium.models.nn.history import Epoch
from atomarium.study.searched import run_searched


def shares_features(trial: Trial) -> tuple[str, bool]:
    """Return what trials have in common that use the same features."""
    candidate = trial.candidate
    # Graphs are the same whatever is learned from them.
    graphs = isinstance(candidate, Candidate) and candidate.representation is None
    return trial.model, graphs or trial.target.extensive


@dataclass(frozen=True, eq=False, kw_only=True)
class Circumstances:
    """What trials of a group share, and who watches one.

    Args:
        made: Features of all structures, and what those of one have cost in CPU seconds.
        cite: What to cite.
        watch: Told of each epoch of a network.
        shared: Where networks that learn several targets are kept for the others' trials.
    """

    made: tuple[Rows, float]
    cite: tuple[str, ...]
    watch: Callable[[Epoch], None] = lambda _: None
    shared: SharedTrainings = field(default_factory=SharedTrainings)


def run_one(trial: Trial, dataset: Dataset, trials: Path, how: Circumstances) -> None:
    """Train a settled trial in one thread; what cannot be trained is kept as a failure.

    Args:
        trial: What to do.
        dataset: The structures that it counts.
        trials: Folder of all trials.
        how: Its features, and what it shares with others.
    """
    features, per_structure = how.made
    working = trials.parent / "training" / trial.training_id
    try:
        # One thread each: CPU time is then that of the trial, and trials run side by side.
        with limit_threads(1):
            result = run(trial, dataset, features, working, how.watch, how.shared)
    except InputError as error:
        keep_failure(trials, trial, str(error))
    else:
        keep_result(trials, trial, result, per_structure=per_structure, cite=how.cite)
        shutil.rmtree(working, ignore_errors=True)


def search_one(trial: Trial, dataset: Dataset, trials: Path, *, cite: tuple[str, ...]) -> None:
    """Find what a trial leaves open, then train it; in one thread, failures are kept.

    Args:
        trial: What to do.
        dataset: The structures that it counts.
        trials: Folder of all trials.
        cite: What to cite.
    """
    log = trials.parent / "searches" / f"{trial.id}.jsonl"
    try:
        with limit_threads(1):
            result = run_searched(trial, dataset, log)
    except InputError as error:
        keep_failure(trials, trial, str(error))
    else:
        per_structure = result.seconds["represent_test"] / len(trial.scored_on)
        keep_result(trials, trial, result, per_structure=per_structure, cite=cite)
        log.unlink(missing_ok=True)
