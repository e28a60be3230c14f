"""The payload is the same bytes on both sides; what has no place in it is refused by its path.

`python tests/explore/test_payload.py` writes the golden file anew; frontend/tests reads it too.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.explore.payload import DTYPES, decode, encode, from_column, to_column

GOLDEN = Path(__file__).parent / "golden" / "payload.json"
COLUMNS = {
    "bytes": np.array([0, 1, 254, 255], dtype=np.uint8),
    "signed_bytes": np.array([-128, -1, 0, 127], dtype=np.int8),
    "short": np.array([0, 65535], dtype=np.uint16),
    "signed_short": np.array([-32768, 32767], dtype=np.int16),
    "long": np.array([0, 2**32 - 1], dtype=np.uint32),
    "signed_long": np.array([[-(2**31), 2**31 - 1], [-1, 1]], dtype=np.int32),
    "single": np.array([[0.1, -1.5e-30, 3e38]], dtype=np.float32),
    "double": np.array([np.pi, -0.0, np.nan, np.inf, -np.inf, 5e-324]),
    "empty": np.zeros((0, 3), dtype=np.float32),
}
HEADER = {"format": "atomarium-test", "version": 1}


def golden_text() -> str:
    """Return the golden file: the columns, and beside them what they hold in plain numbers."""
    expected = {
        name: {
            "shape": list(array.shape),
            # Text, because JSON has no NaN and a float32 is best told as the double it equals.
            "values": [_word(value) for value in array.ravel()],
        }
        for name, array in COLUMNS.items()
    }
    content = {
        "format": "atomarium-golden",
        "version": 1,
        "columns": {name: to_column(array) for name, array in COLUMNS.items()},
        "expected": expected,
    }
    return json.dumps(content, indent=1) + "\n"


def _word(value: Any) -> str:
    number = float(value)
    if np.isfinite(number):
        return repr(number)
    return "NaN" if np.isnan(number) else f"{'-' if number < 0 else ''}Infinity"


def test_columns_are_written_as_the_golden_file_has_them() -> None:
    assert GOLDEN.read_text(encoding="utf-8") == golden_text()


@pytest.mark.parametrize("name", COLUMNS)
def test_golden_columns_are_read_back(name: str) -> None:
    golden = decode(GOLDEN.read_text(encoding="utf-8"))
    read = golden["columns"][name]
    assert read.dtype == COLUMNS[name].dtype
    np.testing.assert_array_equal(read, COLUMNS[name], strict=True)
    assert not read.flags.writeable


def test_every_dtype_has_a_golden_column() -> None:
    assert {array.dtype.newbyteorder("<").str for array in COLUMNS.values()} == set(DTYPES)


def test_bytes_are_little_endian_and_in_c_order() -> None:
    big = np.asfortranarray(np.arange(6).reshape(2, 3)).astype(">i4")
    column = to_column(big)
    assert column["dtype"] == "<i4"
    assert base64.b64decode(column["base64"]) == b"".join(
        value.to_bytes(4, "little") for value in range(6)
    )


@pytest.mark.parametrize(
    ("given", "dtype"),
    [
        (np.array([True, False]), "|u1"),
        (np.array([1, -1], dtype=np.int64), "<i4"),
        (np.array([1, 2], dtype=np.uint64), "<u4"),
        (np.array([0.5], dtype=np.float16), "<f4"),
        (np.zeros(0, dtype=np.int64), "<i4"),
    ],
)
def test_types_the_browser_lacks_become_the_next_it_has(given: np.ndarray, dtype: str) -> None:
    column = to_column(given)
    assert column["dtype"] == dtype
    np.testing.assert_array_equal(from_column(column), given)


def test_numpy_and_plain_values_cross_alike() -> None:
    payload = {**HEADER, "n": np.int64(3), "x": np.float64(0.1), "all": (1, "zwölf", None, True)}
    assert decode(encode(payload)) == {**HEADER, "n": 3, "x": 0.1, "all": [1, "zwölf", None, True]}


def test_columns_anywhere_in_a_payload_come_back_as_arrays() -> None:
    payload = {**HEADER, "many": [{"values": np.arange(3.0)}]}
    np.testing.assert_array_equal(decode(encode(payload))["many"][0]["values"], [0.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"scores": [{"r2": float("nan")}]}, r"payload\.scores\[0\]\.r2: nan is not JSON"),
        ({"x": np.float64("inf")}, r"payload\.x: inf is not JSON"),
        ({"a": {1: 2}}, r"payload\.a: keys must be text, got 1"),
        ({"a": {1, 2}}, r"payload\.a: set is not a kind"),
        ({"a": b"raw"}, r"payload\.a: bytes is not a kind"),
        ({"a": np.array(["C", "H"])}, r"payload\.a: the browser has no arrays of <U1"),
        ({"a": np.array([1j])}, r"payload\.a: the browser has no arrays of complex128"),
        ({"a": np.array([2**40])}, r"payload\.a: integers must lie in -2147483648…2147483647"),
        ({"format": None}, r"payload\.format: expected text, got None"),
        ({"version": "1"}, r"payload\.version: expected a whole number, got '1'"),
    ],
)
def test_what_has_no_place_is_refused_by_its_path(extra: dict[Any, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        encode({**HEADER, **extra})


def _damaged(**change: object) -> str:
    return json.dumps({**HEADER, "x": {**to_column(np.zeros(2, dtype=np.float32)), **change}})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "expected an object, got list"),
        ("{}", r"payload\.format: expected text, got None"),
        (_damaged(dtype=">f4"), r"payload\.x\.dtype: expected one of .*, got '>f4'"),
        (_damaged(shape=[-1]), r"payload\.x\.shape: expected numbers from 0 on, got \[-1\]"),
        (_damaged(shape=[3]), r"payload\.x: \[3\] of <f4 are 12 bytes, got 8"),
        (_damaged(base64="§"), r"payload\.x\.base64: "),
    ],
)
def test_damaged_payloads_are_refused_by_their_path(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        decode(text)


if __name__ == "__main__":
    GOLDEN.write_text(golden_text(), encoding="utf-8")
