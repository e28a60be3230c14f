"""A candidate that leaves settings open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from atomarium.core.errors import InputError
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.open_settings import OpenSettingError, read_space
from atomarium.experiment.settings import (
    CandidateSpec,
    make_candidate,
    place_in_file,
    reason_of,
)
from atomarium.experiment.space import (
    Choose,
    Open,
    fill,
    has_open,
    open_settings,
    probes,
)


@dataclass(frozen=True)
class CandidateSpace:
    """Candidates that differ in what is left open.

    Args:
        plain: Text form, open settings as in the file.
        space: The same, as `read_space` makes it.
    """

    plain: Mapping[str, Any]
    space: Any = field(repr=False, compare=False)

    @property
    def open_settings(self) -> dict[str, Open]:
        """What is open, by name."""
        return open_settings(self.space)

    def fill(self, choose: Choose) -> Any:
        """Return the text form that some choice makes; see `experiment.space.fill`."""
        return fill(self.space, choose)

    def candidate(self, choose: Choose) -> Candidate:
        """Return the candidate that some choice makes.

        Args:
            choose: Settles what is open; see `experiment.space.fill`.

        Raises:
            InputError: these settings do not go together.
        """
        return _made(self.fill(choose))

    def ends(self) -> Iterator[Candidate]:
        """Yield a candidate for each end of what is open, those of the defaults first."""
        for _, settings in probes(self.space):
            yield _made(settings)


def candidate_or_space(
    spec: CandidateSpec, *, place: tuple[str, ...], text: str, name: str
) -> Candidate | CandidateSpace:
    """Make a candidate from its text form, or a space where it leaves settings open.

    Args:
        spec: The text form.
        place: Keys that lead to it in the file.
        text: The file, to find lines in.
        name: What errors call the file.

    Raises:
        InputError: a kind does not exist; a setting, or an end of what is left open, is unknown,
            ill-typed or out of range.
    """
    plain = spec.model_dump()
    together = plain.pop("together")
    try:
        space = read_space(plain)
    except OpenSettingError as error:
        where = place_in_file(name, text, (*place, *error.place))
        raise InputError(f"{where}: {error}") from None
    if not has_open(space):
        return make_candidate(spec, place=place, text=text, name=name)
    if together:
        where = place_in_file(name, text, (*place, "together"))
        raise InputError(f"{where}: settings are searched for one target at a time; settle them")
    for opened, settings in probes(space):
        try:
            _made(settings, place=place, text=text, name=name)
        except InputError as error:
            raise InputError(f"{error}{f' (while trying {opened})' if opened else ''}") from None
    return CandidateSpace(plain, space)


def _made(
    settings: Any, *, place: tuple[str, ...] = (), text: str = "", name: str = "settings"
) -> Candidate:
    try:
        spec = CandidateSpec.model_validate(settings)
    except ValidationError as error:
        fault = error.errors()[0]
        where = place_in_file(name, text, (*place, str(fault["loc"][0])))
        raise InputError(f"{where}: {reason_of(fault)}") from None
    return make_candidate(spec, place=place, text=text, name=name)
