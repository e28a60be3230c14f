"""Pairs that are kept while atoms move give the graphs that a new search gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ase.build import bulk, molecule

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.models.nn.graph_rules import CutoffGraph, build_graphs
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.moving import MovingGraphs

RULE = CutoffGraph(cutoff=4.0)


def some() -> Structures:
    """A crystal, a molecule and a slab that repeats in two directions."""
    slab = bulk("Cu", cubic=True) * (1, 1, 2)
    slab.center(vacuum=4.0, axis=2)
    slab.pbc = [True, True, False]
    return Structures.from_ase([bulk("NaCl", "rocksalt", 5.6), molecule("CH3CH2OH"), slab])


def sorted_edges(graphs: Graphs) -> np.ndarray:
    """Return edges in an order that does not depend on how they were found."""
    structures = np.repeat(np.arange(len(graphs)), np.diff(graphs.edge_offsets))
    rows = np.column_stack([structures, graphs.centers, graphs.neighbors, graphs.vectors])
    return rows[np.lexsort(rows.round(6).T[::-1])]


def test_moved_structures_have_the_graphs_of_a_new_search() -> None:
    moving = MovingGraphs(RULE, skin=0.6)
    structures, rng = some(), np.random.default_rng(0)
    for _ in range(40):
        moves = rng.normal(scale=0.03, size=structures.positions.shape)
        structures = replace(structures, positions=structures.positions + moves)
        kept, new = moving(structures), build_graphs(structures, RULE)
        assert (np.diff(kept.edge_offsets) == np.diff(new.edge_offsets)).all()
        # Ways along kept shifts round in the last digits.
        np.testing.assert_allclose(sorted_edges(kept), sorted_edges(new), atol=1e-12)
        assert (np.diff(kept.centers[: kept.edge_offsets[1]]) >= 0).all()
        np.testing.assert_array_equal(kept.positions, structures.positions)
    assert 2 <= moving.searches <= 20


def test_other_cells_and_other_structures_are_noticed() -> None:
    moving, structures = MovingGraphs(RULE, skin=0.6), some()
    moving(structures)
    moving(structures)
    assert moving.searches == 1
    wider = replace(structures, cells=structures.cells * 1.01)
    np.testing.assert_allclose(
        sorted_edges(moving(wider)), sorted_edges(build_graphs(wider, RULE)), atol=1e-12
    )
    assert moving.searches == 2
    assert len(moving(structures[1:])) == 2
    assert moving.searches == 3


def test_unfit_settings_are_refused() -> None:
    with pytest.raises(InputError, match="skin must be above 0 Å, got 0"):
        MovingGraphs(RULE, skin=0.0)
    with pytest.raises(InputError, match=r"edges fade are not kept, got fade 0\.5"):
        MovingGraphs(CutoffGraph(cutoff=4.0, fade=0.5), skin=0.5)
