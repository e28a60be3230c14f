"""Study files: what may stand in them, checked to the last key.

The only place that knows pydantic. Text comes in, typed settings go out, or an error that names
file, line and key, what was given and what would be right.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.kinds import Family
from atomarium.core.units import parse_unit
from atomarium.experiment.candidate import Baseline, Candidate
from atomarium.experiment.places import line_of_key
from atomarium.models import MODELS
from atomarium.represent import REPRESENTATIONS

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$", max_length=80)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class DataSpec(_Part):
    """Which structures.

    Args:
        source: A name from `atomarium data list`, or a path; relative to the study file.
        limit: Take only so many structures, drawn evenly over the file; 0 takes all.
        missing: What becomes of structures without a value: the study refuses, or goes without.
    """

    source: str = Field(min_length=1)
    limit: int = Field(default=0, ge=0)
    missing: Literal["refuse", "drop"] = "refuse"


class TargetSpec(_Part):
    """What is to be learned.

    Args:
        unit: Unit of the results. Where the data state no unit, it is the unit of the data.
        per: What one number is counted per.
        extensive: Whether a number grows with the size of the structure; left out, the data say
            so, or it is inferred and stated.
    """

    unit: str | None = None
    per: Literal["structure", "atom", "cation"] | None = None
    extensive: bool | None = None


class SplitSpec(_Part):
    """Which structures train and which test.

    Args:
        kind: How test structures are drawn.
        by: What strata or groups are made of: `size`, `composition`, `formula`, `duplicate`, a
            target or a label of the data. Strata are of the first target when left out.
        test: Number of test structures, or a share below 1.
        train: Sizes of the nested training sets; left out, four sizes that double.
        repeats: How many independent splits.
        seed: Another seed, other splits.
    """

    kind: Literal["random", "stratified", "grouped"] = "random"
    by: str = ""
    test: Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, lt=1)] = 0.2
    train: tuple[Annotated[int, Field(ge=1)], ...] = ()
    repeats: int = Field(default=3, ge=1, le=1000)
    seed: int = Field(default=0, ge=0, lt=2**63)


class CandidateSpec(_Part):
    """A candidate as text: `kind` and settings of its parts.

    Args:
        representation: Composition when left out.
        model: Mean, ridge, krr …
        baseline: What is learned first and subtracted.
    """

    representation: dict[str, Any] = {"kind": "composition"}
    model: dict[str, Any]
    baseline: Baseline = "none"


class StudySpec(_Part):
    """A study file.

    Args:
        name: Names the run folder.
        description: One paragraph for the report.
        data: Which structures.
        targets: What is to be learned, by the name it has in the data.
        split: Which structures train and which test.
        models: The candidates, by the name they get in the report.
    """

    name: Name
    description: str = ""
    data: DataSpec
    targets: dict[str, TargetSpec] = Field(min_length=1)
    split: SplitSpec = SplitSpec()
    models: dict[Name, CandidateSpec] = Field(min_length=1)


@dataclass(frozen=True)
class StudyFile:
    """A checked study: its text, its settings and its candidates.

    Args:
        spec: The settings.
        text: The file as it was given.
        folder: What relative paths in it start from.
        candidates: By name.
    """

    spec: StudySpec
    text: str = field(repr=False)
    folder: Path
    candidates: dict[str, Candidate]


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
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}: not valid TOML: {error}") from None
    try:
        spec = StudySpec.model_validate_json(json.dumps(plain, default=str))
    except ValidationError as error:
        raise InputError(_first_fault(error, StudySpec, text, name)) from None
    _check_units(spec, text, name)
    candidates = {
        label: make_candidate(one, place=("models", label), text=text, name=name)
        for label, one in spec.models.items()
    }
    return StudyFile(spec, text, folder, candidates)


def make_candidate(
    spec: CandidateSpec, *, place: tuple[str, ...] = (), text: str = "", name: str = "settings"
) -> Candidate:
    """Make a candidate from its text form.

    Args:
        spec: The text form.
        place: Keys that lead to it in the file.
        text: The file, to find lines in.
        name: What errors call the file.

    Raises:
        InputError: a kind does not exist, or a setting of it is unknown, ill-typed or out of range.
    """

    def made(family: Family, key: str, settings: dict[str, Any]) -> Any:
        try:
            return _make(family, settings)
        except _SettingsError as error:
            where = _where(name, text, (*place, key, *error.place))
            raise InputError(f"{where}: {error}") from None

    return Candidate(
        representation=made(REPRESENTATIONS, "representation", spec.representation),
        model=made(MODELS, "model", spec.model),
        baseline=spec.baseline,
    )


class _SettingsError(InputError):
    """A fault in one settings table; `place` leads to the key."""

    def __init__(self, message: str, place: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.place = place


def _make(family: Family, settings: dict[str, Any]) -> Any:
    """Make the settings object of a kind from `{"kind": …, setting: value, …}`."""
    rest = dict(settings)
    kind = rest.pop("kind", None)
    if not isinstance(kind, str):
        raise _SettingsError(f"kind is missing{did_you_mean('', family.all_places())}", ("kind",))
    try:
        settings_class = family.load(kind)
    except InputError as error:
        raise _SettingsError(str(error), ("kind",)) from None
    known = [one.name for one in fields(settings_class)]
    unknown = sorted(set(rest) - set(known))
    if unknown:
        hint = did_you_mean(unknown[0], known)
        raise _SettingsError(f"{kind} has no setting {unknown[0]!r}{hint}", (unknown[0],))
    adapter = TypeAdapter(settings_class)
    try:
        return adapter.validate_json(json.dumps(rest, default=str), strict=True)
    except ValidationError as error:
        fault = error.errors()[0]
        place = tuple(str(part) for part in fault["loc"][:1])
        raise _SettingsError(_reason(fault), place) from None


def _check_units(spec: StudySpec, text: str, name: str) -> None:
    for target, settings in spec.targets.items():
        try:
            parse_unit(settings.unit or "1")
        except InputError as error:
            where = _where(name, text, ("targets", target, "unit"))
            raise InputError(f"{where}: {error}") from None


def _first_fault(error: ValidationError, model: type[BaseModel], text: str, name: str) -> str:
    """Say the first fault in one sentence: where, what was given, what would be right."""
    # A misspelled key is also a missing one: what was written comes before what was not.
    fault = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    place = tuple(part for part in fault["loc"] if not _is_branch(part))
    where = _where(name, text, tuple(str(part) for part in place))
    if fault["type"] == "extra_forbidden":
        known = _keys_at(model, place[:-1])
        return f"{where}: unknown key {place[-1]!r}{did_you_mean(str(place[-1]), known)}"
    if fault["type"] == "missing":
        return f"{where}: missing; it must be given"
    return f"{where}: {_reason(fault)}"


def _reason(fault: ErrorDetails) -> str:
    cause = fault.get("ctx", {}).get("error")
    if isinstance(cause, ValueError):
        return str(cause)
    reason = fault["msg"].replace("Input should be", "must be").replace("Value error, ", "")
    return f"{reason}, got {fault['input']!r}"


def _is_branch(part: object) -> bool:
    """Tell names that pydantic gives to the branches of a union from keys of the file."""
    return isinstance(part, str) and (part in {"int", "float"} or "constrained" in part)


def _keys_at(model: type[BaseModel], place: tuple[Any, ...]) -> list[str]:
    """Return the keys that a place in the file may hold."""
    parts = {"data": DataSpec, "split": SplitSpec, "targets": TargetSpec, "models": CandidateSpec}
    part = parts.get(str(place[0]), model) if place else model
    return list(part.model_fields)


def _where(name: str, text: str, place: tuple[str, ...]) -> str:
    line = line_of_key(text, place)
    return f"{name}{f', line {line}' if line else ''}: {'.'.join(place)}"
