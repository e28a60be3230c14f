"""Write what DScribe makes of real molecules and crystals, and exact numbers for their angles.

Made with dscribe 2.1.2, ase 3.26.0 (3.27 and later do not work with it), numpy 2.4.6, mpmath 1.4.1
from the structures in matrices_peers.npz: `python -m tests.references.make_mbtr_peers`, in the
folder of the checkout.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
from dscribe.descriptors import ValleOganov
from mpmath import mp, mpf
from tests.references.make_mbtr_dscribe import descriptor_of
from tests.references.mbtr_reference import neighbors_within, scale_of, spread
from tests.represent.mbtr_cases import CASES, Case, real_structures, shadows

from atomarium.core.structures import Structures
from atomarium.represent.mbtr_terms import MbtrTerm

mp.dps = 40


def main() -> None:
    """Write mbtr_peers.npz beside this file."""
    kept = {str(case): _shadows_of_dscribe(case) for case in CASES}
    for case in CASES:
        plain = (case.descriptor, case.normalization, case.binning) == ("MBTR", "none", "density")
        if case.geometry == "angle" and plain:
            rows = [exact_row(one, case.term) for one in real_structures(case)]
            kept[f"exact {case}"] = np.concatenate([shadows(row[None]) for row in rows])
    crystals = real_structures(Case("MBTR", "crystals", "angle"))
    for function, width in (("distance", 0.2), ("angle", 7.0)):
        settings = {"function": function, "n": 12, "sigma": width, "r_cut": 3.6}
        rows = [
            ValleOganov(species=list(one.species), **settings).create(one.to_ase()[0])
            for one in crystals
        ]
        kept[f"ValleOganov-{function}"] = np.concatenate([shadows(row[None]) for row in rows])
    np.savez_compressed(Path(__file__).with_name("mbtr_peers.npz"), **kept)


def _shadows_of_dscribe(case: Case) -> np.ndarray:
    parts = [
        np.atleast_2d(descriptor_of(case, one).create(one.to_ase()[0]))
        for one in real_structures(case)
    ]
    return np.concatenate([shadows(part) for part in parts])


def exact_row(structure: Structures, term: MbtrTerm) -> np.ndarray:
    """Return a row of angles, each with its weight worked out to 40 digits."""
    samples: dict[tuple[int, ...], list[tuple[float, float]]] = {}
    for center in range(structure.n_atoms):
        around = list(neighbors_within(structure, center, term))
        for (a, p), (b, q) in itertools.combinations(around, 2):
            key = (int(structure.numbers[center]), *sorted((a, b)))
            samples.setdefault(key, []).append(_exact_triplet(p, q, term))
    species = structure.species
    pairs = [(a, b) for i, a in enumerate(species) for b in species[i:]]
    return np.concatenate(
        [
            spread(samples.get((middle, *pair), []), term, "density")
            for middle in species
            for pair in pairs
        ]
    )


def _exact_triplet(p: np.ndarray, q: np.ndarray, term: MbtrTerm) -> tuple[float, float]:
    u, v = ([mpf(float(x)) for x in side] for side in (p, q))
    a, b = mp.norm(u), mp.norm(v)
    c = mp.norm([x - y for x, y in zip(u, v, strict=True)])
    # Off by 1e-20 where the cosine is 1, which rounding may pass.
    angle = mp.degrees(mp.acos(min(mpf(1), max(mpf(-1), mp.fdot(u, v) / (a * b)))))
    return float(angle), float(_exact_weight(a, b, c, term))


def _exact_weight(a: mpf, b: mpf, c: mpf, term: MbtrTerm) -> mpf:
    if term.weighting == "unity":
        return mpf(1)
    if term.weighting == "exp":
        weight = mp.exp(-mpf(scale_of(term)) * (a + b + c))
        return weight if weight >= term.threshold else mpf(0)
    y = mpf(term.sharpness)
    ratios = [length / mpf(term.cutoff) for length in (a, b)]
    return mp.fprod(1 + y * r ** (y + 1) - (y + 1) * r**y if r < 1 else 0 for r in ratios)


if __name__ == "__main__":
    main()
