"""Symmetry functions in the settings files of RuNNer and n2p2, usually called input.nn.

Source: keywords and order of values as in J. Behler's RuNNer 1 (readsymfunctionatomic) and in
n2p2 2 (SymFnc…::setParameters).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from atomarium.core.elements import NUMBERS
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.files import write_text
from atomarium.core.units import convert
from atomarium.represent.acsf import CutoffFunction, SymmetryFunctions
from atomarium.represent.symmetry_columns import RUNNER_TYPES, Column, list_columns
from atomarium.represent.symmetry_function import Kind, SymmetryFunction

Program = Literal["runner", "n2p2"]
_PROGRAMS = ("runner", "n2p2")
#: Keywords of other lines that matter; each may be there once.
_ONCE = ("number_of_elements", "elements", "cutoff_type")
#: What every keyword of a line with a function looks like, whether or not it can be read.
_FUNCTION = re.compile("(global_|element_|pair)*symfunction")
_CUTOFF_FUNCTIONS: dict[str, CutoffFunction] = {"1": "cosine", "2": "tanh3"}
_KINDS: dict[str, Kind] = {str(number): kind for kind, number in RUNNER_TYPES.items()}
#: Values of each kind in a line; the last shift may be left out.
_VALUES: dict[Kind, tuple[str, ...]] = {
    "G1": ("cutoff",),
    "G2": ("eta", "shift", "cutoff"),
    "G3": ("kappa", "cutoff"),
    "G4": ("eta", "direction", "zeta", "cutoff", "shift"),
    "G5": ("eta", "direction", "zeta", "cutoff", "shift"),
}
_POWERS_OF_LENGTH = {"eta": -2, "kappa": -1, "shift": 1, "cutoff": 1, "direction": 0, "zeta": 0}
#: Keywords of lines with a function, whether it is for one element, and for named neighbors.
_KEYWORDS = {
    "symfunction": (True, True),
    "symfunction_short": (True, True),
    "symfunction_short_atomic": (True, True),
    "element_symfunction_short": (True, False),
    "global_symfunction_short": (False, False),
    "global_symfunction_short_atomic": (False, False),
}


def read_input_nn(
    path: Path | str, *, length_unit: str = "a0", program: Program = "runner"
) -> SymmetryFunctions:
    """Read the symmetry functions of a settings file of RuNNer or n2p2.

    Each element gets columns of its own, in the order that the program gives them.

    Args:
        path: The file; keywords about anything else are passed over.
        length_unit: Of the file. RuNNer works in bohr, `a0`; n2p2 in the unit of its data.
        program: Whose order of columns; they differ when shifts of angular functions do.

    Raises:
        InputError: the file is missing, names no elements or functions, names elements that it
            does not list, has a line that cannot be read or the same function twice, or has a
            kind of function or cutoff function that is not among ours.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from None
    return parse_input_nn(text, name=str(path), length_unit=length_unit, program=program)


def parse_input_nn(
    text: str, *, name: str = "input.nn", length_unit: str = "a0", program: Program = "runner"
) -> SymmetryFunctions:
    """Read the symmetry functions from the text of a settings file.

    Args:
        text: The file.
        name: What errors call it.
        length_unit: See `read_input_nn`.
        program: See `read_input_nn`.

    Raises:
        InputError: As `read_input_nn`.
    """
    _check_program(program)
    once: dict[str, _Line] = {}
    functions: list[tuple[_Line, SymmetryFunction]] = []
    for line in _lines(text, name):
        if line.keyword in _ONCE:
            if line.keyword in once:
                known = once[line.keyword].place
                raise InputError(f"{line.place}: {line.keyword} is given before, {known}")
            once[line.keyword] = line
        elif line.keyword in _KEYWORDS:
            functions.append((line, _read_function(line, convert(1.0, length_unit, "Å"))))
        elif _FUNCTION.match(line.keyword):
            hint = did_you_mean(line.keyword, _KEYWORDS)
            raise InputError(f"{line.place}: {line.keyword} cannot be read{hint}")
    species = _read_species(once, name)
    cutoff_type = once.get("cutoff_type")
    cutoff_function = "cosine" if cutoff_type is None else _read_cutoff_type(cutoff_type)
    if not functions:
        raise InputError(f"{name} has no line with `symfunction_short`")
    _check_functions(functions, species)
    cutoff = max(one.cutoff or 0.0 for _, one in functions)
    return SymmetryFunctions(
        species=species,
        cutoff=cutoff,
        cutoff_function=cutoff_function,
        functions=tuple(
            replace(one, cutoff=None) if one.cutoff == cutoff else one for _, one in functions
        ),
        per_center=True,
        order=program,
    )


