"""Sums over edges: loops, formulas and all their derivatives agree."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.models.nn.network_samples import crystals, molecules

from atomarium.core.compiled import limit_threads
from atomarium.core.structures import Structures
from atomarium.models.nn import edge_sums, filter_tables
from atomarium.models.nn.batches import ResidentGraphs
from atomarium.models.nn.contraction import Edges
from atomarium.models.nn.edge_sums import Filters, convolve, convolve_directed
from atomarium.models.nn.filter_tables import interpolation_error, radial_of
from atomarium.models.nn.graph_rules import CutoffGraph, build_graphs
from atomarium.models.nn.radial import make_basis
from atomarium.models.nn.readouts import Extensive
from atomarium.models.nn.schnet import SchNet

_FORMS = {
    "convolution": edge_sums.CONVOLUTION,
    "directed": edge_sums.DIRECTED,
    "table-convolution": edge_sums.TABLE_CONVOLUTION,
    "table-directed": edge_sums.TABLE_DIRECTED,
}


@pytest.fixture(scope="module")
def batch():
    """Molecules and crystals, images of an atom itself among the edges."""
    structures = Structures.concatenate([molecules(), crystals()])
    graphs = build_graphs(structures, CutoffGraph(cutoff=3.0))
    return ResidentGraphs(graphs, dtype=torch.float64).batch(np.arange(len(structures)))


def _factors(name, batch, features=5):
    """Return edges and random factors of a form."""
    generator = torch.Generator().manual_seed(0)

    def random(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    n_atoms, n_edges, n_rows = batch.n_atoms, len(batch.centers), 11
    starts = torch.randint(0, n_rows - 6, (n_edges,), generator=generator)
    edges = Edges(batch, starts, n_rows, 6) if name.startswith("table") else Edges(batch)
    filters = [random(n_edges, features)]
    if name.startswith("table"):
        filters = [random(n_edges, 6), random(n_rows, features)]
    if name.endswith("directed"):
        vectors, rows = random(n_atoms, 3, features), random(n_atoms, 1, features)
        return edges, [vectors, random(n_edges, 3), *filters, rows]
    return edges, [random(n_atoms, 3, features), random(n_atoms, 3, features), *filters]


@pytest.mark.parametrize("name", _FORMS)
def test_leaving_out_any_factor_gives_one_number(name, batch):
    """Each derivative, times the factor left out, is the form itself: written out by loops here."""
    edges, factors = _factors(name, batch)
    expected = _slowly(name, edges, factors)
    for place, factor in enumerate(factors):
        others = [*factors[:place], *factors[place + 1 :]]
        for leave in (_FORMS[name].without[place], _FORMS[name].without[place].formula):
            total = float((leave(edges, others) * factor).sum())
            assert total == pytest.approx(expected, rel=1e-11)  # float64, thousands of terms


def _slowly(name, edges, factors):
    total = 0.0
    arrays = [factor.numpy() for factor in factors]
    for e, (i, j) in enumerate(
        zip(edges.batch.centers.tolist(), edges.batch.neighbors.tolist(), strict=True)
    ):
        if name.startswith("table"):
            start = int(edges.starts[e])
            coefficients, table = arrays[2][e], arrays[3][start : start + 6]
            filters = coefficients @ table
        else:
            filters = arrays[2][e]
        if name.endswith("directed"):
            vectors, turns, rows = arrays[0], arrays[1][e], arrays[-1]
            total += np.sum(turns[:, None] * filters * vectors[i] * rows[j])
            total -= np.sum(turns[:, None] * filters * vectors[j] * rows[i])
        else:
            total += np.sum(filters * (arrays[0][i] * arrays[1][j] + arrays[0][j] * arrays[1][i]))
    return total


@pytest.mark.parametrize("name", _FORMS)
def test_loops_and_formulas_agree_in_every_entry(name, batch):
    edges, factors = _factors(name, batch)
    for place in range(len(factors)):
        others = [*factors[:place], *factors[place + 1 :]]
        loop = _FORMS[name].without[place]
        torch.testing.assert_close(loop(edges, others), loop.formula(edges, others))


@pytest.mark.parametrize("name", _FORMS)
def test_sums_do_not_depend_on_the_number_of_threads(name, batch):
    edges, factors = _factors(name, batch)
    for place in range(len(factors)):
        others = [*factors[:place], *factors[place + 1 :]]
        loop = _FORMS[name].without[place]
        with limit_threads(1):
            alone = loop(edges, others)
        torch.testing.assert_close(loop(edges, others), alone, rtol=1e-13, atol=1e-12)


def test_first_and_second_derivatives_are_those_of_finite_differences():
    water = molecules().take(np.array([1]))
    graphs = build_graphs(water, CutoffGraph(cutoff=1.2))
    batch = ResidentGraphs(graphs, dtype=torch.float64).batch(np.arange(1))
    for name, form in _FORMS.items():
        edges, factors = _factors(name, batch, features=2)
        others = [factor.requires_grad_() for factor in factors[1:]]

        def total(*others, form=form, edges=edges):
            return form.leaving_out(0, edges, *others)

        assert torch.autograd.gradcheck(total, others)
        assert torch.autograd.gradgradcheck(total, others)


@pytest.mark.parametrize("kind", ["gaussian", "bessel"])
@pytest.mark.parametrize("cutoff_function", ["cosine", "mollifier", "switch"])
def test_tables_give_the_filters_of_each_edge(kind, cutoff_function, batch):
    generator = torch.Generator().manual_seed(1)
    basis = make_basis(kind, 12, 3.0).double()
    weights = torch.randn((12, 4), generator=generator, dtype=torch.float64)
    rows = torch.randn((batch.n_atoms, 1, 4), generator=generator, dtype=torch.float64)
    sums = []
    for mode in ("exact", "tabulated"):
        settings = SchNet(cutoff=3.0, cutoff_function=cutoff_function, filters=mode)
        radial, distances = radial_of(batch, batch.vectors, basis, settings)
        filters = radial.filters(torch.tanh(0.1 * radial.basis @ weights))
        directions = batch.vectors / distances[:, None]
        sums.append([convolve(rows, filters), convolve_directed(directions, filters, rows)])
    for exact, tabulated in zip(*sums, strict=True):
        # The table is so dense that single precision cannot tell; see filter_tables.
        torch.testing.assert_close(tabulated, exact, rtol=0, atol=2e-7 * float(exact.abs().max()))


@pytest.mark.parametrize("basis", ["gaussian", "bessel"])
def test_the_error_of_tables_is_that_of_single_precision(basis):
    network = SchNet(basis=basis).build([Extensive(name="energy")]).double()
    for interaction in network.trunk.interactions:
        assert interpolation_error(interaction.filters, network.trunk.basis, 5.0) < 2e-7


def test_sharp_filters_get_denser_tables():
    network = SchNet().build([Extensive(name="energy")]).double()
    sharp = network.trunk.interactions[1].filters
    with torch.no_grad():
        sharp.first.weight *= 100
    assert interpolation_error(sharp, network.trunk.basis, 5.0) > 1e-5
    network.eval()
    assert interpolation_error(sharp, network.trunk.basis, 5.0) < 1e-6


def test_tables_do_not_grow_where_only_rounding_is_left(monkeypatch):
    monkeypatch.setattr(filter_tables, "_MOST_ERROR", 0.0)
    network = SchNet().build([Extensive(name="energy")])
    network.eval()
    settled = network.trunk.basis.smallest
    for _ in range(3):
        network.train()
        network.eval()
    assert network.trunk.basis.smallest == settled
    # Single precision: rounding is all there is, after two doublings at most.
    assert settled >= SchNet().build([Extensive(name="energy")]).trunk.basis.smallest / 4


def test_filters_as_they_are_are_multiplied_with_rows(batch):
    rows = torch.ones((batch.n_atoms, 1, 2), dtype=torch.float64)
    filters = torch.ones((len(batch.centers), 2), dtype=torch.float64)
    counts = convolve(rows, Filters(Edges(batch), filters))[:, 0, 0]
    expected = torch.bincount(torch.cat([batch.centers, batch.neighbors]), minlength=len(counts))
    assert counts.tolist() == expected.tolist()
