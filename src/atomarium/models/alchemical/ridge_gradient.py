"""Ridge regression that is differentiable: from training rows through the solution to predictions."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class RidgePrediction(torch.autograd.Function):
    """Predictions B θ with θ = (AᵀA + μ)⁻¹ Aᵀ y and μ = λ ‖A‖² / n, for n rows A and others B.

    The gradient reuses the factor of the solution: one more solve, no matrix derivative is formed.
    Whichever of AᵀA and AAᵀ is smaller is factorized.

    Source: reverse differentiation of the normal equations, M. B. Giles, in Advances in Automatic
        Differentiation (2008), 35, section 2.3.1; for kernels and couplings of elements: M. J.
        Willatt, F. Musil, M. Ceriotti, Phys. Chem. Chem. Phys. 20, 29661 (2018), section 2.4.
    """

    @staticmethod
    def forward(ctx: Any, known: Tensor, others: Tensor, values: Tensor, log_noise: Tensor) -> Any:  # ty: ignore
        """Return the prediction of each of the others."""
        n_rows, width = known.shape
        ratio = torch.exp(log_noise) / n_rows
        added = ratio * torch.sum(known * known)
        tall = width < n_rows
        matrix = known.T @ known if tall else known @ known.T
        matrix.diagonal().add_(added)
        factor = torch.linalg.cholesky(matrix)
        if tall:
            weights = torch.zeros(0, dtype=known.dtype)
            slopes = torch.cholesky_solve((known.T @ values)[:, None], factor)[:, 0]
        else:
            weights = torch.cholesky_solve(values[:, None], factor)[:, 0]
            slopes = known.T @ weights
        ctx.save_for_backward(known, others, values, factor, weights, slopes, ratio, added)
        return others @ slopes

    @staticmethod
    def backward(ctx: Any, *slopes_of_loss: Tensor) -> Any:
        """Return the derivatives with known and other rows, none with values, and with log noise."""
        known, others, values, factor, weights, slopes, ratio, added = ctx.saved_tensors
        (of_prediction,) = slopes_of_loss
        of_slopes = others.T @ of_prediction
        if known.shape[1] < known.shape[0]:
            solved = torch.cholesky_solve(of_slopes[:, None], factor)[:, 0]
            of_added = -(solved @ slopes)
            left = values - known @ slopes
            of_known = torch.outer(left, solved) - torch.outer(known @ solved, slopes)
        else:
            solved = torch.cholesky_solve((known @ of_slopes)[:, None], factor)[:, 0]
            of_added = -(solved @ weights)
            back = of_slopes - known.T @ solved
            of_known = torch.outer(weights, back) - torch.outer(solved, slopes)
        of_known += (2 * of_added * ratio) * known
        return of_known, torch.outer(of_prediction, slopes), None, of_added * added


def predict_cut(
    known: Tensor, others: Tensor, values: Tensor, log_noise: Tensor, detach: str
) -> Tensor:
    """Return the same predictions with one path of the gradient cut, to show what it is for.

    Args:
        known: Training rows, centered.
        others: Rows to predict, centered likewise.
        values: Of the training rows, centered.
        log_noise: Logarithm of λ.
        detach: "weights", "support" (the training rows that others are compared with) or "both".
    """
    matrix = known @ known.T
    added = torch.exp(log_noise) * matrix.diagonal().mean()
    weights = solve_kernel(matrix, values, added)
    if detach in ("weights", "both"):
        weights = weights.detach()
    support = known.detach() if detach in ("support", "both") else known
    return others @ (support.T @ weights)


def solve_kernel(matrix: Tensor, values: Tensor, added: Tensor) -> Tensor:
    """Return (K + added)⁻¹ y, differentiably."""
    regular = matrix + added * torch.eye(len(matrix), dtype=matrix.dtype)
    factor = torch.linalg.cholesky(regular)
    return torch.cholesky_solve(values[:, None], factor)[:, 0]
