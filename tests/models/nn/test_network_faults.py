"""What cannot be built or predicted is refused, and the message says why."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.models.nn import extra
from atomarium.models.nn.cgcnn import Cgcnn
from atomarium.models.nn.graph_rules import build_graphs
from atomarium.models.nn.painn import PaiNN
from atomarium.models.nn.readouts import (
    Classes,
    Dipole,
    Extensive,
    Intensive,
    Polarizability,
)
from atomarium.models.nn.schnet import SchNet

ENERGY = Extensive(name="energy", forces="forces", stress="stress")


@pytest.mark.parametrize(
    ("settings", "readouts", "message"),
    [
        (SchNet(), [], "at least one readout"),
        (SchNet(), [Intensive(name="a"), Extensive(name="a")], "two readouts return a;"),
        (SchNet(), [ENERGY, Extensive(name="b", forces="f")], "only one readout"),
        (SchNet(), [Polarizability(name="alpha")], "take PaiNN"),
        (SchNet(), [Dipole(name="mu", atomic_dipoles=True)], "take PaiNN"),
        (Cgcnn(), [ENERGY], "it has no forces and stress; take SchNet or PaiNN"),
        (Cgcnn(), [Dipole(name="mu")], "CGCNN gives no moments"),
    ],
)
def test_readouts_that_do_not_go_together_are_refused(settings, readouts, message):
    with pytest.raises(InputError, match=message):
        settings.build(readouts)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SchNet(cutoff=0.0), "cutoff must be above 0 Å"),
        (lambda: SchNet(basis="gausian"), "did you mean 'gaussian'"),
        (lambda: SchNet(filters="fast"), "no filters 'fast'"),
        (lambda: PaiNN(width=0), "width must be 1 to 4096"),
        (lambda: PaiNN(epsilon=0.0), "epsilon must be between 0 and 1"),
        (lambda: Cgcnn(pooling="meen"), "did you mean 'mean'"),
        (lambda: Cgcnn(dropout=1.0), "dropout must be 0 to below 1"),
        (lambda: Cgcnn(atoms="file"), "atom_file goes with atoms"),
        (lambda: Cgcnn(step=5.0), "step must be below half the radius"),
        (lambda: Extensive(name="e", width=2, forces="f"), "derivatives of one energy"),
        (lambda: Intensive(name="e", width=0), "width must be 1 to 1000"),
        (lambda: Classes(name="e", n_classes=1), "n_classes must be 2 to 1000"),
    ],
)
def test_settings_out_of_range_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_structures_that_a_network_cannot_know_are_refused():
    network = SchNet(width=4).build([ENERGY, Dipole(name="mu")])

    def check(numbers, **cell):
        structures = Structures.from_arrays(numbers, np.zeros((len(numbers), 3)), **cell)
        network.check(build_graphs(structures, network.settings.graph))

    with pytest.raises(InputError, match=r"elements 1 to 99, not Fm \(100\)"):
        check([100])
    with pytest.raises(InputError, match="structure 0 has no atoms"):
        check([])
    with pytest.raises(InputError, match="structure 0 has no cell, so it has no stress"):
        check([1])
    with pytest.raises(InputError, match="structure 0 repeats, so 'mu' depends on"):
        check([1], cells=np.eye(3) * 9)


def test_without_torch_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(extra, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r'pip install "atomarium\[nn\]"'):
        SchNet().build([ENERGY])


def test_settings_and_graphs_need_no_torch():
    program = (
        "import sys, atomarium.models.nn.cgcnn, atomarium.models.nn.painn, "
        "atomarium.models.nn.graph_rules, atomarium.models.nn.scales\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
