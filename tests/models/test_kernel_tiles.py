"""Kernel matrices filled in tiles are those filled at once, to the last bit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from tests.models.feature_samples import atom_features

from atomarium.core.features import Features
from atomarium.models import kernel_matrices
from atomarium.models.kernel_matrices import StructureKernel
from atomarium.models.kernel_model import KernelModel
from atomarium.models.kernel_tiles import FilledTile, fill_tile, tiles_filled_by

SCALES = [0.7, 2.0]
MODELS = {
    "averages": KernelModel(),
    "products": KernelModel(kernel="linear"),
    "all pairs of atoms": KernelModel(reduce="atoms"),
    "pairs of one element": KernelModel(reduce="atoms-same-element"),
    "normalized": KernelModel(reduce="atoms", normalize=True),
    "sum of kernels": KernelModel(kernel="gaussian+laplacian", blocks=(2, 2)),
    "sum over atoms": KernelModel(reduce="atoms-same-element", blocks=(3, 1)),
}


class Filler:
    """Fills tiles last one first, as a cluster may, and counts them."""

    n_tiles = 0

    def __call__(self, kernel, features, others, length_scales, tiles) -> Iterator[FilledTile]:
        for tile in reversed(tiles):
            self.n_tiles += 1
            yield fill_tile(kernel, features, others, length_scales, tile)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_matrices, "_ROWS_AT_ONCE", 8)


def kernel_of(model: KernelModel) -> tuple[StructureKernel, Features, Features]:
    """Return a kernel for training features, these, and others."""
    features = model.digest(atom_features(40), extensive=True)
    others = model.digest(atom_features(25, seed=1), extensive=True)
    return model.structure_kernel(features, extensive=True), features, others


@pytest.mark.parametrize("name", MODELS)
def test_tiles_make_the_same_bits(name: str) -> None:
    kernel, features, others = kernel_of(MODELS[name])
    among, between = kernel.among(features, SCALES), kernel.between(others, features, SCALES)
    filler = Filler()
    with tiles_filled_by(filler, 20):
        np.testing.assert_array_equal(kernel.among(features, SCALES), among)
        assert filler.n_tiles > 2
        np.testing.assert_array_equal(kernel.between(others, features, SCALES), between)


def test_small_matrices_stay_whole() -> None:
    kernel, features, _ = kernel_of(MODELS["averages"])
    filler = Filler()
    with tiles_filled_by(filler, len(features)):
        kernel.among(features, SCALES)
    assert filler.n_tiles == 0


def test_a_block_ends_with_its_with() -> None:
    kernel, features, _ = kernel_of(MODELS["averages"])
    filler = Filler()
    with tiles_filled_by(filler, 20):
        pass
    kernel.among(features, SCALES)
    assert filler.n_tiles == 0
