"""What couplings of elements are judged by: errors of structures that were left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from atomarium.models.alchemical.blocks import Blocks, Spectra, mixed
from atomarium.models.alchemical.environments import Environments, structure_kernel
from atomarium.models.alchemical.ridge_gradient import RidgePrediction, predict_cut, solve_kernel


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """Structures to learn couplings from.

    Args:
        spectra: Of structures; of environments where there are any.
        environments: Which rows belong to which structure; None where a row is a structure.
        values: Of each structure, centered and in units of their spread.
        folds: Pairs of structures: those trained on, and those left out, whose errors count.
        third: Structures that neither train nor count; learning stops by their error.
        root: L of the prior; couplings are L W.
        penalty: Of the mean square of W.
        detach: Which path of the gradient is cut; see `Learning`.
        loss: "squared" or "huber".
    """

    spectra: Spectra
    environments: Environments | None
    values: Float64[np.ndarray, "structures"]
    folds: tuple[tuple[np.ndarray, np.ndarray], ...]
    third: Int64[np.ndarray, "third"]
    root: Float64[np.ndarray, "elements elements"]
    penalty: float
    detach: str
    loss: str = "squared"


#: Spreads of the values; larger errors count in proportion, smaller ones by their squares.
_LINEAR_FROM = 0.1


class Objective:
    """Loss and gradient of W and of the logarithm of λ, float64 throughout.

    Source: M. J. Willatt, F. Musil, M. Ceriotti, Phys. Chem. Chem. Phys. 20, 29661 (2018), eq. 14,
        with any number of folds, λ learned, and the penalty on W in place of the couplings.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._spectra = _as_tensors(problem.spectra)
        self._values = torch.as_tensor(problem.values)
        self._root = torch.as_tensor(problem.root)

    def fold_losses(self, inner: Tensor, log_noise: Tensor) -> Tensor:
        """Return the mean loss of what each fold leaves out.

        Source: P. Charbonnier et al., IEEE Trans. Image Process. 6, 298 (1997), for "huber".
        """
        rows = mixed(self._spectra, self._root @ inner, concatenate=torch.concatenate)
        losses = []
        for train, left_out in self.problem.folds:
            error = self._predict(rows, log_noise, train, left_out) - self._values[left_out]
            losses.append(self._losses(error).mean())
        return torch.stack(losses)

    def _losses(self, errors: Tensor) -> Tensor:
        if self.problem.loss == "squared":
            return errors**2
        return 2 * _LINEAR_FROM * (torch.sqrt(_LINEAR_FROM**2 + errors**2) - _LINEAR_FROM)

    def loss(self, inner: Tensor, log_noise: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is made small, and the losses of the folds in it."""
        losses = self.fold_losses(inner, log_noise)
        # How long couplings are changes no prediction: what counts is W in units of L W.
        rough = (inner**2).sum() / ((self._root @ inner) ** 2).sum()
        return losses.mean() + self.problem.penalty * rough, losses

    def value_and_gradient(
        self, parameters: Float64[np.ndarray, "parameters"]
    ) -> tuple[float, Float64[np.ndarray, "parameters"], Float64[np.ndarray, "folds"]]:
        """Return loss, gradient and the losses of folds at W, flat, with the log of λ behind."""
        flat = torch.tensor(parameters, requires_grad=True)
        loss, losses = self.loss(flat[:-1].reshape(len(self._root), -1), flat[-1])
        (gradient,) = torch.autograd.grad(loss, flat)
        return float(loss.detach()), gradient.numpy(), losses.detach().numpy()

    @torch.no_grad()
    def third_errors(
        self, parameters: Float64[np.ndarray, "parameters"]
    ) -> Float64[np.ndarray, "third"]:
        """Return errors of the third part, learned from all others; in units of the spread."""
        train = np.unique(np.concatenate([np.concatenate(pair) for pair in self.problem.folds]))
        return self._errors(parameters, train, self.problem.third)

    @torch.no_grad()
    def left_out_errors(
        self, parameters: Float64[np.ndarray, "parameters"]
    ) -> Float64[np.ndarray, "left_out"]:
        """Return errors of all that folds leave out, in units of the spread."""
        return np.concatenate([self._errors(parameters, *pair) for pair in self.problem.folds])

    def _errors(self, parameters: np.ndarray, train: np.ndarray, others: np.ndarray) -> np.ndarray:
        flat = torch.tensor(parameters)
        couplings = self._root @ flat[:-1].reshape(len(self._root), -1)
        rows = mixed(self._spectra, couplings, concatenate=torch.concatenate)
        predicted = self._predict(rows, flat[-1], train, others)
        return (predicted - self._values[others]).numpy()

    def _predict(
        self, rows: Tensor, log_noise: Tensor, train: np.ndarray, others: np.ndarray
    ) -> Tensor:
        if self.problem.environments is not None:
            return self._predict_by_kernel(rows, log_noise, train, others)
        known, values = rows[train], self._values[train]
        middle, center = known.mean(dim=0), values.mean()
        parts = known - middle, rows[others] - middle, values - center, log_noise
        if self.problem.detach == "nothing":
            return RidgePrediction.apply(*parts) + center  # type: ignore[no-untyped-call]
        return predict_cut(*parts, self.problem.detach) + center

    def _predict_by_kernel(
        self, rows: Tensor, log_noise: Tensor, train: np.ndarray, others: np.ndarray
    ) -> Tensor:
        environments, detach = self.problem.environments, self.problem.detach
        assert environments is not None
        inside = structure_kernel(environments, rows, train, train)
        support = rows.detach() if detach in ("support", "both") else rows
        between = structure_kernel(environments, rows, others, train, support)
        # Centered as the features would be.
        of_train = inside.mean(dim=0)
        middle = of_train.mean()
        inside = inside - of_train - of_train[:, None] + middle
        between = between - between.mean(dim=1)[:, None] - of_train + middle
        values = self._values[train]
        center = values.mean()
        added = torch.exp(log_noise) * inside.diagonal().mean()
        weights = solve_kernel(inside, values - center, added)
        if detach in ("weights", "both"):
            weights = weights.detach()
        return between @ weights + center


def _as_tensors(spectra: Spectra) -> Spectra:
    blocks = tuple(
        Blocks(
            group.rows,
            group.elements,
            torch.as_tensor(group.products),
            torch.as_tensor(group.triangles),
        )
        for group in spectra.blocks
    )
    return Spectra(blocks, spectra.n_rows, spectra.n_max, spectra.l_max)


def start_parameters(
    inner: Float64[np.ndarray, "elements pseudo"], noise: float
) -> Float64[np.ndarray, "parameters"]:
    """Return W and λ as one row."""
    return np.concatenate([inner.reshape(-1), [np.log(noise)]])


def couplings_of(
    problem: Problem, parameters: Float64[np.ndarray, "parameters"]
) -> Float64[np.ndarray, "elements pseudo"]:
    """Return couplings L W of a row of parameters."""
    couplings: Any = problem.root @ parameters[:-1].reshape(len(problem.root), -1)
    return couplings
