"""Derivatives of SOAP with the positions of atoms and with strain."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Float64, Int64

from atomarium.core.derivatives import Gradients, PulledBack, check_cotangents
from atomarium.core.pairs import Pairs, find_pairs_apart
from atomarium.core.structures import Structures
from atomarium.core.threads import do_runs, run_in_threads
from atomarium.represent.soap_layout import Columns
from atomarium.represent.soap_work import ATOMS_AT_ONCE, Plan
from atomarium.represent.species_columns import column_of_atoms


class Task(NamedTuple):
    """Rows to take derivatives of.

    Args:
        structures: Any.
        species: Which species each atom is.
        plan: What settings come to.
        columns: What is in a finished row.
        average: As for `Soap`.
        unscaled: Rows before they are scaled to length 1, where that is done to finished rows;
            what is constant in them, and takes no part in their length, is 0 here.
    """

    structures: Structures
    species: Int64[np.ndarray, "atoms"]
    plan: Plan
    columns: Columns
    average: str
    unscaled: Float64[np.ndarray, "rows finished"] | None

    @property
    def n_rows(self) -> int:
        """How many finished rows there are."""
        structures = self.structures
        return structures.n_atoms if self.average == "none" else len(structures)


def rows_to_derive(settings: Any, structures: Structures) -> Task:
    """Return what there is to take derivatives of.

    Args:
        settings: Of `Soap`; settled on the structures where they are not.
        structures: Any.

    Raises:
        InputError: an atom is of none of the species.
    """
    settled = settings.settle(structures) if structures.n_atoms else settings
    unscaled = None
    if settled.normalize and not settled.plan.layout.normalize:
        gap = replace(settled.gap, constant=0.0)
        plain = replace(settled, normalize=False, gap=gap, dtype="float64")
        unscaled = plain.compute(structures).values
    return Task(
        structures=structures,
        species=column_of_atoms(structures, settled.species),
        plan=settled.plan,
        columns=settled.columns,
        average=settled.average,
        unscaled=unscaled,
    )


def pull_back(task: Task, cotangents: Float[np.ndarray, "rows finished"]) -> PulledBack:
    """Return the derivatives of Σ cotangents · rows.

    Raises:
        InputError: the cotangents do not have the shape of the rows, two atoms are in one place,
            or `find_pairs` finds a fault.
    """
    structures, columns = task.structures, task.columns
    check_cotangents(cotangents, (task.n_rows, columns.width))
    cotangents = cotangents.astype(np.float64, copy=False)
    if task.unscaled is not None:
        unit, lengths = unit_rows(task.unscaled)
        along = np.sum(unit * cotangents, axis=1, keepdims=True)
        cotangents = (cotangents - along * unit) / lengths
    # Kernels would be compiled anew for rows with gaps between numbers.
    cotangents = np.ascontiguousarray(columns.unfinish(cotangents))
    if task.average == "outer":
        shares = 1 / np.maximum(np.diff(structures.offsets), 1)
        cotangents = (cotangents * shares[:, None])[structures.structure_of_atom]
    return _pull_rows(task, cotangents)


def unit_rows(
    rows: Float64[np.ndarray, "rows finished"],
) -> tuple[Float64[np.ndarray, "rows finished"], Float64[np.ndarray, "rows 1"]]:
    """Return rows of length 1 and the lengths that they had; rows of zeros keep length 1."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    return rows / lengths, lengths


def _pull_rows(task: Task, cotangents: Float64[np.ndarray, "rows columns"]) -> PulledBack:
    """Return the derivatives of rows as loops fill them."""
    # Kernels take a while to load.
    from atomarium.represent._kernels.spectrum_pull import make_pull_workspace, pull_rows
    from atomarium.represent._kernels.symmetry_pull import move_atoms

    structures, plan = task.structures, task.plan
    offsets, width = structures.offsets, cotangents.shape[1]
    positions = np.zeros((structures.n_atoms, 3))
    strain = np.zeros((len(structures), 3, 3))
    # They are compiled for arrays that may be written to, or anew for those that may not.
    locked = cotangents.view()
    locked.setflags(write=False)

    def pull(run: slice) -> None:
        atoms = slice(int(offsets[run.start]), int(offsets[run.stop]))
        pairs = find_pairs_apart(structures[run], plan.fading.end)
        hoods = plan.neighborhoods(pairs, task.species[atoms])
        fading = plan.weight_slopes(pairs, task.species[atoms])
        first_atoms = offsets[run.start : run.stop + 1] - atoms.start
        inner = task.average.startswith("inner")
        borders = first_atoms if inner else np.arange(atoms.stop - atoms.start + 1)
        some = locked[run if inner else atoms]
        slopes = np.zeros((len(pairs), 3))

        def pull_some(first: int, last: int) -> None:
            work = make_pull_workspace(plan.basis, plan.layout, width)
            pull_rows(
                hoods, fading, plan.basis, plan.layout, work, borders, first, last, some, slopes
            )

        run_in_threads(pull_some, pairs.offsets[borders])
        move_atoms(hoods, first_atoms, slopes, positions[atoms], strain[run])

    do_runs(pull, offsets, ATOMS_AT_ONCE)
    return PulledBack(positions, strain)


