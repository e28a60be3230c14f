"""Study files: what may stand in them, checked to the last key.

Text comes in, typed settings go out, or an error that names
file, line and key, what was given and what would be right.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, field_validator

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.file_names import fault_of_name
from atomarium.core.units import parse_unit
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.candidate_space import CandidateSpace, candidate_or_space
from atomarium.experiment.data_spec import DataSpec, TargetSpec
from atomarium.experiment.settings import CandidateSpec, Part, place_in_file, reason_of
from atomarium.experiment.sweep_spec import LogSpec, PruneSpec, SweepSpec

Method = Literal["tpe", "gp", "cma-es", "quasi-random", "random", "grid"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$", max_length=80)]


class SplitSpec(Part):
    """Which structures train and which test.

    Args:
        kind: How test structures are drawn. In a k-fold split every structure is tested once, in
            as many parts as there are repeats; leave-group-out tests one group after the other.
        by: What strata or groups are made of: `size`, `composition`, `formula`, `duplicate`, a
            target or a label of the data. Strata are of the first target when left out.
        test: Number of test structures, or a share below 1; not of a k-fold or leave-group-out
            split, which decide it themselves.
        train: Sizes of the nested training sets; left out, four sizes that double.
        aside: So many structures of each split neither train nor test; models with
            `learn_from = "aside"` learn from them what may be learned from other structures.
        repeats: How many independent splits.
        seed: Another seed, other splits.
    """

    kind: Literal["random", "stratified", "grouped", "k-fold", "leave-group-out"] = "random"
    by: str = ""
    test: Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, lt=1)] = 0.2
    train: tuple[Annotated[int, Field(ge=1)], ...] = ()
    aside: int = Field(default=0, ge=0)
    repeats: int = Field(default=3, ge=1, le=1000)
    seed: int = Field(default=0, ge=0, lt=2**63)


class SearchSpec(Part):
    """How settings that models leave open are found, the same for every model.

    They are found anew for each training set and never see its test structures.

    Args:
        method: In which order the space is searched.
        runs: How many settings are tried for each training set.
        seconds: Stop earlier once the runs have taken so many CPU seconds; 0 for no limit.
        folds: Parts of the training set; each is predicted from the others.
        hold_out: Instead of folds, one part of this share is predicted from the rest.
        metric: The error that is made small.
        seed: Another seed, other settings.
    """

    method: Method = "tpe"
    runs: int = Field(default=20, ge=1)
    seconds: float = Field(default=0.0, ge=0)
    folds: int = Field(default=3, ge=2, le=100)
    hold_out: float = Field(default=0.0, ge=0, lt=1)
    metric: Literal["mae", "rmse"] = "rmse"
    seed: int = Field(default=0, ge=0, lt=2**63)


class IntervalSpec(Part):
    """Intervals that shall hold the truth; given, each model is trained once more for them.

    Args:
        coverage: Shares of structures whose value they promise to hold.
        calibration: Share of each training set that they are calibrated with.
    """

    coverage: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = (0.5, 0.68, 0.9, 0.95)
    calibration: float = Field(default=0.2, gt=0, lt=1)


class StudySpec(Part):
    """A study file.

    Args:
        name: Names the run folder.
        description: One paragraph for the report.
        data: Which structures.
        targets: What is to be learned, by the name it has in the data.
        split: Which structures train and which test.
        search: How settings are found that models leave open.
        intervals: Which intervals to look at; none when left out.
        sweep: Given, the study is a sweep: runs of what is left open, on one split.
        models: The candidates, by the name they get in the report.
    """

    name: Name
    description: str = ""
    data: DataSpec
    targets: dict[str, TargetSpec] = Field(min_length=1)
    split: SplitSpec = SplitSpec()
    search: SearchSpec = SearchSpec()
    intervals: IntervalSpec | None = None
    sweep: SweepSpec | None = None
    models: dict[Name, CandidateSpec] = Field(min_length=1)

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        fault = fault_of_name(name)
        if fault:
            raise ValueError(f"it names the run folder: {fault}")
        return name


@dataclass(frozen=True)
class StudyFile:
    """A checked study: its text, its settings and its candidates.

    Args:
        spec: The settings.
        text: The file as it was given.
        folder: What relative paths in it start from.
        candidates: By name; spaces where settings are left open.
    """

    spec: StudySpec
    text: str = field(repr=False)
    folder: Path
    candidates: dict[str, Candidate | CandidateSpace]


def read_study(path: Path | str) -> StudyFile:
    """Read and check a study file.

    Raises:
        InputError: it is missing or not TOML, or a key, type or range in it is wrong.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"no study file {path}") from None
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise InputError(f"{path} is not a study file (TOML text): {error}") from None
    return parse_study(text, name=str(path), folder=path.parent)


