"""Run a study: every trial that is not there yet, then tables and report."""

from __future__ import annotations

from concurrent.futures import as_completed
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from atomarium.core.errors import InputError
from atomarium.core.progress import progress
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.feature_cache import represent
from atomarium.experiment.learning import Rows
from atomarium.experiment.record import Record, keep_failure, read_record, remove_halves
from atomarium.experiment.shared_training import SharedTrainings
from atomarium.experiment.trial import Trial
from atomarium.study.cluster import Cluster, JobArray
from atomarium.study.cluster_processes import Processes
from atomarium.study.cluster_run import run_trials_on
from atomarium.study.epoch_notes import EpochNotes
from atomarium.study.extras import refuse_missing_extras
from atomarium.study.folder_lock import held
from atomarium.study.joining import is_done, prepare
from atomarium.study.one_trial import Circumstances, run_one, search_one, shares_features
from atomarium.study.plan import Plan
from atomarium.study.threads import side_by_side
from atomarium.study.trial_claims import TrialClaims


def run_study(
    plan: Plan,
    folder: Path,
    *,
    cluster: Cluster | JobArray | None = None,
    show: bool = True,
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
        InputError: another process is running a study in this folder, the cluster is lost, or
            models need what is not installed.
    """
    if cluster is None or isinstance(cluster, Processes):
        trials = folder / "trials"
        missing = [trial for trial in plan.trials if not _is_finished(trials, trial)]
        refuse_missing_extras({trial.model: trial.candidate for trial in missing})
    # Jobs work on the folder together with whoever has submitted them.
    with held(folder, alone=not isinstance(cluster, JobArray)):
        prepare(plan, folder)
        if isinstance(cluster, JobArray):
            _run_by_jobs(plan, folder, cluster, show=show)
        else:
            _run_missing(plan, folder, cluster, show=show)
        for empty in (folder / "training", folder / "searches"):
            with suppress(OSError):  # not there, or what failed trials have left is
                empty.rmdir()
    return read_records(plan, folder)


def read_records(plan: Plan, folder: Path) -> list[Record]:
    """Return the records of the trials of a plan that are there, in its order."""
    found = (read_record(folder / "trials" / trial.id) for trial in plan.trials)
    return [record for record in found if record is not None]


def _run_missing(plan: Plan, folder: Path, cluster: Cluster | None, *, show: bool) -> None:
    trials = folder / "trials"
    remove_halves(trials)
    missing = [trial for trial in plan.trials if not _is_finished(trials, trial)]
    if cluster is not None:
        run_trials_on(plan, missing, folder, cluster=cluster, show=show)
        return
    for _, group in groupby(missing, key=shares_features):
        _run_group(plan, list(group), trials, show=show)


def _run_by_jobs(plan: Plan, folder: Path, array: JobArray, *, show: bool) -> None:
    TrialClaims(folder).forget()
    with progress("train", len(plan.trials), show=show) as bar:

        def note(jobs: str) -> None:
            n_there = len(read_records(plan, folder))
            bar.advance(max(0, n_there - bar.done), note=jobs)

        array.run(folder, is_done=lambda: is_done(plan, folder), show=note)
    TrialClaims(folder).forget()


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
