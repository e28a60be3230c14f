"""CGCNN: convolutions against slow ones, and weights of the original program."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.models.nn.network_samples import crystals

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.cif import read as read_cif
from atomarium.models.nn import cgcnn_network
from atomarium.models.nn.atom_tables import bit_table
from atomarium.models.nn.batches import ResidentGraphs
from atomarium.models.nn.cgcnn import Cgcnn
from atomarium.models.nn.cgcnn_weights import read_cgcnn, to_original
from atomarium.models.nn.gated_sums import torch_gated_sum
from atomarium.models.nn.graph_rules import build_graphs
from atomarium.models.nn.readouts import Classes, Extensive, Intensive


def _batch(settings, structures, dtype=torch.float64):
    graphs = build_graphs(structures, settings.graph)
    return ResidentGraphs(graphs, dtype=dtype).batch(np.arange(len(structures)))


@pytest.mark.parametrize("norm", [True, False], ids=["norm", "plain"])
@pytest.mark.parametrize("training", [True, False], ids=["training", "predicting"])
@pytest.mark.parametrize("step", [0.2, 2.0], ids=["many", "few"])
def test_compiled_convolutions_and_their_gradients_are_those_of_torch(
    norm, training, step, monkeypatch
):
    settings = Cgcnn(norm=norm, step=step, width=16, hidden=8)
    found = []
    for compiled in (True, False):
        if not compiled:
            monkeypatch.setattr(cgcnn_network, "gated_sum", torch_gated_sum)
        network = settings.build([Intensive(name="value")]).double().train(training)
        values = network(_batch(settings, crystals()))["value"]
        (values**2).sum().backward()
        gradients = [parameter.grad for parameter in network.parameters()]
        found.append([values.detach(), *gradients, *network.buffers()])
    for one, other in zip(*found, strict=True):
        # float64, sums over a thousand edges; biases before a norm have derivative 0 but rounding
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-11, equal_nan=True)


def test_the_gated_convolution_is_that_of_the_paper():
    """Edge by edge, with the wide product and without normalization."""
    settings = Cgcnn(norm=False, n_convolutions=1, width=4)
    network = settings.build([Intensive(name="value")]).double()
    batch = _batch(settings, crystals())
    convolution = network.trunk.convolutions[0]
    rows = torch.randn((batch.n_atoms, 4), dtype=torch.float64)
    described = {"own": rows.clone()}
    for e in range(len(batch.centers)):
        i, j = int(batch.centers[e]), int(batch.neighbors[e])
        distance = float(batch.vectors[e].norm())
        basis = torch.exp(-(((distance - torch.arange(41) * 0.2) / 0.2) ** 2)).double()
        gate, core = convolution.full(torch.cat([rows[i], rows[j], basis])).chunk(2)
        term = torch.sigmoid(gate) * torch.nn.functional.softplus(core)
        described["own"][i] += float(batch.weights[e]) * term.detach()
    expected = torch.nn.functional.softplus(described["own"])
    distances = cgcnn_network.Distances(batch, batch.vectors.norm(dim=1), 0.2, 41)
    # The reference takes its Gaussians in single precision.
    torch.testing.assert_close(
        convolution(distances, rows).detach(), expected, rtol=1e-5, atol=1e-6
    )


def test_the_shared_convolution_is_that_of_the_paper():
    settings = Cgcnn(convolution="shared", norm=False, n_convolutions=1, width=4)
    network = settings.build([Intensive(name="value")]).double()
    batch = _batch(settings, crystals())
    convolution = network.trunk.convolutions[0]
    rows = torch.randn((batch.n_atoms, 4), dtype=torch.float64)
    distances = cgcnn_network.Distances(batch, batch.vectors.norm(dim=1), 0.2, 41)
    total = rows @ convolution.own.weight.T + convolution.own.bias
    for e in range(len(batch.centers)):
        seen = torch.cat([rows[batch.neighbors[e]], distances.gaussians[e]])
        change = convolution.neighbors(seen) * batch.weights[e]
        total = total.index_add(0, batch.centers[e : e + 1], change[None])
    torch.testing.assert_close(convolution(distances, rows), torch.nn.functional.softplus(total))


@pytest.mark.parametrize("pooling", ["mean", "sum", "max"])
def test_pooling_is_over_the_atoms_of_each_structure(pooling):
    settings = Cgcnn(convolution="none", pooling=pooling, hidden=4)
    network = settings.build([Extensive(name="value")]).double().eval()
    batch = _batch(settings, crystals())
    rows = network.trunk(batch, batch.vectors).scalars
    head = network.heads[0]
    for s, value in enumerate(network(batch)["value"]):
        atoms = rows[batch.offsets[s] : batch.offsets[s + 1]]
        pooled = {"mean": atoms.mean(0), "sum": atoms.sum(0), "max": atoms.max(0).values}[pooling]
        hidden = torch.nn.functional.softplus(head.layers[0](torch.nn.functional.softplus(pooled)))
        factor = 1 if pooling == "sum" else len(atoms)
        torch.testing.assert_close(value, factor * head.last(hidden))


def test_a_table_that_cannot_tell_elements_apart_is_remarked_on():
    structures = Structures.from_arrays([57, 58], [[0.0, 0, 0], [2, 0, 0]])
    settings = Cgcnn()
    network = settings.build([Intensive(name="value")])
    (remark,) = network.remarks(build_graphs(structures, settings.graph))
    assert "La (57), Ce (58)" in remark
    learned = Cgcnn(atoms="learned").build([Intensive(name="value")])
    assert not learned.remarks(build_graphs(structures, settings.graph))


def test_elements_outside_a_table_are_named(tmp_path):
    path = tmp_path / "atoms.json"
    path.write_text(json.dumps({"1": [1, 0], "8": [0, 1]}))
    settings = Cgcnn(atoms="file", atom_file=str(path))
    network = settings.build([Intensive(name="value")])
    water = Structures.from_arrays([8, 1, 26], np.eye(3))
    with pytest.raises(InputError, match=r"the table of atoms has no row for Fe \(26\)"):
        network.check(build_graphs(water, settings.graph))
    network = Cgcnn().build([Intensive(name="value")])
    with pytest.raises(InputError, match=r"Lr \(103\)"):
        network.check(build_graphs(Structures.from_arrays([103], [[0.0, 0, 0]]), settings.graph))


def _original(tmp_path, **settings):
    """Return a file as the original program writes it, and the network in it."""
    given = Cgcnn(neighbors="nearest", width=8, hidden=6, **settings)
    network = given.build([Intensive(name="value")])
    content = {
        "state_dict": to_original(network),
        "normalizer": {"mean": torch.tensor(2.0), "std": torch.tensor(3.0)},
        "args": {"task": "regression"},
        "best_mae_error": np.float64(0.1),
    }
    torch.save(content, tmp_path / "model.pth.tar")
    return tmp_path / "model.pth.tar", network


def test_written_weights_of_the_original_are_read_again(tmp_path):
    path, network = _original(tmp_path, n_hidden=3)
    again, scale = read_cgcnn(path)
    assert again.settings == network.settings
    assert (scale.center, scale.spread) == (2.0, 3.0)
    batch = _batch(network.settings, crystals(), torch.float32)
    assert torch.equal(again.eval()(batch)["value"], network.eval()(batch)["value"])


def test_files_of_something_else_are_refused(tmp_path):
    path, _ = _original(tmp_path)
    content = torch.load(path, weights_only=False)
    torch.save({**content, "state_dict": {"weight": torch.zeros(1)}}, tmp_path / "other")
    with pytest.raises(InputError, match=r"it lacks 'embedding\.weight'"):
        read_cgcnn(tmp_path / "other")
    torch.save(content["state_dict"], tmp_path / "bare")
    with pytest.raises(InputError, match="no file of the original CGCNN, it lacks"):
        read_cgcnn(tmp_path / "bare")
    wide = {**content["state_dict"], "embedding.weight": torch.zeros(8, 5)}
    torch.save({**content, "state_dict": wide}, tmp_path / "wide")
    with pytest.raises(InputError, match="atoms have 5 numbers, in the published table 92"):
        read_cgcnn(tmp_path / "wide")
    cut = {**content["state_dict"], "fc_out.weight": torch.zeros(1, 7)}
    torch.save({**content, "state_dict": cut}, tmp_path / "cut")
    with pytest.raises(InputError, match=r"heads\.0\.last\.weight is \(1, 7\) there and \(1, 6\)"):
        read_cgcnn(tmp_path / "cut")


@pytest.mark.parametrize("table", ["made", "given"])
@pytest.mark.parametrize("name", ["formation-energy-per-atom", "semi-metal-classification"])
def test_original_weights_give_original_predictions(real_data, name, table):
    folder = real_data / "cgcnn"
    sample = folder / "sample-regression"
    atom_file = sample / "atom_init.json" if table == "given" else None
    network, scale = read_cgcnn(folder / f"{name}.pth.tar", atom_file=atom_file)
    reference = json.loads((folder / "reference.json").read_text())["predictions"]
    classes = isinstance(network.readouts[0], Classes)
    for key, dtype, tolerance in (
        ("prediction", torch.float32, 1e-5),
        ("prediction_float64", torch.float64, 1e-9),
    ):
        network.to(dtype).eval()
        for row in (row for row in reference if row["model"] == name):
            crystal = read_cif(sample / f"{row['cif_id']}.cif").structures
            output = network(_batch(network.settings, crystal, dtype))["value"].detach().double()
            value = float(output[0, 1].exp()) if classes else float(output)
            value = value if classes else float(value * scale.spread + scale.center[0])
            assert value == pytest.approx(row[key], abs=tolerance), row["cif_id"]


def test_our_table_is_the_published_one(real_data):
    rows = json.loads((real_data / "cgcnn/sample-regression/atom_init.json").read_text())
    table = bit_table()
    for z in range(1, 101):
        assert table[z].tolist() == rows[str(z)], z
