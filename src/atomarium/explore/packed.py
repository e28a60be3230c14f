"""A payload as bytes: a short JSON header and the columns behind it, for large data.

The bytes are: `ATOMPACK`, a uint32 with the version of this layout (1), a uint32 with the length
of the header, the header in UTF-8 (filled up with spaces to a multiple of 8), the columns. Where
`payload.encode` writes base64, the header says where a column begins: `{"dtype": "<f4", "shape":
[2, 3], "at": 64, "planes": false}`, in bytes from the end of the header, a multiple of 8. A column
in planes has the first bytes of all its numbers first, which is what makes numbers compressible.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from atomarium.core.errors import InputError
from atomarium.core.files import parse_json
from atomarium.explore.payload import check_column, check_header, from_plain, narrow, to_plain

MAGIC = b"ATOMPACK"
LAYOUT = 1

_START = struct.Struct("<8sII")
_COLUMN_KEYS = frozenset({"dtype", "shape", "at", "planes"})


def pack(payload: Mapping[str, Any], *, planes: bool = False) -> bytes:
    """Return a payload as bytes.

    Args:
        payload: As `payload.encode` takes it.
        planes: Whether numbers are written plane by plane, for compressing them afterwards.

    Raises:
        InputError: as for `payload.encode`.
    """
    check_header(payload)
    body: list[bytes] = []
    length = 0

    def carry(values: np.ndarray, place: str) -> dict[str, Any]:
        nonlocal length
        array = narrow(values, place)
        column = {"dtype": array.dtype.str, "shape": list(array.shape), "at": length}
        in_planes = planes and array.itemsize > 1
        raw = _to_planes(array) if in_planes else array.tobytes()
        body.append(raw + bytes(-len(raw) % 8))
        length += len(body[-1])
        return {**column, "planes": in_planes}

    plain = to_plain(payload, "payload", carry)
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([_START.pack(MAGIC, LAYOUT, len(text)), text, *body])


def unpack(packed: bytes) -> dict[str, Any]:
    """Return the payload of packed bytes; columns become read-only numpy arrays.

    Raises:
        InputError: the bytes are no payload, of another layout, cut off, or damaged.
    """
    if len(packed) < _START.size or packed[: len(MAGIC)] != MAGIC:
        raise InputError(f"payload: expected bytes that begin with {MAGIC!r}, got {packed[:8]!r}")
    _, layout, length = _START.unpack_from(packed)
    if layout != LAYOUT:
        raise InputError(f"payload: expected layout {LAYOUT}, got {layout}")
    start = _START.size + length
    try:
        content = parse_json(packed[_START.size : start])
    except ValueError as error:
        raise InputError(f"payload: damaged header: {error}") from error
    if not isinstance(content, dict):
        raise InputError(f"payload: expected an object, got {type(content).__name__}")
    check_header(content)
    body = memoryview(packed)[start:]
    return from_plain(content, "payload", _COLUMN_KEYS, lambda c, place: _read(c, place, body))


def _to_planes(array: np.ndarray) -> bytes:
    return array.reshape(-1).view(np.uint8).reshape(-1, array.itemsize).T.tobytes()


def _read(column: Mapping[str, Any], place: str, body: memoryview) -> np.ndarray:
    dtype, shape = check_column(column, place)
    size, width = math.prod(shape), np.dtype(dtype).itemsize
    start = column["at"]
    if type(start) is not int or start < 0 or start + size * width > len(body):
        raise InputError(f"{place}: {size * width} bytes at {start!r} of {len(body)} are not there")
    raw = body[start : start + size * width]
    if not column["planes"]:
        return np.frombuffer(raw, dtype=dtype).reshape(shape)
    bytes_of = np.frombuffer(raw, dtype=np.uint8).reshape(width, size)
    array = np.ascontiguousarray(bytes_of.T).view(dtype).reshape(shape)
    array.setflags(write=False)
    return array
