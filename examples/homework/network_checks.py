"""What the autograder asks in the parts on networks and training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from checking import Wrong, as_numbers, exercise, is_near, need_near


def small_graph(seed: int = 0) -> tuple[Any, Any, Any, Any]:
    """Return rows of 4 atoms, Gaussians of 9 edges, centers and neighbors; atom 3 has no edges."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    centers = torch.tensor([0, 1, 0, 2, 1, 0, 2, 1, 0])
    neighbors = torch.tensor([1, 0, 1, 0, 2, 0, 1, 1, 2])
    rows = torch.randn(4, 3, generator=generator)
    return rows, torch.rand(9, 2, generator=generator), centers, neighbors


def random_weights(*shapes: tuple[int, ...]) -> list[Any]:
    """Return random tensors."""
    import torch

    generator = torch.Generator().manual_seed(7)
    return [torch.randn(*shape, generator=generator) for shape in shapes]


@exercise("4.1", "sums over the neighbors of each atom")
def look_at_sums(sum_by_center: Callable[..., Any]) -> None:
    """Add edge by edge."""
    _, bonds, centers, neighbors = small_graph()
    right = np.zeros((4, 2))
    for edge, center in enumerate(centers.tolist()):
        right[center] += bonds[edge].numpy()
    given = as_numbers(sum_by_center(bonds, centers, 4), "the table of sums", (4, 2))
    if given[3].any():
        raise Wrong("atom 3 has no edges, so its sum is zero")
    other = as_numbers(sum_by_center(bonds, neighbors, 4), "the table of sums", (4, 2))
    if is_near(other, right):
        raise Wrong("edges are added up where they lead to, not where they start from")
    need_near(given, right, "a row of the result is not the sum of the rows of its edges")


@exercise("4.2", "one weight for all neighbors: equation 4", 3)
def look_at_shared(convolution: Callable[..., Any]) -> None:
    """Compare with loops over atoms and edges."""
    rows, bonds, centers, neighbors = small_graph()
    weights = random_weights((5, 3), (3, 3), (3,))
    matrix, own, bias = (one.double().numpy() for one in weights)
    v, u = rows.double().numpy(), bonds.double().numpy()
    inner = v @ own + bias
    for edge, (i, j) in enumerate(zip(centers.tolist(), neighbors.tolist(), strict=True)):
        inner[i] += np.concatenate([v[j], u[edge]]) @ matrix
    given = as_numbers(
        convolution(rows, bonds, centers, neighbors, weights), "the new rows", v.shape
    )
    if is_near(given, inner):
        raise Wrong("there is no g around the sum")
    for amiss, hint in ((bias, "the bias"), (v @ own, "the atom's own row")):
        if is_near(given, np.logaddexp(0, inner - amiss)):
            raise Wrong(f"{hint} is left out")
    need_near(given, np.logaddexp(0, inner), "some rows are not what equation 4 says")
    _look_at_order(convolution, weights)


@exercise("4.3", "a gate for every neighbor: equation 5", 4)
def look_at_gated(convolution: Callable[..., Any]) -> None:
    """Compare with loops over atoms and edges."""
    rows, bonds, centers, neighbors = small_graph()
    weights = random_weights((8, 3), (3,), (8, 3), (3,))
    to_filter, filter_bias, to_core, core_bias = (one.double().numpy() for one in weights)
    v, u = rows.double().numpy(), bonds.double().numpy()
    sums = np.zeros_like(v)
    for edge, (i, j) in enumerate(zip(centers.tolist(), neighbors.tolist(), strict=True)):
        z = np.concatenate([v[i], v[j], u[edge]])
        gate = 1 / (1 + np.exp(-(z @ to_filter + filter_bias)))
        sums[i] += gate * np.logaddexp(0, z @ to_core + core_bias)
    given = as_numbers(
        convolution(rows, bonds, centers, neighbors, weights), "the new rows", v.shape
    )
    if is_near(given, sums):
        raise Wrong("what an atom was before is lost: something is added to it")
    backwards = convolution(rows, bonds, neighbors, centers, weights)
    if is_near(as_numbers(backwards, "the new rows"), v + sums):
        raise Wrong("centers and neighbors are taken for each other")
    need_near(
        given,
        v + sums,
        "some rows are not what equation 5 says. In which order are the "
        "parts of z? Is the product taken for each edge, before the sum?",
    )
    _look_at_order(convolution, weights)


