"""What tuning has settled, as plain numbers."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from atomarium.models.kernel_matrices import StructureKernel


def chosen_by_tuning(
    kernel: StructureKernel,
    *,
    length_scales: Float64[np.ndarray, "targets"],
    noises: Float64[np.ndarray, "targets"],
    errors: Float64[np.ndarray, "targets"],
) -> dict[str, float | int | str]:
    """Return length scale, noise, error and weights; numbered when there are several targets."""
    columns = {"noise": noises, "leave_one_out_mae": errors}
    if kernel.has_length_scale:
        columns = {"length_scale": length_scales, **columns}
    several = len(noises) > 1
    chosen: dict[str, float | int | str] = {
        f"{name}_{target}" if several else name: float(value)
        for target in range(len(noises))
        for name, column in columns.items()
        if not np.isnan(value := column[target])
    }
    if len(kernel.terms) > 1:
        for number, term in enumerate(kernel.terms):
            chosen[f"weight_{number}"] = term.weight
    return chosen
