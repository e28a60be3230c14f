"""SchNet: atoms that learn of each other through filters of their distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from atomarium.models.nn.network_settings import FilterSettings

if TYPE_CHECKING:
    from atomarium.models.nn.schnet_network import SchNetTrunk


@dataclass(frozen=True, kw_only=True)
class SchNet(FilterSettings):
    """Continuous-filter convolutions over all neighbors within a cutoff.

    Starting from one learned row per element, each interaction adds to the row x_i of an atom

        f₂(σ(f₁(Σ_j (A x_j) ∘ W(d_ij)))),   W(d) = f_c(d) · g₂(σ(g₁(e(d))))

    with linear f, g and A, basis e, cutoff f_c and activation σ.

    Source: K. T. Schütt et al., J. Chem. Phys. 148, 241722 (2018); K. T. Schütt et al., J. Chem.
        Phys. 158, 144801 (2023), whose SchNetPack 2 has no activation after g₂ and 20 Gaussians.

    Args:
        cutoff: Å, above 0. Atoms at this distance or beyond are not neighbors.
        width: Numbers per atom, 1 to 4096.
        n_interactions: 1 to 64.
        n_basis: Functions that distances are expanded in, 2 to 1000.
        basis: "gaussian" or "bessel".
        cutoff_function: "cosine", "mollifier" or "switch".
        activation: Of interactions and filters.
        shared: Whether all interactions have the same weights.
        filters: "exact" computes them for each edge, "tabulated" interpolates them to 2e-7, "auto"
            does this in single precision on the CPU, which rounds as much.
    """

    activation: str = "shifted-softplus"

    def make_trunk(self) -> SchNetTrunk:
        """Return the part that describes atoms, with random weights; torch must be there."""
        from atomarium.models.nn.schnet_network import SchNetTrunk

        return SchNetTrunk(self)
