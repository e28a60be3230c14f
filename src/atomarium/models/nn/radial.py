"""Distances as rows of numbers, and cutoffs that let edges fade."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor, nn

Distances: TypeAlias = Float[Tensor, "edges"]


class GaussianBasis(nn.Module):
    """Gaussians exp(−(d − μ_k)² / 2w²), centers μ_k spread evenly, w the distance between two.

    Source: K. T. Schütt et al., J. Chem. Phys. 148, 241722 (2018), eq. 7, with width and range of
        SchNetPack 2.

    Args:
        n: Number of Gaussians.
        start: Å. Center of the first.
        stop: Å. Center of the last.

    Attributes:
        smallest: Å. Over such a length the functions hardly bend.
    """

    centers: Tensor
    widths: Tensor

    def __init__(self, n: int, start: float, stop: float) -> None:
        super().__init__()
        self.smallest = (stop - start) / (n - 1) / 16
        centers = torch.linspace(start, stop, n)
        self.register_buffer("centers", centers)
        self.register_buffer("widths", (centers[1] - centers[0]).expand(n).clone())

    def forward(self, distances: Distances) -> Float[Tensor, "edges n"]:
        """Return one row for each distance."""
        scaled = (distances[:, None] - self.centers) / self.widths
        return torch.exp(-0.5 * scaled * scaled)


class BesselBasis(nn.Module):
    """Spherical Bessel functions of order 0: sin(kπd / cutoff) / d.

    Source: J. Gasteiger, J. Groß, S. Günnemann, ICLR 2020, eq. 7, without the factor √(2 / cutoff).

    Args:
        n: Number of functions.
        cutoff: Å.

    Attributes:
        smallest: Å. Over such a length the functions hardly bend.
    """

    frequencies: Tensor

    def __init__(self, n: int, cutoff: float) -> None:
        super().__init__()
        self.smallest = cutoff / (n * math.pi * 8)
        self.register_buffer("frequencies", torch.arange(1, n + 1) * math.pi / cutoff)

    def forward(self, distances: Distances) -> Float[Tensor, "edges n"]:
        """Return one row for each distance."""
        return self.frequencies * torch.sinc(distances[:, None] * (self.frequencies / math.pi))


def cosine_cutoff(distances: Distances, cutoff: float) -> Distances:
    """Return ½ (cos(πd / cutoff) + 1), and 0 beyond.

    Source: J. Behler, J. Chem. Phys. 134, 074106 (2011), eq. 4.
    """
    fading = 0.5 * (torch.cos(distances * (math.pi / cutoff)) + 1)
    return torch.where(distances < cutoff, fading, 0.0)


def mollifier_cutoff(distances: Distances, cutoff: float) -> Distances:
    """Return exp(1 − 1 / (1 − (d / cutoff)²)), and 0 beyond: smooth to every order."""
    inside = distances + 1e-7 < cutoff
    # What is not taken must be finite too, or its derivative is not a number.
    scaled = torch.where(inside, distances, 0.0) / cutoff
    return torch.where(inside, torch.exp(1 - 1 / (1 - scaled * scaled)), 0.0)


def switch_cutoff(distances: Distances, cutoff: float) -> Distances:
    """Return 1 up to half the cutoff, 0 beyond it, and a smooth switch between.

    Source: O. T. Unke, M. Meuwly, J. Chem. Theory Comput. 15, 3678 (2019), eq. 20, with an onset.
    """
    x = (distances - 0.5 * cutoff) / (0.5 * cutoff)
    between = (x > 0) & (x < 1)
    safe = torch.where(between, x, 0.5)
    falling, rising = torch.exp(-1 / (1 - safe)), torch.exp(-1 / safe)
    return torch.where(between, falling / (falling + rising), (x <= 0).to(x.dtype))


CUTOFFS: dict[str, Callable[[Distances, float], Distances]] = {
    "cosine": cosine_cutoff,
    "mollifier": mollifier_cutoff,
    "switch": switch_cutoff,
}


def make_basis(kind: str, n: int, cutoff: float) -> GaussianBasis | BesselBasis:
    """Return the basis of a kind that covers distances up to a cutoff."""
    return GaussianBasis(n, 0.0, cutoff) if kind == "gaussian" else BesselBasis(n, cutoff)
