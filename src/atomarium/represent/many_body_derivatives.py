"""Derivatives of many-body tensor representations."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from jaxtyping import Float, Float64, Int64

from atomarium.core.derivatives import Gradients, PulledBack, check_cotangents
from atomarium.core.errors import counted_from
from atomarium.core.structures import Structures
from atomarium.core.threads import run_in_threads
from atomarium.represent._kernels.many_body import Work
from atomarium.represent._kernels.many_body_gradients import Moves, fill_gradients
from atomarium.represent._kernels.many_body_pull import Pulled, pull_rows
from atomarium.represent.many_body import ManyBody
from atomarium.represent.many_body_work import batches, do_batches, effort_before, settled


def pull_back(
    settings: ManyBody, structures: Structures, cotangents: Float[np.ndarray, "rows width"]
) -> PulledBack:
    """Return the derivatives of Σ cotangents · features.

    Raises:
        InputError: as `ManyBody.values`, or the cotangents do not have the features' shape.
    """
    settings.check(structures)
    check_cotangents(cotangents, (settings.n_rows(structures), settings.width))
    positions = np.zeros((structures.n_atoms, 3))
    strain = np.zeros((len(structures), 3, 3))

    def pull(first: int, part: Structures) -> None:
        stop = first + len(part)
        atoms = slice(int(structures.offsets[first]), int(structures.offsets[stop]))
        mine = cotangents[atoms if settings.local else slice(first, stop)]
        mine = np.ascontiguousarray(mine, dtype=np.float64)
        plain = _before_normalization(settings, part, mine)
        totals = np.zeros(len(part))
        pulled = Pulled(settled(plain), positions[atoms], strain[first:stop], totals)
        for work in settings.work(part):
            run_in_threads(partial(_pull, work, pulled), effort_before(work, part.offsets))
        if settings.normalization == "valle_oganov":
            # The volume, which the features are multiplied with, grows with the trace of strain.
            strain[first:stop] += totals[:, None, None] * np.eye(3)

    do_batches(pull, structures)
    return PulledBack(positions, strain)


def gradients(settings: ManyBody, structures: Structures) -> Gradients:
    """Return the derivatives of every feature, in explicit blocks.

    Raises:
        InputError: as `ManyBody.values`.
    """
    settings.check(structures)
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for first, part in batches(structures):
        with counted_from(first):
            many = list(settings.work(part))
        rows, moved = _moved_atoms(settings, part, many)
        first_slots = np.searchsorted(rows, np.arange(settings.n_rows(part) + 1))
        values = np.zeros((len(rows), 3, settings.width))
        for work in many:
            moves = Moves(first_slots.astype(np.int64), moved, values)
            run_in_threads(partial(_fill, work, moves), effort_before(work, work.atoms.rows))
        if settings.normalization == "l2":
            _normalize(settings, part, rows, values)
        atom = int(structures.offsets[first])
        parts.append((rows + (atom if settings.local else first), moved + atom, values))
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return Gradients(nothing, nothing.copy(), np.zeros((0, 3, settings.width)))
    rows, moved, values = zip(*parts, strict=True)
    return Gradients(np.concatenate(rows), np.concatenate(moved), np.concatenate(values))


def _pull(work: Work, pulled: Pulled, first: int, stop: int) -> None:
    pull_rows(work, first, stop, pulled)


def _fill(work: Work, moves: Moves, first: int, stop: int) -> None:
    fill_gradients(work, first, stop, moves)


def _moved_atoms(
    settings: ManyBody, structures: Structures, many: list[Work]
) -> tuple[Int64[np.ndarray, "blocks"], Int64[np.ndarray, "blocks"]]:
    """Return the pairs of a row and an atom that it depends on, sorted."""
    atoms = np.arange(structures.n_atoms, dtype=np.int64)
    if not settings.local:
        return structures.structure_of_atom.astype(np.int64), atoms
    rows, moved = [atoms], [atoms]
    for work in many:
        rows.append(np.repeat(atoms, np.diff(work.atoms.first_pairs)))
        moved.append(work.atoms.neighbors.astype(np.int64))
    both = np.unique(np.concatenate(rows) * structures.n_atoms + np.concatenate(moved))
    return both // max(1, structures.n_atoms), both % max(1, structures.n_atoms)


def _before_normalization(
    settings: ManyBody, structures: Structures, cotangents: Float64[np.ndarray, "rows width"]
) -> Float64[np.ndarray, "rows width"]:
    """Return the cotangents of the features as they are before each term gets length 1."""
    if settings.normalization != "l2":
        return cotangents
    pulled = np.empty_like(cotangents)
    for columns, unit, lengths in _unit_rows(settings, structures):
        given = cotangents[:, columns]
        along = np.sum(unit * given, axis=1, keepdims=True)
        pulled[:, columns] = (given - along * unit) / lengths
    return pulled


def _normalize(
    settings: ManyBody,
    structures: Structures,
    rows: Int64[np.ndarray, "blocks"],
    values: Float64[np.ndarray, "blocks 3 width"],
) -> None:
    """Turn the derivatives of plain features into those of features of length 1."""
    for columns, unit, lengths in _unit_rows(settings, structures):
        given = values[:, :, columns]
        along = np.einsum("bdw,bw->bd", given, unit[rows])
        given -= along[:, :, None] * unit[rows][:, None, :]
        given /= lengths[rows][:, None]


def _unit_rows(
    settings: ManyBody, structures: Structures
) -> list[tuple[slice, Float64[np.ndarray, "rows columns"], Float64[np.ndarray, "rows 1"]]]:
    """Return for each term its columns, the features of length 1 and their length before."""
    plain = replace(settings, normalization="none").values(structures)
    found: list[tuple[slice, np.ndarray, np.ndarray]] = []
    for first, stop in zip(settings.columns[:-1], settings.columns[1:], strict=True):
        raw = plain[:, first:stop]
        lengths = np.linalg.norm(raw, axis=1, keepdims=True)
        lengths[lengths == 0] = 1.0
        found.append((slice(int(first), int(stop)), raw / lengths, lengths))
    return found
