"""Perovskites of the Materials Project: one JSON file of crystals as dicts of pymatgen.

Source: X. Chen, https://github.com/X-Chen97/cs182project, homework on crystal graph networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from atomarium.core.errors import InputError
from atomarium.core.files import parse_object, read_object
from atomarium.data.importers.imported import Imported, join_structures
from atomarium.data.importers.matminer import crystal_of_dict


def import_mp_perovskites(files: tuple[Path, ...], options: Mapping[str, str]) -> Imported:
    """Read energies of cells, the same per atom, and band gaps, which half of the crystals have.

    Args:
        files: The JSON file.
        options: None are known.

    Raises:
        InputError: it is another file.
    """
    (path,) = files
    try:
        entries = read_object(path)
        crystals = [
            crystal_of_dict({"structure": parse_object(entry["structure"])})
            for entry in entries.values()
        ]
        energies = np.array([float(entry["energy"]) for entry in entries.values()])
        gaps = [entry.get("bandgap") for entry in entries.values()]
        band_gaps = np.array([float(gap["energy"]) if gap else np.nan for gap in gaps])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is not the list of perovskites: {error}") from None
    structures = join_structures(crystals)
    return Imported(
        structures=structures,
        columns={
            "energy": energies,
            "energy_per_atom": energies / structures.sizes,
            "band_gap": band_gaps,
        },
        ids=tuple(entries),
    )
