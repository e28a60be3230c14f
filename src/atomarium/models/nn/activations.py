"""Activation functions by name."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional


def shifted_softplus(x: Tensor) -> Tensor:
    """Return ln(1 + eˣ) − ln 2.

    Source: K. T. Schütt et al., J. Chem. Phys. 148, 241722 (2018), sec. II.
    """
    return functional.softplus(x) - math.log(2)


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "shifted-softplus": shifted_softplus,
    "softplus": functional.softplus,
    "silu": functional.silu,
    "relu": functional.relu,
    "gelu": functional.gelu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
