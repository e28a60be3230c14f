"""Kernels and regressions as their formulas read, one number at a time."""

from __future__ import annotations

import math

import numpy as np

from atomarium.core.features import Features


def kernel_of_rows(name: str, x: np.ndarray, z: np.ndarray, length_scale: float) -> float:
    distance = math.sqrt(sum((a - b) ** 2 for a, b in zip(x, z, strict=True)))
    steps = sum(abs(a - b) for a, b in zip(x, z, strict=True))
    product = float(sum(a * b for a, b in zip(x, z, strict=True)))
    squares = sum(a * a for a in x) * sum(b * b for b in z)
    near, reach = (math.sqrt(k) * distance / length_scale for k in (3, 5))
    values = {
        "gaussian": math.exp(-(distance**2) / (2 * length_scale**2)),
        "laplacian": math.exp(-steps / length_scale),
        "matern3": (1 + near) * math.exp(-near),
        "matern5": (1 + reach + reach**2 / 3) * math.exp(-reach),
        "polynomial": (1 + product / length_scale**2) ** 2,
        "cosine": product**2 / squares if squares else 0.0,
        "linear": product,
    }
    return values[name]


def kernel_of_structures(
    name: str, features: Features, others: Features, length_scale: float, *, same_element: bool
) -> np.ndarray:
    """Sum the kernel over all pairs of rows of every structure and every other."""
    out = np.zeros((len(features), len(others)))
    for a in range(len(features)):
        for b in range(len(others)):
            for i in _rows(features, a):
                for j in _rows(others, b):
                    if same_element and features.numbers[i] != others.numbers[j]:
                        continue
                    pair = features.values[i], others.values[j]
                    out[a, b] += kernel_of_rows(name, *pair, length_scale)
    return out


def _rows(features: Features, structure: int) -> range:
    if features.rows == "structures":
        return range(structure, structure + 1)
    return range(features.offsets[structure], features.offsets[structure + 1])


def predict_krr(
    matrix: np.ndarray, cross: np.ndarray, values: np.ndarray, noise: float
) -> np.ndarray:
    """Fit by a plain inverse and predict; noise is a share of the mean diagonal."""
    inverse = np.linalg.inv(matrix + noise * np.mean(np.diag(matrix)) * np.eye(len(matrix)))
    return cross @ inverse @ values


def leave_one_out_krr(matrix: np.ndarray, values: np.ndarray, noise: float) -> np.ndarray:
    """Return the residual of each structure when it is left out and all others are fitted."""
    shift = noise * np.mean(np.diag(matrix))
    residuals = np.empty_like(values)
    for i in range(len(values)):
        rest = np.arange(len(values)) != i
        inner = matrix[np.ix_(rest, rest)] + shift * np.eye(len(values) - 1)
        residuals[i] = values[i] - matrix[i, rest] @ np.linalg.solve(inner, values[rest])
    return residuals


def fit_ridge(
    rows: np.ndarray, values: np.ndarray, shift: float, *, intercept: bool
) -> tuple[np.ndarray, float]:
    """Solve the normal equations; the intercept is not penalized."""
    columns = np.column_stack([rows, np.ones(len(rows))]) if intercept else rows
    penalty = shift * np.eye(columns.shape[1])
    if intercept:
        penalty[-1, -1] = 0.0
    solution = np.linalg.solve(columns.T @ columns + penalty, columns.T @ values)
    return (solution[:-1], float(solution[-1])) if intercept else (solution, 0.0)