@dataclass(frozen=True)
class _Line:
    place: str
    keyword: str
    words: list[str]


def _lines(text: str, name: str) -> Iterator[_Line]:
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        words = line.split("#")[0].split("!")[0].split()
        if words:
            yield _Line(f"{name}, line {number}", words[0], words[1:])


def _read_species(once: dict[str, _Line], name: str) -> tuple[str, ...]:
    line = once.get("elements")
    if line is None:
        raise InputError(f"{name} has no line with `elements`")
    for symbol in line.words:
        if symbol not in NUMBERS:
            raise InputError(f"{line.place}: there is no element {symbol!r}")
    species = tuple(line.words)
    if not species or len(set(species)) < len(species):
        given = ", ".join(species) or "nothing"
        raise InputError(f"{line.place}: elements must be there, each once, got {given}")
    count = once.get("number_of_elements")
    if count is not None and count.words[:1] != [str(len(species))]:
        given = f"number_of_elements {' '.join(count.words)}"
        raise InputError(f"{count.place}: {given}, but {line.place} lists {', '.join(species)}")
    return species


def _check_functions(
    functions: list[tuple[_Line, SymmetryFunction]], species: tuple[str, ...]
) -> None:
    """Look whether functions name known elements and differ."""
    ordered, places = sorted(species, key=NUMBERS.__getitem__), dict[Column, str]()
    for line, one in functions:
        strangers = {one.center, *one.neighbors} - {"", *species}
        if strangers:
            given, known = ", ".join(sorted(strangers)), ", ".join(species)
            raise InputError(f"{line.place} names {given}, which is not among the elements {known}")
        for column in list_columns(
            [one], cutoff=one.cutoff or 0.0, species=ordered, per_center=True, order="runner"
        ):
            # Lines for one element and for all may come to the same.
            bare = column._replace(function=replace(one, center="", neighbors=()))
            if bare in places:
                raise InputError(f"{line.place} is the same as {places[bare]}: {column.name}")
            places[bare] = line.place


def _read_cutoff_type(line: _Line) -> CutoffFunction:
    given = line.words[0] if line.words else "nothing"
    inner = _numbers(line, line.words[1:])
    if given not in _CUTOFF_FUNCTIONS or any(inner) or len(inner) > 1:
        right = "1 (cosine) and 2 (tanh³), without inner cutoff, can be read"
        raise InputError(f"{line.place}: cutoff_type {' '.join(line.words)}: {right}")
    return _CUTOFF_FUNCTIONS[given]


def _read_function(line: _Line, length: float) -> SymmetryFunction:
    """Read one function; `length` is the unit of the file in Å."""
    has_center, has_neighbors = _KEYWORDS[line.keyword]
    center, rest = ("".join(line.words[:1]), line.words[1:]) if has_center else ("", line.words)
    kind = _KINDS.get(rest[0] if rest else "")
    if kind is None:
        given = rest[0] if rest else "nothing"
        known = ", ".join(f"{number} ({ours})" for number, ours in _KINDS.items())
        raise InputError(f"{line.place}: type {given}; those that can be read: {known}")
    n_after = (2 if kind in {"G4", "G5"} else 1) if has_neighbors else 0
    neighbors, names = tuple(rest[1 : 1 + n_after]), _VALUES[kind]
    if not all(word.isalpha() for word in neighbors):
        wanted = "one neighbor" if n_after == 1 else "two neighbors"
        raise InputError(f"{line.place}: {kind} takes {wanted}, got {' '.join(neighbors)}")
    values = _numbers(line, rest[1 + n_after :])
    fewest = len(names) - (names[-1] == "shift")
    if not fewest <= len(values) <= len(names):
        wanted = ", ".join(names[:fewest])
        raise InputError(f"{line.place}: {kind} takes {wanted}, got {len(values)} numbers")
    settings = {
        key: value * length ** _POWERS_OF_LENGTH[key]
        for key, value in zip(names, values, strict=False)
    }
    try:
        return SymmetryFunction(kind=kind, center=center, neighbors=neighbors, **settings)
    except InputError as error:
        raise InputError(f"{line.place}: {error}") from None