def parse_study(text: str, *, name: str, folder: Path) -> StudyFile:
    """Check the text of a study.

    Args:
        text: TOML.
        name: What errors call it.
        folder: What relative paths in it start from.

    Raises:
        InputError: it is not TOML, or a key, type or range in it is wrong.
    """
    try:
        plain = tomllib.loads(text)
    except ValueError as error:  # also of numbers of more digits than Python reads
        raise InputError(f"{name}: not valid TOML: {error}") from None
    except RecursionError:
        raise InputError(f"{name}: not valid TOML: it is nested too deeply") from None
    try:
        spec = StudySpec.model_validate_json(json.dumps(plain, default=str))
    except ValidationError as error:
        raise InputError(_first_fault(error, StudySpec, text, name)) from None
    _check_units(spec, text, name)
    candidates = {
        label: candidate_or_space(one, place=("models", label), text=text, name=name)
        for label, one in spec.models.items()
    }
    if spec.sweep is not None:
        _check_sweep(spec, candidates, text, name)
    return StudyFile(spec, text, folder, candidates)


def _check_sweep(
    spec: StudySpec, candidates: dict[str, Candidate | CandidateSpace], text: str, name: str
) -> None:
    """Refuse what contradicts a sweep: one target, one split, one size, something to choose."""
    split = spec.split
    faults: dict[tuple[str, ...], str] = {}
    if "search" in spec.model_fields_set:
        faults["search",] = "a sweep chooses the settings itself; leave this table out"
    if spec.intervals is not None:
        faults["intervals",] = "runs of a sweep have no intervals; leave this table out"
    if "repeats" in split.model_fields_set and split.repeats > 1:
        faults["split", "repeats"] = (
            f"a sweep has one split, not {split.repeats}; see sweep.repeats"
        )
    if len(split.train) > 1:
        faults["split", "train"] = f"a sweep has one size, got {list(split.train)}"
    if len(spec.targets) > 1:
        faults["targets",] = f"a sweep has one target, got {', '.join(spec.targets)}"
    if len(candidates) == 1 and not isinstance(next(iter(candidates.values())), CandidateSpace):
        faults["models", next(iter(candidates))] = (
            "a sweep needs settings that are left open, and none is; write for example "
            "learning_rate = { min = 1e-4, max = 1e-2, log = true }"
        )
    for place, reason in faults.items():
        raise InputError(f"{place_in_file(name, text, place)}: {reason}")


def _check_units(spec: StudySpec, text: str, name: str) -> None:
    for target, settings in spec.targets.items():
        try:
            parse_unit(settings.unit or "1")
        except InputError as error:
            where = place_in_file(name, text, ("targets", target, "unit"))
            raise InputError(f"{where}: {error}") from None


def _first_fault(error: ValidationError, model: type[BaseModel], text: str, name: str) -> str:
    """Say the first fault in one sentence: where, what was given, what would be right."""
    # A misspelled key is also a missing one: what was written comes before what was not.
    fault = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    place = tuple(part for part in fault["loc"] if not _is_branch(part))
    where = place_in_file(name, text, tuple(str(part) for part in place))
    if fault["type"] == "extra_forbidden":
        known = _keys_at(model, place[:-1])
        return f"{where}: unknown key {place[-1]!r}{did_you_mean(str(place[-1]), known)}"
    if fault["type"] == "missing":
        return f"{where}: missing; it must be given"
    return f"{where}: {reason_of(fault)}"


def _is_branch(part: object) -> bool:
    """Tell names that pydantic gives to the branches of a union from keys of the file."""
    if not isinstance(part, str):
        return False
    return (
        part in {"int", "float"} or "constrained" in part or part.startswith(("literal[", "dict["))
    )


def _keys_at(model: type[BaseModel], place: tuple[Any, ...]) -> list[str]:
    """Return the keys that a place in the file may hold."""
    parts = {
        "data": DataSpec,
        "split": SplitSpec,
        "search": SearchSpec,
        "intervals": IntervalSpec,
        "sweep": SweepSpec,
        "targets": TargetSpec,
        "models": CandidateSpec,
    }
    part = parts.get(str(place[0]), model) if place else model
    if part is SweepSpec and len(place) > 1:
        part = {"prune": PruneSpec, "log": LogSpec}.get(str(place[1]), part)
    return list(part.model_fields)
