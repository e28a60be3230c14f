"""A sweep over small molecules that takes milliseconds a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from ase.io import write
from tests.study.conftest import rattled_molecules
from tests.study.sweep.line_network import offer_line_network

from atomarium.experiment.spec import parse_study
from atomarium.study.sweep.engine import Tally, work
from atomarium.study.sweep.limits import Limits
from atomarium.study.sweep.plan import SweepPlan, make_sweep_plan
from atomarium.study.sweep.start import OnChange, start_sweep

TEXT = """
name = "line"
[data]
source = "molecules.extxyz"
[targets.energy]
unit = "eV"
extensive = true
[split]
test = 10
train = [20]
[sweep]
hold_out = 0.25
{sweep}
{models}
"""
LINE = """
[models.line]
model = {{ kind = "line", training = {{ epochs = {epochs}, rate = {rate}, fault = {fault} }} }}
"""
RIDGE = """
[models.ridge]
model = { kind = "ridge", penalty = { min = 1e-9, max = 1.0, log = true } }
"""


class SmallSweep:
    """Makes plans of sweeps on one data set, and works on them in one folder."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / "run"

    def plan(
        self,
        sweep: str = "runs = 4",
        *,
        epochs: str = "4",
        rate: str = "{ min = 0.01, max = 1.0, log = true }",
        fault: str = '"none"',
        models: str = "",
    ) -> SweepPlan:
        line = LINE.format(epochs=epochs, rate=rate, fault=fault)
        text = TEXT.format(sweep=sweep, models=models or line)
        return make_sweep_plan(parse_study(text, name="line.toml", folder=self.root))

    def run(
        self, plan: SweepPlan, *, on_change: OnChange = "refuse", limits: Limits | None = None
    ) -> Tally:
        start_sweep(plan, self.folder, on_change=on_change)
        return work(plan, self.folder, limits=limits)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallSweep:
    """A sweep in a folder of its own."""
    offer_line_network(monkeypatch)
    write(tmp_path / "molecules.extxyz", rattled_molecules(40), format="extxyz")
    return SmallSweep(tmp_path)
