"""Graphs: which atoms are joined, cut out, joined and kept."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.models.nn.graph_rules import (
    CutoffGraph,
    NearestGraph,
    ShellGraph,
    build_graphs,
)
from atomarium.models.nn.graphs import Graphs


@pytest.fixture(scope="module")
def structures():
    """Molecules, crystals, one atom alone and one atom of a crystal."""
    salt = bulk("NaCl", "rocksalt", a=5.64)
    return Structures.from_ase(
        [molecule("CH3CH2OH"), salt, Atoms("He"), bulk("Cu"), molecule("H2O")]
    )


def _as_sets(graphs, s):
    first, last = graphs.edge_offsets[s], graphs.edge_offsets[s + 1]
    return sorted(
        (int(i), int(j), *np.round(r, 9), round(float(w), 9))
        for i, j, r, w in zip(
            graphs.centers[first:last],
            graphs.neighbors[first:last],
            graphs.vectors[first:last],
            graphs.weights[first:last],
            strict=True,
        )
    )


@pytest.mark.parametrize("rule", [CutoffGraph(), ShellGraph(), NearestGraph()], ids=str)
def test_graphs_of_many_are_those_of_each(structures, rule):
    graphs = build_graphs(structures, rule)
    for s, one in enumerate(structures):
        assert _as_sets(graphs, s) == _as_sets(build_graphs(one, rule), 0)


@pytest.mark.parametrize("rule", [CutoffGraph(), ShellGraph(), NearestGraph()], ids=str)
def test_taken_and_joined_graphs_are_those_of_the_structures(structures, rule):
    order = np.array([3, 0, 0, 4])
    graphs = build_graphs(structures, rule)
    expected = build_graphs(structures.take(order), rule)
    assert graphs.take(order).content_hash() == expected.content_hash()
    joined = Graphs.concatenate([graphs.take(order[:1]), graphs.take(order[1:])])
    assert joined.content_hash() == expected.content_hash()


def test_an_edge_within_a_cutoff_stands_for_both_directions(structures):
    graphs = build_graphs(structures, CutoffGraph(cutoff=3.0))
    copper = _as_sets(graphs, 3)
    assert len(copper) == 6  # of 12 nearest neighbors, all images of the one atom
    vectors = np.array([edge[2:5] for edge in copper])
    assert np.linalg.matrix_rank(vectors) == 3
    assert all((vectors + vector).any(axis=1).all() for vector in vectors)


def test_a_lone_atom_has_no_edges(structures):
    assert np.diff(build_graphs(structures, CutoffGraph()).edge_offsets)[2] == 0
    assert np.diff(build_graphs(structures, ShellGraph()).edge_offsets)[2] == 0


def test_missing_neighbors_are_filled_up_as_in_the_original(structures):
    helium = build_graphs(structures, NearestGraph(n_neighbors=4)).take(np.array([2]))
    assert helium.neighbors.tolist() == [0, 0, 0, 0]
    assert np.linalg.norm(helium.vectors, axis=1).tolist() == [9.0] * 4


def test_a_shell_is_never_cut():
    edges = build_graphs(_perovskite(), ShellGraph(fade=0.1))
    degree = np.bincount(edges.centers, weights=edges.weights)
    # Ti has 6 O and 8 Sr; Sr 12 O; O 2 Ti and then 4 Sr with 8 O at one distance.
    assert degree.round(9).tolist() == [12, 14, 14, 14, 14]


def _perovskite(a=3.9):
    places = np.array([[0, 0, 0], [1, 1, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]]) * a / 2
    return Structures.from_arrays([38, 22, 8, 8, 8], places, cells=np.eye(3) * a)


def test_weights_of_a_shell_graph_change_continuously():
    """Stretching a cell moves weights through 0 and 1 without a jump."""
    stretches = np.linspace(0.9, 1.1, 401)
    cells = np.eye(3) * 3.9 * np.array([[[1, 1, stretch]] for stretch in stretches])
    places = _perovskite().positions * np.array([[[1, 1, stretch]] for stretch in stretches])
    frames = Structures.from_arrays(
        np.tile([38, 22, 8, 8, 8], 401),
        places.reshape(-1, 3),
        cells=cells,
        offsets=np.arange(402) * 5,
    )
    graphs = build_graphs(frames, ShellGraph())
    total = np.add.reduceat(graphs.weights, graphs.edge_offsets[:-1])
    # cos falls by at most π / (2 fade) per Å, distances grow by 0.001 Å or less, for 80 edges.
    assert np.abs(np.diff(total)).max() < np.pi / 0.6 * 0.002 * 80


def test_ties_are_broken_the_same_whatever_the_noise():
    perovskite = _perovskite()
    rule = NearestGraph(n_neighbors=12)
    expected = build_graphs(perovskite, rule)
    rng = np.random.default_rng(0)
    for _ in range(5):
        noisy = Structures.from_arrays(
            perovskite.numbers,
            perovskite.positions + rng.normal(scale=1e-7, size=(5, 3)),
            cells=perovskite.cells,
        )
        graphs = build_graphs(noisy, rule)
        assert np.abs(graphs.vectors - expected.vectors).max() < 1e-5


def test_graphs_are_kept_and_read_again(structures, tmp_path):
    seen = []
    for _ in range(2):
        graphs = build_graphs(
            structures, CutoffGraph(), folder=tmp_path, on_progress=lambda *n: seen.append(n)
        )
    assert seen == [(5, 5)]
    assert graphs.content_hash() == build_graphs(structures, CutoffGraph()).content_hash()
    build_graphs(structures, CutoffGraph(cutoff=4.0), folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_without_graphs_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", numbers=np.zeros(3))
    with pytest.raises(InputError, match="holds no graphs: cells, centers"):
        Graphs.load(tmp_path / "other.npz")


def test_graphs_of_different_rules_are_not_joined(structures):
    with pytest.raises(InputError, match="all made by the same rule"):
        Graphs.concatenate(
            [build_graphs(structures, CutoffGraph()), build_graphs(structures, ShellGraph())]
        )


def test_settings_out_of_range_are_refused():
    with pytest.raises(InputError, match="cutoff must be above 0 Å, got -1"):
        CutoffGraph(cutoff=-1.0)
    with pytest.raises(InputError, match="n_neighbors must be 1 to 1000, a whole number, got 0"):
        NearestGraph(n_neighbors=0)
    with pytest.raises(InputError, match=r"radius must be above fade, 2\.0 Å, got 1\.5"):
        ShellGraph(radius=1.5, fade=2.0)
