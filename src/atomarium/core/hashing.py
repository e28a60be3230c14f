"""Names made from content: equal content, equal name, on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import numpy as np


def hash_arrays(*arrays: np.ndarray) -> str:
    """Return the sha256 (hexadecimal) of arrays: their dtypes, shapes and little-endian bytes."""
    digest = hashlib.sha256()
    for array in arrays:
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        digest.update(f"{little.dtype.str}{little.shape}".encode())
        digest.update(little.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def hash_settings(settings: Mapping[str, object] | Sequence[object]) -> str:
    """Return the sha256 (hexadecimal) of plain settings; the order of keys does not matter."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
