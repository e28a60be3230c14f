"""A folder of memory-mapped arrays: opens at once, whatever its size.

`manifest.json` names every array with its file, type, shape and sha256, and holds units and
provenance. The files are plain .npy. Rows of all structures follow each other, `offsets` says where
each begins. Text is kept as UTF-8 bytes, one after the other, and where each ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.core.own_files import read_own
from atomarium.core.structures import Structures
from atomarium.data.described import make_provenance, make_target

KIND, VERSION = "atomarium-store", 1
MANIFEST = "manifest.json"
#: Arrays of `Structures`, their types and the shapes of their rows.
STRUCTURE_ARRAYS: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "numbers": ("<i4", ()),
    "positions": ("<f8", (3,)),
    "cells": ("<f8", (3, 3)),
    "periodic": ("|b1", (3,)),
    "offsets": ("<i8", ()),
}


def read(path: Path) -> Dataset:
    """Open a store. Numbers stay in the files until they are used; text is read.

    Raises:
        InputError: it is of another version, or a file is missing, damaged or has a wrong size.
    """
    manifest = read_own(path / MANIFEST, KIND, VERSION)
    try:
        return _assembled(path, manifest)
    except InputError:
        raise
    except KeyError as error:
        raise InputError(f"{path / MANIFEST}: {error} is missing") from error
    except (TypeError, AttributeError, ValueError, OverflowError) as error:
        raise InputError(f"{path / MANIFEST}: cannot be read: {error}") from error


def _assembled(path: Path, manifest: Mapping[str, Any]) -> Dataset:
    arrays = {name: _mapped(path, one) for name, one in manifest["arrays"].items()}
    for name, (dtype, _) in STRUCTURE_ARRAYS.items():
        if arrays[name].dtype != np.dtype(dtype):
            raise InputError(f"{path}: {name!r} must be {dtype}, got {arrays[name].dtype}")
    try:
        targets = {
            name: make_target(name, described["about"], arrays[described["array"]])
            for name, described in manifest["targets"].items()
        }
        provenance = make_provenance(manifest["provenance"])
    except InputError as error:
        raise InputError(f"{path / MANIFEST}: cannot be read: {error}") from error
    return Dataset(
        structures=Structures(**{name: arrays[name] for name in STRUCTURE_ARRAYS}),
        targets=targets,
        ids=tuple(_texts(path, arrays, "ids")) if manifest["has_ids"] else (),
        labels={
            name: _label(path, arrays, described) for name, described in manifest["labels"].items()
        },
        provenance=provenance,
    )


def verify(path: Path) -> None:
    """Read every byte of a store and compare with the manifest.

    Raises:
        InputError: a file differs from what was written.
    """
    for described in read_own(path / MANIFEST, KIND, VERSION)["arrays"].values():
        array = _mapped(path, described)
        digest = hashlib.sha256(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
        if digest.hexdigest() != described["sha256"]:
            raise InputError(f"{path / described['file']}: differs from what was written")


def _mapped(path: Path, described: Mapping[str, Any]) -> np.ndarray:
    # A name with a path in it could reach any file of the machine.
    place = path / Path(described["file"]).name
    array = _loaded(place, described["bytes"])
    if array.dtype.str != described["dtype"] or list(array.shape) != described["shape"]:
        raise InputError(
            f"{place}: is {array.dtype.str} of shape {list(array.shape)}, "
            f"expected {described['dtype']} {described['shape']}"
        )
    return array


def _loaded(place: Path, expected: int) -> np.ndarray:
    try:
        n_bytes = place.stat().st_size
    except OSError as error:
        raise InputError(f"{place}: cannot be opened: {error.strerror}") from error
    if n_bytes != expected:
        raise InputError(f"{place}: has {n_bytes:,} bytes, expected {expected:,}")
    try:
        # As a plain array: the class of numpy's maps makes every slice slow.
        return np.asarray(np.load(place, mmap_mode="r", allow_pickle=False))
    except OSError as error:
        raise InputError(f"{place}: cannot be opened: {error.strerror}") from error
    except (ValueError, TokenError) as error:
        raise InputError(f"{place}: is no array of numpy: {error}") from error


def _label(
    path: Path, arrays: Mapping[str, np.ndarray], described: Mapping[str, Any]
) -> np.ndarray:
    if described["is_text"]:
        return np.array(_texts(path, arrays, described["array"]), dtype=str)
    return arrays[described["array"]]


def _texts(path: Path, arrays: Mapping[str, np.ndarray], name: str) -> list[str]:
    content, ends = arrays[name].tobytes(), arrays[f"{name}.ends"]
    try:
        if content.isascii():
            text = content.decode()
            borders = [0, *ends.tolist()]
            return [text[a:b] for a, b in pairwise(borders)]
        return [one.tobytes().decode() for one in np.split(arrays[name], ends)[:-1]]
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: {name!r} is not UTF-8 text") from error