def gradients(task: Task, dtype: str) -> Gradients:
    """Return the derivatives of every row with every atom near its center.

    Args:
        task: The rows.
        dtype: Precision of the derivatives.

    Raises:
        InputError: two atoms are in one place, or `find_pairs` finds a fault.
    """
    columns = task.columns
    as_filled = columns.width == columns.n_columns and not len(columns.order)
    if as_filled and task.average != "outer" and task.unscaled is None:
        return _differentiate(task, dtype)
    found = _average(task) if task.average == "outer" else _differentiate(task, "float64")
    n_blocks = len(found.rows)
    kept = columns.finish(found.values.reshape(3 * n_blocks, columns.n_columns))
    values = np.zeros((n_blocks, 3, columns.width))
    values[:, :, : kept.shape[1]] = kept.reshape(n_blocks, 3, kept.shape[1])
    if task.unscaled is not None:
        unit, lengths = unit_rows(task.unscaled)
        unit, lengths = unit[found.rows][:, None, :], lengths[found.rows][:, None, :]
        along = np.sum(values * unit, axis=2, keepdims=True)
        values = (values - along * unit) / lengths
    return Gradients(found.rows, found.atoms, values.astype(dtype, copy=False))


def _average(task: Task) -> Gradients:
    """Return the derivatives of the mean row of each structure, one structure after the other."""
    offsets, width = task.structures.offsets, task.columns.n_columns
    rows, atoms = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    parts = [np.zeros((0, 3, width))]
    for number in range(len(task.structures)):
        first, last = int(offsets[number]), int(offsets[number + 1])
        one = task._replace(
            structures=task.structures[number : number + 1], species=task.species[first:last]
        )
        found = _differentiate(one, "float64")
        moved, place = np.unique(found.atoms, return_inverse=True)
        total = np.zeros((len(moved), 3, width))
        of_row = np.searchsorted(found.rows, np.arange(last - first + 1))
        for start, stop in pairwise(of_row):
            total[place[start:stop]] += found.values[start:stop]
        rows.append(np.full(len(moved), number))
        atoms.append(moved + first)
        parts.append(total / max(last - first, 1))
    return Gradients(np.concatenate(rows), np.concatenate(atoms), np.concatenate(parts))


def _differentiate(task: Task, dtype: str) -> Gradients:
    """Return the derivatives of rows as loops fill them."""
    from atomarium.represent._kernels.spectrum_gradients import (
        Blocks,
        fill_gradients,
        make_gradient_workspace,
    )

    structures, plan, width = task.structures, task.plan, task.columns.n_columns
    pairs = find_pairs_apart(structures, plan.fading.end)
    hoods = plan.neighborhoods(pairs, task.species)
    fading = plan.weight_slopes(pairs, task.species)
    borders = np.arange(structures.n_atoms + 1)
    if task.average.startswith("inner"):
        # A copy: kernels would be compiled anew for borders that may not be written to.
        borders = structures.offsets.copy()
    rows, atoms, entries, order, signs = _list_blocks(pairs, borders, hoods.column_of_atom)
    blocks = Blocks(
        of_row=np.searchsorted(rows, np.arange(len(borders))),
        entries=entries,
        pairs=order,
        signs=signs,
        values=np.zeros((len(rows), 3, width), dtype=dtype),
    )

    def fill_some(first: int, last: int) -> None:
        work = make_gradient_workspace(plan.basis, plan.layout, width)
        fill_gradients(hoods, fading, plan.basis, plan.layout, work, borders, blocks, first, last)

    run_in_threads(fill_some, entries[blocks.of_row])
    return Gradients(rows, atoms, blocks.values)


def _list_blocks(
    pairs: Pairs,
    borders: Int64[np.ndarray, "borders"],
    column_of_atom: Int64[np.ndarray, "atoms"],
) -> tuple[np.ndarray, ...]:
    """List the rows and atoms that have derivatives, and the pairs that these come from.

    Returns:
        Row and atom of each block, where its entries begin, and of each entry the pair and 1 where
        the atom is its neighbor, −1 where it is its center; by row, atom and column.
    """
    # An atom and its own image move together.
    moving = np.flatnonzero(pairs.centers != pairs.neighbors)
    centers, neighbors = pairs.centers[moving], pairs.neighbors[moving]
    n_atoms, n_columns = len(column_of_atom), int(column_of_atom.max(initial=0)) + 1
    row_of_atom = np.repeat(np.arange(len(borders) - 1), np.diff(borders))
    ends = np.concatenate([neighbors, centers])
    blocks = np.tile(row_of_atom[centers], 2) * n_atoms + ends
    keys = blocks * n_columns + np.tile(column_of_atom[neighbors], 2)
    order = np.argsort(keys, kind="stable")
    known, first = np.unique(blocks[order], return_index=True)
    return (
        known // max(n_atoms, 1),
        known % max(n_atoms, 1),
        np.append(first, len(order)),
        np.tile(moving, 2)[order],
        np.repeat([1.0, -1.0], len(moving))[order],
    )
