"""What `atomarium run` says before it trains."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase.io import write
from tests.study.conftest import rattled_molecules

from atomarium.cli.main import app

STUDY = """
name = "small"
[data]
source = "my.extxyz"
[targets.energy]
unit = "eV"
extensive = EXTENSIVE
[split]
train = [20]
test = 10
[models.ridge]
model = { kind = "ridge" }
"""


@pytest.mark.parametrize("sweep", ["", "[sweep]\nruns = 1\n"])
@pytest.mark.parametrize("extensive", [True, False])
def test_energies_of_cells_taken_for_intensive_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], extensive: bool, sweep: str
) -> None:
    molecules = rattled_molecules(40)
    for atoms in molecules:
        atoms.info["energy"] = -3.0 * len(atoms) + 0.1 * np.sin(atoms.positions.sum())
    write(tmp_path / "my.extxyz", molecules, format="extxyz")
    model = "penalty = { min = 1e-6, max = 1.0 }, " if sweep else ""
    text = STUDY.replace("EXTENSIVE", str(extensive).lower()) + sweep
    (tmp_path / "study.toml").write_text(text.replace("{ kind", f"{{ {model}kind"))
    words = ["run", str(tmp_path / "study.toml"), "--dry-run"]
    app(words, result_action="return_value", exit_on_error=False)
    said = " ".join(capsys.readouterr().out.split())
    warned = "warning: energy is declared intensive but grows with size: correlation" in said
    assert warned is not extensive
    if warned:
        # Before the plan, and so before any training.
        assert said.index("write extensive = true for it") < said.index("would be kept in")
