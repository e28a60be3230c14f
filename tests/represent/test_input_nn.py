"""Symmetry functions in files of RuNNer and n2p2: units, order, round trips, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent.acsf import SymmetryFunctions
from atomarium.represent.input_nn import (
    format_input_nn,
    parse_input_nn,
    read_input_nn,
    write_input_nn,
)
from atomarium.represent.symmetry_function import SymmetryFunction

BOHR = 0.529177210903
WATER = """
### Part of a file for water; comments and other keywords are passed over.
number_of_elements 2
elements O H            # in any order
nnp_gen 2
cutoff_type             2
global_hidden_layers_short 2

symfunction_short H 2 O 0.001 0.0 12.0          ! element type neighbor eta shift cutoff
symfunction_short H 2 H 0.03  0.5 12.0
symfunction_short H 3 O H 0.07  1.0  1.0 12.00000
symfunction_short O 3 H H 1.0d-3 -1.0 4.0 8.0
symfunction_short O 9 H O 0.1 1.0 16.0 12.0
symfunction_short O 1 H 8.0
symfunction_short O 4 H 0.5 12.0
"""
HEADER = "elements H O\n"


def _waters(scale: float = 1.0) -> Structures:
    rng = np.random.default_rng(0)
    numbers = np.tile([8, 1, 1], 4)
    return Structures.from_arrays(numbers, scale * rng.normal(scale=2.0, size=(12, 3)))


def test_lines_become_functions_in_angstrom():
    settings = parse_input_nn(WATER)
    assert settings.species == ("H", "O")
    assert settings.cutoff_function == "tanh3"
    assert settings.per_center
    assert settings.cutoff == pytest.approx(12 * BOHR)
    first = settings.functions[0]
    assert (first.kind, first.center, first.neighbors) == ("G2", "H", ("O",))
    assert first.eta == pytest.approx(0.001 / BOHR**2)
    angular = settings.functions[3]
    assert (angular.kind, angular.zeta, angular.direction) == ("G4", 4.0, -1.0)
    assert angular.eta == pytest.approx(1e-3 / BOHR**2)
    assert angular.cutoff == pytest.approx(8 * BOHR)
    assert settings.functions[6].kappa == pytest.approx(0.5 / BOHR)


def test_columns_are_in_the_order_of_runner():
    names = [name.split(" eta")[0] for name in parse_input_nn(WATER).column_names()]
    assert names[:3] == ["H: G2 O", "H: G2 H", "H: G4 H-O"]
    assert [name.split()[1] for name in names[3:]] == ["G1", "G4", "G3", "G5"]


def test_rows_in_bohr_are_those_in_angstrom():
    in_bohr = parse_input_nn(WATER, length_unit="Å").compute(_waters())
    in_angstrom = parse_input_nn(WATER).compute(_waters(BOHR))
    np.testing.assert_allclose(in_angstrom.values, in_bohr.values, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("length_unit", ["a0", "Å", "nm"])
def test_what_is_written_is_read_back(tmp_path, length_unit):
    settings = parse_input_nn(WATER)
    path = tmp_path / "input.nn"
    write_input_nn(path, settings, length_unit=length_unit)
    again = read_input_nn(path, length_unit=length_unit)
    assert again.species == settings.species
    assert again.cutoff_function == settings.cutoff_function
    assert len(again.columns()) == len(settings.columns())
    rows = settings.compute(_waters(BOHR)).values
    np.testing.assert_allclose(again.compute(_waters(BOHR)).values, rows, rtol=1e-11, atol=1e-14)


def test_schemes_are_written_for_every_element():
    settings = SymmetryFunctions(species=("H", "O"), n_radial=2, n_angular=1, zetas=(1.0,))
    text = format_input_nn(settings, length_unit="Å")
    assert text.splitlines()[:3] == ["number_of_elements 2", "elements H O", "cutoff_type 1"]
    lines = [line for line in text.splitlines() if line.startswith("symfunction_short")]
    assert len(lines) == 2 * (2 * 2 + 3 * 2)
    assert lines[0] == f"symfunction_short H 2 H {0.5 / 3.5**2!r} 0.5 5.0"
    again = parse_input_nn(text, length_unit="Å")
    expected = replace(settings, per_center=True, order="runner").compute(_waters()).values
    assert np.array_equal(again.compute(_waters()).values, expected)


def test_functions_for_all_neighbors_or_all_elements_are_spread():
    text = (
        f"{HEADER}element_symfunction_short O 2 0.1 0.0 6.0\nglobal_symfunction_short 3 0.1 1 2 6"
    )
    names = parse_input_nn(text, length_unit="Å").column_names()
    kinds = [name.split(" eta")[0] for name in names]
    assert kinds == [
        *("H: G4 H-H", "H: G4 H-O", "H: G4 O-O"),
        *("O: G2 H", "O: G2 O", "O: G4 H-H", "O: G4 H-O", "O: G4 O-O"),
    ]


def test_shifts_of_angular_functions_are_those_of_n2p2():
    text = f"{HEADER}symfunction_short O 3 H H 0.1 1.0 2.0 6.0 1.5\n"
    settings = parse_input_nn(text, length_unit="Å", program="n2p2")
    assert settings.functions[0].shift == 1.5
    assert settings.order == "n2p2"
    assert "0.1 1.0 2.0 6.0 1.5" in format_input_nn(settings, length_unit="Å", program="n2p2")
    with pytest.raises(InputError, match="RuNNer has no shift of angular functions: O: G4 H-H"):
        format_input_nn(settings)


@pytest.mark.parametrize("kind", ["G1", "G3"])
def test_functions_that_n2p2_lacks_are_not_written(kind):
    functions = (SymmetryFunction(kind=kind),)
    settings = SymmetryFunctions(species=("O",), functions=functions)
    with pytest.raises(InputError, match=f"n2p2 has no {kind}: O: {kind} O"):
        format_input_nn(settings, program="n2p2")


def test_open_species_are_not_written():
    with pytest.raises(InputError, match="species are open; settle them on structures first"):
        format_input_nn(SymmetryFunctions())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("symfunction_short H 2 O 1 0 6", "input.nn has no line with `elements`"),
        (HEADER, "input.nn has no line with `symfunction_short`"),
        (f"{HEADER}symfunction_short H 7 O 1 0 6", r"line 2: type 7; .*: 1 \(G1\), 2 \(G2\)"),
        (f"{HEADER}symfunction_short H", "line 2: type nothing; those that can be read"),
        (
            f"{HEADER}symfunction_short H 2 O 1 0",
            "line 2: G2 takes eta, shift, cutoff, got 2 numbers",
        ),
        (
            f"{HEADER}symfunction_short H 3 O H 1 1 1",
            "line 2: G4 takes eta, direction, zeta, cutoff, got 3",
        ),
        (f"{HEADER}symfunction_short H 2 O x 0 6", "line 2: cannot read numbers from 'x 0 6'"),
        (f"{HEADER}symfunction_short Hx 2 O 1 0 6", "line 2: no element 'Hx'"),
        (f"{HEADER}symfunction_short H 2 O -1 0 6", "line 2: G2: eta must be at least 0"),
        (f"{HEADER}symfunction_short H 2 C 1 0 6", "line 2 names C, .* among the elements H, O"),
        (f"{HEADER}symfunction_short C 2 O 1 0 6", "line 2 names C, .* among the elements H, O"),
        (f"{HEADER}symfunction_short H 3 O 1 0 1 6", "line 2: G4 takes two neighbors, got O 1"),
        (f"{HEADER}symfunction_short H 2 8 1 0 6", "line 2: G2 takes one neighbor, got 8"),
        (f"{HEADER}symfunction_short H 2 O 1_0 0 6", "line 2: cannot read numbers from '1_0 0 6'"),
        (f"{HEADER}symfunction_short H 2 O 1 0 6 a0", "line 2: cannot read numbers from .*a0"),
        (f"{HEADER}symfunction_short H 2 O nan 0 6", "line 2: G2: eta must be a finite number"),
        (f"{HEADER}symfunction_short H 2 O 1 0 0", "line 2: G2: cutoff must be above 0 Å, got 0"),
        (f"{HEADER}elements H C", "line 2: elements is given before, input.nn, line 1"),
        (f"{HEADER}cutoff_type 2\n\ncutoff_type 1", "line 4: cutoff_type is given .* line 2"),
        ("elements H Oo", "line 1: there is no element 'Oo'"),
        ("elements H H", "line 1: elements must be there, each once, got H, H"),
        ("elements", "line 1: elements must be there, each once, got nothing"),
        (
            f"number_of_elements 3\n{HEADER}",
            "line 1: number_of_elements 3, but .* line 2 lists H, O",
        ),
        (f"{HEADER}cutoff_type 6", r"line 2: cutoff_type 6: 1 \(cosine\) and 2 \(tanh³\)"),
        (f"{HEADER}cutoff_type 1 0.5", "line 2: cutoff_type 1 0.5: .* without inner cutoff"),
        (f"{HEADER}cutoff_type", "line 2: cutoff_type : 1"),
        (f"{HEADER}cutoff_type 1 0 2", "line 2: cutoff_type 1 0 2"),
        (
            f"{HEADER}symfunction_shrt H 2 O 1 0 6",
            "line 2: symfunction_shrt .* 'symfunction_short'",
        ),
        (f"{HEADER}symfunction_electrostatic H 2 O 1 0 6", "line 2: symfunction_elec.* cannot be"),
        (f"{HEADER}pairsymfunction_short H O 2 1 0 6", "line 2: pairsymfunction_short cannot be"),
    ],
)
def test_unfit_files_are_refused(text, message):
    with pytest.raises(InputError, match=message):
        parse_input_nn(text)


@pytest.mark.parametrize("number", ["0", "3", "5", "6", "8", "12", "20", "25", "G2", "2.0"])
def test_other_types_of_functions_and_fading_are_refused_with_their_line(number):
    text = f"{HEADER}\n# Types and cutoff functions that there are no numbers of.\n"
    if number != "3":
        with pytest.raises(InputError, match=rf"^input.nn, line 4: type {number}; .* 9 \(G5\)"):
            parse_input_nn(f"{text}symfunction_short H {number} O 0.1 0.0 6.0")
    with pytest.raises(InputError, match=rf"^input.nn, line 4: cutoff_type {number}: 1 \(cosine"):
        parse_input_nn(f"{text}cutoff_type {number}\nsymfunction_short H 2 O 0.1 0.0 6.0")


@pytest.mark.parametrize(
    "again",
    [
        "symfunction_short H 3 H O 0.10 1 1.0 6.00",
        "symfunction_short\tH 3 O H 1d-1 1 1.0 6.00",
        "element_symfunction_short H 3 0.1 1 1 6",
        "global_symfunction_short 3 0.1 1 1 6",
    ],
)
def test_functions_given_twice_are_refused_with_both_lines(again):
    text = f"{HEADER}symfunction_short H 3 O H 0.1 1 1 6 # once\nsymfunction_short H 2 O 1 0 6\n"
    with pytest.raises(InputError, match=r"line 4 is the same as input.nn, line 2: H: G4 H-O eta"):
        parse_input_nn(text + again)


def test_spacing_comments_and_order_of_lines_do_not_matter(tmp_path):
    expected = parse_input_nn(WATER)
    odd = WATER.strip().splitlines()
    odd = [f"  {line}\t".replace(" ", " \t  ") for line in reversed(odd)]
    path = tmp_path / "input.nn"
    path.write_bytes("\ufeff".encode() + "\r\n\r\n! more\r\n".join(odd).encode())
    found = read_input_nn(path)
    assert found.column_names() == expected.column_names()
    assert set(found.functions) == set(expected.functions)


@pytest.mark.parametrize("length_unit", ["a0", "Å", "nm"])
@pytest.mark.parametrize("program", ["runner", "n2p2"])
def test_what_came_from_a_file_is_written_digit_by_digit(program, length_unit):
    rng = np.random.default_rng(3)
    lines = ["number_of_elements 2", "elements H O", "cutoff_type 2"]
    for eta, shift, cutoff in rng.uniform(0.001, 12.0, size=(40, 3)).round(9).tolist():
        lines.append(f"symfunction_short H 2 O {eta!r} {shift!r} {cutoff!r}")
        lines.append(f"symfunction_short O 3 H O {eta!r} -1.0 4.0 {cutoff!r}")
    text = "\n".join(lines) + "\n"
    settings = parse_input_nn(text, length_unit=length_unit, program=program)
    written = format_input_nn(settings, length_unit=length_unit, program=program)
    assert sorted(written.splitlines()) == sorted(lines)
    again = parse_input_nn(written, length_unit=length_unit, program=program)
    assert again.columns() == settings.columns()


def test_a_missing_file_and_an_unknown_program_are_refused(tmp_path, unchecked):
    with pytest.raises(InputError, match=r"cannot read .*input\.nn"):
        read_input_nn(tmp_path / "input.nn")
    with pytest.raises(InputError, match="no program 'runer'; did you mean 'runner'"):
        parse_input_nn(WATER, program="runer")
    with pytest.raises(InputError, match="no program 'runer'"):
        format_input_nn(SymmetryFunctions(species=("O",)), program="runer")
