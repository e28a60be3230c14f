"""The two data sets that come with the package, in a form of their own: small and quick to load.

Positions of molecules are whole numbers of 1e-6 Å; crystals keep the six decimals of their cells
(Å) and fractional coordinates, which is all that was published. Everything else is kept exactly.
`scripts/build_samples.py` makes the files.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import numpy as np

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.core.files import written_atomically
from atomarium.core.segments import offsets_of, segment_of_row
from atomarium.core.structures import Structures
from atomarium.data.catalog import assemble, find_entry
from atomarium.data.importers import Imported

_RESOLUTION = 1e-6
_TARGET, _LABEL = "target:", "label:"


def load_sample(name: str) -> Dataset:
    """Return a data set that comes with the package.

    Args:
        name: `qm9-sample` or `mp-elastic`.

    Raises:
        InputError: no set of this name comes with the package.
    """
    entry = find_entry(name)
    if not entry.packaged:
        raise InputError(f"data set {name!r} does not come with the package; use load_dataset")
    with np.load(io.BytesIO(_content(name)), allow_pickle=False) as archive:
        imported = unpack({key: archive[key] for key in archive.files})
    return assemble(entry, imported, entry.provenance(source="comes with atomarium"))


def packaged_bytes(name: str) -> int:
    """Return the size of a set that comes with the package."""
    return len(_content(name))


def write_sample(path: Path, imported: Imported) -> None:
    """Write a file that `load_sample` reads; the same data give the same bytes."""
    with written_atomically(path) as part, part.open("wb") as stream:
        np.savez_compressed(stream, **pack(imported))  # type: ignore[arg-type]


def pack(imported: Imported) -> dict[str, np.ndarray]:
    """Return the few small arrays that stand for what an importer has read."""
    structures = imported.structures
    if structures.periodic.any() and not structures.periodic.all():
        raise InputError("a sample holds molecules or crystals, not both")
    places = structures.positions
    arrays = {
        "numbers": structures.numbers.astype(np.uint8),
        "sizes": structures.sizes.astype(np.uint16),
        "ids": np.array(imported.ids),
    }
    if structures.periodic.any():
        inverse = np.linalg.inv(structures.cells)[structures.structure_of_atom]
        places = np.einsum("ai,aij->aj", places, inverse)
        arrays["cells"] = _to_whole(structures.cells)
    arrays["places"] = _to_whole(places)
    for name, values in imported.columns.items():
        arrays[_TARGET + name] = values
    for name, values in imported.labels.items():
        arrays[_LABEL + name] = values
    return arrays


def unpack(arrays: Mapping[str, np.ndarray]) -> Imported:
    """Return what `pack` was given, positions rounded as the module says."""
    offsets = offsets_of(arrays["sizes"])
    places = arrays["places"] * _RESOLUTION
    cells = None
    if "cells" in arrays:
        cells = arrays["cells"] * _RESOLUTION
        places = np.einsum("ai,aij->aj", places, cells[segment_of_row(offsets)])
    return Imported(
        structures=Structures.from_arrays(arrays["numbers"], places, cells=cells, offsets=offsets),
        columns=_named(arrays, _TARGET),
        ids=tuple(arrays["ids"].tolist()),
        labels=_named(arrays, _LABEL),
    )


def _content(name: str) -> bytes:
    return (files("atomarium.data") / "packaged" / f"{name}.npz").read_bytes()


def _to_whole(values: np.ndarray) -> np.ndarray:
    return np.rint(values / _RESOLUTION).astype(np.int32)


def _named(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {
        key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)
    }
