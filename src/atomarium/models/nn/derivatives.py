"""Forces and stress from how an energy changes with the vectors along edges.

An energy that depends on positions through the vectors r_e alone, r_e = R_j − R_i for e = (i, j),
has force Σ_{e from i} g_e − Σ_{e to i} g_e on atom i, and stress Σ_e g_e r_eᵀ / V, g_e = ∂E/∂r_e.
"""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from atomarium.models.nn.batches import Batch
from atomarium.models.nn.layers import sum_atoms


def forces_of(batch: Batch, slopes: Float[Tensor, "edges 3"]) -> Float[Tensor, "atoms 3"]:
    """Return eV/Å, the force on each atom.

    Args:
        batch: Whose energy it is.
        slopes: eV/Å. Change of the energy with the vector of each edge.
    """
    still = slopes.new_zeros((batch.n_atoms, 3))
    return still.index_add(0, batch.centers, slopes).index_add(0, batch.neighbors, -slopes)


def stress_of(batch: Batch, slopes: Float[Tensor, "edges 3"]) -> Float[Tensor, "structures 9"]:
    """Return eV/Å³, ∂E/∂ε / V by rows; tension is positive.

    Args:
        batch: Whose energy it is.
        slopes: eV/Å. Change of the energy with the vector of each edge.
    """
    products = (slopes[:, :, None] * batch.vectors[:, None, :]).flatten(start_dim=1)
    structures = batch.structure_of_atom[batch.centers]
    return sum_atoms(products, structures, len(batch)) / batch.volumes[:, None]
