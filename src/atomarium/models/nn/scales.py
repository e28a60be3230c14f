"""How outputs of a network become values: scaled, with means and references of atoms added.

Done in float64 and outside the network: energies of −10⁴ eV that differ by 1e-3 keep their digits,
and a network in single precision only learns what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from jaxtyping import Float64

from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.segments import segment_of_row, segment_sum
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.lesson import Lesson
from atomarium.models.nn.readouts import Classes, Extensive, Intensive, Readout, returned_names

Values = Float64[np.ndarray, "rows width"]
#: Of each element by atomic number, from 0.
References = Float64[np.ndarray, "elements width"]
_NONE: Mapping[str, np.ndarray] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Scale:
    """value = spread · output + n (center + average of the atoms' references); read-only.

    n is the number of atoms where the center is per atom, else 1.

    Args:
        center: What is subtracted: the mean, per atom of what grows with the structure.
        spread: What is divided by, above 0; forces and stress have that of their energy.
        per_atom: Whether values grow with the number of atoms.
        references: Of single atoms; zero rows where there are none.
    """

    center: Float64[np.ndarray, "width"]
    spread: float
    per_atom: bool
    references: References = field(default_factory=lambda: np.zeros((0, 1)), repr=False)

    def __post_init__(self) -> None:
        if not (np.isfinite(self.spread) and self.spread > 0):
            raise InputError(f"spread must be above 0, got {self.spread}")
        self.center.setflags(write=False)
        self.references.setflags(write=False)

    def down(self, values: Values, graphs: Graphs) -> Values:
        """Return the numbers that the network is to return.

        Args:
            values: A row for each structure, or for each atom.
            graphs: Whose they are.
        """
        return (values - self._shift(len(values), graphs)) / self.spread

    def up(self, numbers: Values, graphs: Graphs) -> Values:
        """Return the values that numbers of the network stand for.

        Args:
            numbers: A row for each structure, or for each atom.
            graphs: Whose they are.
        """
        return numbers * self.spread + self._shift(len(numbers), graphs)

    def derived(self) -> Scale:
        """Return the scale of derivatives: what is constant is gone."""
        return Scale(np.zeros(1), self.spread, per_atom=False)

    def _shift(self, n_rows: int, graphs: Graphs) -> Values:
        sizes = graphs.sizes
        if n_rows != len(graphs):
            sizes = sizes[segment_of_row(graphs.offsets)]
        counts = sizes.astype(np.float64) if self.per_atom else np.ones(len(sizes))
        shift = counts[:, None] * self.center
        if len(self.references) and n_rows == len(graphs):
            shift = shift + _of_atoms(self.references, graphs, averaged=not self.per_atom)
        return shift


def measure_scales(
    lesson: Lesson,
    graphs: Graphs,
    readouts: Sequence[Readout],
    references: Mapping[str, References] = _NONE,
) -> dict[str, Scale]:
    """Return the scale of everything that is returned; derivatives have that of their energy.

    Args:
        lesson: Training values alone: nothing else may leave a trace in a scale.
        graphs: Of the same structures.
        readouts: What the network returns.
        references: Of single atoms, for some of it; they are taken off first.

    Raises:
        InputError: references are too many for the elements, or of another width than the values.
    """
    scales: dict[str, Scale] = {}
    for readout in readouts:
        main = _measure(readout, lesson, graphs, references.get(readout.name))
        scales[readout.name] = main
        for name in returned_names(readout)[1:]:
            derived = isinstance(readout, Extensive)
            scales[name] = main.derived() if derived else Scale(np.zeros(1), 1.0, per_atom=False)
    return scales


def _measure(
    readout: Readout, lesson: Lesson, graphs: Graphs, references: np.ndarray | None
) -> Scale:
    extensive = isinstance(readout, Extensive)
    rows = lesson.values.get(readout.name)
    if isinstance(readout, Classes) or rows is None:
        # Forces alone can be learned, too; then they set the scale.
        forces = lesson.values.get(getattr(readout, "forces", "") or "-")
        spread = 1.0 if forces is None else _spread(forces)
        return Scale(np.zeros(1), spread, per_atom=extensive)
    table = _padded(references, rows.shape[1])
    if len(table):
        rows = rows - _of_atoms(table, graphs, averaged=not extensive)
    counts = graphs.sizes[:, None] if extensive else np.ones((len(graphs), 1))
    known = np.isfinite(rows)
    totals = np.where(known, rows, 0).sum(axis=0)
    center = totals / np.maximum((known * counts).sum(axis=0), 1)
    if not isinstance(readout, Extensive | Intensive):
        center = np.zeros(rows.shape[1])  # moments are physical: they cannot be shifted
    return Scale(center, _spread(rows - counts * center), per_atom=extensive, references=table)


def _spread(rows: Values) -> float:
    spread = float(np.nanstd(rows))
    return spread if spread > 0 else 1.0


def _of_atoms(
    references: References, graphs: Graphs, *, averaged: bool
) -> Float64[np.ndarray, "structures width"]:
    total = segment_sum(references[graphs.numbers], graphs.offsets)
    return total / np.maximum(graphs.sizes, 1)[:, None] if averaged else total


def _padded(references: np.ndarray | None, width: int) -> References:
    if references is None or not references.size:
        return np.zeros((0, width))
    if references.ndim != 2 or references.shape[1] != width or len(references) > len(SYMBOLS):
        raise InputError(
            f"references must be a row of {width} for each atomic number from 0, "
            f"got shape {references.shape}"
        )
    whole = np.zeros((len(SYMBOLS), width))
    whole[: len(references)] = references
    return whole
