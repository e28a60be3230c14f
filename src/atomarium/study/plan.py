"""What a study is going to do: data, targets, splits and trials, all settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Int64

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.data.check_targets import check_scaling
from atomarium.data.sources import load_dataset
from atomarium.data.split_files import save_splits
from atomarium.data.splits import Split, make_splits
from atomarium.data.strata import groups_by
from atomarium.experiment.aside import learns_from_aside
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.data_spec import DataSpec
from atomarium.experiment.feature_cache import refuse_unusable_cache
from atomarium.experiment.goals import Goal
from atomarium.experiment.named_files import hashed_files
from atomarium.experiment.spec import StudyFile
from atomarium.experiment.trial import Trial, describe
from atomarium.study.derivatives import derivatives_of
from atomarium.study.targets import settle_target

_SIZES_WHEN_LEFT_OUT = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """A study with every choice made.

    Args:
        study: The file that it comes from.
        dataset: The structures, those that a study leaves out already gone.
        targets: Settled, by name.
        candidates: Settled on the structures, by name; or what is left open.
        splits: One for each repeat.
        trials: In the order in which they run.
        notes: What had to be inferred.
    """

    study: StudyFile
    dataset: Dataset
    targets: Mapping[str, Target]
    candidates: Mapping[str, Candidate | CandidateSpace]
    splits: tuple[Split, ...]
    trials: tuple[Trial, ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def cite(self) -> tuple[str, ...]:
        """What to cite when results of the study are used."""
        citation = self.dataset.provenance.citation
        return (citation,) if citation else ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What values of targets say against what the study takes them for."""
        quantities = [target for target in self.targets.values() if not target.classes]
        found = [check_scaling(self.dataset.structures, target) for target in quantities]
        return tuple(one.text for findings in found for one in findings)

    def write_splits(self, path: Path) -> None:
        """Keep the splits with the study."""
        save_splits(path, self.splits, self.dataset)


def make_plan(study: StudyFile) -> Plan:
    """Load the data of a study and settle everything that it leaves open.

    Args:
        study: A checked study file.

    Raises:
        InputError: the data cannot be read, lack a target, or are too few for the split; or the
            cache of features cannot be used.
    """
    refuse_unusable_cache()
    dataset = load_data(study.spec.data, study)
    if len(dataset) < 2:
        raise InputError(f"data.source: {len(dataset)} structures; a study needs at least 2")
    goals, notes = _goals(study, dataset)
    targets = {name: goal.target for name, goal in goals.items()}
    if study.spec.sweep is None:
        _refuse_search_of_classes(study, targets)
    dataset = dataset.with_targets(*targets.values())
    splits = _splits(study, dataset)
    sizes = _training_sizes(study, splits)
    candidates = {
        name: _settled(name, candidate, dataset) for name, candidate in study.candidates.items()
    }
    return Plan(
        study=study,
        dataset=dataset,
        targets=targets,
        candidates=candidates,
        splits=splits,
        trials=tuple(_trials(study, dataset, goals, candidates, splits, sizes)),
        notes=tuple(notes),
    )


def _goals(study: StudyFile, dataset: Dataset) -> tuple[dict[str, Goal], list[str]]:
    """Settle every target with what belongs to it; also what had to be inferred for that."""
    masked = study.spec.data.missing == "mask"
    goals: dict[str, Goal] = {}
    notes: list[str] = []
    for name, spec in study.spec.targets.items():
        target, found = settle_target(dataset, name, spec, masked=masked)
        notes += found
        goals[name] = Goal(
            target=target,
            readout=spec.readout,
            weight=spec.weight,
            masked=masked,
            derivatives=derivatives_of(dataset, target, spec, masked=masked),
            references=_references(dataset, target),
        )
    return goals, notes


def _references(dataset: Dataset, target: Target) -> np.ndarray:
    """Return the values of single atoms where the data state those of every element in them."""
    known, species = target.references, list(dataset.structures.species)
    whole = target.extensive and len(known) > max(species, default=0)
    if not whole or not np.isfinite(known[species]).all():
        return np.zeros(0)
    return np.nan_to_num(known)


def _refuse_search_of_classes(study: StudyFile, targets: Mapping[str, Target]) -> None:
    open_ones = [n for n, one in study.candidates.items() if isinstance(one, CandidateSpace)]
    of_classes = [name for name, target in targets.items() if target.classes]
    if open_ones and of_classes:
        raise InputError(
            f"models.{open_ones[0]}: settings are searched for with quantities only, and "
            f"{of_classes[0]} is a target of classes; settle them"
        )


