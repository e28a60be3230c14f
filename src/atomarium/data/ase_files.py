"""Read anything that ASE reads: POSCAR, trajectories, output of codes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.ase_quantities import Quantities

if TYPE_CHECKING:
    from ase import Atoms

#: Arrays that are the structure itself.
_OWN_ARRAYS = ("numbers", "positions")
_UNITS = {
    "energy": "eV",
    "free_energy": "eV",
    "forces": "eV/Å",
    "stress": "eV/Å^3",
    "dipole": "e Å",
    "charges": "e",
}
#: What calculators find for atoms.
_OF_ATOMS = {"forces", "stresses", "charges", "magmoms", "energies"}


def read(path: Path) -> Dataset:
    """Read all images of a file; what calculators found becomes targets in the units of ASE.

    What an image holds beside numbers, arrays of one shape, and text is left behind.

    Raises:
        InputError: ASE cannot read the file, or it holds no structure.
    """
    if path.is_file() and not path.stat().st_size:
        raise InputError(f"{path}: is empty")
    images = _images(path)
    try:
        structures = Structures.from_ase(images)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    quantities = Quantities(path)
    quantities.begin(0, structures.sizes)
    of_atoms = _OF_ATOMS.union(*(image.arrays for image in images))
    found = [_found_in(image) for image in images]
    for name in dict.fromkeys(name for one in found for name in one):
        _take_in(quantities, name, [one.get(name) for one in found], of_atoms=name in of_atoms)
    ids, targets, labels = quantities.settle({}, range(1, len(images) + 1))
    return Dataset(structures=structures, targets=targets, ids=ids, labels=labels)


def _images(path: Path) -> list[Atoms]:
    from ase import Atoms
    from ase.io import read as read_by_ase

    try:
        images = read_by_ase(path, index=":")
    except Exception as error:
        # Readers of ASE raise whatever their parsing stumbles on; all of it means the same here.
        reason = f"{type(error).__name__}: {error}".rstrip(": ")
        raise InputError(f"{path}: ASE cannot read it ({reason})") from error
    several = [images] if isinstance(images, Atoms) else list(images)
    if not several:
        raise InputError(f"{path}: holds no structure")
    return several


def _found_in(image: Atoms) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: array for name, array in image.arrays.items() if name not in _OWN_ARRAYS
    }
    found |= {name: value for name, value in image.info.items() if isinstance(name, str)}
    if image.calc is not None:
        results = getattr(image.calc, "results", {})
        found |= {name: value for name, value in results.items() if value is not None}
    return found


def _take_in(quantities: Quantities, name: str, values: list[Any], *, of_atoms: bool) -> None:
    rows = [r for r, value in enumerate(values) if value is not None]
    given = [values[r] for r in rows]
    if all(isinstance(value, str | bool | np.bool_) for value in given):
        quantities.add_pairs(name, rows, [v if isinstance(v, str) else bool(v) for v in given])
        return
    try:
        arrays = [np.asarray(value) for value in given]
    except ValueError:
        return
    are_numbers = all(array.dtype.kind in "biuf" for array in arrays)
    if are_numbers and (of_atoms or len({array.shape for array in arrays}) == 1):
        rows_of = "atoms" if of_atoms else "structures"
        quantities.add_own(name, values, unit=_UNITS.get(name, ""), of=rows_of)
