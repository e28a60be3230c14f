"""How far predictions are from the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from jaxtyping import Float64


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Errors of one set of predictions, in the target's unit.

    Args:
        mae: Mean absolute error.
        rmse: Root of the mean squared error.
        max_error: Largest absolute error.
        r2: Share of the variance that is explained; None when the truth does not vary.
        n: Number of predictions.
        force_mae: Mean absolute error of the components of forces, in the target's unit per Å;
            None where none were learned.
        stress_mae: The same of stress, per Å³.
    """

    mae: float
    rmse: float
    max_error: float
    r2: float | None
    n: int
    force_mae: float | None = None
    stress_mae: float | None = None

    def plain(self) -> dict[str, float | int | None]:
        """Return the scores as a dictionary."""
        return asdict(self)


def score(
    prediction: Float64[np.ndarray, "values"], reference: Float64[np.ndarray, "values"]
) -> Scores:
    """Compare predictions with the truth; at least one of each."""
    error = prediction - reference
    spread = float(np.sum((reference - reference.mean()) ** 2))
    return Scores(
        mae=float(np.mean(np.abs(error))),
        rmse=float(np.sqrt(np.mean(error**2))),
        max_error=float(np.max(np.abs(error))),
        r2=1.0 - float(np.sum(error**2)) / spread if spread > 0 else None,
        n=len(error),
    )


def main_error(scores: Mapping[str, float | None]) -> float | None:
    """Return the error that models are compared by: of numbers the MAE, of classes the share wrong.

    Args:
        scores: As `plain` returns them; of a failed trial, none.
    """
    return scores.get("mae", scores.get("error_rate"))
