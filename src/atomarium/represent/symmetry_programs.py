"""From columns of symmetry functions to the flat arrays that the loops over neighbors read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Int64

from atomarium.core.elements import NUMBERS, SYMBOLS
from atomarium.represent._kernels import symmetry_plan as codes
from atomarium.represent._kernels.symmetry_plan import Plan
from atomarium.represent.symmetry_columns import Column

#: Kind, η or κ, shift, number of the cutoff.
_RadialFunction = tuple[int, float, float, int]
#: The same, whether it is made from the one before, step of shifts, factor.
_LinkedFunction = tuple[int, float, float, int, int, float, float]
#: Steps between shifts that differ by rounding are equal.
_SAME_STEP = 1e-12
#: Products of exponentials lose 1e-16 times this of their value, at most.
_LARGEST_EXPONENT = 60.0
_KINDS = {"G1": codes.PLAIN, "G2": codes.GAUSSIAN, "G3": codes.WAVE}
#: Cutoff, whether the third side is left out, η, shift.
_Gaussian = tuple[float, bool, float, float]
#: λ, ζ.
_Power = tuple[float, float]


def make_plan(
    columns: Sequence[Column], species: Sequence[str], *, per_center: bool, cutoff_function: int
) -> Plan:
    """Arrange columns for the loops over neighbors.

    Args:
        columns: In the order of the features.
        species: Symbols by ascending atomic number.
        per_center: Whether each element has columns of its own.
        cutoff_function: Its code.
    """
    slots = np.full(len(SYMBOLS), -1)
    slots[[NUMBERS[symbol] for symbol in species]] = np.arange(len(species))
    centers = list(species) if per_center else [""]
    cutoffs = sorted({column.cutoff for column in columns})
    blocks: dict[tuple[int, ...], list[tuple[Column, int]]] = {}
    for place, column in enumerate(columns):
        neighbors = sorted(species.index(symbol) for symbol in column.neighbors)
        key = (centers.index(column.center), *neighbors)
        blocks.setdefault(key, []).append((column, place))
    radials, radial_offsets, sum_columns, sum_offsets = _radial(
        blocks, len(centers), len(species), cutoffs
    )
    programs, block_table, block_columns = _angular(blocks, len(centers), len(species))
    return Plan(
        slots=slots,
        classes=slots if per_center else np.where(slots < 0, -1, 0),
        n_species=len(species),
        cutoffs=np.array(cutoffs),
        cutoff_function=cutoff_function,
        radials=radials,
        radial_offsets=radial_offsets,
        sum_columns=sum_columns,
        sum_offsets=sum_offsets,
        blocks=block_table,
        columns=block_columns,
        **programs.tables(cutoffs),
    )


def _radial(
    blocks: dict[tuple[int, ...], list[tuple[Column, int]]],
    n_centers: int,
    n_species: int,
    cutoffs: list[float],
) -> tuple[np.ndarray, ...]:
    """Return functions of pairs, where those of each center class begin, columns, their borders."""
    functions: list[_LinkedFunction] = []
    offsets, columns, column_offsets = [0], [np.zeros(0, dtype=np.int64)], [0]
    for center in range(n_centers):
        wanted = {
            (_radial_function(column, cutoffs), slot): place
            for slot in range(n_species)
            for column, place in blocks.get((center, slot), [])
        }
        mine = list(dict.fromkeys(function for function, _ in wanted))
        for slot in range(n_species):
            columns.append(_whole([wanted.get((one, slot), -1) for one in mine]))
            column_offsets.append(column_offsets[-1] + len(mine))
        functions += _linked(mine, cutoffs)
        offsets.append(len(functions))
    return (
        np.array(functions, dtype=codes.RADIAL),
        _whole(offsets),
        np.concatenate(columns),
        _whole(column_offsets),
    )


def _linked(functions: list[_RadialFunction], cutoffs: list[float]) -> list[_LinkedFunction]:
    """Tell which Gaussians are made one from the other."""
    linked: list[_LinkedFunction] = []
    start = 0
    while start < len(functions):
        stop = _end_of_row(functions, start, cutoffs)
        _, eta, shift, _ = functions[start]
        step = functions[start + 1][2] - shift if stop > start + 1 else 0.0
        first = codes.FIRST_OF_ROW if stop > start + 1 else codes.SINGLE
        linked.append((*functions[start], first, step, 1.0))
        for k in range(1, stop - start):
            factor = math.exp(-eta * step**2 * (2 * k - 1))
            linked.append((*functions[start + k], codes.NEXT_OF_ROW, step, factor))
        start = stop
    return linked


def _end_of_row(functions: list[_RadialFunction], start: int, cutoffs: list[float]) -> int:
    """Return where Gaussians end whose shifts grow by equal steps; at least three are a row."""
    kind, eta, shift, cutoff = functions[start]
    stop = start + 1
    while stop < len(functions) and functions[stop][:2] == (kind, eta):
        step = functions[stop][2] - functions[stop - 1][2]
        first_step = functions[start + 1][2] - shift
        same = functions[stop][3] == cutoff and abs(step - first_step) <= _SAME_STEP * abs(step)
        if not same:
            break
        stop += 1
    longest = max(shift, cutoffs[cutoff] - shift)
    reach = abs(functions[stop - 1][2] - shift)
    exact = eta * max(longest**2, 2 * longest * reach) <= _LARGEST_EXPONENT
    return stop if kind == codes.GAUSSIAN and exact and stop >= start + 3 else start + 1


def _radial_function(column: Column, cutoffs: list[float]) -> _RadialFunction:
    one = column.function
    width = one.kappa if one.kind == "G3" else one.eta
    return _KINDS[one.kind], width, one.shift, cutoffs.index(column.cutoff)


@dataclass
class _Programs:
    """Programs of functions of triplets as they are found, each once."""

    known: dict[tuple[tuple[_Gaussian, _Power], ...], int] = field(default_factory=dict)
    rows: list[tuple[float, bool, bool, int, int, int, int, int, int]] = field(default_factory=list)
    gaussians: list[_Gaussian] = field(default_factory=list)
    steps: list[tuple[int, int, int, float]] = field(default_factory=list)
    products: list[tuple[int, int, float]] = field(default_factory=list)

    def number_of(self, products: tuple[tuple[_Gaussian, _Power], ...]) -> int:
        """Return the number of the program that makes these products, in this order."""
        if products not in self.known:
            self.known[products] = len(self.known)
            gaussians = sorted({gaussian for gaussian, _ in products})
            steps, step_of_power = _power_steps({power for _, power in products})
            reach = max(cutoff for cutoff, _, _, _ in gaussians)
            narrow = not any(wide for _, wide, _, _ in gaussians)
            cutoffs = {cutoff for cutoff, _, _, _ in gaussians}
            plain = len(cutoffs) == 1 and not any(shift for _, _, _, shift in gaussians)
            self.rows.append(
                (
                    reach,
                    narrow,
                    plain,
                    len(self.gaussians),
                    len(gaussians),
                    len(self.steps),
                    len(steps),
                    len(self.products),
                    len(products),
                )
            )
            self.gaussians += gaussians
            self.steps += steps
            self.products += [
                (gaussians.index(gaussian), step_of_power[power], 2.0 ** (1.0 - power[1]))
                for gaussian, power in products
            ]
        return self.known[products]

    def tables(self, cutoffs: list[float]) -> dict[str, Any]:
        """Return programs, Gaussians, steps and products as arrays of records."""
        gaussians = [
            (eta, shift, cutoffs.index(cutoff), wide) for cutoff, wide, eta, shift in self.gaussians
        ]
        programs = [
            (reach, narrow, cutoffs.index(reach) if plain else -1, *places)
            for reach, narrow, plain, *places in self.rows
        ]
        return {
            "n_factors": max((row[4] + row[6] for row in self.rows), default=0),
            "programs": np.array(programs, dtype=codes.PROGRAM),
            "gaussians": np.array(gaussians, dtype=codes.TRIPLET_GAUSSIAN),
            "steps": np.array(self.steps, dtype=codes.STEP),
            "products": np.array(self.products, dtype=codes.TRIPLET_PRODUCT),
        }


def _power_steps(
    powers: set[_Power],
) -> tuple[list[tuple[int, int, int, float]], dict[_Power, int]]:
    """Make every power with few multiplications; whole ones by squares of smaller ones.

    Returns:
        Steps (code, left, right, value) and the step that each power comes from.
    """
    steps: list[tuple[int, int, int, float]] = []
    step_of_power: dict[_Power, int] = {}

    def make(direction: float, zeta: float) -> int:
        if (direction, zeta) not in step_of_power:
            if zeta == 1:
                step = (codes.BASE, 0, 0, direction)
            elif zeta != int(zeta):
                step = (codes.POWER, make(direction, 1.0), 0, zeta)
            elif zeta % 2:
                step = (codes.PRODUCT, make(direction, zeta - 1), make(direction, 1.0), 0.0)
            else:
                half = make(direction, zeta / 2)
                step = (codes.PRODUCT, half, half, 0.0)
            steps.append(step)
            step_of_power[direction, zeta] = len(steps) - 1
        return step_of_power[direction, zeta]

    for direction, zeta in sorted(powers):
        make(direction, zeta)
    return steps, step_of_power


def _angular(
    blocks: dict[tuple[int, ...], list[tuple[Column, int]]], n_centers: int, n_species: int
) -> tuple[_Programs, np.ndarray, np.ndarray]:
    """Return the programs, which of them each block has, and the columns of blocks."""
    programs = _Programs()
    table = np.zeros((n_centers, n_species, n_species), dtype=codes.BLOCK)
    table["program"] = -1
    columns: list[int] = []
    for key, block in blocks.items():
        if len(key) == 3:
            products = sorted((_product(column), place) for column, place in block)
            table[key] = (programs.number_of(tuple(one for one, _ in products)), len(columns))
            columns += [place for _, place in products]
    return programs, table.reshape(-1), _whole(columns)


def _product(column: Column) -> tuple[_Gaussian, _Power]:
    one = column.function
    gaussian = (column.cutoff, one.kind == "G5", one.eta, one.shift)
    return gaussian, (one.direction, one.zeta)


def _whole(numbers: Sequence[int]) -> Int64[np.ndarray, "entries"]:
    return np.array(numbers, dtype=np.int64)
