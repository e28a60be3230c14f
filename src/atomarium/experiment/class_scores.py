"""How well classes are told apart."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from jaxtyping import Float64


@dataclass(frozen=True, kw_only=True)
class ClassScores:
    """What one set of predicted classes is worth, on the whole set at once.

    Of two classes, precision, recall and F1 are those of the second (class 1); of more, means over
    the classes that occur, each counting alike. Where nothing was taken for a class, its precision
    is 0.

    Args:
        error_rate: Share that is taken for a wrong class.
        accuracy: Share that is taken for the right class.
        precision: Share of those taken for a class that are of it.
        recall: Share of those of a class that are taken for it.
        f1: Harmonic mean of precision and recall.
        auc: Area under the curve of true against false positives: the chance that one of the class
            is given a larger number than one of another, ties counting half. None when all are of
            one class.
        n: Number of predictions.
    """

    error_rate: float
    accuracy: float
    precision: float
    recall: float
    f1: float
    auc: float | None
    n: int

    def plain(self) -> dict[str, float | int | None]:
        """Return the scores as a dictionary."""
        return asdict(self)


def score_classes(
    numbers: Float64[np.ndarray, "structures classes"],
    reference: Float64[np.ndarray, "structures"],
) -> ClassScores:
    """Compare predicted classes with the right ones; at least one structure.

    Source: T. Fawcett, Pattern Recognit. Lett. 27, 861 (2006), sects. 2 and 7; several classes one
        against the rest, unweighted.

    Args:
        numbers: For each class, its probability or anything that grows with it.
        reference: Number of the right class of each structure.
    """
    right = reference.astype(np.int64)
    said = numbers.argmax(axis=1)
    n_classes = numbers.shape[1]
    present = np.unique(right)
    looked_at: list[int] = [1] if n_classes == 2 else present.tolist()
    table = np.zeros((n_classes, n_classes))
    np.add.at(table, (right, said), 1)
    hits: Float64[np.ndarray, "classes"] = table.diagonal()[looked_at]
    taken: np.ndarray = table.sum(axis=0)[looked_at]
    there: np.ndarray = table.sum(axis=1)[looked_at]
    areas = [_area(_leaning(numbers, one), right == one) for one in looked_at]
    accuracy = int(np.count_nonzero(said == right)) / len(right)
    return ClassScores(
        error_rate=1.0 - accuracy,
        accuracy=accuracy,
        precision=float(np.mean(hits / np.maximum(taken, 1))),
        recall=float(np.mean(hits / np.maximum(there, 1))),
        f1=float(np.mean(2 * hits / np.maximum(taken + there, 1))),
        auc=float(np.mean(areas)) if len(present) > 1 else None,
        n=len(right),
    )


def _leaning(
    numbers: Float64[np.ndarray, "structures classes"], one: int
) -> Float64[np.ndarray, "structures"]:
    """Return how much a class is preferred; of two, to the other."""
    return numbers[:, 1] - numbers[:, 0] if numbers.shape[1] == 2 else numbers[:, one]


def _area(leaning: Float64[np.ndarray, "structures"], positive: np.ndarray) -> float:
    """Return the area under the curve by ranks; the mean of ties is what half of each counts."""
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return float("nan")
    _, place, ties = np.unique(leaning, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[place]
    above = float(ranks[positive].sum()) - n_positive * (n_positive + 1) / 2
    return above / (n_positive * n_negative)
