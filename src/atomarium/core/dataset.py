"""Structures with what is known about them, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Rows
from atomarium.core.hashing import hash_arrays, hash_settings
from atomarium.core.segments import as_indices, rows_of_segments
from atomarium.core.structures import Structures
from atomarium.core.units import convert

Per = Literal["structure", "atom", "cation"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Target:
    """One property: a row of values for each structure, or for each atom; read-only.

    An energy of a whole cell is `per="structure", extensive=True`; the same energy divided by the
    number of atoms is `per="atom", extensive=False`; a band gap is `per="structure",
    extensive=False`; forces are `rows="atoms", per="atom", extensive=False`.

    Args:
        name: What it is called in files and tables.
        values: One column for a number, three for a vector, nine for a tensor; NaN is missing.
        unit: As core.units reads it; empty for pure numbers and where it is not known.
        per: What one number is counted per.
        extensive: Whether the numbers of two distant structures add up.
        rows: Whether each structure or each atom has a row.
        description: One line for reports.
        references: Energy (in `unit`) of a free atom by atomic number; empty when unknown.
        classes: Names of classes, where values are their numbers from 0; empty for quantities.
    """

    name: str
    values: Float64[np.ndarray, "rows components"]
    unit: str = ""
    per: Per = "structure"
    extensive: bool = False
    rows: Rows = "structures"
    description: str = ""
    references: Float64[np.ndarray, "numbers"] = field(default_factory=lambda: np.zeros(0))
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.extensive and self.per != "structure":
            raise InputError(f"target {self.name!r} is per {self.per}, so it cannot be extensive")
        if self.values.ndim != 2:
            shape = self.values.shape
            raise InputError(f"target {self.name!r} needs rows and components, got shape {shape}")
        self.values.setflags(write=False)

    @property
    def scalar(self) -> Float64[np.ndarray, "rows"]:
        """The values of a target of one component.

        Raises:
            InputError: the target has more components.
        """
        if self.values.shape[1] != 1:
            raise InputError(f"target {self.name!r} has {self.values.shape[1]} components, not 1")
        return self.values[:, 0]

    def to_unit(self, unit: str) -> Target:
        """Return the same property in another unit.

        Raises:
            InputError: the units do not convert.
        """
        factor = convert(1.0, self.unit, unit)
        return replace(
            self, values=self.values * factor, references=self.references * factor, unit=unit
        )


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where data come from and what must be said when they are used."""

    name: str = ""
    source: str = ""
    license: str = ""
    citation: str = ""
    sha256: str = ""
    notes: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset:
    """Structures, their targets, labels and provenance.

    Args:
        structures: The structures.
        targets: By name.
        ids: Name of each structure; numbers from 0 when left empty.
        labels: Further columns, one entry per structure: space group, given split, SMILES …
        provenance: Where it all comes from.
    """

    structures: Structures
    targets: Mapping[str, Target] = field(default_factory=dict[str, Target])
    ids: tuple[str, ...] = ()
    labels: Mapping[str, np.ndarray] = field(default_factory=dict[str, np.ndarray])
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        n_structures = len(self.structures)
        if not self.ids and n_structures:
            object.__setattr__(self, "ids", tuple(str(s) for s in range(n_structures)))
        if len(self.ids) != n_structures:
            raise InputError(f"{len(self.ids)} ids but {n_structures} structures")
        for name, target in self.targets.items():
            expected = n_structures if target.rows == "structures" else self.structures.n_atoms
            if len(target.values) != expected:
                given = len(target.values)
                raise InputError(f"target {name!r}: {given} rows but {expected} {target.rows}")
        for name, label in self.labels.items():
            if len(label) != n_structures:
                raise InputError(f"label {name!r}: {len(label)} but {n_structures} structures")

    def __len__(self) -> int:
        return len(self.structures)

    def target(self, name: str) -> Target:
        """Return the target of this name.

        Raises:
            InputError: there is none; the message names those there are.
        """
        try:
            return self.targets[name]
        except KeyError:
            message = f"no target {name!r} in the data{did_you_mean(name, self.targets)}"
            raise InputError(message) from None

    def with_targets(self, *targets: Target) -> Dataset:
        """Return the same data with targets added or replaced."""
        return replace(self, targets={**self.targets, **{t.name: t for t in targets}})

    def take(self, indices: Int64[np.ndarray, "chosen"]) -> Dataset:
        """Return the chosen structures, with all that is known of them, in the order chosen."""
        indices = as_indices(indices, len(self))
        atoms, _ = rows_of_segments(self.structures.offsets, indices)
        rows = {"structures": indices, "atoms": atoms}
        return replace(
            self,
            structures=self.structures.take(indices),
            targets={
                name: replace(target, values=target.values[rows[target.rows]])
                for name, target in self.targets.items()
            },
            ids=tuple(self.ids[int(i)] for i in indices),
            labels={name: np.asarray(label)[indices] for name, label in self.labels.items()},
        )

    def content_hash(self) -> str:
        """Return a name that equals only for equal structures, ids and targets."""
        targets = [
            [name, target.unit, target.per, target.extensive, hash_arrays(target.values)]
            for name, target in sorted(self.targets.items())
        ]
        return hash_settings([self.structures.content_hash(), list(self.ids), targets])
