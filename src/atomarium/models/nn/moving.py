"""Graphs of structures that move a little from call to call: pairs are kept for a while."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.errors import InputError
from atomarium.core.segments import offsets_of
from atomarium.core.structures import Structures
from atomarium.models.nn.graph_rules import CutoffGraph, build_graphs
from atomarium.models.nn.graphs import Graphs


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs within cutoff and skin, and where atoms were when they were found.

    Args:
        structures: As they were.
        graphs: Their edges.
        centers: Atom that an edge starts from, counted over all structures.
        neighbors: Atom that it leads to, likewise.
        shifts: Å; what cells add to the way from center to neighbor.
        structure_of_edge: The structure of each edge.
    """

    structures: Structures
    graphs: Graphs
    centers: Int64[np.ndarray, "edges"]
    neighbors: Int64[np.ndarray, "edges"]
    shifts: Float64[np.ndarray, "edges 3"]
    structure_of_edge: Int64[np.ndarray, "edges"]


class MovingGraphs:
    """Makes graphs; looks for pairs again only when some atom has moved half the skin.

    Other atoms, another cell, or a whole other set of structures are noticed, too.

    Source: L. Verlet, Phys. Rev. 159, 98 (1967).

    Args:
        rule: Which atoms are joined.
        skin: Å, above 0. How much beyond the cutoff pairs are kept.
    """

    def __init__(self, rule: CutoffGraph, *, skin: float) -> None:
        if not (np.isfinite(skin) and skin > 0):
            raise InputError(f"skin must be above 0 Å, got {skin}")
        if rule.fade:
            raise InputError(f"graphs whose edges fade are not kept, got fade {rule.fade}")
        self._rule, self._skin = rule, skin
        self._kept: _Pairs | None = None
        #: How often pairs were looked for.
        self.searches = 0

    def __call__(self, structures: Structures) -> Graphs:
        """Return what the rule makes of the structures, up to the order of an atom's edges."""
        kept = self._kept
        if kept is None or self._has_changed(kept.structures, structures):
            self._kept = kept = self._find(structures)
            self.searches += 1
        ways = structures.positions[kept.neighbors] - structures.positions[kept.centers]
        vectors = ways + kept.shifts
        near = np.einsum("ei,ei->e", vectors, vectors) < self._rule.cutoff**2
        counts = np.bincount(kept.structure_of_edge[near], minlength=len(structures))
        return replace(
            kept.graphs,
            positions=structures.positions,
            centers=kept.graphs.centers[near],
            neighbors=kept.graphs.neighbors[near],
            vectors=vectors[near],
            weights=kept.graphs.weights[near],
            edge_offsets=offsets_of(counts),
        )

    def _has_changed(self, before: Structures, now: Structures) -> bool:
        for name in ("offsets", "numbers", "cells", "periodic"):
            if not np.array_equal(getattr(before, name), getattr(now, name)):
                return True
        moved = now.positions - before.positions
        farthest = np.einsum("ai,ai->a", moved, moved).max(initial=0.0)
        return not farthest < (0.5 * self._skin) ** 2

    def _find(self, structures: Structures) -> _Pairs:
        graphs = build_graphs(
            structures, replace(self._rule, cutoff=self._rule.cutoff + self._skin)
        )
        structure_of_edge = np.repeat(np.arange(len(graphs)), np.diff(graphs.edge_offsets))
        firsts = graphs.offsets[:-1][structure_of_edge]
        centers, neighbors = graphs.centers + firsts, graphs.neighbors + firsts
        ways = structures.positions[neighbors] - structures.positions[centers]
        return _Pairs(
            structures=structures,
            graphs=graphs,
            centers=centers,
            neighbors=neighbors,
            shifts=graphs.vectors - ways,
            structure_of_edge=structure_of_edge,
        )
