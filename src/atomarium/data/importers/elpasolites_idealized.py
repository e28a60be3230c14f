"""Elpasolites (ABC2D6) on idealized geometries: which element is on which site, and the energy.

Relaxed geometries of this set were not published with its energies. Every crystal gets the cell of
the prototype, with lengths from covalent radii: the energies are of others than these geometries.

Source: F. A. Faber et al., Phys. Rev. Lett. 117, 135502 (2016); radii of B. Cordero et al., Dalton
Trans. 2832 (2008), as in ASE.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.importers.elpasolites import read_tables
from atomarium.data.importers.imported import Imported

_SITES, _ENERGIES = "sites_ABCD", "formation_energy_per_atom"
#: Atoms on each of the four sites.
_COUNTS = (1, 1, 2, 6)


def import_idealized_elpasolites(files: tuple[Path, ...], options: Mapping[str, str]) -> Imported:
    """Read which element is on which site, and build the crystals.

    Args:
        files: An .npz with `sites_ABCD` (atomic numbers) and `formation_energy_per_atom` (eV), or
            the published archive, of which elements and energies are taken alone.
        options: None are known.

    Raises:
        InputError: it is neither, or a crystal in it is no elpasolite.
    """
    (path,) = files
    if path.suffix == ".npz":
        sites, energies = _read_sites(path)
    else:
        sites, energies = _read_archive(path)
    structures = idealized(sites)
    structures.check()
    formulas = ["{}{}{}2{}6".format(*(SYMBOLS[z] for z in row)) for row in sites.tolist()]
    return Imported(
        structures=structures,
        columns={"formation_energy": 10 * energies, "formation_energy_per_atom": energies},
        ids=tuple(f"{formula} {k}" for k, formula in enumerate(formulas)),
        labels={"formula": np.array(formulas)},
    )


def idealized(sites: Int64[np.ndarray, "structures four"]) -> Structures:
    """Return crystals Fm-3m with A at 0, B at 1/2, C at ±1/4 (1, 1, 1) and D at (±x, 0, 0) and so on.

    The edge a of the cubic cell is the least at which no two neighbors overlap: 2 (r_A + r_B + 2 r_D)
    where A, D and B touch, √8 (r_C + r_D) where C and D touch. D divides the line from A to B as
    their radii do.

    Args:
        sites: Atomic numbers on A, B, C and D.
    """
    # Importing ASE takes a while.
    from ase.data import covalent_radii

    first, second, third, fourth = np.asarray(covalent_radii)[sites].T
    edges = np.maximum(2 * (first + second + 2 * fourth), np.sqrt(8) * (third + fourth))
    x = 0.5 * (first + fourth) / (first + second + 2 * fourth)
    primitive = 0.5 * (1 - np.eye(3))
    places = np.zeros((len(sites), sum(_COUNTS), 3))
    places[:, 1], places[:, 2], places[:, 3] = 0.5, 0.25, 0.75
    for axis in range(3):
        places[:, 4 + 2 * axis, axis] = x
        places[:, 5 + 2 * axis, axis] = -x
    return Structures.from_arrays(
        np.repeat(sites, _COUNTS, axis=1).reshape(-1).astype(np.int32),
        (places * edges[:, None, None]).reshape(-1, 3),
        cells=primitive * edges[:, None, None],
        offsets=np.arange(len(sites) + 1, dtype=np.int64) * sum(_COUNTS),
    )


def _read_sites(
    path: Path,
) -> tuple[Int64[np.ndarray, "structures four"], Float64[np.ndarray, "structures"]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            sites, energies = archive[_SITES].astype(np.int64), archive[_ENERGIES]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} does not hold sites of elpasolites: {error}") from None
    fits = sites.ndim == 2 and sites.shape[1] == 4 and energies.shape == (len(sites),)
    if not fits or not ((sites > 0) & (sites < len(SYMBOLS))).all():
        raise InputError(f"{path}: {_SITES} must be four atomic numbers for each energy")
    return sites, energies.astype(np.float64)


def _read_archive(
    path: Path,
) -> tuple[Int64[np.ndarray, "structures four"], Float64[np.ndarray, "structures"]]:
    """Return sites by how often each element occurs; A and B, which are alike, as they stand."""
    sites: list[list[int]] = []
    energies: list[float] = []
    for name, table in read_tables(path).items():
        for numbers, energy in zip(table["Z"], np.ravel(table["T"]).tolist(), strict=True):
            listed = [int(z) for z in np.ravel(numbers)]
            found = sorted(dict.fromkeys(listed), key=listed.count)
            if tuple(listed.count(z) for z in found) != _COUNTS:
                raise InputError(f"{path}: {name} holds {len(listed)} atoms that are not ABC2D6")
            sites.append(found)
            energies.append(float(energy) / len(listed))
    return np.array(sites, dtype=np.int64), np.array(energies)
