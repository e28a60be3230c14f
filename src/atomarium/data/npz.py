"""One compressed file of numpy arrays: small, exact, read by numpy alone.

The arrays are `numbers`, `positions`, `cells`, `periodic`, `offsets`, `ids`, `target:NAME` and
`label:NAME`; `about` is JSON text with units and provenance.
"""

from __future__ import annotations

import json
import lzma
import math
import struct
import sys
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError

import numpy as np

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.core.files import parse_json, written_atomically
from atomarium.core.own_files import check_own
from atomarium.core.structures import Structures
from atomarium.data.compressed import most_bytes
from atomarium.data.described import (
    describe_provenance,
    describe_target,
    make_provenance,
    make_target,
    without_default_ids,
)

_KIND, _VERSION = "atomarium-npz", 1
_TARGET, _LABEL = "target:", "label:"
#: What zip files raise where they are broken, encrypted, or packed in ways unknown here.
_BROKEN = (
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    RuntimeError,
    UnicodeDecodeError,
)
#: Of characters, in the order of bytes that a type has.
_CODES = {"=": "=u4", "<": "<u4", ">": ">u4"}
_DTYPES = {
    "numbers": np.int32,
    "positions": np.float64,
    "cells": np.float64,
    "periodic": np.bool_,
    "offsets": np.int64,
}


def read(path: Path) -> Dataset:
    """Read a data set that `write` wrote.

    Raises:
        InputError: the file is broken, of another version, or holds other arrays.
    """
    arrays = _read_arrays(path)
    if "about" not in arrays:
        held = ", ".join(sorted(arrays)) or "nothing"
        raise InputError(f"{path}: not an npz file of atomarium (no 'about'); it holds {held}")
    try:
        return _assembled(path, arrays)
    except InputError:
        raise
    except KeyError as error:
        raise InputError(f"{path}: the array {error} is missing") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise InputError(f"{path}: 'about' cannot be read: {error}") from error


def write(path: Path, dataset: Dataset) -> None:
    """Write a data set as compressed npz; everything in it is kept exactly."""
    structures = dataset.structures
    about = {
        "format": _KIND,
        "version": _VERSION,
        "targets": {name: describe_target(target) for name, target in dataset.targets.items()},
        "provenance": describe_provenance(dataset.provenance),
    }
    arrays = {name: getattr(structures, name) for name in _DTYPES}
    arrays["ids"] = np.array(without_default_ids(dataset), dtype=str)
    arrays |= {_TARGET + name: target.values for name, target in dataset.targets.items()}
    for name, label in dataset.labels.items():
        arrays[_LABEL + name] = _storable(name, np.asarray(label))
    arrays["about"] = np.array(json.dumps(about, ensure_ascii=False))
    with written_atomically(path) as part, part.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]


def _storable(name: str, label: np.ndarray) -> np.ndarray:
    if not label.dtype.hasobject:
        return label
    if all(isinstance(entry, str) for entry in label.tolist()):
        return label.astype(str)
    raise InputError(f"label {name!r} holds other things than text or numbers of one kind")


def _assembled(path: Path, arrays: Mapping[str, np.ndarray]) -> Dataset:
    about = check_own(parse_json(str(arrays["about"])), path, _KIND, _VERSION)
    targets = {_TARGET + name: np.float64 for name in about["targets"]}
    for name, dtype in {**_DTYPES, **targets}.items():
        if arrays[name].dtype != dtype:
            raise InputError(f"{path}: {name!r} cannot be {arrays[name].dtype}")
    try:
        structures = Structures(**{name: arrays[name] for name in _DTYPES})
        structures.check()
        return Dataset(
            structures=structures,
            targets={
                name: make_target(name, described, arrays[_TARGET + name])
                for name, described in about["targets"].items()
            },
            ids=tuple(arrays["ids"].tolist()),
            labels={
                key.removeprefix(_LABEL): array
                for key, array in arrays.items()
                if key.startswith(_LABEL)
            },
            provenance=make_provenance(about["provenance"]),
        )
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            limit = most_bytes(path)
            if sum(member.file_size for member in members) > limit:
                raise InputError(f"{path}: holds more than {limit:,} bytes, refused")
            return {
                member.filename.removesuffix(".npy"): _read_array(path, archive, member)
                for member in members
            }
    except _BROKEN as error:
        raise InputError(f"{path}: broken or no npz file: {error}") from error


def _read_array(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    where = f"{path}: array {member.filename.removesuffix('.npy')!r}"
    with archive.open(member) as stream:
        try:
            version = np.lib.format.read_magic(stream)
            read_header = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape, columns_first, dtype = read_header(stream)
        except (ValueError, TokenError) as error:
            raise InputError(f"{where} is not an array of numpy: {error}") from error
        if dtype.hasobject:
            raise InputError(f"{where} holds Python objects, which are never loaded from files")
        # Read first, then made: what the header promises may be more than there is.
        content = bytearray(stream.read())
    if len(content) != math.prod(shape) * dtype.itemsize:
        raise InputError(f"{where} has {len(content)} bytes, not those of {shape} {dtype}")
    array = np.frombuffer(content, dtype) if content else np.zeros(0, dtype)
    if dtype.kind == "U" and (array.view(_CODES[dtype.byteorder]) > sys.maxunicode).any():
        raise InputError(f"{where} holds text with characters that there are not")
    return array.reshape(shape, order="F" if columns_first else "C")