def load_data(spec: DataSpec, study: StudyFile) -> Dataset:
    """Return the structures of a study, those that it leaves out already gone.

    Raises:
        InputError: the data cannot be read, or lack a target.
    """
    beside = study.folder / spec.source
    dataset = load_dataset(beside if beside.exists() else spec.source)
    if spec.missing == "drop":
        dataset = _without_gaps(dataset, tuple(study.spec.targets))
    if spec.limit and spec.limit < len(dataset):
        # Files are often sorted by size or composition: an even draw keeps what is in them.
        dataset = dataset.take(np.linspace(0, len(dataset) - 1, spec.limit).astype(np.int64))
    return dataset


def _without_gaps(dataset: Dataset, names: tuple[str, ...]) -> Dataset:
    whole = np.ones(len(dataset), dtype=bool)
    for name in names:
        if name not in dataset.targets and name in dataset.labels:
            whole &= np.asarray(dataset.labels[name]).astype(str) != ""
            continue
        target = dataset.target(name)
        if target.rows == "structures":
            whole &= np.isfinite(target.values).all(axis=1)
    return dataset.take(np.flatnonzero(whole))


def _splits(study: StudyFile, dataset: Dataset) -> tuple[Split, ...]:
    spec = study.spec.split
    by = spec.by
    if spec.kind == "stratified" and not by:
        by = next(iter(study.spec.targets))
    try:
        return make_splits(
            dataset, kind=spec.kind, by=by, test=spec.test, repeats=spec.repeats, seed=spec.seed
        )
    except InputError as error:
        raise InputError(f"split: {error}") from None


def _training_sizes(study: StudyFile, splits: tuple[Split, ...]) -> tuple[int, ...]:
    left = min(len(split.train) for split in splits) - study.spec.split.aside
    if left < 1:
        aside = study.spec.split.aside
        raise InputError(f"split.aside: {aside:,} structures leave none to train with")
    given = study.spec.split.train
    if not given:
        return tuple(sorted({max(1, left >> k) for k in range(_SIZES_WHEN_LEFT_OUT)}))
    smallest = min(splits, key=lambda split: len(split.train))
    try:
        smallest.training(max(given) + study.spec.split.aside)
    except InputError as error:
        raise InputError(f"split.train: {error}") from None
    return tuple(sorted(set(given)))


def _settled(
    name: str, candidate: Candidate | CandidateSpace, dataset: Dataset
) -> Candidate | CandidateSpace:
    try:
        # Missing files are said before anything is trained.
        hashed_files(describe(candidate))
        if isinstance(candidate, CandidateSpace):
            return candidate
        return candidate.settle(dataset.structures)
    except InputError as error:
        raise InputError(f"models.{name}: {error}") from None


def _trials(
    study: StudyFile,
    dataset: Dataset,
    goals: Mapping[str, Goal],
    candidates: Mapping[str, Candidate | CandidateSpace],
    splits: tuple[Split, ...],
    sizes: tuple[int, ...],
) -> list[Trial]:
    """List trials so that those which share features follow each other, small ones first."""
    data_hash = dataset.structures.content_hash()
    split_by_groups = study.spec.split.kind in ("grouped", "leave-group-out")
    groups = groups_by(dataset, study.spec.split.by) if split_by_groups else None
    ordered = sorted(goals.values(), key=lambda goal: not goal.target.extensive)
    return [
        Trial(
            model=name,
            candidate=candidate,
            goal=goal,
            beside=_beside(candidate, goal, ordered),
            data_hash=data_hash,
            train=split.training(size),
            test=split.test,
            aside=_aside(study, name, candidate, split),
            repeat=repeat,
            search=study.spec.search,
            intervals=study.spec.intervals,
            groups=groups,
        )
        for name, candidate in candidates.items()
        for goal in ordered
        for size in sizes
        for repeat, split in enumerate(splits)
    ]


def _aside(
    study: StudyFile, name: str, candidate: Candidate | CandidateSpace, split: Split
) -> Int64[np.ndarray, "aside"] | None:
    """Return the structures that only those candidates see which learn from them."""
    if not learns_from_aside(candidate):
        return None
    n_aside = study.spec.split.aside
    if not n_aside:
        raise InputError(
            f"split.aside: models.{name} learns from structures aside, and there are none; "
            'give a number above 0, or set learn_from = "training"'
        )
    return split.train[-n_aside:]


def _beside(
    candidate: Candidate | CandidateSpace, goal: Goal, goals: list[Goal]
) -> tuple[Goal, ...]:
    """Return what a candidate learns together with a goal."""
    if isinstance(candidate, CandidateSpace) or not candidate.together:
        return ()
    return tuple(other for other in goals if other is not goal)
