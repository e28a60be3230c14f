"""What a file should say at a place, and what it says instead: one sentence for every fault."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError

_NUMBERS = frozenset({int, float})
_SHOWN = 60
#: Whole numbers from here on are not exact in JavaScript.
_MOST = 2**53


def refuse(place: str, expected: str, given: object) -> NoReturn:
    """Say what is wrong at a place of a file.

    Raises:
        InputError: always: `properties.energy.values[3]: expected number, got null`.
    """
    raise InputError(f"{place}: expected {expected}, got {said(given)}")


def said(value: object) -> str:
    """Return a short text of a value, in the words of JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")
    if is_number(value):
        return _said_number(value)
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return "an object" if isinstance(value, dict) else type(value).__name__


def _said_number(value: Any) -> str:
    if isinstance(value, int) and abs(value) >= _MOST:
        return "a number of very many digits" if abs(value) >= 10**_SHOWN else str(value)
    return "NaN" if value != value else f"{value:.17g}"  # noqa: PLR0124 - only NaN differs


def is_number(value: object) -> bool:
    """Return whether a value is a number; true and false are none."""
    return type(value) in _NUMBERS


def object_at(place: str, given: object) -> dict[str, Any]:
    """Return an object.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(given, dict):
        refuse(place, "an object", given)
    return given


def list_at(place: str, given: object, length: int | None = None) -> Sequence[Any]:
    """Return a list, of some length when one is given.

    Raises:
        InputError: it is something else, or longer or shorter.
    """
    if isinstance(given, np.ndarray):
        given = given.tolist()
    if not isinstance(given, list | tuple):
        refuse(place, "a list", given)
    if length is not None and len(given) != length:
        raise InputError(f"{place}: expected {length} values, got {len(given)}")
    return given


def text_at(place: str, given: object) -> str:
    """Return a text.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(given, str):
        refuse(place, "text", given)
    return given


def texts_at(place: str, given: object, length: int | None = None) -> tuple[str, ...]:
    """Return texts.

    Raises:
        InputError: something else is among them, or they are more or fewer than expected.
    """
    texts = list_at(place, given, length)
    if not set(map(type, texts)) <= {str}:
        wrong = next(i for i, one in enumerate(texts) if not isinstance(one, str))
        refuse(f"{place}[{wrong}]", "text", texts[wrong])
    return tuple(texts)


def numbers_at(
    place: str, given: object, length: int | None = None
) -> Float64[np.ndarray, "numbers"]:
    """Return numbers, which may be infinite or NaN.

    Raises:
        InputError: something else is among them, or they are more or fewer than expected.
    """
    values = list_at(place, given, length)
    if not set(map(type, values)) <= _NUMBERS:
        wrong = next(i for i, one in enumerate(values) if not is_number(one))
        refuse(f"{place}[{wrong}]", "number", values[wrong])
    try:
        return np.array(values, dtype=np.float64)
    except OverflowError:
        raise InputError(f"{place}: expected numbers below 1.8e308") from None


def finite_at(
    place: str, given: object, length: int | None = None
) -> Float64[np.ndarray, "numbers"]:
    """Return finite numbers.

    Raises:
        InputError: as for `numbers_at`, or one is infinite or NaN.
    """
    values = numbers_at(place, given, length)
    if not np.isfinite(values).all():
        wrong = int(np.flatnonzero(~np.isfinite(values))[0])
        refuse(f"{place}[{wrong}]", "a finite number", float(values[wrong]))
    return values


def number_at(place: str, given: object) -> float:
    """Return a finite number.

    Raises:
        InputError: it is something else.
    """
    if not is_number(given) or not math.isfinite(given):  # pyright: ignore[reportArgumentType]
        refuse(place, "number", given)
    return float(given)  # pyright: ignore[reportArgumentType]


def whole_at(place: str, given: object, least: int = 0) -> int:
    """Return a whole number.

    Raises:
        InputError: it is something else, or below the least that it may be.
    """
    if type(given) is float and given.is_integer():
        given = int(given)
    if type(given) is not int or given < least:
        refuse(place, f"a whole number of at least {least}", given)
    if given >= _MOST:
        refuse(place, "a whole number below 2**53", given)
    return given


def one_of_at(place: str, given: object, known: Sequence[str]) -> str:
    """Return one of some words.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(given, str) or given not in known:
        refuse(place, f"one of {', '.join(known)}", given)
    return given
