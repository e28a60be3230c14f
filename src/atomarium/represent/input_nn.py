"""Symmetry functions in the settings files of RuNNer and n2p2, usually called input.nn.

Source: keywords and order of values as in J. Behler's RuNNer 1 (readsymfunctionatomic) and in
n2p2 2 (SymFnc…::setParameters).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from atomarium.core.elements import NUMBERS
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.files import write_text
from atomarium.core.units import convert
from atomarium.represent.acsf import CutoffFunction, SymmetryFunctions
from atomarium.represent.symmetry_columns import RUNNER_TYPES, Column
from atomarium.represent.symmetry_function import Kind, SymmetryFunction

Program = Literal["runner", "n2p2"]
_PROGRAMS = ("runner", "n2p2")
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
        InputError: the file is missing, names no elements or functions, or has a kind of function
            or cutoff function that is not among ours.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
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
    species: tuple[str, ...] = ()
    cutoff_function: CutoffFunction = "cosine"
    functions: list[SymmetryFunction] = []
    for line in _lines(text, name):
        if line.keyword == "elements":
            species = tuple(line.words)
        elif line.keyword == "cutoff_type":
            cutoff_function = _read_cutoff_type(line)
        elif line.keyword in _KEYWORDS:
            functions.append(_read_function(line, convert(1.0, length_unit, "Å")))
        elif line.keyword.endswith(("symfunction_electrostatic", "symfunction_short_pair")):
            raise InputError(f"{line.place}: {line.keyword} is not among those that can be read")
    if not species:
        raise InputError(f"{name} has no line with `elements`")
    if not functions:
        raise InputError(f"{name} has no line with `symfunction_short`")
    cutoff = max(one.cutoff or 0.0 for one in functions)
    return SymmetryFunctions(
        species=species,
        cutoff=cutoff,
        cutoff_function=cutoff_function,
        functions=tuple(
            replace(one, cutoff=None) if one.cutoff == cutoff else one for one in functions
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
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split("#")[0].split("!")[0].split()
        if words:
            yield _Line(f"{name}, line {number}", words[0], words[1:])


def _read_cutoff_type(line: _Line) -> CutoffFunction:
    given = line.words[0] if line.words else "nothing"
    inner = _numbers(line, line.words[1:2])
    if given not in _CUTOFF_FUNCTIONS or any(inner):
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
        # Fortran writes exponents with d.
        return [float(word.lower().replace("d", "e")) for word in words]
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
    numbers = [repr(values[name] * length ** -_POWERS_OF_LENGTH[name]) for name in names]
    neighbors = sorted(column.neighbors, key=NUMBERS.__getitem__)
    words = [column.center, str(RUNNER_TYPES[one.kind]), *neighbors, *numbers]
    return f"symfunction_short {' '.join(words)}"


def _check_program(program: str) -> None:
    if program not in _PROGRAMS:
        raise InputError(f"no program {program!r}{did_you_mean(str(program), _PROGRAMS)}")
