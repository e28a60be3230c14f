"""What readers of a dashboard write: stars, notes on runs, texts between panels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from atomarium.core.errors import InputError
from atomarium.core.files import parse_json, write_json

_T = TypeVar("_T")
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


@dataclass(frozen=True, kw_only=True)
class NotesChange:
    """What becomes of some notes; whatever is not named stays, an empty text goes.

    Args:
        stars: Whether a run has one, by number.
        runs: Its text.
        texts: Markdown by panel.
    """

    stars: dict[str, bool] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def read_notes(folder: Path) -> Notes:
    """Return the notes in a run folder, or none where nobody has written any.

    Raises:
        InputError: the file of notes is damaged.
    """
    path = folder / NOTES
    try:
        kept = _object(path.read_bytes())
        return Notes(
            stars=tuple(sorted(set(_whole_numbers(kept.get("stars", []))))),
            runs=_values(kept, "runs", str),
            texts=_values(kept, "texts", str),
        )
    except FileNotFoundError:
        return Notes()
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def read_change(text: bytes) -> NotesChange:
    """Return the change that a page asks for.

    Raises:
        InputError: it is none, names something that is no run, or is too long.
    """
    told = _object(text)
    if unknown := sorted(set(told) - {"stars", "runs", "texts"}):
        raise InputError(f"unknown key {unknown[0][:40]!r}; known are stars, runs, texts")
    change = NotesChange(
        stars=_values(told, "stars", bool),
        runs=_values(told, "runs", str),
        texts=_values(told, "texts", str),
    )
    for number in [*change.stars, *change.runs]:
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            raise InputError(f"expected the number of a run, got {number[:40]!r}")
    for name, one in [*change.runs.items(), *change.texts.items()]:
        if len(one) > _LONGEST or len(name) > 200:
            raise InputError(f"a text has at most {_LONGEST:,} letters, got {len(one):,}")
    return change


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = parse_json(text)
    except ValueError as error:
        raise InputError(f"expected JSON: {error}") from None
    if not isinstance(found, dict):
        raise InputError(f"expected an object, got {type(found).__name__}")
    return cast("dict[str, Any]", found)


def _whole_numbers(values: object) -> list[int]:
    numbers = cast("list[object]", values) if isinstance(values, list) else [values]
    for number in numbers:
        if type(number) is not int:
            raise InputError(f"stars: expected numbers of runs, got {number!r}")
    return cast("list[int]", numbers)


def _values(told: Mapping[str, Any], key: str, kind: type[_T]) -> dict[str, _T]:
    values = told.get(key, {})
    if not isinstance(values, dict):
        raise InputError(f"{key}: expected an object, got {type(values).__name__}")
    for name, one in cast("dict[str, object]", values).items():
        # JSON can name halves of letters, which no file can hold.
        if any(isinstance(text, str) and not _is_whole(text) for text in (name, one)):
            raise InputError(f"{key}: expected text, got half of a surrogate pair")
        if type(one) is not kind:
            expected = "true or false" if kind is bool else "text"
            raise InputError(f"{key}.{name[:40]}: expected {expected}, got {type(one).__name__}")
    return cast("dict[str, _T]", values)


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


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


def _written(old: Mapping[str, str], change: Mapping[str, str]) -> dict[str, Any]:
    return {name: text for name, text in {**old, **change}.items() if text.strip()}
