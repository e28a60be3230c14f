"""Write the numbers of DScribe that symmetry functions are compared with.

Made with dscribe 2.1.2, numpy 2.4.6: `python -m tests.references.make_acsf_dscribe`, in the folder
of the checkout.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from dscribe.descriptors import ACSF
from tests.represent.acsf_cases import PARAMETERS, R_CUT, SPECIES, crystals, molecules


def main() -> None:
    """Write acsf_dscribe.npz beside this file."""
    rows = {}
    for name, structures, periodic in (
        ("molecules", molecules(), False),
        ("crystals", crystals(), True),
    ):
        descriptor = ACSF(r_cut=R_CUT, species=list(SPECIES), periodic=periodic, **PARAMETERS)
        rows[name] = np.concatenate([descriptor.create(one) for one in structures.to_ase()])
    np.savez_compressed(Path(__file__).with_name("acsf_dscribe.npz"), **rows)


if __name__ == "__main__":
    main()
