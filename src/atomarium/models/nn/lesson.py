"""What a network learns: values with their weights, and the numbers that take their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64

from atomarium.core.errors import InputError
from atomarium.core.segments import as_indices, rows_of_segments, segment_of_row
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.readouts import Classes, Extensive, Readout, returned_names

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
    lesson: Lesson, graphs: Graphs, readouts: Sequence[Readout], *, masked: bool
) -> None:
    """Do nothing when a network can learn from these.

    Args:
        lesson: What is to be learned.
        graphs: What it is to be learned from.
        readouts: What the network returns.
        masked: Whether values may be missing.

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
        _check_finite(name, rows, masked=masked)
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


@dataclass(frozen=True, eq=False)
class Scale:
    """Turns values into numbers about as large as 1, and back, in float64.

    Args:
        center: What is subtracted: the mean, per atom of what grows with the structure.
        spread: What is divided by.
        per_atom: Whether the center is multiplied by the number of atoms.
    """

    center: Float64[np.ndarray, "width"]
    spread: float
    per_atom: bool

    def down(self, values: Values, sizes: np.ndarray) -> Values:
        """Return the numbers that the network is to return."""
        return (values - self._shift(sizes)) / self.spread

    def up(self, numbers: Values, sizes: np.ndarray) -> Values:
        """Return the values that numbers of the network stand for."""
        return numbers * self.spread + self._shift(sizes)

    def _shift(self, sizes: np.ndarray) -> Values:
        counts = sizes.astype(np.float64) if self.per_atom else np.ones(len(sizes))
        return counts[:, None] * self.center


def measure_scales(lesson: Lesson, graphs: Graphs, readouts: Sequence[Readout]) -> dict[str, Scale]:
    """Return the scale of everything that is returned; derivatives have that of their energy.

    Args:
        lesson: Training values alone: nothing else may leave a trace in a scale.
        graphs: Of the same structures.
        readouts: What the network returns.
    """
    scales: dict[str, Scale] = {}
    for readout in readouts:
        main = _measure(readout, lesson, graphs)
        scales[readout.name] = main
        for name in returned_names(readout)[1:]:
            derived = isinstance(readout, Extensive)
            scales[name] = Scale(np.zeros(1), main.spread if derived else 1.0, per_atom=False)
    return scales


def _measure(readout: Readout, lesson: Lesson, graphs: Graphs) -> Scale:
    extensive = isinstance(readout, Extensive)
    rows = lesson.values.get(readout.name)
    if isinstance(readout, Classes) or rows is None:
        # Forces alone can be learned, too; then they set the scale.
        forces = lesson.values.get(getattr(readout, "forces", "") or "-")
        spread = 1.0 if forces is None else _spread(forces)
        return Scale(np.zeros(1), spread, per_atom=extensive)
    counts = graphs.sizes[:, None] if extensive else np.ones((len(graphs), 1))
    known = np.isfinite(rows)
    totals = np.where(known, rows, 0).sum(axis=0)
    center = totals / np.maximum((known * counts).sum(axis=0), 1)
    if not isinstance(readout, Extensive) and not _has_free_offset(readout):
        center = np.zeros(rows.shape[1])
    return Scale(center, _spread(rows - counts * center), per_atom=extensive)


def _has_free_offset(readout: Readout) -> bool:
    """Tell whether the readout can be shifted: moments are physical and cannot."""
    return type(readout).__name__ == "Intensive"


def _spread(rows: Values) -> float:
    spread = float(np.nanstd(rows))
    return spread if spread > 0 else 1.0


def sizes_of_rows(rows: int, graphs: Graphs) -> np.ndarray:
    """Return the atoms of the structure that each row belongs to."""
    if rows == len(graphs):
        return graphs.sizes
    return graphs.sizes[segment_of_row(graphs.offsets)]
