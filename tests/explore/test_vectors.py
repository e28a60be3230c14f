"""Arrows point along their vectors; ellipsoids are their tensors again."""

from __future__ import annotations

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.explore.vectors import arrows, ellipsoids


def test_arrows_keep_directions_and_can_be_seen() -> None:
    forces = np.random.default_rng(0).normal(size=(400, 3)) * 1e-4
    shape = arrows("forces", forces, target="atom")
    assert isinstance(shape.by_atom, dict)
    drawn = shape.by_atom["vector"]
    lengths = np.linalg.norm(drawn, axis=1)
    assert np.percentile(lengths, 95) == pytest.approx(1.5, rel=1e-5)  # float32
    np.testing.assert_allclose(
        drawn / lengths[:, None],
        forces / np.linalg.norm(forces, axis=1)[:, None],
        atol=1e-6,  # float32
    )
    scaled = arrows("d", [[1.0, 2, 3]], target="structure", scale=2.0, color="red")
    assert isinstance(scaled.by_structure, dict)
    assert scaled.by_structure["vector"].tolist() == [[2, 4, 6]]
    assert scaled.everywhere["color"] == "red"


def _matrices(rows) -> np.ndarray:
    """Rotate diagonal matrices by quaternions, written out as textbooks have it."""
    out = []
    for semiaxes, (x, y, z, w) in zip(rows["semiaxes"], rows["orientation"], strict=True):
        turn = np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
            ]
        )
        out.append(turn @ np.diag(semiaxes) @ turn.T)
    return np.array(out)


def test_ellipsoids_are_their_tensors_again() -> None:
    rng = np.random.default_rng(1)
    half = rng.normal(size=(50, 3, 3))
    tensors = half @ half.swapaxes(1, 2)
    rows = ellipsoids("polarizability", tensors, target="atom", scale=1.0).by_atom
    np.testing.assert_allclose(_matrices(rows), tensors, atol=1e-12)  # float64, 3 terms
    six = tensors[:, [0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
    for other in (six, tensors.reshape(-1, 9)):
        same = ellipsoids("polarizability", other, target="atom", scale=1.0).by_atom
        np.testing.assert_allclose(_matrices(same), tensors, atol=1e-12)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: arrows("f", [[1.0, 2]], target="atom"), r"shapes\.f: expected rows of shape \(3,\)"),
        (lambda: arrows("f", [[1, 2, np.nan]], target="atom"), r"shapes\.f\[0\]: expected finite"),
        (lambda: arrows("f", [[1, 2, 3]], target="atom", scale=0), "scale must be above 0, got 0"),
        (lambda: ellipsoids("t", np.zeros((2, 5)), target="atom"), r"shape \(3, 3\), got \(2, 5\)"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("unchecked")
def test_what_is_no_vector_or_tensor_is_refused(make, message) -> None:
    with pytest.raises(InputError, match=message):
        make()
