from __future__ import annotations

import hashlib
import json
import sys

import numpy as np
import pytest

from atomarium.core.hashing import hash_arrays, hash_settings


def test_hash_is_the_sha256_of_kind_shape_and_bytes():
    array = np.array([[1.5, -2.0]])
    expected = hashlib.sha256(b"<f8(1, 2)" + array.astype("<f8").tobytes()).hexdigest()
    assert hash_arrays(array) == expected


def test_byte_order_and_memory_layout_do_not_matter():
    array = np.arange(12.0).reshape(3, 4)
    other = ">" if sys.byteorder == "little" else "<"
    assert hash_arrays(array.astype(f"{other}f8")) == hash_arrays(array)
    assert hash_arrays(np.asfortranarray(array)) == hash_arrays(array)
    assert hash_arrays(np.repeat(array, 2, axis=1)[:, ::2]) == hash_arrays(array)


@pytest.mark.parametrize(
    "other",
    [
        [np.arange(6.0).reshape(2, 3)],
        [np.arange(6).astype(np.float32)],
        [np.arange(6)],
        [np.arange(3.0), np.arange(3.0, 6.0)],
        [np.array(["0"])],
        [np.zeros((0, 6))],
        [np.zeros((6, 0))],
        [np.arange(6) > 2],
        [],
    ],
)
def test_different_arrays_have_different_hashes(other):
    assert hash_arrays(*other) != hash_arrays(np.arange(6.0))


def test_arrays_of_objects_have_no_hash():
    with pytest.raises(TypeError):
        hash_arrays(np.array([{}, None], dtype=object))


def test_settings_are_hashed_by_content_not_by_order():
    assert hash_settings({"a": 1, "b": [2.5, "é"]}) == hash_settings({"b": (2.5, "é"), "a": 1})
    assert hash_settings({"a": 1}) != hash_settings({"a": 1.0})
    text = json.dumps({"a": 1, "b": [2]}, sort_keys=True, separators=(",", ":"))
    assert hash_settings({"b": [2], "a": 1}) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("settings", [{"a": float("nan")}, {"a": [float("inf")]}])
def test_settings_that_are_not_numbers_are_refused(settings):
    with pytest.raises(ValueError, match="not JSON compliant"):
        hash_settings(settings)
