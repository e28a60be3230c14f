"""Settings objects from their text form, with errors that name file, line and key."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.kinds import Family
from atomarium.experiment.candidate import Baseline, Candidate
from atomarium.experiment.compact import CompactModel, check_compact
from atomarium.experiment.learning import NetworkModel
from atomarium.experiment.places import line_of_key
from atomarium.models import MODELS
from atomarium.represent import REPRESENTATIONS

#: What pydantic calls a setting that does not exist.
_NOT_THERE = "unexpected_keyword_argument"


class Part(BaseModel):
    """A table of a file: unknown keys are errors, values are not converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CandidateSpec(Part):
    """A candidate as text: `kind` and settings of its parts.

    Args:
        representation: Composition when left out; networks make graphs themselves and take none.
        model: Mean, ridge, krr …
        baseline: What is learned first and subtracted.
        together: One network learns all targets of the study at once.

    Any setting may be left open, as `experiment.space` says.
    """

    representation: dict[str, Any] | None = None
    model: dict[str, Any]
    baseline: Baseline | dict[str, Any] = "none"
    together: bool = False


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
    if isinstance(spec.baseline, dict):
        raise InputError(f"{place_in_file(name, text, (*place, 'baseline'))}: must be a word")

    def made(family: Family, key: str, settings: dict[str, Any]) -> Any:
        try:
            return make_settings(family, settings)
        except SettingsError as error:
            where = place_in_file(name, text, (*place, key, *error.place))
            raise InputError(f"{where}: {error}") from None

    model = made(MODELS, "model", spec.model)
    plain = spec.representation
    if isinstance(model, NetworkModel):
        if plain is not None:
            where = place_in_file(name, text, (*place, "representation"))
            kind = spec.model["kind"]
            raise InputError(f"{where}: {kind} learns from structures; leave this out")
        representation = None
    else:
        if spec.together:
            where = place_in_file(name, text, (*place, "together"))
            kind = spec.model["kind"]
            raise InputError(f"{where}: only networks learn several targets at once, not {kind}")
        plain = {"kind": "composition"} if plain is None else plain
        representation = made(REPRESENTATIONS, "representation", plain)
        if isinstance(model, CompactModel):
            try:
                check_compact(representation)
            except InputError as error:
                where = place_in_file(name, text, (*place, "representation"))
                raise InputError(f"{where}: {error}") from None
    return Candidate(
        representation=representation,
        model=model,
        baseline=spec.baseline,
        together=spec.together,
    )


class SettingsError(InputError):
    """A fault in one settings table; `place` leads to the key."""

    def __init__(self, message: str, place: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.place = place


def make_settings(family: Family, settings: dict[str, Any]) -> Any:
    """Make the settings object of a kind from `{"kind": …, setting: value, …}`."""
    rest = dict(settings)
    kind = rest.pop("kind", None)
    if not isinstance(kind, str):
        raise SettingsError(f"kind is missing{did_you_mean('', family.all_places())}", ("kind",))
    try:
        settings_class = family.load(kind)
    except InputError as error:
        raise SettingsError(str(error), ("kind",)) from None
    known = [one.name for one in fields(settings_class)]
    unknown = sorted(set(rest) - set(known))
    if unknown:
        hint = did_you_mean(unknown[0], known)
        raise SettingsError(f"{kind} has no setting {unknown[0]!r}{hint}", (unknown[0],))
    adapter = TypeAdapter(settings_class)
    try:
        return adapter.validate_json(json.dumps(rest, default=str), strict=True)
    except ValidationError as error:
        # Where a name or a table may stand, what is wrong with the table says more.
        fault = min(error.errors(), key=lambda one: one["type"] == "string_type")
        place = tuple(str(part) for part in fault["loc"][:1])
        hint = _meant(settings_class, fault["loc"]) if fault["type"] == _NOT_THERE else ""
        raise SettingsError(f"{reason_of(fault)}{hint}", place) from None


def _meant(settings_class: type, place: tuple[int | str, ...]) -> str:
    """Say which setting beside it one may have been that is not there."""
    for key in place[:-1]:
        inner = get_type_hints(settings_class).get(str(key))
        if not isinstance(inner, type) or not is_dataclass(inner):
            return ""
        settings_class = inner
    return did_you_mean(str(place[-1]), [one.name for one in fields(settings_class)])


def reason_of(fault: ErrorDetails) -> str:
    """Say what is wrong with one value."""
    cause = fault.get("ctx", {}).get("error")
    if isinstance(cause, ValueError):
        return str(cause)
    if fault["type"] == _NOT_THERE:
        return f"there is no setting {fault['loc'][-1]!r}"
    reason = fault["msg"].replace("Input should be", "must be").replace("Value error, ", "")
    return f"{reason}, got {fault['input']!r}"


def place_in_file(name: str, text: str, place: tuple[str, ...]) -> str:
    """Return what an error begins with: file, line and key."""
    line = line_of_key(text, place)
    return f"{name}{f', line {line}' if line else ''}: {'.'.join(place)}"
