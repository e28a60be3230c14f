"""Crystals described in other words have the same predictions."""

from __future__ import annotations

import gzip
import io
import lzma

import ase.io
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.models.nn.network_samples import crystals, described_otherwise

from atomarium.core.structures import Structures
from atomarium.models.nn.batches import ResidentGraphs
from atomarium.models.nn.cgcnn import Cgcnn
from atomarium.models.nn.graph_rules import build_graphs
from atomarium.models.nn.painn import PaiNN
from atomarium.models.nn.readouts import Intensive
from atomarium.models.nn.schnet import SchNet


def _predict(network, structures):
    graphs = build_graphs(structures, network.settings.graph)
    batch = ResidentGraphs(graphs, dtype=torch.float64).batch(np.arange(len(structures)))
    with torch.no_grad():
        return network(batch)["value"][:, 0].numpy()


def _network(settings):
    """Return a network whose norms have seen data, in double precision."""
    network = settings.build([Intensive(name="value")]).double()
    for _ in range(10):
        _predict(network.train(), crystals())
    return network.eval()


def _largest_change(network, frames):
    before = _predict(network, Structures.from_ase(frames))
    otherwise = [list(described_otherwise(frame)) for frame in frames]
    names = [name for name, _ in otherwise[0]]
    changes = dict.fromkeys(names, 0.0)
    for number, name in enumerate(names):
        after = _predict(network, Structures.from_ase([each[number][1] for each in otherwise]))
        changes[name] = max(changes[name], float(np.abs(after - before).max()))
    return changes


@pytest.mark.parametrize(
    "settings",
    [
        Cgcnn(),
        Cgcnn(convolution="shared"),
        Cgcnn(neighbors="cutoff", radius=5.0),
        Cgcnn(pooling="max"),
        SchNet(width=16),
        PaiNN(width=16),
    ],
    ids=str,
)
def test_equal_crystals_have_equal_predictions(settings):
    changes = _largest_change(_network(settings), crystals().to_ase())
    noise = changes.pop("noisy")
    assert max(changes.values()) < 1e-9  # float64; rotations round positions
    assert noise < 1e-5  # 1e-7 Å of noise, times slopes of a few per Å


def test_only_cut_shells_make_predictions_jump():
    """Of a shell of O and Sr at one distance, small noise decides which are among the nearest."""
    perovskite = crystals()[0].to_ase()[0]
    rng = np.random.default_rng(0)
    frames = [perovskite.copy() for _ in range(8)]
    for frame in frames:
        frame.positions += rng.normal(scale=1e-4, size=frame.positions.shape)
    spreads = [
        np.ptp(_predict(_network(Cgcnn(neighbors=neighbors)), Structures.from_ase(frames)))
        for neighbors in ("shells", "nearest")
    ]
    assert spreads[1] > 10 * spreads[0]


def _real_crystals(folder, name):
    path = folder / name
    opened = lzma.open if path.suffix == ".xz" else gzip.open
    with opened(path, "rt") as stream:
        return ase.io.read(io.StringIO(stream.read()), "::60", format="extxyz")


@pytest.mark.parametrize("name", ["cs182_mp_perovskites.extxyz.gz", "mp_flla2015.extxyz.xz"])
def test_equal_real_crystals_have_equal_predictions(real_data, name):
    frames = [frame for frame in _real_crystals(real_data, name) if len(frame) < 40][:40]
    changes = _largest_change(_network(Cgcnn()), frames)
    assert max(changes.values()) < 1e-5
