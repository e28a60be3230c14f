"""From a block of a CIF to a crystal: cell, symmetry, sites."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float64, Int64

from atomarium.core.elements import NUMBERS
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.cif_text import Block, Value

#: Å. Images of a site that are closer are one atom; rounding of 1/3 to 0.333 moves it by 0.01.
_SAME_PLACE = 0.05
#: Occupancies above are full; 0.999 is what rounding leaves.
_FULL = 0.999
_CELL = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
_OPERATIONS = ("_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz")
_GROUP_NAMES = ("_space_group_name_h-m_alt", "_symmetry_space_group_name_h-m")
_GROUP_NUMBERS = ("_space_group_it_number", "_symmetry_int_tables_number")
_TERM = re.compile(r"([+-]?)(?:(\d*\.?\d+|\d+\.)(?:/(\d+))?\*?)?([xyz]?)")
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?:\(\d+\))?")
_DECIMALS = re.compile(r"\.(\d+)")
#: Decimals with which a coordinate can be told to be a rounded third.
_LEAST_DIGITS = 4
#: Å, degrees or cells: far beyond any crystal, and products of it are finite.
_TOO_LARGE = 1e9

Operation = tuple[np.ndarray, np.ndarray]


def has_sites(block: Block) -> bool:
    """Say whether a block describes a crystal."""
    return any(name.startswith("_atom_site_fract_") for loop in block.loops for name in loop)


def crystal_of(block: Block, where: object) -> Structures:
    """Return the atoms of one cell.

    Args:
        block: With cell, sites and symmetry; without any symmetry it is P1.
        where: The file, for messages.

    Raises:
        InputError: cell, coordinates or elements are missing or no numbers, a site is not fully
            occupied, two atoms share a place, or the symmetry is named but ambiguous.
    """
    cell = _cell(block, where)
    sites = block.loop_with("_atom_site_fract_x")
    fractions = _fractions(sites, where)
    numbers = np.array([_element(sites, row, where) for row in range(len(fractions))])
    _check_occupancies(sites, where)
    operations = _operations(block, where)
    places, owners = _expanded(fractions, operations, cell)
    _check_places(places, owners, cell, sites, where)
    try:
        return Structures.from_arrays(numbers[owners], places @ cell, cells=cell[None])
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def cell_of_parameters(
    lengths: Float64[np.ndarray, "3"], angles: Float64[np.ndarray, "3"]
) -> Float64[np.ndarray, "3 3"]:
    """Return the cell with a along x and b in the plane of x and y.

    Args:
        lengths: Å. Of a, b and c.
        angles: Degrees. Between b and c, a and c, a and b.

    Raises:
        InputError: no such cell exists.
    """
    # The cosine of 90° would be 6e-17, and the cell not quite upright.
    cos_a, cos_b, cos_c = np.where(angles == 90, 0.0, np.cos(np.radians(angles)))
    sin_c = np.sqrt(1 - cos_c**2)
    across = (cos_a - cos_b * cos_c) / sin_c if sin_c > 0 else 0.0
    upright = 1 - cos_b**2 - across**2
    fits = np.all(lengths > 0) and np.all((angles > 0) & (angles < 180))
    if not fits or sin_c <= 0 or upright <= 0:
        raise InputError(f"no cell has lengths {lengths.tolist()} and angles {angles.tolist()}")
    directions = [[1, 0, 0], [cos_c, sin_c, 0], [cos_b, across, np.sqrt(upright)]]
    return np.array(directions, dtype=np.float64) * lengths[:, None]


def _cell(block: Block, where: object) -> Float64[np.ndarray, "3 3"]:
    values = []
    for name in _CELL:
        value = block.items.get(f"_cell_{name}")
        if value is None:
            raise InputError(f"{where}: data_{block.name} has no _cell_{name}")
        values.append(_number(value, f"_cell_{name}", where))
    try:
        return cell_of_parameters(np.array(values[:3]), np.array(values[3:]))
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _fractions(sites: dict[str, list[Value]], where: object) -> Float64[np.ndarray, "sites 3"]:
    columns = [f"_atom_site_fract_{axis}" for axis in "xyz"]
    missing = [column for column in columns if column not in sites]
    if missing:
        raise InputError(f"{where}: the loop of sites has no {missing[0]}")
    rows = zip(*(sites[column] for column in columns), strict=True)
    found = [[_fraction(v, c, where) for v, c in zip(row, columns, strict=True)] for row in rows]
    return np.array(found, dtype=np.float64).reshape(-1, 3)


def _fraction(value: Value, name: str, where: object) -> float:
    """Return a fractional coordinate; 0.3333 and 0.6667 are the thirds that they were rounded from."""
    fraction = _number(value, name, where)
    digits = _DECIMALS.search(value.text)
    n_digits = len(digits[1]) if digits else 0
    third = round(3 * fraction) / 3
    if n_digits >= _LEAST_DIGITS and abs(fraction - third) <= 0.5 * 10.0**-n_digits:
        return third
    return fraction


def _number(value: Value, name: str, where: object) -> float:
    match = _NUMBER.fullmatch(value.text.strip())
    if match is None:
        raise InputError(f"{where}, line {value.line}: {name} is no number: {value.text!r}")
    number = float(match[1])
    if abs(number) >= _TOO_LARGE:
        raise InputError(f"{where}, line {value.line}: {name} is too large: {value.text!r}")
    return number


def _element(sites: dict[str, list[Value]], row: int, where: object) -> int:
    names = ("_atom_site_type_symbol", "_atom_site_label")
    given = [
        sites[name][row] for name in names if name in sites and not sites[name][row].is_unknown
    ]
    if not given:
        raise InputError(f"{where}: the loop of sites names no elements")
    letters = re.match(r"[A-Za-z]*", given[0].text)
    symbol = letters[0] if letters else ""
    # Deuterium and tritium are hydrogen.
    if symbol in {"D", "T"}:
        return 1
    if symbol in NUMBERS:
        return NUMBERS[symbol]
    # Labels go on behind the element: CaA, OW. But CL may be carbon or chlorine.
    if symbol[:2] in NUMBERS:
        return NUMBERS[symbol[:2]]
    if symbol[:1] in NUMBERS and symbol[:2].capitalize() not in NUMBERS:
        return NUMBERS[symbol[:1]]
    raise InputError(f"{where}, line {given[0].line}: no element in {given[0].text!r}")


def _check_occupancies(sites: dict[str, list[Value]], where: object) -> None:
    labels = sites.get("_atom_site_label") or sites.get("_atom_site_type_symbol") or []
    for label, value in zip(labels, sites.get("_atom_site_occupancy", []), strict=False):
        if value.is_unknown:
            continue
        occupancy = _number(value, "_atom_site_occupancy", where)
        if not _FULL <= occupancy <= 2 - _FULL:
            raise InputError(
                f"{where}, line {value.line}: site {label.text!r} is occupied to {value.text}; "
                "only sites with one whole atom can be read"
            )


def _operations(block: Block, where: object) -> list[Operation]:
    for name in _OPERATIONS:
        alone = [block.items[name]] if name in block.items else []
        values = block.loop_with(name).get(name, alone)
        if values and not values[0].is_unknown:
            return [_operation(value, where) for value in values]
    named = [block.items[n] for n in (*_GROUP_NAMES, *_GROUP_NUMBERS) if n in block.items]
    given = [value for value in named if not value.is_unknown]
    if not given or given[0].text.replace(" ", "") in {"P1", "1"}:
        return [(np.eye(3), np.zeros(3))]
    return _operations_of_group(given[0], where)


def _operation(value: Value, where: object) -> Operation:
    try:
        return parse_operation(value.text.lower().replace(" ", ""))
    except ValueError as error:
        raise InputError(f"{where}, line {value.line}: no operation: {value.text!r}") from error


@lru_cache(maxsize=4096)
def parse_operation(text: str) -> Operation:
    """Return rotation and translation of an operation like `1/2+x,-y,z`.

    Raises:
        ValueError: it cannot be read.
    """
    rotation, translation = np.zeros((3, 3)), np.zeros(3)
    rows = text.split(",")
    if len(rows) != 3:
        raise ValueError(text)
    for row, terms in enumerate(rows):
        place = 0
        while place < len(terms):
            match = _TERM.match(terms, place)
            if match is None or not (match[2] or match[4]):
                raise ValueError(text)
            amount = float(match[2] or 1) / float(match[3] or 1) * (-1 if match[1] == "-" else 1)
            if match[4]:
                rotation[row, "xyz".index(match[4])] += amount
            else:
                translation[row] += amount
            place = match.end()
    if abs(abs(np.linalg.det(rotation)) - 1) > 1e-6:
        raise ValueError(text)
    return rotation, translation


def _operations_of_group(value: Value, where: object) -> list[Operation]:
    from ase.spacegroup import Spacegroup
    from ase.spacegroup.spacegroup import SpacegroupNotFoundError

    name = " ".join(value.text.split())
    try:
        group = Spacegroup(int(name) if name.isdecimal() else name)
    except (SpacegroupNotFoundError, ValueError) as error:
        raise InputError(_unclear(value, where)) from error
    try:
        Spacegroup(group.no, setting=2)
    except SpacegroupNotFoundError:
        return list(group.get_symop())
    raise InputError(_unclear(value, where))


def _unclear(value: Value, where: object) -> str:
    return (
        f"{where}, line {value.line}: space group {value.text!r} does not tell the setting; "
        f"list the operations as {_OPERATIONS[0]}"
    )


def _expanded(
    fractions: Float64[np.ndarray, "sites 3"],
    operations: list[Operation],
    cell: Float64[np.ndarray, "3 3"],
) -> tuple[Float64[np.ndarray, "atoms 3"], Int64[np.ndarray, "atoms"]]:
    """Return the places of all images, each once, and the site of each."""
    if len(operations) == 1:
        return fractions, np.arange(len(fractions))
    rotations = np.stack([rotation for rotation, _ in operations])
    translations = np.stack([translation for _, translation in operations])
    images = np.einsum("oij,sj->soi", rotations, fractions) + translations
    images -= np.floor(images)
    kept = [one[_first_of_each_place(one, cell)] for one in images]
    return np.concatenate(kept), np.repeat(np.arange(len(kept)), [len(one) for one in kept])


def _first_of_each_place(
    places: Float64[np.ndarray, "images 3"], cell: Float64[np.ndarray, "3 3"]
) -> Bool[np.ndarray, "images"]:
    return np.argmax(_coinciding(places, places, cell), axis=1) == np.arange(len(places))


def _coinciding(
    first: Float64[np.ndarray, "first 3"],
    second: Float64[np.ndarray, "second 3"],
    cell: Float64[np.ndarray, "3 3"],
) -> Bool[np.ndarray, "first second"]:
    apart = first[:, None] - second
    apart = (apart - np.rint(apart)) @ cell
    return np.einsum("fsi,fsi->fs", apart, apart) < _SAME_PLACE**2


def _check_places(
    places: Float64[np.ndarray, "atoms 3"],
    owners: Int64[np.ndarray, "atoms"],
    cell: Float64[np.ndarray, "3 3"],
    sites: dict[str, list[Value]],
    where: object,
) -> None:
    labels = sites.get("_atom_site_label") or sites["_atom_site_type_symbol"]
    for start in range(0, len(places), 256):
        same = _coinciding(places[start : start + 256], places, cell)
        first, second = np.nonzero(same)
        clash = np.flatnonzero(first + start < second)
        if len(clash):
            one = labels[owners[first[clash[0]] + start]]
            other = labels[owners[second[clash[0]]]]
            raise InputError(
                f"{where}, line {other.line}: sites {one.text!r} and {other.text!r} share a place"
            )
