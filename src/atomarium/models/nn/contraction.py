"""Sums over edges whose derivatives are sums over edges, to any order.

A form is a number that is linear in each of its factors, such as

    Σ_e W_e · (g_i y_j + g_j y_i)        e = (i, j), products and sums over features implied.

Leaving out one factor gives its derivative by it: leaving out g, the sum over neighbors that a
network needs. The derivative of *that*, along a given g, by y or by W is the form without y or
without W. So one function of torch, and one loop for each factor that can be left out, give
convolutions, their gradients, and the gradients of gradients that training on forces takes; nothing
of the size of the edges is kept but W.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from atomarium.models.nn.batches import Batch

#: Fills what leaving out one factor gives, from the edges and the other factors in their order.
Leaving = Callable[[Batch, Sequence[Tensor]], Tensor]


@dataclass(frozen=True, eq=False)
class Form:
    """A number linear in each of several factors.

    Args:
        without: For each factor, what gives the derivative by it from all others.
    """

    without: tuple[Leaving, ...]

    def leaving_out(self, place: int, batch: Batch, *others: Tensor) -> Tensor:
        """Return the derivative of the form by one factor.

        Args:
            place: Which factor.
            batch: Whose edges are summed over.
            *others: The other factors, in their order.
        """
        return _Contraction.apply(self, place, batch, *others)


class _Contraction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, form: Form, place: int, batch: Batch, *others: Tensor) -> Tensor:
        ctx.form, ctx.place, ctx.batch = form, place, batch
        ctx.save_for_backward(*others)
        return form.without[place](batch, others)

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
            gradients.append(ctx.form.leaving_out(other, ctx.batch, *rest) if wanted else None)
        return (None, None, None, *gradients)
