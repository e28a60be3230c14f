"""Sums over edges whose derivatives are sums over edges, to any order.

A form is a number that is linear in each of its factors, such as

    Σ_e W_e · (g_i y_j + g_j y_i)        e = (i, j), products and sums over features implied.

Leaving out one factor gives its derivative by it: leaving out g, the sum over neighbors that a
network needs. The derivative of *that*, along a given g, by y or by W is the form without y or
without W. So one function of torch, and one loop for each factor that can be left out, give
convolutions, their gradients, and the gradients of gradients that training on forces takes; nothing
of the size of the edges is kept but what comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from jaxtyping import Int64
from torch import Tensor

from atomarium.models.nn.batches import Batch


@dataclass(frozen=True, eq=False)
class Edges:
    """What sums run over.

    Args:
        batch: Whose edges they are; mutual.
        starts: First row of a table that each edge looks at, where filters come from a table.
        n_rows: Rows of that table.
        n_points: Rows that an edge looks at.
    """

    batch: Batch
    starts: Int64[Tensor, "edges"] | None = None
    n_rows: int = 0
    n_points: int = 0


#: Fills what leaving out one factor gives, from the edges and the other factors in their order.
Leaving: TypeAlias = Callable[[Edges, Sequence[Tensor]], Tensor]


@dataclass(frozen=True, eq=False)
class Form:
    """A number linear in each of several factors.

    Args:
        without: For each factor, what gives the derivative by it from all others.
    """

    without: tuple[Leaving, ...]

    def leaving_out(self, place: int, edges: Edges, *others: Tensor) -> Tensor:
        """Return the derivative of the form by one factor.

        Args:
            place: Which factor.
            edges: What is summed over.
            *others: The other factors, in their order.
        """
        return _Contraction.apply(self, place, edges, *others)


class _Contraction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, form: Form, place: int, edges: Edges, *others: Tensor) -> Tensor:
        ctx.form, ctx.place, ctx.edges = form, place, edges
        ctx.save_for_backward(*others)
        return form.without[place](edges, others)

    @staticmethod
    def backward(ctx: Any, *cotangents: Tensor) -> tuple[Tensor | None, ...]:
        place = ctx.place
        factors = list(ctx.saved_tensors)
        factors.insert(place, cotangents[0])
        gradients: list[Tensor | None] = []
        for other in range(len(factors)):
            if other == place:
                continue
            wanted = ctx.needs_input_grad[3 + len(gradients)]
            rest = [*factors[:other], *factors[other + 1 :]]
            gradients.append(ctx.form.leaving_out(other, ctx.edges, *rest) if wanted else None)
        return (None, None, None, *gradients)
