"""Run a study: every trial that is not there yet, then tables and report."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import as_completed
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path

from atomarium.core.errors import InputError
from atomarium.core.files import write_text
from atomarium.core.progress import progress
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.feature_cache import represent
from atomarium.experiment.learning import Rows
from atomarium.experiment.record import Record, keep_failure, read_record, remove_halves
from atomarium.experiment.shared_training import SharedTrainings
from atomarium.experiment.trial import Trial
from atomarium.study.cluster import Cluster
from atomarium.study.cluster_run import run_trials_on
from atomarium.study.epoch_notes import EpochNotes
from atomarium.study.one_trial import Circumstances, run_one, search_one, shares_features
from atomarium.study.plan import Plan
from atomarium.study.threads import side_by_side


def run_study(
    plan: Plan, folder: Path, *, cluster: Cluster | None = None, show: bool = True
) -> list[Record]:
    """Run what is missing of a plan and return the records of all its trials, in its order.

    Stopped anywhere, it goes on where it was when called again; what is finished is never done
    twice.

    Args:
        plan: What is to be done.
        folder: Where trials are kept; made when absent.
        cluster: What runs them; threads of this process when left out.
        show: Whether to show progress.

    Raises:
        InputError: another process is running a study in this folder, or the cluster is lost.
    """
    trials = folder / "trials"
    with _alone_in(folder):
        write_text(folder / "study.toml", plan.study.text)
        plan.write_splits(folder / "splits.json")
        remove_halves(trials)
        missing = [trial for trial in plan.trials if not _is_finished(trials, trial)]
        if cluster is not None:
            run_trials_on(plan, missing, folder, cluster=cluster, show=show)
        else:
            for _, group in groupby(missing, key=shares_features):
                _run_group(plan, list(group), trials, show=show)
        for empty in (folder / "training", folder / "searches"):
            with suppress(OSError):  # not there, or what failed trials have left is
                empty.rmdir()
    return read_records(plan, folder)


def read_records(plan: Plan, folder: Path) -> list[Record]:
    """Return the records of the trials of a plan that are there, in its order."""
    found = (read_record(folder / "trials" / trial.id) for trial in plan.trials)
    return [record for record in found if record is not None]


def _is_finished(trials: Path, trial: Trial) -> bool:
    record = read_record(trials / trial.id)
    return record is not None and record.state == "finished"


def _run_group(plan: Plan, group: list[Trial], trials: Path, *, show: bool) -> None:
    """Run trials of one candidate, which share features unless it leaves settings open."""
    made: tuple[Rows, float] | None = None
    if not isinstance(group[0].candidate, CandidateSpace):
        try:
            made = _represent(plan, group[0], show=show)
        except InputError as error:
            for trial in group:
                keep_failure(trials, trial, str(error))
            return
    shared = SharedTrainings()
    with (
        progress(f"train {group[0].model}", len(group), show=show) as bar,
        side_by_side(len(group)) as pool,
    ):

        def train(trial: Trial) -> Trial:
            if made is None:
                search_one(trial, plan.dataset, trials, cite=plan.cite)
            else:
                watch = EpochNotes(trial, bar)
                how = Circumstances(made=made, cite=plan.cite, watch=watch, shared=shared)
                run_one(trial, plan.dataset, trials, how)
            return trial

        # Large ones first, so that no thread is left alone with one at the end.
        largest_first = sorted(group, key=lambda trial: -trial.n_train)
        for done in as_completed([pool.submit(train, trial) for trial in largest_first]):
            trial = done.result()
            bar.advance(note=f"{trial.target.name}, {trial.n_train} structures")


def _represent(plan: Plan, trial: Trial, *, show: bool) -> tuple[Rows, float]:
    """Return the features of all structures and what one costs in CPU seconds."""
    structures, extensive = plan.dataset.structures, trial.target.extensive
    assert isinstance(trial.candidate, Candidate)
    # Compiling kernels and starting threads is paid once, not by the structures.
    trial.candidate.represent(structures[:1], extensive=extensive)
    with progress(f"represent for {trial.model}", len(structures), show=show) as bar:
        made = represent(trial.candidate, structures, extensive=extensive, advance=bar.advance)
    return made.features, made.seconds / len(structures)


@contextmanager
def _alone_in(folder: Path) -> Generator[None]:
    """Hold a folder; the operating system lets go when the process ends, however it ends.

    Raises:
        InputError: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as handle:
        try:
            _lock(handle.fileno())
        except OSError:
            raise InputError(f"another process is running the study in {folder}") from None
        yield


def _lock(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
