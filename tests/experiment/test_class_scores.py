"""Scores of classes, beside counting one structure and one pair after the other."""

from __future__ import annotations

import numpy as np
import pytest

from atomarium.experiment.class_scores import score_classes


def counted(numbers: np.ndarray, right: np.ndarray, one: int) -> list[float]:
    """Return precision, recall, F1 and area of one class, by counting."""
    said = [max(range(len(row)), key=lambda k, row=row: row[k]) for row in numbers.tolist()]
    hits = sum(s == r == one for s, r in zip(said, right, strict=True))
    taken, there = said.count(one), list(right).count(one)
    precision, recall = (hits / taken if taken else 0.0), hits / there
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    wins = [
        1.0 if p[one] > n[one] else 0.5 if p[one] == n[one] else 0.0
        for p, r in zip(numbers, right, strict=True)
        for n, other in zip(numbers, right, strict=True)
        if r == one != other
    ]
    return [precision, recall, f1, float(np.mean(wins))]


def sample(n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities with many ties, and right classes."""
    rng = np.random.default_rng(n_classes)
    numbers = np.round(rng.dirichlet(np.ones(n_classes), size=60), 1)
    numbers[:, -1] = 1 - numbers[:, :-1].sum(axis=1)
    return numbers, rng.integers(n_classes, size=60).astype(float)


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_scores_are_those_of_counting(n_classes: int) -> None:
    numbers, right = sample(n_classes)
    scores = score_classes(numbers, right)
    looked_at = [1] if n_classes == 2 else range(n_classes)
    expected = np.mean([counted(numbers, right, one) for one in looked_at], axis=0)
    got = [scores.precision, scores.recall, scores.f1, scores.auc]
    np.testing.assert_allclose(got, expected, rtol=1e-12)  # sums of 60 terms in float64
    assert scores.accuracy == np.mean(numbers.argmax(axis=1) == right)
    assert scores.error_rate + scores.accuracy == 1


@pytest.mark.parametrize("n_classes", [2, 4])
def test_scores_are_those_of_scikit_learn(n_classes: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    numbers, right = sample(n_classes)
    scores, said = score_classes(numbers, right), numbers.argmax(axis=1)
    average = "binary" if n_classes == 2 else "macro"
    expected = metrics.precision_recall_fscore_support(right, said, average=average)[:3]
    np.testing.assert_allclose([scores.precision, scores.recall, scores.f1], expected, rtol=1e-12)


def test_one_class_has_no_area() -> None:
    scores = score_classes(np.array([[0.2, 0.8], [0.6, 0.4]]), np.ones(2))
    assert scores.auc is None
    assert scores.accuracy == 0.5
