"""An ordinary study on a cluster: features in chunks, trials side by side, kernels in tiles."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.core.progress import progress
from atomarium.core.structures import Structures
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.compact import CompactModel
from atomarium.experiment.feature_cache import Represented, represent
from atomarium.experiment.learning import Rows
from atomarium.experiment.record import keep_failure, read_record
from atomarium.experiment.shared_training import SharedTrainings
from atomarium.experiment.trial import Trial
from atomarium.models.kernel_tiles import tiles_filled_by
from atomarium.study.cluster import Cluster, Executor
from atomarium.study.cluster_features import ChunkWork, name_of_features, represent_in_chunks
from atomarium.study.cluster_files import Parcel, packed, wait_for
from atomarium.study.cluster_kernels import Opened, TilesAnywhere
from atomarium.study.one_trial import Circumstances, run_one, search_one, shares_features
from atomarium.study.plan import Plan


@dataclass(frozen=True, eq=False, kw_only=True)
class TrialWork:
    """Trials that one worker runs, of one training if there are several.

    Args:
        trials: What to do.
        structures: Of the data set.
        features: Of all structures, and what they have cost; None where a trial makes them.
        folder: The run folder.
        cite: What to cite.
        tile: Rows of a tile of a kernel matrix.
        nested: Gives work of a trial to others, where that is possible.
    """

    trials: Parcel[tuple[Trial, ...]]
    structures: Parcel[Structures]
    features: Parcel[Represented] | None
    folder: Path
    cite: tuple[str, ...]
    tile: int
    nested: Opened | None


def run_trials_on(
    plan: Plan, missing: list[Trial], folder: Path, *, cluster: Cluster, show: bool
) -> None:
    """Run trials on a cluster; what each leaves is what it leaves on one machine.

    Args:
        plan: What they belong to.
        missing: The trials.
        folder: The run folder, on a file system that all workers see.
        cluster: Where.
        show: Whether to show progress.

    Raises:
        InputError: workers do not see the folder, or the cluster is lost.
    """
    if not missing:
        return
    folder = folder.resolve()
    place = folder / "cluster"
    executor = cluster.open()
    try:
        _check_seen(executor, place)
        structures = packed(replace(plan.dataset.structures), place)
        making = _Making(plan, folder, structures, executor, cluster, show=show)
        with progress("train", len(missing), show=show) as bar:
            for n_trials, note in executor.map(run_there, making.of(missing)):
                bar.advance(n_trials, note=note)
            bar.advance(making.n_failed)
    finally:
        executor.close()
    shutil.rmtree(place, ignore_errors=True)


@dataclass
class _Making:
    """Makes work of trials, and the features that they share when the first one needs them."""

    plan: Plan
    folder: Path
    structures: Parcel[Structures]
    executor: Executor
    cluster: Cluster
    show: bool = field(kw_only=True)
    n_failed: int = 0

    def of(self, trials: list[Trial]) -> Iterator[tuple[TrialWork]]:
        """Yield the work of trials of one plan, as arguments of `run_there`."""
        for _, group in groupby(trials, key=shares_features):
            mine = list(group)
            try:
                features = self._features(mine[0])
            except InputError as error:
                for trial in mine:
                    keep_failure(self.folder / "trials", trial, str(error))
                self.n_failed += len(mine)
                continue
            # What learns several targets is one training for the trials of each.
            trainings: dict[str, list[Trial]] = {}
            for trial in sorted(mine, key=lambda trial: -trial.n_train):
                trainings.setdefault(trial.training_id, []).append(trial)
            for together in trainings.values():
                yield (self._work(tuple(together), features),)

    def _features(self, trial: Trial) -> Parcel[Represented] | None:
        candidate = trial.candidate
        if isinstance(candidate, CandidateSpace) or candidate.representation is None:
            return None
        if isinstance(candidate.model, CompactModel):
            return None
        all_, extensive = self.plan.dataset.structures, trial.target.extensive
        name = name_of_features(candidate, all_, extensive=extensive)
        place = self.folder / "cluster" / "features" / name
        work = ChunkWork(candidate, self.structures, place, extensive=extensive)
        with progress(f"represent for {trial.model}", len(all_), show=self.show) as bar:
            made = represent_in_chunks(
                work, self.executor, size=self.cluster.chunk, advance=bar.advance
            )
        return packed(made, self.folder / "cluster")

    def _work(self, trials: tuple[Trial, ...], features: Parcel[Represented] | None) -> TrialWork:
        return TrialWork(
            trials=packed(trials, self.folder / "cluster"),
            structures=self.structures,
            features=features,
            folder=self.folder,
            cite=self.plan.cite,
            tile=self.cluster.tile,
            nested=getattr(self.executor, "nested", None),
        )


def run_there(work: TrialWork) -> tuple[int, str]:
    """Run trials where this is called, unless they have been; return what a bar says of them."""
    trials, shared = work.trials.opened(), SharedTrainings()
    structures = work.structures.opened()
    dataset = Dataset(structures=structures)
    for trial in trials:
        record = read_record(work.folder / "trials" / trial.id)
        if record is not None and record.state == "finished":
            continue
        if isinstance(trial.candidate, CandidateSpace):
            search_one(trial, dataset, work.folder / "trials", cite=work.cite)
            continue
        how = Circumstances(made=_rows(work, trial.candidate), cite=work.cite, shared=shared)
        tiles = work.folder / "cluster" / "tiles" / trial.id
        with _tiles(work, tiles):
            run_one(trial, dataset, work.folder / "trials", how)
        shutil.rmtree(tiles, ignore_errors=True)
    last = trials[-1]
    return len(trials), f"{last.model}, {last.target.name}, {last.n_train} structures"


def _rows(work: TrialWork, candidate: Candidate) -> tuple[Rows, float]:
    if work.features is None:
        represented = _graphs(candidate, work.structures)
        return represented.features, represented.seconds / len(work.structures.opened())
    represented = work.features.opened()
    return represented.features, represented.seconds / len(represented.features)


@lru_cache(maxsize=1)
def _graphs(candidate: Candidate, structures: Parcel[Structures]) -> Represented:
    """Return the graphs of all structures; the next trial of this process may need them, too."""
    return represent(candidate, structures.opened(), extensive=False, cpu=time.thread_time)


def _tiles(work: TrialWork, folder: Path) -> AbstractContextManager[None]:
    if work.nested is None:
        return nullcontext()
    arrays = work.folder / "cluster"
    return tiles_filled_by(TilesAnywhere(folder, arrays, work.nested), work.tile)


def _check_seen(executor: Executor, place: Path) -> None:
    """Let a worker look for a file that was just written."""
    place.mkdir(parents=True, exist_ok=True)
    mark = place / f"seen-{secrets.token_hex(4)}"
    mark.touch()
    try:
        executor.submit(wait_for, mark).result()
    finally:
        mark.unlink()
