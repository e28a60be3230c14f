"""PaiNN: atoms that also carry vectors, which turn with the structure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from atomarium.core.errors import InputError
from atomarium.models.nn.network_settings import FilterSettings

if TYPE_CHECKING:
    from atomarium.models.nn.painn_network import PaiNNTrunk


@dataclass(frozen=True, kw_only=True)
class PaiNN(FilterSettings):
    """Equivariant messages between all neighbors within a cutoff.

    Each atom has a row q_i and as many vectors v_i, at first 0. An interaction adds

        Σ_j a_ij  to q_i,   Σ_j b_ij r_ij / d_ij + c_ij v_j  to v_i,

    (a, b, c)_ij = W(d_ij) ∘ φ(q_j), W(d) = f_c(d) · g(e(d)), and then mixes within the atom:
    with U, V = M v and (a, b, c) = ψ(q, √(|V|² + ε)), it adds a + c U·V to q and b U to v.

    Source: K. T. Schütt, O. T. Unke, M. Gastegger, PMLR 139, 9377 (2021), eqs. 7–10, with ε and
        filters of SchNetPack 2.

    Args:
        cutoff: Å, above 0. Atoms at this distance or beyond are not neighbors.
        width: Numbers and vectors per atom, 1 to 4096.
        n_interactions: 1 to 64.
        n_basis: Functions that distances are expanded in, 2 to 1000.
        basis: "gaussian" or "bessel".
        cutoff_function: "cosine", "mollifier" or "switch".
        activation: Of φ and ψ.
        shared: Whether all interactions have the same φ, M and ψ.
        shared_filters: Whether all interactions have the same filters W.
        epsilon: Above 0. Keeps the length of V differentiable at 0.
        filters: "exact" computes them for each edge, "tabulated" interpolates them to 2e-7, "auto"
            does this in single precision on the CPU, which rounds as much.
    """

    shared_filters: bool = False
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.epsilon < 1:
            raise InputError(f"epsilon must be between 0 and 1, got {self.epsilon}")

    def make_trunk(self) -> PaiNNTrunk:
        """Return the part that describes atoms, with random weights; torch must be there."""
        from atomarium.models.nn.painn_network import PaiNNTrunk

        return PaiNNTrunk(self)
