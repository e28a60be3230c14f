"""Settings of symmetry functions: columns, schemes, orders, study files; refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.represent.acsf_cases import PARAMETERS, R_CUT, SPECIES, molecules
from tests.represent.acsf_samples import FUNCTIONS

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.experiment.settings import CandidateSpec, make_candidate
from atomarium.represent.acsf import SymmetryFunctions
from atomarium.represent.symmetry_function import (
    SymmetryFunction,
    angular_functions,
    radial_functions,
)


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
