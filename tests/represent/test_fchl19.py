"""FCHL19 against its formulas, qmllib, central differences and supercells."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.references.fchl19_reference import fchl19_by_hand
from tests.represent.fchl19_cases import SETTINGS
from tests.represent.fchl19_cases import molecules as qmllib_molecules
from tests.represent.soap_cases import crystals, molecules, slab

from atomarium.core.compiled import limit_threads
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent import neighborhoods
from atomarium.represent.fchl19 import Fchl19

QMLLIB = np.load(Path(__file__).parents[1] / "references" / "fchl19_qmllib.npz")
SYMBOLS = ("H", "C", "N", "O")
SHORT = Fchl19(cutoff=4.6, angular_cutoff=3.7, n_radial=9, n_angular=7, n_fourier=2, zeta=0.8)
every_system = pytest.mark.parametrize(
    "structures", [molecules(), crystals(), slab()], ids=["molecules", "crystals", "slab"]
)


def _close(found: np.ndarray, expected: np.ndarray, rtol: float = 1e-12) -> None:
    # Sums of thousands of terms in another order.
    np.testing.assert_allclose(found, expected, rtol=0, atol=rtol * np.abs(expected).max())


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("which", range(3))
def test_rows_are_those_of_qmllib(name: str, which: int) -> None:
    settings = Fchl19(species=SYMBOLS, **SETTINGS[name][0])
    molecule = Structures.from_arrays(*qmllib_molecules()[which])
    rows = settings.compute(molecule).values
    expected = QMLLIB[f"{name} {which}"]
    np.testing.assert_allclose(rows, expected, rtol=0, atol=1e-13 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("which", range(3))
def test_derivatives_are_those_of_qmllib(which: int) -> None:
    settings = Fchl19(species=SYMBOLS, **SETTINGS["short"][0])
    molecule = Structures.from_arrays(*qmllib_molecules()[which])
    expected = QMLLIB[f"gradients {which}"]
    blocks = settings.gradients(molecule)
    found = np.zeros_like(expected)
    for row, atom, values in zip(blocks.rows, blocks.atoms, blocks.values, strict=True):
        found[row, :, atom] = values.T
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("settings", [Fchl19(), SHORT], ids=["default", "short"])
@every_system
def test_rows_are_plain_sums_over_all_images(structures: Structures, settings: Fchl19) -> None:
    first = structures[:1]
    settled = settings.settle(first)
    reach = max(settings.cutoff, settings.angular_cutoff)
    n_images = math.ceil(reach / 3.5) if first.periodic.any() else 0
    _close(settled.compute(first).values, fchl19_by_hand(settled, first, n_images), 1e-10)


def test_gaussians_from_parts_equal_those_by_themselves() -> None:
    # So sharp that parts of Gaussians would be out of range; most are 0, and a few are not.
    sharp = SHORT.settle(crystals())
    sharp = replace(sharp, angular_width=40.0, n_angular=2)
    assert not sharp.plan.factored
    assert SHORT.plan.factored
    first = crystals()[:1]
    settled = replace(sharp, species=("O", "Si", "Sr"))
    _close(settled.compute(first).values, fchl19_by_hand(settled, first, 2), 1e-10)


def test_supercell_repeats_the_rows_of_the_cell() -> None:
    cell = crystals()[1]
    step = cell.cells[0, 1]
    twice = Structures.from_arrays(
        np.tile(cell.numbers, 2),
        np.concatenate([cell.positions, cell.positions + step]),
        cells=cell.cells[0] * np.array([[1.0], [2.0], [1.0]]),
    )
    settled = Fchl19(cutoff=6.0).settle(cell)
    _close(settled.compute(twice).values, np.tile(settled.compute(cell).values, (2, 1)), 1e-11)


def _dense(settings: Fchl19, structures: Structures) -> np.ndarray:
    blocks = settings.gradients(structures)
    dense = np.zeros((structures.n_atoms, settings.n_columns, structures.n_atoms, 3))
    for row, atom, values in zip(blocks.rows, blocks.atoms, blocks.values, strict=True):
        dense[row, :, atom] = values.T
    return dense


def _central(change, step: float = 1e-4) -> np.ndarray:
    """Return the slope at 0 of a function, of fourth order."""
    near, far = change(step) - change(-step), change(2 * step) - change(-2 * step)
    return (8 * near - far) / (12 * step)


@every_system
def test_gradients_are_central_differences(structures: Structures) -> None:
    some = structures[:1]
    settled = SHORT.settle(some)
    dense = _dense(settled, some)
    for atom in range(some.n_atoms):
        for axis in range(3):

            def moved(by: float, atom: int = atom, axis: int = axis) -> np.ndarray:
                positions = some.positions.copy()
                positions[atom, axis] += by
                return settled.compute(replace(some, positions=positions)).values

            _close(dense[:, :, atom, axis], _central(moved), 1e-8)


@every_system
def test_pull_back_is_the_contracted_gradient(structures: Structures) -> None:
    settled = SHORT.settle(structures)
    cotangents = np.random.default_rng(4).normal(size=settled.compute(structures).values.shape)
    pulled = settled.pull_back(structures, cotangents)
    expected = np.einsum("rc,rcak->ak", cotangents, _dense(settled, structures))
    _close(pulled.positions, expected, 1e-11)


def test_strain_is_a_central_difference() -> None:
    some = crystals()[:1]
    settled = SHORT.settle(some)
    cotangents = np.random.default_rng(5).normal(size=settled.compute(some).values.shape)
    strain = settled.pull_back(some, cotangents).strain[0]
    for a in range(3):
        for b in range(3):

            def strained(by: float, a: int = a, b: int = b) -> np.ndarray:
                turn = np.eye(3)
                turn[a, b] += by
                changed = replace(
                    some, positions=some.positions @ turn.T, cells=some.cells @ turn.T
                )
                return np.sum(cotangents * settled.compute(changed).values)

            assert strain[a, b] == pytest.approx(
                _central(strained), abs=1e-7 * np.abs(strain).max()
            )


@pytest.mark.parametrize("turn", [0.0, 0.4])
def test_atoms_in_line_have_finite_derivatives(turn: float) -> None:
    direction = np.array([math.cos(turn), math.sin(turn), 0.3])
    chain = Structures.from_arrays([8, 6, 8], np.array([[-1.16], [0.0], [1.16]]) * direction)
    settled = SHORT.settle(chain)
    dense = _dense(settled, chain)
    assert np.isfinite(dense).all()
    # Of cosines they are smooth, so that central differences find them.
    smooth = [k for k, name in enumerate(settled.column_names()) if "sin" not in name]

    def moved(by: float) -> np.ndarray:
        positions = chain.positions.copy()
        positions[0] += by * direction
        return settled.compute(replace(chain, positions=positions)).values[:, smooth]

    _close(dense[:, smooth, 0] @ direction, _central(moved), 1e-8)


def test_any_number_of_threads_gives_the_same_bits() -> None:
    many = Structures.concatenate([molecules()] * 9)
    rows = SHORT.compute(many).values
    with limit_threads(1):
        assert np.array_equal(SHORT.compute(many).values, rows)


def test_runs_of_structures_join_seamlessly(monkeypatch: pytest.MonkeyPatch) -> None:
    settled = SHORT.settle(molecules())
    rows = settled.compute(molecules()).values
    dense, pulled = _dense(settled, molecules()), settled.pull_back(molecules(), rows)
    monkeypatch.setattr(neighborhoods, "_ATOMS_AT_ONCE", 3)
    assert np.array_equal(settled.compute(molecules()).values, rows)
    assert np.array_equal(_dense(settled, molecules()), dense)
    assert np.array_equal(settled.pull_back(molecules(), rows).positions, pulled.positions)


def test_many_species_fit_into_one_list_of_triplets() -> None:
    numbers = np.arange(1, 25)
    grid = np.stack(np.unravel_index(np.arange(24), (2, 3, 4)), axis=1) * 1.7
    many = Structures.from_arrays(numbers, grid)
    settled = replace(SHORT, n_angular=2, n_radial=2).settle(many)
    _close(settled.compute(many).values, fchl19_by_hand(settled, many), 1e-10)


def test_float32_rows_are_rounded_once() -> None:
    exact = SHORT.compute(crystals()).values
    rounded = replace(SHORT, dtype="float32").compute(crystals()).values
    assert rounded.dtype == np.float32
    assert np.array_equal(rounded, exact.astype(np.float32))


def test_columns_are_named_by_species_place_and_wave() -> None:
    settled = Fchl19(species=("O", "H"), n_radial=2, n_angular=1)
    assert settled.column_names()[:5] == ("H r=4", "H r=8", "O r=4", "O r=8", "H H r=8 cos 1")
    assert settled.column_names()[-1] == "O O r=8 sin 1"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cutoff": 0.0}, "cutoff must be above 0, got 0"),
        ({"angular_cutoff": math.inf}, "angular_cutoff must be above 0, got inf"),
        ({"radial_width": -1.0}, "radial_width must be above 0"),
        ({"zeta": math.nan}, "zeta must be finite"),
        ({"n_fourier": 0}, "n_fourier must be at least 1, got 0"),
        ({"dtype": "float16"}, "dtype must be float64 or float32"),
        ({"species": ("H", "H")}, "species must differ"),
    ],
)
def test_unfit_settings_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Fchl19(**settings)


def test_atoms_in_one_place_are_refused() -> None:
    clash = Structures.from_arrays([1, 1, 8], [[0, 0, 0], [1, 0, 0], [1, 0, 0]])
    with pytest.raises(InputError, match="structure 3: atoms 1 and 2 are in one place"):
        SHORT.compute(Structures.concatenate([molecules(), clash]))


def test_cotangents_of_another_shape_are_refused() -> None:
    with pytest.raises(InputError, match=r"cotangents must have shape \(10, 316\)"):
        SHORT.pull_back(molecules(), np.zeros((10, 3)))
