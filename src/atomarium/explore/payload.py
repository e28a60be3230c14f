"""What crosses between Python and the browser: JSON, with large columns as little-endian bytes."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from atomarium.core.errors import InputError
from atomarium.core.files import parse_json

#: What the browser has typed arrays for; everything else is converted to one of them or refused.
DTYPES = ("|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<f4", "<f8")

_COLUMN_KEYS = frozenset({"dtype", "shape", "base64"})


def encode(payload: Mapping[str, Any]) -> str:
    """Return a payload as JSON; numpy arrays become columns, numpy numbers plain ones.

    A column is `{"dtype": "<f4", "shape": [2, 3], "base64": ".."}`: raw little-endian bytes in C
    order. Booleans become bytes, 64-bit integers 32-bit ones, float16 float32.

    Args:
        payload: Mappings, sequences, text, numbers, None and numpy arrays. `format` and `version`
            say what it is, so that a page knows whether it understands it.

    Raises:
        InputError: `format` or `version` is missing, a key is not text, a plain number is not
            finite (columns may hold NaN), an integer does not fit into 32 bits, or a value is of
            no kind that JSON knows. The message names the place: `trials[3].scores.r2`.
    """
    check_header(payload)
    plain = to_plain(payload, "payload", to_column)
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def decode(text: str) -> dict[str, Any]:
    """Return the payload of a JSON text; columns become read-only numpy arrays.

    Raises:
        InputError: it is not JSON, not an object, has no `format` and `version`, or a column has
            an unknown dtype or a number of bytes that does not fit its shape.
    """
    try:
        content = parse_json(text)
    except ValueError as error:
        raise InputError(f"payload: not JSON: {error}") from error
    if not isinstance(content, dict):
        raise InputError(f"payload: expected an object, got {type(content).__name__}")
    check_header(content)
    return from_plain(content, "payload", _COLUMN_KEYS, from_column)


def to_column(values: np.ndarray, place: str = "column") -> dict[str, Any]:
    """Return an array as the column that both sides read.

    Args:
        values: Booleans, integers or real numbers of any shape.
        place: How to call it in an error.

    Raises:
        InputError: the type has no counterpart in the browser, or an integer does not fit into
            32 bits.
    """
    little = narrow(np.asarray(values), place)
    return {
        "dtype": little.dtype.str,
        "shape": list(little.shape),
        "base64": base64.b64encode(little.tobytes()).decode("ascii"),
    }


def from_column(column: Mapping[str, Any], place: str = "column") -> np.ndarray:
    """Return the read-only array of a column.

    Args:
        column: As `to_column` makes it.
        place: How to call it in an error.

    Raises:
        InputError: the dtype is unknown, the shape is not one, the bytes are not base64, or they
            do not fit the shape.
    """
    dtype, shape = check_column(column, place)
    try:
        raw = base64.b64decode(column["base64"], validate=True)
    except ValueError as error:
        raise InputError(f"{place}.base64: {error}") from error
    expected = math.prod(shape) * np.dtype(dtype).itemsize
    if len(raw) != expected:
        raise InputError(f"{place}: {shape} of {dtype} are {expected} bytes, got {len(raw)}")
    return np.frombuffer(raw, dtype=dtype).reshape(shape)


def check_column(column: Mapping[str, Any], place: str) -> tuple[str, list[int]]:
    """Return the dtype and the shape that a column says it has.

    Raises:
        InputError: the dtype is unknown or the shape is not one.
    """
    dtype, shape = column["dtype"], column["shape"]
    if dtype not in DTYPES:
        raise InputError(f"{place}.dtype: expected one of {', '.join(DTYPES)}, got {dtype!r}")
    if not isinstance(shape, list) or any(type(n) is not int or n < 0 for n in shape):
        raise InputError(f"{place}.shape: expected numbers from 0 on, got {shape!r}")
    return dtype, shape


def narrow(array: np.ndarray, place: str) -> np.ndarray:
    """Return an array as the nearest type that the browser has, little-endian and in C order.

    Raises:
        InputError: there is no such type, or an integer does not fit into 32 bits.
    """
    array = _in_browser_type(array, place)
    return array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)


def _in_browser_type(array: np.ndarray, place: str) -> np.ndarray:
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind == "b":
        return array.astype(np.uint8)
    if kind == "f" and size <= 8:
        return array.astype(np.float32) if size == 2 else array
    if kind in "iu" and size < 8:
        return array
    if kind in "iu":
        narrow = np.int32 if kind == "i" else np.uint32
        limits = np.iinfo(narrow)
        if array.size and (array.min() < limits.min or array.max() > limits.max):
            raise InputError(f"{place}: integers must lie in {limits.min}…{limits.max}")
        return array.astype(narrow)
    raise InputError(
        f"{place}: the browser has no arrays of {array.dtype}; give numbers or a list of text"
    )


def to_plain(
    value: object, place: str, carry: Callable[[np.ndarray, str], dict[str, Any]]
) -> object:
    """Return a value as JSON knows it.

    Args:
        value: As `encode` takes it.
        place: How to call it in an error.
        carry: What becomes of an array, given the array and its place.

    Raises:
        InputError: a value is of no kind that JSON knows.
    """
    if isinstance(value, np.ndarray):
        return carry(value, place)
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError(f"{place}: {value} is not JSON; give None or put it into a column")
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise InputError(f"{place}: keys must be text, got {key!r}")
        return {key: to_plain(item, f"{place}.{key}", carry) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [to_plain(item, f"{place}[{i}]", carry) for i, item in enumerate(value)]
    raise InputError(f"{place}: {type(value).__name__} is not a kind of value that JSON knows")


def from_plain(
    value: Any,
    place: str,
    keys: frozenset[str],
    read: Callable[[Mapping[str, Any], str], np.ndarray],
) -> Any:
    """Return a value out of JSON with its columns as arrays.

    Args:
        value: What JSON knows.
        place: How to call it in an error.
        keys: By which a column is known.
        read: What makes an array of a column, given the column and its place.
    """
    if isinstance(value, dict):
        if value.keys() == keys:
            return read(value, place)
        return {k: from_plain(item, f"{place}.{k}", keys, read) for k, item in value.items()}
    if isinstance(value, list):
        return [from_plain(item, f"{place}[{i}]", keys, read) for i, item in enumerate(value)]
    return value


def check_header(payload: Mapping[str, Any]) -> None:
    """Check that a payload says what it is.

    Raises:
        InputError: `format` or `version` is missing.
    """
    for key, kind in (("format", str), ("version", int)):
        if type(payload.get(key)) is not kind:
            expected = "text" if kind is str else "a whole number"
            raise InputError(f"payload.{key}: expected {expected}, got {payload.get(key)!r}")
