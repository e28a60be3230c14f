"""Derivatives of SOAP against central differences, featomic's numbers and each other; refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.references.derivative_checks import changes_along, dense
from tests.represent.soap_cases import crystals, molecules, slab
from tests.represent.soap_like_cases import random_cotangents

from atomarium.core.compiled import limit_threads
from atomarium.core.derivatives import PulledBack
from atomarium.core.errors import InputError
from atomarium.core.segments import segment_sum
from atomarium.core.structures import Structures
from atomarium.represent.radial_bases import CustomBasis
from atomarium.represent.soap import Soap
from atomarium.represent.soap_channels import Compression
from atomarium.represent.soap_density import RadialScaling
from atomarium.represent.soap_layout import GapSettings


def shells(radii: np.ndarray) -> np.ndarray:
    """Return three Gaussians in shells."""
    return np.exp(-((radii - np.array([[0.8], [1.9], [3.1]])) ** 2))


MIXING = {
    "H": (0.3, 0.1),
    "C": (-0.2, 1.0),
    "N": (1.0, 0.4),
    "O": (0.5, -0.7),
    "Si": (0.2, 0.9),
    "Sr": (-0.6, 0.8),
}
VARIANTS: dict[str, dict[str, Any]] = {
    "default": {"n_max": 8, "l_max": 6, "cutoff": 5.0},
    "more functions": {"n_max": 9, "l_max": 2},
    "flat": {"n_max": 2, "l_max": 0},
    "step": {"cutoff_width": 0.0},
    "all fading": {"cutoff_width": 4.0, "center_weight": 0.3},
    "no center": {"center_weight": 0.0, "normalize": True},
    "featomic": {"layout": "featomic"},
    "unit length": {"normalize": True},
    "single precision": {"dtype": "float32"},
    "padding": {"padding": 1.0, "cutoff_width": 0.0, "cutoff": 3.0},
    "dscribe gto": {"basis": "dscribe-gto", "layout": "dscribe"},
    "polynomial": {"basis": "polynomial", "layout": "dscribe"},
    "equispaced": {"basis": "equispaced", "layout": "quippy", "normalize": True},
    "custom basis": {"basis": CustomBasis(functions=shells)},
    "willatt": {"scaling": RadialScaling(kind="willatt", scale=2.0, exponent=3.0)},
    "poly": {"scaling": RadialScaling(kind="poly", scale=5.0, exponent=2.0)},
    "pow": {"scaling": RadialScaling(kind="pow", rate=0.5, scale=1.5, exponent=2.0)},
    "exp": {"scaling": RadialScaling(kind="exp", rate=0.5, scale=1.5)},
    "crossover": {"compression": "crossover"},
    "mu2": {"compression": "mu2", "normalize": True},
    "mu1nu1": {"compression": "mu1nu1", "normalize": True},
    "species 2, radial 1": {"compression": Compression(radial=1)},
    "species 1, radial 0": {"compression": Compression(species=1, radial=0)},
    "species 0, radial 1": {"compression": Compression(species=0, radial=1)},
    "weights": {"compression": Compression(weights={"H": 0.5, "O": 2.0, "Si": 1.7})},
    "mixing": {"compression": Compression(mixing=MIXING), "normalize": True},
    "inner": {"average": "inner"},
    "inner sum, unit length": {"average": "inner-sum", "normalize": True},
    "inner, mixing": {"average": "inner", "compression": Compression(mixing=MIXING)},
    "outer": {"average": "outer"},
    "outer, unit length": {"average": "outer", "normalize": True},
    "gap": {
        "layout": "quippy",
        "gap": GapSettings(center_in_all=True, diagonal=True, constant=0.3),
        "normalize": True,
    },
    "gap outer": {"layout": "quippy", "average": "outer", "gap": GapSettings(constant=0.3)},
}
STRUCTURES = {"molecules": molecules, "crystals": crystals, "slab": slab}
every_variant = pytest.mark.parametrize("label", VARIANTS)
every_set = pytest.mark.parametrize("name", STRUCTURES)


def soap_of(label: str, structures: Structures) -> Soap:
    return Soap(**{"n_max": 3, "l_max": 2, "cutoff": 4.0, **VARIANTS[label]}).settle(structures)


def assert_central_differences(
    soap: Soap, structures: Structures, cotangents: np.ndarray, pulled: PulledBack
) -> None:
    """Compare in three directions of all atoms, and in three of strain, drawn at random."""
    rng = np.random.default_rng(1)
    for _ in range(3):
        moves = rng.normal(size=structures.positions.shape)
        expected = changes_along(soap, structures, cotangents, moves=moves)
        found = segment_sum(pulled.positions * moves, structures.offsets).sum(axis=1)
        # Steps of 3e-6: rounding spoils the tenth digit, third derivatives the eighth.
        scale = np.linalg.norm(pulled.positions) * np.sqrt(3 * structures.n_atoms)
        assert np.abs(found - expected).max() < 1e-7 * scale
        strain = rng.normal(size=(3, 3))
        expected = changes_along(soap, structures, cotangents, strain=strain)
        found = np.sum(pulled.strain * strain, axis=(1, 2))
        assert np.abs(found - expected).max() < 1e-7 * np.linalg.norm(pulled.strain)


@every_set
@every_variant
def test_derivatives_are_those_of_central_differences(name: str, label: str) -> None:
    structures = STRUCTURES[name]()
    soap = soap_of(label, structures)
    cotangents = random_cotangents(soap, structures)
    pulled = soap.pull_back(structures, cotangents)
    assert_central_differences(replace(soap, dtype="float64"), structures, cotangents, pulled)


@every_set
@every_variant
def test_gradients_contracted_are_what_is_pulled_back(name: str, label: str) -> None:
    structures = STRUCTURES[name]()
    soap = soap_of(label, structures)
    cotangents = random_cotangents(soap, structures)
    pulled = soap.pull_back(structures, cotangents).positions
    gradients = soap.gradients(structures)
    assert gradients.values.dtype == soap.dtype
    contracted = np.zeros_like(pulled)
    changes = np.einsum("bkw,bw->bk", gradients.values, cotangents[gradients.rows])
    np.add.at(contracted, gradients.atoms, changes)
    # Sums of thousands of terms in another order; float32 has seven digits.
    tolerance = 1e-12 if soap.dtype == "float64" else 1e-5
    assert np.abs(contracted - pulled).max() < tolerance * np.abs(pulled).max()


@pytest.mark.parametrize("label", ["unit length", "mu1nu1", "inner", "outer", "gap"])
def test_each_block_is_that_of_central_differences(label: str) -> None:
    structures = crystals()
    soap = soap_of(label, structures)
    rows = soap.compute(structures).values
    found = dense(soap.gradients(structures), len(rows), structures.n_atoms)
    for atom, axis in ((0, 0), (3, 1), (5, 2)):
        step = np.zeros((structures.n_atoms, 3))
        step[atom, axis] = 1e-5
        ahead, behind = (
            soap.compute(replace(structures, positions=structures.positions + way * step)).values
            for way in (1, -1)
        )
        expected = (ahead - behind) / 2e-5
        assert np.abs(found[:, atom, axis] - expected).max() < 1e-7 * np.abs(expected).max()


@every_variant
def test_blocks_are_sorted_by_row_and_atom_and_occur_once(label: str) -> None:
    structures = crystals()
    gradients = soap_of(label, structures).gradients(structures)
    keys = gradients.rows * structures.n_atoms + gradients.atoms
    assert (np.diff(keys) > 0).all()


@every_variant
def test_turning_all_does_no_work(label: str) -> None:
    structures = crystals()
    soap = soap_of(label, structures)
    pulled = soap.pull_back(structures, random_cotangents(soap, structures))
    # Rows do not change with rotation, nor with translation.
    scale = np.abs(pulled.strain).max()
    assert np.abs(pulled.strain - pulled.strain.transpose(0, 2, 1)).max() < 1e-13 * scale
    moved = np.add.reduceat(pulled.positions, structures.offsets[:-1])
    assert np.abs(moved).max() < 1e-13 * np.abs(pulled.positions).max() * structures.n_atoms


def test_atom_that_neighbors_only_its_own_images_feels_strain_alone() -> None:
    cell = np.array([[2.5, 0.2, 0.0], [0.0, 2.6, 0.3], [0.1, 0.0, 2.7]])
    crystal = Structures.from_arrays([14], np.zeros((1, 3)), cells=cell)
    soap = soap_of("default", crystal)
    cotangents = random_cotangents(soap, crystal)
    pulled = soap.pull_back(crystal, cotangents)
    # What acts on the atom and on its images cancels but for rounding.
    assert np.abs(pulled.positions).max() < 1e-14 * np.abs(pulled.strain).max()
    assert len(soap.gradients(crystal).rows) == 0
    strain = np.random.default_rng(2).normal(size=(3, 3))
    expected = changes_along(soap, crystal, cotangents, strain=strain)
    assert np.sum(pulled.strain * strain) == pytest.approx(expected[0], rel=1e-7)


def test_neighbors_on_the_axes_have_derivatives() -> None:
    ends = 1.1 * np.concatenate([np.zeros((1, 3)), np.eye(3), -np.eye(3)])
    cross = Structures.from_arrays([6, 1, 1, 1, 8, 8, 8], ends)
    soap = soap_of("default", cross)
    cotangents = random_cotangents(soap, cross)
    assert_central_differences(soap, cross, cotangents, soap.pull_back(cross, cotangents))


def test_zero_row_of_unit_length_has_no_derivatives() -> None:
    alone = Structures.from_arrays([1, 1], [[0, 0, 0], [9, 0, 0]])
    soap = soap_of("no center", alone)
    pulled = soap.pull_back(alone, random_cotangents(soap, alone))
    assert not pulled.positions.any()
    assert not pulled.strain.any()


def assert_same_bits(pulled: PulledBack, others: PulledBack) -> None:
    assert np.array_equal(pulled.positions, others.positions)
    assert np.array_equal(pulled.strain, others.strain)


@pytest.mark.parametrize("label", ["default", "mu1nu1", "inner", "outer, unit length"])
def test_number_of_threads_and_size_of_batch_change_no_bit(
    label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = Structures.concatenate([crystals(), molecules(), slab()] * 4)
    soap = soap_of(label, many)
    cotangents = random_cotangents(soap, many)
    with limit_threads(1):
        pulled, gradients = soap.pull_back(many, cotangents), soap.gradients(many)
    assert_same_bits(soap.pull_back(many, cotangents), pulled)
    assert np.array_equal(soap.gradients(many).values, gradients.values)
    monkeypatch.setattr("atomarium.represent.soap_derivatives.ATOMS_AT_ONCE", 9)
    assert_same_bits(soap.pull_back(many, cotangents), pulled)


def test_cotangents_of_any_precision_and_order_of_axes_are_taken() -> None:
    soap = soap_of("default", crystals())
    cotangents = random_cotangents(soap, crystals()).astype(np.float32)
    expected = soap.pull_back(crystals(), cotangents.astype(np.float64))
    assert_same_bits(soap.pull_back(crystals(), cotangents), expected)
    assert_same_bits(soap.pull_back(crystals(), np.asfortranarray(cotangents)), expected)
    locked = cotangents.astype(np.float64)
    locked.setflags(write=False)
    assert_same_bits(soap.pull_back(crystals(), locked), expected)


@every_variant
def test_structures_without_atoms_have_no_derivatives(label: str) -> None:
    some = molecules()
    offsets = np.insert(some.offsets, [0, 2, 4], some.offsets[[0, 2, 3]])
    gaps = Structures.from_arrays(some.numbers, some.positions, offsets=offsets)
    soap = soap_of(label, some)
    cotangents = random_cotangents(soap, gaps)
    pulled = soap.pull_back(gaps, cotangents)
    kept = cotangents if soap.average == "none" else cotangents[[1, 2, 4]]
    expected = soap.pull_back(some, kept)
    assert np.array_equal(pulled.positions, expected.positions)
    assert np.array_equal(pulled.strain[[1, 2, 4]], expected.strain)
    assert not pulled.strain[[0, 3, 5]].any()
    assert np.array_equal(soap.gradients(gaps).values, soap.gradients(some).values)


@every_variant
def test_no_structures_have_no_derivatives(label: str) -> None:
    nothing = Structures.empty()
    soap = soap_of(label, molecules())
    pulled = soap.pull_back(nothing, np.zeros((0, soap.n_columns)))
    assert pulled.positions.shape == (0, 3)
    assert pulled.strain.shape == (0, 3, 3)
    assert soap.gradients(nothing).values.shape == (0, 3, soap.n_columns)


def test_unsettled_settings_settle_on_what_they_are_given() -> None:
    soap = soap_of("default", molecules())
    loose = replace(soap, species=())
    cotangents = random_cotangents(soap, molecules())
    expected = soap.pull_back(molecules(), cotangents)
    assert_same_bits(loose.pull_back(molecules(), cotangents), expected)
    assert np.array_equal(loose.gradients(molecules()).values, soap.gradients(molecules()).values)
    assert loose.pull_back(Structures.empty(), np.zeros((0, 0))).positions.shape == (0, 3)
    assert loose.gradients(Structures.empty()).values.shape == (0, 3, 0)


def test_cotangents_of_another_shape_are_refused() -> None:
    soap = soap_of("default", molecules())
    with pytest.raises(InputError, match=r"cotangents must have shape \(10, \d+\), got \(10, 3\)"):
        soap.pull_back(molecules(), np.zeros((10, 3)))
    averaged = soap_of("outer", molecules())
    with pytest.raises(InputError, match=r"cotangents must have shape \(3, \d+\), got \(10,"):
        averaged.pull_back(molecules(), np.zeros((10, averaged.n_columns)))


def test_what_values_refuse_derivatives_refuse() -> None:
    same = Structures.from_arrays([1, 1], np.zeros((2, 3)))
    soap = Soap(species=("H",))
    with pytest.raises(InputError, match="structure 0: atoms 0 and 1 are in one place"):
        soap.pull_back(same, np.zeros((2, soap.n_columns)))
    with pytest.raises(InputError, match="structure 0: atoms 0 and 1 are in one place"):
        soap.gradients(same)
    with pytest.raises(InputError, match=r"holds C \(6\), which is not among the species H"):
        soap.gradients(molecules())
