"""Weights of SchNetPack give its energies, forces and stress."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.models.nn.network_samples import molecules

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.models.nn.batches import ResidentGraphs
from atomarium.models.nn.graph_rules import build_graphs
from atomarium.models.nn.painn import PaiNN
from atomarium.models.nn.readouts import Dipole, Extensive, Intensive
from atomarium.models.nn.schnet import SchNet
from atomarium.models.nn.schnetpack_weights import read_schnetpack, to_schnetpack

ENERGY = Extensive(name="energy", forces="forces", stress="stress")


@pytest.mark.parametrize("name", ["schnet_3", "painn_3"])
def test_weights_give_energies_forces_and_stress_of_schnetpack(real_data, name):
    folder = real_data / "schnetpack"
    network = read_schnetpack(folder / f"{name}.pt", [ENERGY]).eval()
    geometries = json.loads((folder / "geometries.json").read_text())
    reference = json.loads((folder / f"{name}.json").read_text())
    for key, geometry in geometries.items():
        structure = Structures.from_arrays(
            geometry["numbers"],
            geometry["positions"],
            cells=geometry["cell"],
            periodic=geometry["pbc"],
        )
        graphs = build_graphs(structure, network.settings.graph)
        assert 2 * graphs.n_edges == reference[key]["n_pairs"]
        outputs = network(ResidentGraphs(graphs, dtype=torch.float64).batch(np.arange(1)))
        # float64 and the same formulas in another order.
        assert float(outputs["energy"]) == pytest.approx(reference[key]["energy"], rel=1e-12)
        np.testing.assert_allclose(outputs["forces"], reference[key]["forces"], atol=1e-10)
        if "stress_dEdeps_over_V" in reference[key]:
            expected = np.ravel(reference[key]["stress_dEdeps_over_V"])
            np.testing.assert_allclose(outputs["stress"][0], expected, atol=1e-12)


@pytest.mark.parametrize(
    "settings",
    [
        SchNet(width=8, n_interactions=2),
        SchNet(width=8, basis="bessel", shared=True),
        PaiNN(width=8, n_interactions=2),
        PaiNN(width=8, shared=True, shared_filters=True),
    ],
    ids=str,
)
def test_written_weights_are_read_again(settings, tmp_path):
    readouts = [Extensive(name="energy"), Intensive(name="gap")]
    if isinstance(settings, PaiNN):
        readouts.append(Dipole(name="dipole", atomic_dipoles=True))
    network = settings.build(readouts)
    weights = to_schnetpack(network)
    weights["representation.cutoff_fn.cutoff"] = torch.tensor([settings.cutoff])
    assert len(weights) == len(network.state_dict()) + 1
    torch.save(weights, tmp_path / "weights.pt")
    # So do checkpoints of its training.
    prefixed = {f"model.{name}": tensor for name, tensor in weights.items()}
    torch.save({"state_dict": prefixed, "epoch": 3}, tmp_path / "checkpoint.ckpt")
    for name in ("weights.pt", "checkpoint.ckpt"):
        again = read_schnetpack(tmp_path / name, readouts)
        assert again.settings == settings
        graphs = build_graphs(molecules(), settings.graph)
        batch = ResidentGraphs(graphs).batch(np.arange(len(graphs)))
        for key, output in network(batch).items():
            assert torch.equal(again(batch)[key], output)


def test_files_of_something_else_are_refused(tmp_path):
    network = SchNet(width=8).build([Extensive(name="energy")])
    weights = to_schnetpack(network)
    weights["representation.cutoff_fn.cutoff"] = torch.tensor([5.0])
    path = tmp_path / "weights.pt"
    torch.save(weights, path)
    with pytest.raises(InputError, match=r"missing there: heads\.1\.atomic\.first\.bias"):
        read_schnetpack(path, [Extensive(name="energy"), Extensive(name="other")])
    with pytest.raises(InputError, match="no such file"):
        read_schnetpack(tmp_path / "none.pt", [Extensive(name="energy")])
    torch.save({"x": torch.zeros(1)}, path)
    with pytest.raises(InputError, match="it has no embedding"):
        read_schnetpack(path, [Extensive(name="energy")])
    torch.save({**weights, "representation.extra.weight": torch.zeros(1)}, path)
    with pytest.raises(InputError, match=r"cannot place representation\.extra\.weight"):
        read_schnetpack(path, [Extensive(name="energy")])
    torch.save(network, path)
    with pytest.raises(InputError, match=r"would run code when read; save model\.state_dict\(\)"):
        read_schnetpack(path, [Extensive(name="energy")])
    uneven = {"representation.cutoff_fn.switch_on": torch.tensor([4.0])}
    uneven["representation.cutoff_fn.switch_off"] = torch.tensor([5.0])
    torch.save({**weights, **uneven}, path)
    with pytest.raises(InputError, match=r"its cutoff falls from 4\.0 Å on; ours from half, 2\.5"):
        read_schnetpack(path, [Extensive(name="energy")])
