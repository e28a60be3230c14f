"""CGCNN: crystals as graphs of atoms and their nearest neighbors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atomarium.core.errors import InputError
from atomarium.models.nn.choices import (
    ACTIVATION_NAMES,
    check_choice,
    check_count,
    check_length,
)
from atomarium.models.nn.graph_rules import CutoffGraph, GraphRule, NearestGraph, ShellGraph
from atomarium.models.nn.network_settings import NetworkSettings

if TYPE_CHECKING:
    from atomarium.models.nn.cgcnn_network import CgcnnTrunk

CONVOLUTIONS = ("gated", "shared", "none")
NEIGHBORS = ("shells", "nearest", "cutoff")
POOLINGS = ("mean", "sum", "max")
ATOMS = ("bits", "learned", "properties", "file")


@dataclass(frozen=True, kw_only=True)
class Cgcnn(NetworkSettings):
    """Convolutions over crystal graphs, pooled and read by a perceptron.

    Starting from what is known of an element, each convolution makes of the row v_i of an atom

        gated:  g(v_i + Σ_j σ(z_ij W_f + b_f) ∘ softplus(z_ij W_s + b_s)),   z_ij = v_i ⊕ v_j ⊕ u_ij
        shared: g((Σ_j v_j ⊕ u_ij) W_c + v_i W_s + b)

    with Gaussians u of the distance. Rows are pooled over the structure and pass `n_hidden`
    layers.

    Source: T. Xie, J. C. Grossman, Phys. Rev. Lett. 120, 145301 (2018), eqs. 4 and 5, with g around
        the sum and batch normalization as in their program.

    Args:
        neighbors: "shells" (whole shells, the same for every description of a crystal), "nearest"
            (exactly `n_neighbors`, and Gaussians rounded to single precision, as in the original)
            or "cutoff" (all within the radius).
        n_neighbors: Nearest neighbors that count in full, 1 to 1000.
        radius: Å, above 0. Neighbors at this distance or beyond do not count.
        fade: Å, above 0. Neighbors this much beyond the n-th, or this near to the radius, fade.
        step: Å, above 0. From one Gaussian to the next, and their width.
        atoms: What an atom begins with: "bits" (the original's 92), "properties" (physical numbers
            of the element), "learned", or "file".
        atom_file: Path of a table in the form of the original's `atom_init.json`, for "file".
        width: Numbers per atom, 1 to 4096.
        n_convolutions: 0 to 64.
        convolution: "gated", "shared" or "none".
        norm: Whether convolutions normalize over the batch.
        activation: g, and that of the layers after pooling.
        pooling: "mean", "sum" or "max" over the atoms of a structure.
        hidden: Numbers of each layer after pooling, 1 to 4096.
        n_hidden: Layers after pooling, 1 to 16.
        dropout: 0 to below 1. Share of numbers left out while learning classes.
    """

    neighbors: str = "shells"
    n_neighbors: int = 12
    radius: float = 8.0
    fade: float = 0.3
    step: float = 0.2
    atoms: str = "bits"
    atom_file: str = ""
    width: int = 64
    n_convolutions: int = 3
    convolution: str = "gated"
    norm: bool = True
    activation: str = "softplus"
    pooling: str = "mean"
    hidden: int = 128
    n_hidden: int = 1
    dropout: float = 0.5

    def __post_init__(self) -> None:
        check_choice("neighbors", self.neighbors, NEIGHBORS)
        check_choice("atoms", self.atoms, ATOMS)
        check_choice("convolution", self.convolution, CONVOLUTIONS)
        check_choice("pooling", self.pooling, POOLINGS)
        check_choice("activation", self.activation, ACTIVATION_NAMES)
        check_count("width", self.width, 1, 4096)
        check_count("n_convolutions", self.n_convolutions, 0, 64)
        check_count("hidden", self.hidden, 1, 4096)
        check_count("n_hidden", self.n_hidden, 1, 16)
        check_length("step", self.step)
        if not 0 <= self.dropout < 1:
            raise InputError(f"dropout must be 0 to below 1, got {self.dropout}")
        if bool(self.atom_file) != (self.atoms == "file"):
            raise InputError(
                f'atom_file goes with atoms = "file", got {self.atom_file!r} with {self.atoms!r}'
            )
        if self.n_basis < 3:
            raise InputError(f"step must be below half the radius, {self.radius} Å")
        # Making the rule checks what belongs to it.
        _ = self.graph

    @property
    def graph(self) -> GraphRule:
        """Which atoms are joined."""
        if self.neighbors == "nearest":
            return NearestGraph(n_neighbors=self.n_neighbors, radius=self.radius)
        if self.neighbors == "cutoff":
            return CutoffGraph(cutoff=self.radius, fade=self.fade, mutual=False)
        return ShellGraph(n_neighbors=self.n_neighbors, radius=self.radius, fade=self.fade)

    @property
    def n_basis(self) -> int:
        """Number of Gaussians, from 0 to the radius."""
        return math.floor(self.radius / self.step + 1e-9) + 1

    def make_trunk(self) -> CgcnnTrunk:
        """Return the part that describes atoms, with random weights; torch must be there."""
        from atomarium.models.nn.cgcnn_network import CgcnnTrunk

        return CgcnnTrunk(self)
