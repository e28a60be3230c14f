"""Write the numbers of DScribe that many-body tensor representations are compared with.

Made with dscribe 2.1.2, ase 3.26.0 (3.27 and later do not work with it), numpy 2.4.6:
`python -m tests.references.make_mbtr_dscribe`, in the folder of the checkout.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from dscribe.descriptors import LMBTR, MBTR, ValleOganov
from tests.represent.mbtr_cases import CASES, STRUCTURES, Case

from atomarium.core.structures import Structures

_DESCRIPTORS = {"MBTR": MBTR, "LMBTR": LMBTR}


def main() -> None:
    """Write mbtr_dscribe.npz beside this file."""
    rows = {str(case): _rows(case) for case in CASES}
    crystals = STRUCTURES["crystals"]()
    for function, width in (("distance", 0.2), ("angle", 7.0)):
        made = ValleOganov(
            species=list(crystals.species), function=function, n=12, sigma=width, r_cut=3.6
        )
        rows[f"ValleOganov-{function}"] = made.create(crystals.to_ase())
    molecules = STRUCTURES["molecules"]()
    for geometry in ("distance", "inverse_distance", "cosine"):
        case = next(c for c in CASES if c.geometry == geometry and c.structures == "molecules")
        parts = descriptor_of(case, molecules).derivatives(
            molecules.to_ase(), method="analytical", return_descriptor=False
        )
        rows[f"gradients-{geometry}"] = np.concatenate(parts)
    np.savez_compressed(Path(__file__).with_name("mbtr_dscribe.npz"), **rows)


def _rows(case: Case) -> np.ndarray:
    structures = STRUCTURES[case.structures]()
    found = descriptor_of(case, structures).create(structures.to_ase())
    return np.concatenate(found) if case.descriptor == "LMBTR" else np.asarray(found)


def descriptor_of(case: Case, structures: Structures) -> MBTR | LMBTR:
    """Return what DScribe computes a case with, for the species of structures."""
    term = case.term
    weighting = {"function": term.weighting}
    given = {"r_cut": term.cutoff, "scale": term.scale}
    weighting |= {name: value for name, value in given.items() if value is not None}
    if term.weighting == "exp":
        weighting["threshold"] = term.threshold
    if term.weighting == "smooth_cutoff":
        weighting["sharpness"] = term.sharpness
    return _DESCRIPTORS[case.descriptor](
        geometry={"function": term.geometry},
        grid={"min": term.start, "max": term.stop, "sigma": term.width, "n": term.n_bins},
        weighting=weighting,
        normalize_gaussians=case.binning == "density",
        normalization=case.normalization,
        species=list(structures.species),
        periodic=case.structures == "crystals",
    )


if __name__ == "__main__":
    main()
