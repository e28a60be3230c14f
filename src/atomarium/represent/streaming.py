"""Features of more structures than fit into memory: computed in runs, kept in one file.

A folder holds `values.npy` (memory-mapped when read), `offsets.npy`, `numbers.npy` and
`features.json`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, runtime_checkable

import numpy as np

from atomarium.core.errors import InputError, counted_from
from atomarium.core.features import Features
from atomarium.core.files import write_json
from atomarium.core.own_files import read_own
from atomarium.core.progress import progress
from atomarium.core.segments import runs_of_segments
from atomarium.core.structures import Structures

_FORMAT, _VERSION = "atomarium-features", 1
#: Rows of so many atoms stay in the processor's caches until they are reduced.
ATOMS_AT_ONCE = 500


@runtime_checkable
class Representation(Protocol):
    """Settings that turn structures into features."""

    def settle(self, structures: Structures) -> Representation:
        """Return the same settings with everything left open filled in from data."""
        ...

    def compute(self, structures: Structures) -> Features:
        """Return the features of structures."""
        ...


def runs_of_atoms(structures: Structures, n_atoms: int) -> Iterator[Structures]:
    """Cut structures into runs of about so many atoms, at least one structure each."""
    for run in runs_of_segments(structures.offsets, n_atoms):
        yield structures[run]


def compute_into(
    folder: Path | str,
    representation: Representation,
    structures: Structures,
    *,
    reduce: Literal["none", "mean", "sum"] = "none",
    dtype: Literal["float64", "float32"] = "float64",
    show: bool = True,
) -> Features:
    """Compute features run by run into a folder and return them memory-mapped.

    Memory is bounded by one run of about 500 atoms, or one structure. The folder appears when
    all is done; an older one of features is replaced. What is killed may leave a hidden folder
    behind, `.name.…`, which can be deleted.

    Args:
        folder: Where the features are kept.
        representation: Settled on all structures first.
        structures: At least one; may be memory-mapped.
        reduce: Whether atoms of a structure are averaged or summed before they are kept.
        dtype: What numbers are kept as.
        show: Whether to show progress.

    Raises:
        InputError: there are no structures, the folder holds something else, or the
            representation refuses a structure.
    """
    folder = Path(folder)
    if not len(structures):
        raise InputError("no structures to compute features of")
    if folder.exists() and not (folder / "features.json").is_file():
        raise InputError(f"{folder} exists and does not hold features; choose another place")
    settled = representation.settle(structures)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    old = part.with_name(f"{part.name}.old")
    try:
        first = _reduced(settled.compute(structures[:1]), reduce)
        # Written, not mapped: mapped pages would count as memory of this process.
        with (
            (part / "values.npy").open("wb") as file,
            progress("represent", len(structures), show=show) as bar,
        ):
            _write_head(file, first, structures, dtype)
            for run in runs_of_segments(structures.offsets, ATOMS_AT_ONCE):
                with counted_from(run.start):
                    features = _reduced(settled.compute(structures[run]), reduce)
                file.write(np.ascontiguousarray(features.values, dtype=dtype).data)
                bar.advance(len(features))
        _write_rest(part, first, structures)
        part.chmod(0o755)
        if folder.exists():
            # Moved away first: killed while it is deleted, the rest would be taken for features.
            folder.replace(old)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return open_features(folder)


def open_features(folder: Path | str) -> Features:
    """Return the features in a folder; values are memory-mapped.

    Raises:
        InputError: the folder holds no features, or those of another version.
    """
    folder = Path(folder)
    settings = read_own(folder / "features.json", _FORMAT, _VERSION)
    try:
        values = np.load(folder / "values.npy", mmap_mode="r")
        offsets, numbers = np.load(folder / "offsets.npy"), np.load(folder / "numbers.npy")
    except (OSError, ValueError) as error:
        raise InputError(f"no features in {folder}: {error}") from None
    return Features(
        values=values,
        rows=settings["rows"],
        offsets=offsets,
        names=tuple(settings["names"]),
        numbers=numbers,
        reduced=settings["reduced"],
    )


def _reduced(features: Features, reduce: str) -> Features:
    if reduce == "none":
        return features
    return features.mean() if reduce == "mean" else features.sum()


def _write_head(file: BinaryIO, features: Features, structures: Structures, dtype: str) -> None:
    n_rows = structures.n_atoms if features.rows == "atoms" else len(structures)
    head = {
        "descr": np.lib.format.dtype_to_descr(np.dtype(dtype)),
        "fortran_order": False,
        "shape": (n_rows, features.width),
    }
    np.lib.format.write_array_header_1_0(file, head)


def _write_rest(part: Path, features: Features, structures: Structures) -> None:
    np.save(part / "offsets.npy", structures.offsets)
    np.save(part / "numbers.npy", structures.numbers)
    settings = {
        "format": _FORMAT,
        "version": _VERSION,
        "rows": features.rows,
        "reduced": features.reduced,
        "names": list(features.names),
    }
    write_json(part / "features.json", settings)
