"""What a network learns: values with their weights."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError
from atomarium.core.segments import as_indices, rows_of_segments
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.readouts import Classes, Readout, returned_names

Values = Float64[np.ndarray, "rows width"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Lesson:
    """Values that a network is to return for some graphs.

    Args:
        values: By the name of what is returned, in the target's own unit: a row for each structure,
            or for each atom where that is what is returned (forces, charges). Of classes, their
            numbers from 0. NaN where a value is missing.
        weights: How much the error of each counts; 1 where left out.
    """

    values: Mapping[str, Values]
    weights: Mapping[str, float] = field(default_factory=dict)

    def take(self, graphs: Graphs, chosen: np.ndarray) -> Lesson:
        """Return the values of the chosen structures.

        Args:
            graphs: Of all structures.
            chosen: Which of them.
        """
        atoms, _ = rows_of_segments(graphs.offsets, as_indices(chosen, len(graphs)))
        return Lesson(
            values={
                name: rows[atoms if len(rows) == graphs.n_atoms != len(graphs) else chosen]
                for name, rows in self.values.items()
            },
            weights=self.weights,
        )


def check_lesson(
    lesson: Lesson,
    graphs: Graphs,
    readouts: Sequence[Readout],
    *,
    masked: Collection[str] = (),
) -> None:
    """Do nothing when a network can learn from these.

    Args:
        lesson: What is to be learned.
        graphs: What it is to be learned from.
        readouts: What the network returns.
        masked: Names of values that may be missing here and there.

    Raises:
        InputError: nothing is to be learned, a name is not among what is returned, a number of rows
            does not fit, a value is missing or infinite, or classes are wrong.
    """
    known = {name: one for one in readouts for name in returned_names(one)}
    if not len(graphs) or not lesson.values:
        raise InputError("no structures or no values to learn from")
    for name, rows in lesson.values.items():
        if name not in known:
            raise InputError(f"the network returns {', '.join(known)}, not {name!r}")
        if len(rows) not in (len(graphs), graphs.n_atoms):
            given = f"{len(rows)} rows of {name!r}"
            raise InputError(f"{given}, but {len(graphs)} structures with {graphs.n_atoms} atoms")
        _check_finite(name, rows, masked=name in masked)
        readout = known[name]
        if isinstance(readout, Classes):
            _check_classes(name, rows, readout)


def _check_finite(name: str, rows: Values, *, masked: bool) -> None:
    wrong = np.isinf(rows) if masked else ~np.isfinite(rows)
    bad = np.flatnonzero(wrong.any(axis=1))
    if len(bad):
        advice = "" if masked else '; leave these out, or set missing = "mask"'
        raise InputError(
            f"{name!r} is not a finite number in {len(bad):,} of {len(rows):,} rows, the first is "
            f"row {bad[0]}{advice}"
        )
    if masked and np.isnan(rows).all():
        raise InputError(f"{name!r} is missing everywhere")


def _check_classes(name: str, rows: Values, readout: Classes) -> None:
    given = rows[np.isfinite(rows)]
    if not np.isin(given, np.arange(readout.n_classes)).all():
        wrong = given[~np.isin(given, np.arange(readout.n_classes))][0]
        raise InputError(
            f"{name!r}: classes are numbers from 0 to {readout.n_classes - 1}, got {wrong:g}"
        )
    if len(np.unique(given)) < 2:
        raise InputError(
            f"{name!r}: all {len(given):,} structures are of class {given[0]:g}; "
            "learning to tell classes apart needs at least two"
        )
