"""Symmetry functions against their formulas, DScribe's numbers, central differences; refusals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.references.acsf_reference import functions_of_atom
from tests.represent.acsf_cases import PARAMETERS, R_CUT, SPECIES, crystals, molecules
from tests.thread_counts import alone_and_together

from atomarium.core.errors import InputError
from atomarium.core.pairs import find_pairs
from atomarium.core.structures import Structures
from atomarium.experiment.settings import CandidateSpec, make_candidate
from atomarium.represent.acsf import SymmetryFunctions
from atomarium.represent.symmetry_function import (
    SymmetryFunction,
    angular_functions,
    radial_functions,
)

STRUCTURES = {"molecules": molecules, "crystals": crystals}
#: Every kind, shared and lonely Gaussians and powers, two cutoffs, shifts, broken powers.
FUNCTIONS = (
    SymmetryFunction(kind="G1"),
    SymmetryFunction(kind="G2", eta=0.4, shift=1.0),
    SymmetryFunction(kind="G2", eta=0.4, cutoff=3.1),
    SymmetryFunction(kind="G3", kappa=1.3),
    SymmetryFunction(kind="G4", eta=0.05, zeta=1.0),
    SymmetryFunction(kind="G4", eta=0.05, zeta=2.0),
    SymmetryFunction(kind="G4", eta=0.05, zeta=4.0, direction=-1.0),
    SymmetryFunction(kind="G4", eta=0.05, zeta=7.0, direction=-1.0),
    SymmetryFunction(kind="G4", eta=0.05, zeta=16.0, direction=-1.0),
    SymmetryFunction(kind="G4", eta=0.1, zeta=3.0, direction=0.5, shift=0.7),
    SymmetryFunction(kind="G4", eta=0.02, zeta=1.0, cutoff=3.0),
    SymmetryFunction(kind="G5", eta=0.02, zeta=2.5),
    SymmetryFunction(kind="G5", eta=0.02, zeta=5.0, shift=1.1),
)
SETTINGS = {
    "cosine": SymmetryFunctions(cutoff=4.2, functions=FUNCTIONS, species=SPECIES),
    "tanh3": SymmetryFunctions(
        cutoff=4.2, functions=FUNCTIONS, species=SPECIES, cutoff_function="tanh3", per_center=True
    ),
    "elements": SymmetryFunctions(
        cutoff=4.2,
        functions=(
            SymmetryFunction(kind="G2", eta=1.0, neighbors=("O",)),
            SymmetryFunction(kind="G2", eta=2.0, center="H", neighbors=("H",)),
            SymmetryFunction(kind="G4", eta=0.1, neighbors=("O", "H")),
            SymmetryFunction(kind="G4", eta=0.1, zeta=4.0, center="C"),
            SymmetryFunction(kind="G5", eta=0.1, center="O", neighbors=("C", "C")),
        ),
        species=SPECIES,
        per_center=True,
        order="runner",
    ),
}
every_setting = pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
every_structure = pytest.mark.parametrize("structures", STRUCTURES.values(), ids=STRUCTURES)


def _moved(structures: Structures, positions: np.ndarray, cells: np.ndarray) -> Structures:
    return Structures.from_arrays(
        structures.numbers,
        positions,
        cells=cells,
        periodic=structures.periodic,
        offsets=structures.offsets,
    )


@every_setting
@every_structure
def test_rows_are_the_formulas(settings, structures):
    some = structures()
    rows = settings.compute(some).values
    for s, structure in enumerate(some):
        for atom in range(structure.n_atoms):
            expected = functions_of_atom(
                settings.columns(), structure, atom, settings.cutoff_function
            )
            row = rows[some.offsets[s] + atom]
            # float64; sums of hundreds of terms of about 1, and (1 + λ cos θ)^ζ near 0.
            np.testing.assert_allclose(row, expected, rtol=1e-10, atol=1e-12)


@every_structure
def test_rows_are_those_of_dscribe_in_its_order(structures):
    known = np.load(Path(__file__).parents[1] / "references" / "acsf_dscribe.npz")
    expected = known[structures.__name__]
    settings = SymmetryFunctions.like("dscribe", species=SPECIES, r_cut=R_CUT, **PARAMETERS)
    rows = settings.compute(structures()).values
    # Where cos θ is near -1, both lose digits of (1 + cos θ)^16, far below the largest numbers.
    np.testing.assert_allclose(rows, expected, rtol=1e-10, atol=1e-13 * np.abs(expected).max())


def test_columns_like_dscribe_start_with_g1_of_each_element():
    settings = SymmetryFunctions.like("dscribe", species=SPECIES, r_cut=R_CUT, **PARAMETERS)
    names = settings.column_names()
    assert names[:3] == ("G1 H", "G2 H eta=0.4 shift=0", "G2 H eta=2 shift=1.5")
    assert names[5] == "G1 C"
    pairs = list(dict.fromkeys(name.split()[1] for name in names if name[:2] in {"G4", "G5"}))
    assert pairs == ["H-H", "C-H", "C-C", "O-H", "O-C", "O-O"]


def test_dscribe_parameters_may_be_arrays_or_left_out():
    lists = SymmetryFunctions.like(
        "dscribe", species=["O"], r_cut=4.0, g2_params=[[1.0, 2.0]], g3_params=None
    )
    arrays = SymmetryFunctions.like(
        "dscribe", species=["O"], r_cut=4.0, g2_params=np.array([[1.0, 2.0]])
    )
    assert lists == arrays


@every_setting
@every_structure
def test_pull_back_is_the_central_difference(settings, structures):
    some = structures()
    cotangents = np.random.default_rng(0).normal(size=settings.compute(some).values.shape)

    def value(positions: np.ndarray, cells: np.ndarray) -> float:
        rows = settings.compute(_moved(some, positions, cells)).values
        return float((rows * cotangents).sum())

    pulled = settings.pull_back(some, cotangents)
    step = 1e-5
    positions = np.zeros((some.n_atoms, 3))
    for place in np.ndindex(*positions.shape):
        move = np.zeros_like(positions)
        move[place] = step
        up, down = (value(some.positions + sign * move, some.cells) for sign in (1, -1))
        positions[place] = (up - down) / (2 * step)
    strain = np.zeros((len(some), 3, 3))
    for s, a, b in np.ndindex(*strain.shape):
        epsilon = np.zeros((len(some), 3, 3))
        epsilon[s, a, b] = step
        of_atom = epsilon[some.structure_of_atom]
        up, down = (
            value(
                some.positions + sign * np.einsum("iab,ib->ia", of_atom, some.positions),
                some.cells + sign * np.einsum("sab,skb->ska", epsilon, some.cells),
            )
            for sign in (1, -1)
        )
        strain[s, a, b] = (up - down) / (2 * step)
    # The error of a central difference of step 1e-5 is about 1e-10 of the third derivative.
    np.testing.assert_allclose(pulled.positions, positions, atol=1e-6)
    np.testing.assert_allclose(pulled.strain, strain, atol=1e-6)


@every_setting
@every_structure
def test_gradients_contracted_are_the_pull_back(settings, structures):
    some = structures()
    cotangents = np.random.default_rng(0).normal(size=settings.compute(some).values.shape)
    blocks = settings.gradients(some)
    positions = np.zeros((some.n_atoms, 3))
    np.add.at(
        positions, blocks.atoms, np.einsum("bxw,bw->bx", blocks.values, cotangents[blocks.rows])
    )
    pulled = settings.pull_back(some, cotangents)
    np.testing.assert_allclose(positions, pulled.positions, atol=1e-11)  # sums of ~1e3 terms


def test_gradients_are_sorted_and_belong_to_their_atoms():
    settings, some = SETTINGS["cosine"], crystals()
    blocks = settings.gradients(some)
    keys = blocks.rows * some.n_atoms + blocks.atoms
    assert (np.diff(keys) > 0).all()
    row, atom, axis, step = 4, 6, 1, 1e-5
    move = np.zeros((some.n_atoms, 3))
    move[atom, axis] = step
    up, down = (
        settings.compute(_moved(some, some.positions + sign * move, some.cells)).values[row]
        for sign in (1, -1)
    )
    (block,) = np.flatnonzero((blocks.rows == row) & (blocks.atoms == atom))
    np.testing.assert_allclose(blocks.values[block, axis], (up - down) / (2 * step), atol=1e-6)


def test_turns_and_order_of_atoms_do_not_matter():
    some = molecules()[0]
    turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
    order = np.array([3, 0, 5, 1, 4, 2])
    other = Structures.from_arrays(some.numbers[order], some.positions[order] @ turn.T + 1.0)
    settings = SymmetryFunctions(species=SPECIES)
    rows, others = settings.compute(some).values, settings.compute(other).values
    np.testing.assert_allclose(others, rows[order], rtol=1e-10, atol=1e-13)


def test_a_doubled_cell_has_the_same_rows():
    some = crystals()[0]
    cell = some.cells[0] * np.array([[2.0], [1.0], [1.0]])
    twice = Structures.from_arrays(
        np.tile(some.numbers, 2),
        np.concatenate([some.positions, some.positions + some.cells[0, 0]]),
        cells=cell,
    )
    settings = SymmetryFunctions(species=SPECIES)
    rows = settings.compute(some).values
    np.testing.assert_allclose(settings.compute(twice).values, np.tile(rows, (2, 1)), rtol=1e-10)


def test_rows_do_not_depend_on_batch_or_threads():
    rng = np.random.default_rng(4)
    many = molecules().take(rng.integers(0, 3, 60))
    settings = SETTINGS["cosine"]
    alone, rows = alone_and_together(lambda: settings.compute(many).values)
    assert np.array_equal(alone, rows)
    one, two = alone_and_together(lambda: settings.pull_back(many, rows).positions)
    assert np.array_equal(one, two)
    one_by_one = [settings.compute(one).values for one in many]
    assert np.array_equal(np.concatenate(one_by_one), rows)


def test_runs_of_structures_join_seamlessly(monkeypatch):
    many, settings = molecules(), SETTINGS["cosine"]
    rows, blocks = settings.compute(many).values, settings.gradients(many)
    pulled = settings.pull_back(many, rows)
    monkeypatch.setattr("atomarium.represent.neighborhoods._ATOMS_AT_ONCE", 4)
    assert np.array_equal(settings.compute(many).values, rows)
    assert np.array_equal(settings.pull_back(many, rows).positions, pulled.positions)
    again = settings.gradients(many)
    for name in ("rows", "atoms", "values"):
        assert np.array_equal(getattr(again, name), getattr(blocks, name))


def test_many_neighbors_are_taken_in_several_goes():
    # An atom of a close-packed crystal has 78 neighbors within 6 Å, and thousands of triplets.
    some = Structures.from_arrays([29], np.zeros((1, 3)), cells=2.5 * (1 - np.eye(3)) / 2**0.5)
    settings = SymmetryFunctions(
        cutoff=6.0, functions=(SymmetryFunction(kind="G4", eta=0.03, zeta=2.0),), species=("Cu",)
    )
    assert len(find_pairs(some, 6.0)) > 70
    (value,) = settings.compute(some).values[0]
    (expected,) = functions_of_atom(settings.columns(), some, 0, "cosine")
    assert value == pytest.approx(expected, rel=1e-11)


def test_per_center_rows_are_zero_in_the_columns_of_other_elements():
    some = molecules()
    shared = SymmetryFunctions(species=SPECIES)
    apart = replace(shared, per_center=True)
    rows, blocks = shared.compute(some).values, apart.compute(some).values
    width = shared.n_columns
    assert apart.n_columns == 3 * width
    for number, block in zip((1, 6, 8), np.split(blocks, 3, axis=1), strict=True):
        mine = some.numbers == number
        assert np.array_equal(block[mine], rows[mine])
        assert not block[~mine].any()
    assert apart.column_names()[0] == "H: " + shared.column_names()[0]


def test_float32_rows_are_the_rounded_ones():
    some, settings = molecules(), SETTINGS["cosine"]
    rows = replace(settings, dtype="float32").compute(some).values
    assert rows.dtype == np.float32
    # Sums over runs of triplets are rounded each; a handful of them.
    np.testing.assert_allclose(rows, settings.compute(some).values, rtol=1e-6, atol=1e-7)


def test_empty_structure_and_lonely_atom_keep_their_place():
    some = Structures.from_arrays([8, 1], [[0, 0, 0], [0, 0, 1]], offsets=[0, 0, 2, 2])
    lonely = Structures.from_arrays([8], [[0, 0, 0]])
    settings = SymmetryFunctions(species=("H", "O"))
    features = settings.compute(Structures.concatenate([some, lonely]))
    assert features.sizes.tolist() == [0, 2, 0, 1]
    assert features.values[:2].any(axis=1).all()
    assert not features.values[2].any()


def test_nothing_at_all_gives_nothing():
    settings, none = SymmetryFunctions(), Structures.empty()
    assert settings.compute(none).values.shape == (0, 0)
    assert settings.pull_back(none, np.zeros((0, 0))).positions.shape == (0, 3)
    assert settings.gradients(none).values.shape == (0, 3, 0)
    settled = SymmetryFunctions(species=("H",))
    assert settled.compute(none).values.shape == (0, settled.n_columns)
    assert settled.gradients(none).values.shape == (0, 3, settled.n_columns)


def test_settling_takes_elements_of_data_and_of_functions():
    functions = (SymmetryFunction(kind="G2", eta=1.0, neighbors=("N",)),)
    settings = SymmetryFunctions(functions=functions)
    assert settings.settle(molecules()[1:2]).species == ("N", "O")
    assert settings.compute(molecules()[1:2]).values.shape == (1, 1)
    settled = SymmetryFunctions(species=("O", "H"))
    assert settled.settle(molecules()) is settled
    assert settled.species == ("H", "O")


def test_default_functions_are_those_of_the_schemes_and_given_ones_replace_them():
    assert len(SymmetryFunctions().all_functions) == 8 + 2 * 4 * 2
    given = FUNCTIONS[:3]
    assert SymmetryFunctions(functions=given).all_functions == given
    both = SymmetryFunctions(functions=given, n_radial=4).all_functions
    assert both[:3] == given
    assert len(both) == 7


def test_radial_schemes_lie_on_their_grid():
    centered = list(radial_functions("centered", 8, 5.0))
    assert centered[0] == SymmetryFunction(kind="G2", eta=2.0)
    assert centered[-1].eta == pytest.approx(1 / 32)
    shifted = list(radial_functions("shifted", 8, 5.0))
    assert [one.shift for one in shifted] == pytest.approx(np.linspace(0.5, 4.0, 8))
    assert {one.eta for one in shifted} == {shifted[0].eta}
    assert shifted[0].eta == pytest.approx(2.0)


def test_the_angular_scheme_has_every_width_power_and_direction():
    made = list(angular_functions(3, (1.0, 4.0), 5.0))
    widths = sorted({one.eta for one in made})
    assert widths == pytest.approx([0.5 / r**2 for r in (4.0, 2.75, 1.5)])
    assert {(one.zeta, one.direction) for one in made} == {(z, d) for z in (1, 4) for d in (1, -1)}
    assert len(made) == 12
    assert next(angular_functions(1, (1.0,), 5.0)).eta == pytest.approx(1 / 32)


@pytest.mark.parametrize(
    ("order", "kinds", "etas"),
    [
        ("atomarium", "G2 G2 G2 G1 G5 G4", [2.0, 1.0, 3.0, 0.0]),
        ("dscribe", "G1 G2 G2 G2 G4 G5", [0.0, 2.0, 1.0, 3.0]),
        # By cutoff before η.
        ("runner", "G1 G2 G2 G2 G4 G5", [0.0, 3.0, 1.0, 2.0]),
        ("n2p2", "G1 G2 G2 G2 G4 G5", [0.0, 3.0, 1.0, 2.0]),
    ],
)
def test_columns_are_ordered_as_asked(order, kinds, etas):
    functions = (
        SymmetryFunction(kind="G5"),
        SymmetryFunction(kind="G2", eta=2.0),
        SymmetryFunction(kind="G4"),
        SymmetryFunction(kind="G2", eta=1.0),
        SymmetryFunction(kind="G2", eta=3.0, cutoff=3.0),
        SymmetryFunction(kind="G1"),
    )
    settings = SymmetryFunctions(functions=functions, cutoff=4.0, species=("O",), order=order)
    made = [column.function for column in settings.columns()]
    assert [one.kind for one in made] == kinds.split()
    assert [one.eta for one in made[:4]] == etas


def test_runner_and_n2p2_disagree_about_shifts_of_angular_functions():
    functions = (
        SymmetryFunction(kind="G4", eta=0.1, shift=1.0, zeta=1.0),
        SymmetryFunction(kind="G4", eta=0.1, shift=0.0, zeta=2.0),
    )
    settings = SymmetryFunctions(functions=functions, species=("O",))
    zetas = {
        order: [column.function.zeta for column in replace(settings, order=order).columns()]
        for order in ("runner", "n2p2")
    }
    assert zetas == {"runner": [1, 2], "n2p2": [2, 1]}


def test_neighbors_come_last_in_the_order_of_runner():
    functions = (SymmetryFunction(kind="G2", eta=1.0), SymmetryFunction(kind="G2", eta=2.0))
    settings = SymmetryFunctions(functions=functions, species=("H", "O"), order="runner")
    names = [name.split(" shift")[0] for name in settings.column_names()]
    assert names == ["G2 H eta=1", "G2 O eta=1", "G2 H eta=2", "G2 O eta=2"]


def test_a_study_file_can_hold_functions():
    candidate = make_candidate(
        CandidateSpec(
            representation={
                "kind": "symmetry-functions",
                "functions": [{"kind": "G2", "eta": 1.0}, {"kind": "G4", "neighbors": ["H", "O"]}],
                "per_center": True,
            },
            model={"kind": "krr"},
        )
    )
    first, second = candidate.representation.functions
    assert first == SymmetryFunction(kind="G2", eta=1.0)
    assert second.neighbors == ("H", "O")
    with pytest.raises(InputError, match="there is no setting 'sigma'"):
        make_candidate(
            CandidateSpec(
                representation={
                    "kind": "symmetry-functions",
                    "functions": [{"kind": "G2", "sigma": 1.0}],
                },
                model={"kind": "krr"},
            )
        )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "G6"}, "no symmetry function 'G6'"),
        ({"kind": "G1", "eta": 1.0}, "G1 has no eta; its settings: none of its own"),
        ({"kind": "G2", "zeta": 2.0}, "G2 has no zeta; its settings: eta, shift"),
        ({"kind": "G2", "eta": -1.0}, "eta must be at least 0 1/Å², got -1.0"),
        ({"kind": "G2", "shift": float("nan")}, "shift must be a finite number"),
        ({"kind": "G4", "zeta": 0.5}, "zeta must be at least 1, got 0.5"),
        ({"kind": "G4", "direction": 2.0}, "direction must be from -1 to 1, got 2.0"),
        ({"kind": "G2", "cutoff": 0.0}, "cutoff must be above 0 Å, got 0.0"),
        ({"kind": "G2", "center": "Hx"}, "no element 'Hx'"),
        ({"kind": "G2", "neighbors": ("H", "O")}, "G2 takes one neighbor, got H, O"),
        ({"kind": "G4", "neighbors": ("H",)}, "G4 takes two neighbors, got H"),
    ],
)
def test_unfit_functions_are_refused(settings, message, unchecked):
    with pytest.raises(InputError, match=message):
        SymmetryFunction(**settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cutoff": 0.0}, "cutoff must be above 0 Å, got 0.0"),
        ({"cutoff": float("inf")}, "cutoff must be above 0 Å, got inf"),
        ({"species": ("H", "H")}, "species must differ, got H, H"),
        ({"species": ("Hx",)}, "no element 'Hx'"),
        ({"cutoff_function": "cos"}, "no cutoff_function 'cos'; did you mean 'cosine'"),
        ({"radial_scheme": "shift"}, "no radial_scheme 'shift'; did you mean 'shifted'"),
        ({"order": "dscrib"}, "no order 'dscrib'; did you mean 'dscribe'"),
        ({"dtype": "float16"}, "no dtype 'float16'"),
        ({"n_radial": -1}, "n_radial must be at least 0, got -1"),
        ({"n_radial": 1}, "a radial scheme needs at least 2 functions, got 1"),
        ({"n_radial": 0, "n_angular": 0}, "no functions: give some"),
        ({"cutoff": 2.0}, "the scheme needs a cutoff above 2.5 Å, got 2.0"),
        ({"zetas": (0.5,)}, "zeta must be at least 1, got 0.5"),
        (
            {"functions": (SymmetryFunction(kind="G2", center="H"),)},
            "is for H alone, which needs per_center = true",
        ),
        (
            {"functions": (SymmetryFunction(kind="G2", neighbors=("H",)),), "species": ("O",)},
            "names H, which is not among the species O",
        ),
    ],
)
def test_unfit_settings_are_refused(settings, message, unchecked):
    with pytest.raises(InputError, match=message):
        SymmetryFunctions(**settings)


def test_the_same_function_twice_is_refused():
    functions = (SymmetryFunction(kind="G1"), SymmetryFunction(kind="G1", neighbors=("O",)))
    with pytest.raises(InputError, match="two functions are the same: G1 O"):
        SymmetryFunctions(functions=functions, species=("O",)).columns()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"g2_param": [[1.0, 0.0]]}, "no parameter 'g2_param'; did you mean 'g2_params'"),
        ({"g2_params": [[1.0]]}, "g2_params has rows of eta, shift, got"),
        ({"g3_params": [[1.0, 2.0]]}, "g3_params has rows of kappa, got"),
    ],
)
def test_unfit_dscribe_parameters_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        SymmetryFunctions.like("dscribe", species=["O"], r_cut=4.0, **arguments)


def test_an_unknown_package_is_refused(unchecked):
    with pytest.raises(InputError, match="no package 'dscrib' to be like; did you mean 'dscribe'"):
        SymmetryFunctions.like("dscrib", species=["O"], r_cut=4.0)


def test_unfit_structures_are_refused():
    settings = SymmetryFunctions(species=("H", "O"))
    good = Structures.from_arrays([1, 8], [[0, 0, 0], [0, 0, 1]])
    gold = Structures.concatenate([good, Structures.from_arrays([1, 79], [[0, 0, 0], [0, 0, 1]])])
    message = r"structure 1 holds Au \(79\), which is not among the species H, O"
    for refused in (settings.compute, settings.gradients):
        with pytest.raises(InputError, match=message):
            refused(gold)
    with pytest.raises(InputError, match=message):
        settings.pull_back(gold, np.zeros((4, settings.n_columns)))
    clash = Structures.from_arrays([1, 8, 1], [[0, 0, 0], [0, 0, 1], [0, 0, 1]])
    with pytest.raises(InputError, match="structure 1: atoms 1 and 2 are in one place"):
        settings.compute(Structures.concatenate([good, clash]))
    broken = Structures(
        numbers=good.numbers,
        positions=np.array([[0, 0, 0], [0, 0, np.nan]]),
        cells=good.cells,
        periodic=good.periodic,
        offsets=good.offsets,
    )
    with pytest.raises(InputError, match="structure 0, atom 1: position"):
        settings.compute(broken)


def test_cotangents_of_another_shape_are_refused():
    settings = SymmetryFunctions(species=SPECIES)
    with pytest.raises(InputError, match=r"cotangents must have shape \(11, "):
        settings.pull_back(molecules(), np.zeros((11, 2)))
