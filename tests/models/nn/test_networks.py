"""What every network promises, and what each readout is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.models.nn.network_samples import crystals, molecules

from atomarium.core.structures import Structures
from atomarium.models.nn.activations import ACTIVATIONS
from atomarium.models.nn.batches import ResidentGraphs
from atomarium.models.nn.cgcnn import Cgcnn
from atomarium.models.nn.choices import ACTIVATION_NAMES, CUTOFF_NAMES
from atomarium.models.nn.graph_rules import build_graphs
from atomarium.models.nn.painn import PaiNN
from atomarium.models.nn.radial import CUTOFFS
from atomarium.models.nn.readouts import (
    Classes,
    Dipole,
    Extensive,
    Intensive,
    Polarizability,
    SpatialExtent,
)
from atomarium.models.nn.schnet import SchNet

ENERGY = Extensive(name="energy", forces="forces", stress="stress")
ATOMISTIC = [
    SchNet(width=12),
    SchNet(width=12, basis="bessel", cutoff_function="mollifier", shared=True),
    PaiNN(width=12),
    PaiNN(width=12, cutoff_function="switch", shared=True, shared_filters=True),
]
either = pytest.mark.parametrize("settings", ATOMISTIC, ids=str)
every = pytest.mark.parametrize(
    "settings",
    [*ATOMISTIC, Cgcnn(), Cgcnn(convolution="shared", atoms="learned"), Cgcnn(convolution="none")],
    ids=str,
)


def _batch(settings, structures, device="cpu", dtype=torch.float64):
    graphs = build_graphs(structures, settings.graph)
    resident = ResidentGraphs(graphs, device=device, dtype=dtype)
    return resident.batch(np.arange(len(structures)))


@either
def test_forces_and_stress_are_derivatives_of_the_energy(settings):
    network = settings.build([ENERGY]).double().eval()
    crystal = crystals()[1]
    outputs = network(_batch(settings, crystal))
    rng = np.random.default_rng(0)
    step = 1e-5

    def energy(positions, cells):
        moved = replace(crystal, positions=positions, cells=cells)
        return float(network(_batch(settings, moved))["energy"])

    direction = rng.normal(size=crystal.positions.shape)
    sides = [energy(crystal.positions + s * direction, crystal.cells) for s in (-step, step)]
    slope = (sides[1] - sides[0]) / (2 * step)
    # Central differences of a smooth function, error about step².
    assert slope == pytest.approx(-float((outputs["forces"].numpy() * direction).sum()), rel=1e-6)
    strain = rng.normal(size=(3, 3))
    sides = [
        energy(
            crystal.positions @ (np.eye(3) + s * strain.T),
            crystal.cells @ (np.eye(3) + s * strain.T),
        )
        for s in (-step, step)
    ]
    slope = (sides[1] - sides[0]) / (2 * step) / crystal.volumes[0]
    assert slope == pytest.approx(
        float((outputs["stress"].numpy()[0] * strain.ravel()).sum()), rel=1e-6
    )


@either
def test_learning_from_forces_has_the_gradients_of_finite_differences(settings):
    network = replace(settings, width=3).build([ENERGY]).double().train()
    batch = _batch(settings, molecules().take(np.array([1, 4])))

    def loss():
        outputs = network(batch)
        return (outputs["forces"] ** 2).sum() + (outputs["energy"] ** 2).sum()

    network.zero_grad()
    loss().backward()
    for parameter in network.parameters():
        if parameter.grad is None:
            continue
        place = tuple(
            int(k) for k in np.unravel_index(int(parameter.grad.abs().argmax()), parameter.shape)
        )
        sides = []
        for step in (-1e-5, 1e-5):
            with torch.no_grad():
                parameter[place] += step
            sides.append(float(loss().detach()))
            with torch.no_grad():
                parameter[place] -= step
        slope = (sides[1] - sides[0]) / 2e-5
        assert slope == pytest.approx(float(parameter.grad[place]), rel=1e-5, abs=1e-8)


@every
def test_predictions_do_not_depend_on_the_batch(settings):
    network = settings.build([Intensive(name="value", width=2)]).double().eval()
    structures = Structures.concatenate([molecules(), crystals()])
    together = network(_batch(settings, structures))["value"]
    alone = [network(_batch(settings, one))["value"] for one in structures]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-10, atol=1e-12)


@every
def test_the_seed_decides_the_weights_and_torch_keeps_its_own(settings):
    state = torch.random.get_rng_state()
    weights = [settings.build([Intensive(name="y")], seed=seed).state_dict() for seed in (3, 3, 4)]
    assert torch.equal(state, torch.random.get_rng_state())
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert any(not torch.equal(weights[0][name], weights[2][name]) for name in weights[0])


@every
def test_extensive_values_of_two_distant_copies_add_up(settings):
    network = settings.build([Extensive(name="energy")]).double().eval()
    one = molecules()[0]
    two = Structures.from_arrays(
        np.tile(one.numbers, 2), np.concatenate([one.positions, one.positions + 100])
    )
    values = network(_batch(settings, Structures.concatenate([one, two])))["energy"].detach()
    assert float(values[1]) == pytest.approx(2 * float(values[0]), rel=1e-10)


def _turned(structures):
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    return replace(structures, positions=structures.positions @ turn.T + 5.0), torch.tensor(turn)


def test_vectors_and_tensors_turn_with_the_molecule():
    readouts = [
        Extensive(name="energy", forces="forces"),
        Dipole(name="dipole", atomic_dipoles=True, charges="charges"),
        Polarizability(name="polarizability"),
        SpatialExtent(name="extent"),
        Polarizability(name="isotropic", isotropic=True),
        Dipole(name="length", magnitude=True),
    ]
    settings = PaiNN(width=12)
    network = settings.build(readouts).double().eval()
    turned, turn = _turned(molecules())
    before, after = (network(_batch(settings, one)) for one in (molecules(), turned))
    for name in ("energy", "extent", "isotropic", "length", "charges"):
        torch.testing.assert_close(after[name], before[name])
    for name in ("dipole", "forces"):
        torch.testing.assert_close(after[name], before[name] @ turn.T)
    tensors = before["polarizability"].reshape(-1, 3, 3)
    torch.testing.assert_close(
        after["polarizability"].reshape(-1, 3, 3), turn @ tensors @ turn.T, rtol=1e-7, atol=1e-10
    )
    torch.testing.assert_close(tensors, tensors.transpose(1, 2))


def test_charges_are_neutral_and_make_the_dipole():
    settings = SchNet(width=12)
    network = settings.build([Dipole(name="dipole", charges="charges")]).double().eval()
    batch = _batch(settings, molecules())
    outputs = network(batch)
    for s in range(len(batch)):
        atoms = slice(int(batch.offsets[s]), int(batch.offsets[s + 1]))
        charges = outputs["charges"][atoms]
        assert float(charges.detach().sum()) == pytest.approx(0, abs=1e-12)
        moment = (charges * torch.tensor(molecules().positions[atoms])).sum(dim=0)
        torch.testing.assert_close(outputs["dipole"][s], moment)


def test_symmetric_molecules_have_polarizabilities_that_can_be_learned():
    """The vector on a lone atom is zero, where its length has no derivative."""
    settings = PaiNN(width=8)
    network = settings.build([Polarizability(name="alpha")]).double().train()
    network(_batch(settings, molecules().take(np.array([4]))))["alpha"].sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters() if p.grad is not None)


def test_classes_are_probabilities():
    for settings in (Cgcnn(), SchNet(width=8)):
        network = settings.build([Classes(name="kind", n_classes=3)]).double().eval()
        logs = network(_batch(settings, crystals()))["kind"]
        torch.testing.assert_close(logs.exp().sum(dim=1), torch.ones(4, dtype=torch.float64))


def test_outputs_of_prediction_need_no_gradients():
    settings = SchNet(width=8)
    network = settings.build([ENERGY]).double().eval()
    assert not any(one.requires_grad for one in network(_batch(settings, crystals())).values())


def test_single_precision_is_close_to_double():
    for settings in (SchNet(), PaiNN(), Cgcnn()):
        network = settings.build([Intensive(name="value")]).eval()
        single = network(_batch(settings, molecules(), dtype=torch.float32))["value"]
        double = network.double()(_batch(settings, molecules()))["value"]
        torch.testing.assert_close(single.double(), double, rtol=1e-4, atol=1e-5)


def test_names_of_settings_are_those_of_functions():
    assert set(ACTIVATION_NAMES) == set(ACTIVATIONS)
    assert set(CUTOFF_NAMES) == set(CUTOFFS)


@pytest.mark.gpu
@every
def test_the_gpu_gives_what_the_cpu_gives(settings):
    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    readouts = [Intensive(name="value")]
    if not isinstance(settings, Cgcnn):
        readouts.append(ENERGY)
    network = settings.build(readouts).double().eval()
    there = settings.build(readouts).double().eval().to("cuda")
    expected = network(_batch(settings, crystals()))
    found = there(_batch(settings, crystals(), device="cuda"))
    for name, one in expected.items():
        torch.testing.assert_close(found[name].cpu(), one, rtol=1e-9, atol=1e-10)
