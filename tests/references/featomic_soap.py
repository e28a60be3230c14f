"""The power spectrum of featomic, by the settings and in the order of ours."""

from __future__ import annotations

import numpy as np
from featomic import SoapPowerSpectrum
from metatensor import Labels

from atomarium.core.elements import NUMBERS
from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap


def featomic_soap(structures: Structures, soap: Soap) -> np.ndarray:
    """Return featomic's rows, columns by species pair, l, n, n′; species must be settled."""
    numbers = [NUMBERS[symbol] for symbol in soap.species]
    smoothing = {"type": "ShiftedCosine", "width": soap.cutoff_width}
    calculator = SoapPowerSpectrum(
        cutoff={
            "radius": soap.cutoff,
            "smoothing": smoothing if soap.cutoff_width else {"type": "Step"},
        },
        density={
            "type": "Gaussian",
            "width": soap.width,
            "center_atom_weight": soap.center_weight,
        },
        basis={
            "type": "TensorProduct",
            "max_angular": soap.l_max,
            "radial": {"type": "Gto", "max_radial": soap.n_max - 1},
            # Without it, featomic's splines are right to 1e-8.
            "spline_accuracy": None,
        },
    )
    keys = [[c, a, b] for c in numbers for a in numbers for b in numbers if a <= b]
    names = ["center_type", "neighbor_1_type", "neighbor_2_type"]
    blocks = calculator.compute(
        structures.to_ase(), selected_keys=Labels(names, np.array(keys, dtype=np.int32))
    )
    block = blocks.keys_to_samples(names[0]).keys_to_properties(names[1:]).block()
    rows = np.lexsort((block.samples["atom"], block.samples["system"]))
    columns = np.lexsort(
        [block.properties[name] for name in ("n_2", "n_1", "l", names[2], names[1])]
    )
    return np.asarray(block.values)[rows][:, columns]