def _numbers(line: _Line, words: list[str]) -> list[float]:
    try:
        # Fortran writes exponents with d, and never 1_000, which Python would read.
        return [float(word.lower().replace("d", "e").replace("_", " ")) for word in words]
    except ValueError:
        raise InputError(f"{line.place}: cannot read numbers from {' '.join(words)!r}") from None


def write_input_nn(
    path: Path | str,
    settings: SymmetryFunctions,
    *,
    length_unit: str = "a0",
    program: Program = "runner",
) -> None:
    """Write symmetry functions as lines for a settings file of RuNNer or n2p2.

    Args:
        path: The file; other keywords of a training are to be added to it.
        settings: With species; each function is written for each element that has it.
        length_unit: Of the file; see `read_input_nn`.
        program: Who is to read it.

    Raises:
        InputError: species are open, or a function is not among those of the program.
    """
    write_text(path, format_input_nn(settings, length_unit=length_unit, program=program))


def format_input_nn(
    settings: SymmetryFunctions, *, length_unit: str = "a0", program: Program = "runner"
) -> str:
    """Return the text that `write_input_nn` writes.

    Args:
        settings: See `write_input_nn`.
        length_unit: See `write_input_nn`.
        program: See `write_input_nn`.

    Raises:
        InputError: As `write_input_nn`.
    """
    _check_program(program)
    if not settings.species:
        raise InputError("species are open; settle them on structures first")
    numbers = {name: number for number, name in _CUTOFF_FUNCTIONS.items()}
    lines = [
        f"number_of_elements {len(settings.species)}",
        f"elements {' '.join(settings.species)}",
        f"cutoff_type {numbers[settings.cutoff_function]}",
    ]
    ordered = replace(settings, per_center=True, order=program)
    length = convert(1.0, length_unit, "Å")
    lines += [_format_column(column, length, program) for column in ordered.columns()]
    return "\n".join(lines) + "\n"


def _format_column(column: Column, length: float, program: Program) -> str:
    one = column.function
    names = _VALUES[one.kind]
    if names[-1] == "shift" and (one.shift == 0 or program == "runner"):
        if one.shift:
            raise InputError(f"RuNNer has no shift of angular functions: {column.name}")
        names = names[:-1]
    if program == "n2p2" and one.kind in {"G1", "G3"}:
        raise InputError(f"n2p2 has no {one.kind}: {column.name}")
    values = {name: getattr(one, name) for name in names} | {"cutoff": column.cutoff}
    numbers = [_format_number(values[name], length ** _POWERS_OF_LENGTH[name]) for name in names]
    neighbors = sorted(column.neighbors, key=NUMBERS.__getitem__)
    words = [column.center, str(RUNNER_TYPES[one.kind]), *neighbors, *numbers]
    return f"symfunction_short {' '.join(words)}"


def _format_number(value: float, unit: float) -> str:
    """Return a number that, times the unit, is read as the value where there is one."""
    for digits in (15, 16, 17):
        # Few digits first, so that what came from a file is written as it stood there.
        text = repr(float(f"{value / unit:.{digits}g}"))
        if float(text) * unit == value:
            return text
    return repr(value / unit)


def _check_program(program: str) -> None:
    if program not in _PROGRAMS:
        raise InputError(f"no program {program!r}{did_you_mean(str(program), _PROGRAMS)}")
