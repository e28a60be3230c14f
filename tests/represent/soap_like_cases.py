"""Settings in the words of other packages, for which their numbers are kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap

SPECIES = {"molecules": ("H", "C", "N", "O"), "crystals": ("O", "Si", "Sr"), "slab": ("O", "Si")}
_WEIGHTS = (0.3, 0.7, 1.1, 1.5)


def dscribe_arguments() -> dict[str, dict[str, Any]]:
    """Return arguments of DScribe's SOAP by name; species and periodicity apart."""
    weightings: dict[str, dict[str, Any]] = {
        "w0": {"w0": 0.25},
        "poly": {"function": "poly", "r0": 3.3, "c": 1.2, "m": 2.0},
        "pow": {"function": "pow", "r0": 1.5, "c": 1.2, "d": 0.7, "m": 3.0, "w0": 0.3},
        "pow ends": {"function": "pow", "r0": 1.1, "c": 1.0, "d": 1.0, "m": 5.0},
        "exp": {"function": "exp", "r0": 1.5, "c": 1.2, "d": 0.7},
        "exp ends": {"function": "exp", "r0": 0.8, "c": 1.0, "d": 1.0},
    }
    plain = {"r_cut": 3.5, "n_max": 5, "l_max": 4, "sigma": 0.4}
    cases = {f"weighting {name}": {**plain, "weighting": one} for name, one in weightings.items()}
    for name in ("poly", "pow ends", "exp ends"):
        del cases[f"weighting {name}"]["r_cut"]
    for mode in ("off", "mu2", "mu1nu1", "crossover"):
        for average in ("off", "inner", "outer"):
            compression = {"mode": mode}
            cases[f"{mode} {average}"] = {**plain, "average": average, "compression": compression}
    cases["large"] = {"r_cut": 5.0, "n_max": 8, "l_max": 6, "sigma": 0.5}
    both = {f"{rbf} {name}": {**one, "rbf": rbf} for name, one in cases.items() for rbf in _BASES}
    # Digits of eight polynomials depend on how the overlap, of condition 1e11, is inverted.
    both["polynomial large"] = {**both["polynomial large"], "n_max": 5}
    return both


_BASES = ("gto", "polynomial")


def species_weights(species: tuple[str, ...]) -> dict[str, float]:
    """Return a weight for each species."""
    return dict(zip(species, _WEIGHTS, strict=False))


_QUIPPY = (
    "",
    "normalise=F",
    "n_max=8",
    "central_weight=0.4",
    "central_reference_all_species=T normalise=F",
    "average=T",
    "average=T normalise=F covariance_sigma0=0.3",
    "covariance_sigma0=0.7",
    "diagonal_radial=T",
    "cutoff_transition_width=1.3",
    "cutoff_dexp=2 cutoff_scale=1.5 cutoff_rate=0.7",
    "cutoff_dexp=3 cutoff_scale=1.5 cutoff_rate=0.0",
    *(f"nu_R={a} nu_S={b}" for a in range(3) for b in range(3)),
    "nu_R=1 nu_S=2 average=T",
)


def quippy_lines(numbers: list[int]) -> dict[str, str]:
    """Return lines of options of quippy's soap by what is special in them."""
    listed = f"{{{' '.join(map(str, numbers))}}}"
    count = len(numbers)
    end = f"n_Z={count} Z={listed} n_species={count} species_Z={listed}"
    start = "soap l_max=4 cutoff=3.6 atom_sigma=0.4 radial_basis=EQUISPACED_GAUSS"
    lines = {}
    for option in _QUIPPY:
        n_max = "" if "n_max" in option else "n_max=4 "
        lines[option] = f"{start} {n_max}{option} {end}"
    lines["one species"] = f"{start} n_max=4"
    return lines


def featomic_arguments() -> dict[str, dict[str, Any]]:
    """Return arguments of featomic's SoapPowerSpectrum by name."""
    basis = {
        "type": "TensorProduct",
        "max_angular": 4,
        "radial": {"type": "Gto", "max_radial": 5},
        # Without it, featomic's splines are right to 1e-8.
        "spline_accuracy": None,
    }
    scaling = {"type": "Willatt2018", "rate": 0.8, "scale": 1.7, "exponent": 3}
    step = {"radius": 4.0, "smoothing": {"type": "Step"}}
    cosine = {"radius": 4.0, "smoothing": {"type": "ShiftedCosine", "width": 0.7}}
    gaussian = {"type": "Gaussian", "width": 0.35}
    return {
        "step": {"cutoff": step, "density": gaussian, "basis": basis},
        "cosine": {"cutoff": cosine, "density": gaussian, "basis": basis},
        "scaling": {
            "cutoff": cosine,
            "density": {**gaussian, "center_atom_weight": 0.6, "scaling": scaling},
            "basis": basis,
        },
    }


def random_cotangents(soap: Soap, structures: Structures) -> np.ndarray:
    """Return a number for each of the features, always the same ones."""
    shape = soap.compute(structures).values.shape
    return np.random.default_rng(0).normal(size=shape)


def some_numbers(rows: np.ndarray) -> np.ndarray:
    """Return at most 40 columns of at most three rows, evenly over all; the last column is there.

    That is enough to tell orders and factors apart, and the file of references stays small.
    """
    columns = np.unique(np.linspace(0, rows.shape[1] - 1, 40).astype(int))
    return rows[:: -(-len(rows) // 3)][:, columns]
