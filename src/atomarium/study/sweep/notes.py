"""What readers of a dashboard write: stars, notes on runs, texts between panels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from atomarium.core.errors import InputError
from atomarium.core.files import write_json

NOTES = "notes.json"
#: Letters of one text.
_LONGEST = 100_000
_MOST = 100_000


@dataclass(frozen=True, kw_only=True)
class Notes:
    """What readers have written beside a sweep.

    Args:
        stars: Numbers of runs.
        runs: A text on each of some runs, by number.
        texts: Markdown, by the panel that it stands above.
    """

    stars: tuple[int, ...] = ()
    runs: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


class NotesChange(BaseModel):
    """What becomes of some notes; whatever is not named stays, an empty text goes.

    Args:
        stars: Whether a run has one, by number.
        runs: Its text.
        texts: Markdown by panel.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    stars: dict[str, bool] = Field(default_factory=dict[str, bool])
    runs: dict[str, str] = Field(default_factory=dict[str, str])
    texts: dict[str, str] = Field(default_factory=dict[str, str])


class _Kept(BaseModel):
    model_config = ConfigDict(strict=True)

    stars: list[int] = Field(default_factory=list[int])
    runs: dict[str, str] = Field(default_factory=dict[str, str])
    texts: dict[str, str] = Field(default_factory=dict[str, str])


def read_notes(folder: Path) -> Notes:
    """Return the notes in a run folder, or none where nobody has written any.

    Raises:
        InputError: the file of notes is damaged.
    """
    path = folder / NOTES
    try:
        kept = _Kept.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Notes()
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        raise InputError(f"{path}: {place + ': ' if place else ''}{fault['msg']}") from None
    return Notes(stars=tuple(sorted(set(kept.stars))), runs=kept.runs, texts=kept.texts)


def read_change(text: bytes) -> NotesChange:
    """Return the change that a page asks for.

    Raises:
        InputError: it is none, names something that is no run, or is too long.
    """
    try:
        change = NotesChange.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"])) or "notes"
        raise InputError(f"{place}: {fault['msg']}") from None
    for number in [*change.stars, *change.runs]:
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            raise InputError(f"expected the number of a run, got {number[:40]!r}")
    for name, one in [*change.runs.items(), *change.texts.items()]:
        if len(one) > _LONGEST or len(name) > 200:
            raise InputError(f"a text has at most {_LONGEST:,} letters, got {len(one):,}")
    return change


def keep_change(folder: Path, change: NotesChange) -> Notes:
    """Write a change into the notes of a run folder, and return them.

    Raises:
        InputError: the file of notes is damaged, or there are too many.
    """
    old = read_notes(folder)
    stars = set(old.stars)
    for number, starred in change.stars.items():
        (stars.add if starred else stars.discard)(int(number))
    notes = Notes(
        stars=tuple(sorted(stars)),
        runs=_written(old.runs, change.runs),
        texts=_written(old.texts, change.texts),
    )
    if len(notes.stars) + len(notes.runs) + len(notes.texts) > _MOST:
        raise InputError(f"{folder / NOTES} holds at most {_MOST:,} notes")
    write_json(folder / NOTES, asdict(notes))
    return notes


def notes_json(notes: Notes) -> str:
    """Return notes as the page reads them."""
    return json.dumps(asdict(notes), ensure_ascii=False)


def _written(old: Mapping[str, str], change: Mapping[str, str]) -> dict[str, Any]:
    return {name: text for name, text in {**old, **change}.items() if text.strip()}
