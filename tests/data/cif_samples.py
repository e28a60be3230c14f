"""A crystal as a CIF, and what ASE makes of CIFs."""

from __future__ import annotations

import warnings
from pathlib import Path

import ase.io
import numpy as np

from atomarium.core.structures import Structures

CELL = """data_test
_cell_length_a 4.0(2)
_cell_length_b 5
_cell_length_c 6.5
_cell_angle_alpha 90
_cell_angle_beta 100.
_cell_angle_gamma 90
"""
SITES = """loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
"""
ONE = CELL + SITES + "Na1 Na1+ 0 0 0 1\n"


def distances(structures: Structures) -> np.ndarray:
    """Return the distances of all atoms of one structure, sorted."""
    (atoms,) = structures.to_ase()
    return np.sort(atoms.get_all_distances(mic=True).ravel())


def read_by_ase(path: Path) -> Structures:
    """Return what ASE reads from a CIF."""
    with warnings.catch_warnings():
        # ASE doubts the settings of centered groups even where the operations are listed.
        warnings.simplefilter("ignore")
        return Structures.from_ase(ase.io.read(path))