def _look_at_order(convolution: Callable[..., Any], weights: list[Any]) -> None:
    """Make sure that numbering atoms and listing edges differently changes nothing."""
    import torch

    rows, bonds, centers, neighbors = small_graph(seed=3)
    atoms, edges = torch.tensor([2, 0, 3, 1]), torch.randperm(9)
    new_number = torch.argsort(atoms)
    before = convolution(rows, bonds, centers, neighbors, weights)
    after = convolution(
        rows[atoms],
        bonds[edges],
        new_number[centers[edges]],
        new_number[neighbors[edges]],
        weights,
    )
    if not torch.allclose(before[atoms], after, atol=1e-4):
        raise Wrong("the result changes when atoms are numbered or edges listed differently")


@exercise("4.4", "from atoms to a crystal")
def look_at_pooling(pool: Callable[..., Any]) -> None:
    """Average by hand, and repeat every atom."""
    import torch

    rows = small_graph()[0]
    of_atom = torch.tensor([0, 0, 0, 1])
    right = np.stack([rows[:3].numpy().mean(axis=0), rows[3].numpy()])
    given = as_numbers(pool(rows, of_atom, 2), "the table of crystals", (2, 3))
    if is_near(given, np.stack([rows[:3].numpy().sum(axis=0), rows[3].numpy()])):
        raise Wrong("a crystal of twice as many atoms would have a row twice as large")
    need_near(given, right, "a row of the result is not the average over the atoms of a crystal")
    twice = pool(torch.cat([rows, rows]), torch.cat([of_atom, of_atom]), 2)
    need_near(twice, right, "the order of the atoms matters")


@exercise("5.1", "scaling that does not peek")
def look_at_scaling(scaling_of: Callable[..., Any]) -> None:
    """Change what is not trained on, which must change nothing."""
    values = np.array([1.0, 3.0, 5.0, 100.0, -7.0])
    train = np.array([0, 1, 2])
    answer = scaling_of(values, train)
    mean, spread = as_numbers(answer, "mean and spread", (2,))
    other = values.copy()
    other[3:] = 0.0
    if not is_near(np.array([mean, spread]), as_numbers(scaling_of(other, train), "both", (2,))):
        raise Wrong("mean or spread changes when values change that are not trained on")
    if not (is_near(np.array(mean), np.array(3.0)) and 1.6 < spread < 2.1):
        raise Wrong("mean and spread are not those of the training values")


@exercise("5.2", "a step down the slope", 3)
def look_at_epoch(train_epoch: Callable[..., Any]) -> None:
    """Take the same steps by hand on a line through two batches."""
    import torch

    network = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(network.weight, 0.5)
    batches = [(torch.tensor([[x]]), torch.tensor([[y]])) for x, y in ((1.0, 2.0), (2.0, 1.0))]
    loss = train_epoch(network, batches, torch.optim.SGD(network.parameters(), lr=0.1))
    first = 0.5 - 0.1 * 2 * (0.5 * 1 - 2) * 1
    right = first - 0.1 * 2 * (first * 2 - 1) * 2
    kept = right - 0.1 * 2 * (0.5 * 1 - 2) * 1
    weight = float(network.weight.detach())
    if is_near(np.array(weight), np.array(0.5)):
        raise Wrong("the weights have not changed")
    if is_near(np.array(weight), np.array(kept)):
        raise Wrong("the second step uses the slope of the first batch as well")
    need_near(weight, right, "two steps lead elsewhere. Is the loss the mean of squared errors?")
    losses = [(0.5 * 1 - 2) ** 2, (first * 2 - 1) ** 2]
    need_near(loss, np.mean(losses), "the mean of the losses of the batches should be returned")


@exercise("5.3", "a network that has learned", 2)
def look_at_errors(error: Any, error_of_mean: Any) -> None:
    """Compare with who always answers the mean."""
    given = float(as_numbers(error, "the error", ()))
    mean = float(as_numbers(error_of_mean, "the error of the mean", ()))
    if given >= 0.9 * mean:
        raise Wrong(f"an error of {given:.3g} is hardly better than {mean:.3g}, that of the mean")
