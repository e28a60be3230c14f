"""SOAP against quadrature, featomic's numbers, its own symmetries; refusals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.references.soap_reference import slow_soap
from tests.represent.soap_cases import SETTINGS, STRUCTURES, crystals, kept_columns, molecules, slab
from tests.thread_counts import alone_and_together

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent.soap import Soap

NUMBERS = np.load(Path(__file__).parents[1] / "references" / "soap_featomic.npz")
every_setting = pytest.mark.parametrize("label", SETTINGS)
every_set = pytest.mark.parametrize("name", STRUCTURES)


def _relative(values: np.ndarray, expected: np.ndarray) -> float:
    assert values.shape == expected.shape
    return float(np.abs(values - expected).max() / np.abs(expected).max())


@every_set
@every_setting
def test_numbers_are_those_of_featomic(name: str, label: str) -> None:
    structures = STRUCTURES[name]()
    soap = Soap(**SETTINGS[label], layout="featomic")
    rows = kept_columns(soap.compute(structures).values)
    # Radial integrals are tabulated to 3e-12; the overlap of 12 functions has a condition of 4e6.
    assert _relative(rows, NUMBERS[f"{name} {label}"]) < (1e-9 if label == "large" else 1e-10)


@every_set
def test_numbers_are_those_of_featomic_as_installed(name: str) -> None:
    pytest.importorskip("featomic")
    from tests.references.featomic_soap import featomic_soap

    structures = STRUCTURES[name]()
    soap = Soap(layout="featomic").settle(structures)
    assert _relative(soap.compute(structures).values, featomic_soap(structures, soap)) < 1e-10


@pytest.mark.parametrize(
    "structures", [molecules(), crystals(), slab()], ids=["molecules", "crystals", "slab"]
)
@pytest.mark.parametrize(
    "settings",
    [{"n_max": 4, "l_max": 3}, {"n_max": 3, "l_max": 6, "center_weight": 0.0, "cutoff_width": 1.5}],
)
def test_numbers_are_those_of_quadrature(structures: Structures, settings: dict[str, Any]) -> None:
    soap = Soap(**settings, cutoff=3.0, layout="featomic").settle(structures)
    # The grid of directions resolves the Gaussians to 1e-10.
    assert _relative(soap.compute(structures).values, slow_soap(structures, soap)) < 1e-9


@every_set
@every_setting
def test_dot_products_of_both_layouts_are_the_same_kernel(name: str, label: str) -> None:
    structures = STRUCTURES[name]()
    short = Soap(**SETTINGS[label]).compute(structures).values
    whole = Soap(**SETTINGS[label], layout="featomic").compute(structures).values
    assert _relative(short @ short.T, whole @ whole.T) < 1e-13


@every_setting
def test_kernel_layout_holds_half_of_equal_products_times_root_two(label: str) -> None:
    short = Soap(**SETTINGS[label]).settle(molecules())
    whole = replace(short, layout="featomic")
    columns = {name: k for k, name in enumerate(whole.column_names())}
    rows = whole.compute(molecules()).values
    expected = np.empty((len(rows), short.n_columns))
    for k, name in enumerate(short.column_names()):
        a, b, degree, first, second = name.split()
        half = a == b and first[2:] != second[2:]
        sign = (-1) ** int(degree[2:])
        expected[:, k] = sign * rows[:, columns[name]] * (np.sqrt(2) if half else 1)
    assert _relative(short.compute(molecules()).values, expected) < 1e-14


@every_set
def test_rows_of_species_that_are_not_there_are_zero(name: str) -> None:
    structures = STRUCTURES[name]()
    few = Soap(n_max=3, l_max=2).settle(structures)
    many = replace(few, species=(*few.species, "He", "Zr", "Si", "F")[: len(few.species) + 2])
    columns = {column: k for k, column in enumerate(few.column_names())}
    rows, wide = few.compute(structures).values, many.compute(structures).values
    for k, column in enumerate(many.column_names()):
        expected = rows[:, columns[column]] if column in columns else 0.0
        assert np.array_equal(wide[:, k], expected + np.zeros(len(rows)))


def test_normalized_rows_have_length_one_and_the_same_direction() -> None:
    plain = Soap().compute(crystals()).values
    unit = Soap(normalize=True).compute(crystals()).values
    assert np.linalg.norm(unit, axis=1) == pytest.approx(np.ones(7), abs=1e-14)
    assert _relative(unit, plain / np.linalg.norm(plain, axis=1)[:, None]) < 1e-14


def test_atom_alone_without_weight_has_a_row_of_zeros_even_normalized() -> None:
    alone = Structures.from_arrays([1], np.zeros((1, 3)))
    assert not Soap(center_weight=0.0, normalize=True).compute(alone).values.any()


def test_single_precision_rows_are_rounded_rows() -> None:
    exact = Soap(n_max=5).compute(crystals()).values
    short = Soap(n_max=5, dtype="float32").compute(crystals()).values
    assert short.dtype == np.float32
    assert np.array_equal(short, exact.astype(np.float32))


def test_number_of_threads_and_size_of_batch_change_no_bit() -> None:
    many = Structures.concatenate([crystals(), molecules()] * 600)
    soap = Soap(n_max=3, l_max=3).settle(many)
    alone, together = alone_and_together(lambda: soap.compute(many).values)
    assert np.array_equal(alone, together)
    once = np.concatenate([soap.compute(one).values for one in (crystals(), molecules())])
    assert np.array_equal(alone, np.tile(once, (600, 1)))


def test_neighbors_fade_out_without_a_step() -> None:
    def row(distance: float) -> np.ndarray:
        dimer = Structures.from_arrays([1, 1], [[0, 0, 0], [distance, 0, 0]])
        return Soap(cutoff=4.0).compute(dimer).values[0]

    assert np.abs(row(4 - 1e-5) - row(4.0)).max() < 1e-8 * np.abs(row(4.0)).max()
    assert np.array_equal(row(4.0), row(9.0))


def test_distance_that_rounds_up_to_the_cutoff_is_in_the_table() -> None:
    for cutoff in np.random.default_rng(0).uniform(2, 6, 50):
        dimer = Structures.from_arrays([1, 1], [[0, 0, 0], [np.nextafter(cutoff, 0), 0, 0]])
        rows = Soap(cutoff=cutoff, cutoff_width=0.0, n_max=2, l_max=1).compute(dimer).values
        assert np.isfinite(rows).all()
        assert np.abs(rows).max() < 100


def test_species_are_kept_in_the_order_of_atomic_numbers() -> None:
    assert Soap(species=("O", "H", "C")) == Soap(species=("H", "C", "O"))


def test_names_tell_every_column() -> None:
    for layout in ("kernel", "featomic"):
        soap = Soap(species=("H", "O"), n_max=3, l_max=2, layout=layout)
        names = soap.column_names()
        assert len(set(names)) == len(names) == soap.n_columns
        assert soap.compute(Structures.empty()).width == soap.n_columns
    assert names[0] == "H H l=0 n=0 n=0"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cutoff": 0.0}, "cutoff must be above 0 Å, got 0.0"),
        ({"cutoff": float("nan")}, "cutoff must be above 0 Å, got nan"),
        ({"width": -0.5}, "width must be above 0 Å, got -0.5"),
        ({"cutoff_width": 5.5}, "cutoff_width must be between 0 and the cutoff, 5.0 Å, got 5.5"),
        ({"cutoff_width": -0.1}, "cutoff_width must be between"),
        ({"center_weight": -1.0}, "center_weight must be at least 0, got -1.0"),
        ({"n_max": 0}, "n_max must be 1 to 64, a whole number, got 0"),
        ({"l_max": -1}, "l_max must be 0 to 20, a whole number, got -1"),
        ({"l_max": 21}, "l_max must be 0 to 20, a whole number, got 21"),
        ({"n_max": 19}, "19 radial functions are linearly dependent .* n_max can be 18 at most"),
        ({"layout": "featomix"}, "no layout 'featomix'; did you mean 'featomic'"),
        ({"basis": "dvr"}, "no basis 'dvr'"),
        ({"dtype": "float16"}, "no dtype 'float16'"),
        ({"species": ("H", "O", "H")}, "species must differ, got H, O, H"),
        ({"species": ("H", "Ox")}, "no element 'Ox'"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Soap(**settings)


def test_species_outside_the_declared_ones_are_named() -> None:
    with pytest.raises(InputError, match=r"structure 1 holds N \(7\), .* species H, C, O"):
        Soap(species=("H", "C", "O")).compute(molecules())


def test_two_atoms_in_one_place_are_named() -> None:
    apart = Structures.from_arrays([1, 8], [[0, 0, 0], [1, 0, 0]])
    cell = np.eye(3) * 3.0
    same = Structures.from_arrays([1, 1, 8], [[2, 0, 0], [0.5, 0, 0], [3.5, 0, 0]], cells=cell)
    with pytest.raises(InputError, match="structure 1: atoms 1 and 2 are in one place"):
        Soap().compute(Structures.concatenate([apart, same]))


def test_position_that_is_not_finite_is_refused() -> None:
    broken = Structures(
        numbers=np.array([1], dtype=np.int32),
        positions=np.full((1, 3), np.nan),
        cells=np.zeros((1, 3, 3)),
        periodic=np.zeros((1, 3), dtype=bool),
        offsets=np.array([0, 1]),
    )
    with pytest.raises(InputError, match="not finite"):
        Soap().compute(broken)


def test_lattice_with_millions_of_images_is_refused() -> None:
    flat = Structures.from_arrays([1], np.zeros((1, 3)), cells=np.diag([1e-4, 0.02, 5.0]))
    with pytest.raises(InputError, match="so small or skewed"):
        Soap().compute(flat)


def test_structures_without_atoms_keep_their_place() -> None:
    some = Structures.from_arrays([1, 8], [[0, 0, 0], [1, 0, 0]], offsets=[0, 0, 1, 1, 2, 2])
    features = Soap(n_max=2, l_max=1).compute(some)
    assert len(features) == 5
    assert features.sizes.tolist() == [0, 1, 0, 1, 0]
    assert not features.mean().values[[0, 2, 4]].any()
    assert Soap().compute(Structures.empty()).values.shape == (0, 0)
