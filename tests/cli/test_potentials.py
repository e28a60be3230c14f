"""`atomarium predict --forces` and `atomarium relax`, as a user types them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.io import read, write
from tests.processes import atomarium

from atomarium.cli.main import app
from atomarium.core.errors import InputError

STUDY = """
name = "copper"
[data]
source = "copper.extxyz"
[targets.total]
unit = "eV"
extensive = true
forces = "pull"
[split]
test = 5
train = [20]
repeats = 1
[models.composition]
model = { kind = "ridge" }
[models.kernels]
representation = { kind = "soap", cutoff = 4.5, n_max = 4, l_max = 3 }
model = { kind = "sparse-forces", n_points = 60 }
"""


def shaken(n: int, scale: float = 0.1) -> list[Atoms]:
    """Copper whose atoms have moved."""
    frames = [bulk("Cu", cubic=True, a=3.6) for _ in range(n)]
    for number, atoms in enumerate(frames):
        atoms.rattle(scale, seed=number)
        atoms.calc = EMT()
    return frames


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study of shaken copper that was run to its end."""
    folder = tmp_path_factory.mktemp("user")
    frames = []
    for atoms in shaken(25):
        plain = atoms.copy()
        plain.info["total"] = atoms.get_potential_energy()
        plain.arrays["pull"] = atoms.get_forces()
        frames.append(plain)
    write(folder / "copper.extxyz", frames, format="extxyz")
    write(folder / "new.extxyz", [atoms.copy() for atoms in shaken(3, 0.07)], format="extxyz")
    write(folder / "gold.extxyz", bulk("Au"), format="extxyz")
    write(folder / "lone.extxyz", Atoms("Cu"), format="extxyz")
    (folder / "copper.toml").write_text(STUDY)
    done = atomarium("run", "copper.toml", "--quiet", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_forces_are_written_with_their_structures(finished: Path) -> None:
    done = atomarium(
        "predict", "runs/copper", "new.extxyz", "--forces", "--out", "said.extxyz", folder=finished
    )
    assert done.returncode == 0, done.stderr
    assert "3 predictions of total [eV], forces [eV/Å], stress [eV/Å^3]" in done.stderr
    said = cast("list[Atoms]", read(finished / "said.extxyz", ":"))
    for found, truth in zip(said, shaken(3, 0.07), strict=True):
        forces = truth.get_forces()
        assert np.abs(found.get_forces() - forces).mean() < 0.2 * np.abs(forces).mean()
        assert found.info["total"] == pytest.approx(truth.get_potential_energy(), abs=0.05)
        assert found.get_stress().shape == (6,)


def test_values_can_be_written_with_their_structures(finished: Path) -> None:
    done = atomarium("predict", "runs/copper", "new.extxyz", "--out", "v.extxyz", folder=finished)
    assert done.returncode == 0, done.stderr
    table = atomarium("predict", "runs/copper", "new.extxyz", folder=finished).stdout
    values = [float(line.split(",")[2]) for line in table.splitlines()[1:]]
    said = cast("list[Any]", read(finished / "v.extxyz", ":"))
    assert [atoms.info["total"] for atoms in said] == pytest.approx(values)


def test_relaxed_structures_are_at_a_minimum(finished: Path) -> None:
    done = atomarium(
        "relax",
        *("new.extxyz", "lone.extxyz", "--model", "runs/copper", "--largest-force", "0.01"),
        folder=finished,
    )
    assert done.returncode == 0, done.stderr
    assert "new.extxyz:2" in done.stdout
    assert "4 of 4 structures converged: relaxed.extxyz" in done.stdout
    relaxed = cast("list[Any]", read(finished / "relaxed.extxyz", ":"))
    for atoms in relaxed[:3]:
        assert np.abs(atoms.get_forces()).max() < 0.01
        # All of them end as the crystal that they were before they were shaken.
        atoms.calc = EMT()
        assert np.abs(atoms.get_forces()).max() < 0.15
    assert relaxed[0].info["converged"] == "yes"


def test_structures_that_do_not_converge_are_said_and_the_exit_code_is_1(finished: Path) -> None:
    done = atomarium(
        "relax", "new.extxyz", "--model", "runs/copper", "--most-steps", "1", folder=finished
    )
    assert done.returncode == 1
    assert "0 of 3 structures converged" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("predict", "runs/copper", "new.extxyz", "--forces"), "--out NAME.extxyz"),
        (("relax", "--model", "runs/copper"), "name what to relax"),
        (("relax", "new.extxyz", "--model", "nowhere"), "no model in nowhere"),
        (("relax", "nothing.xyz", "--model", "runs/copper"), "no file 'nothing.xyz'"),
        (("relax", "gold.extxyz", "--model", "runs/copper"), "holds Au, which the model has never"),
        (
            ("relax", "new.extxyz", "--model", "runs/copper", "--largest-force", "-1"),
            "largest_force must be above 0 eV/Å, got -1.0",
        ),
        (
            ("relax", "new.extxyz", "--model", "runs/copper", "--batch-atoms", "0"),
            "--batch-atoms must be at least 1",
        ),
        (
            ("relax", "new.extxyz", "--model", "runs/copper", "--out", "x.foo"),
            "cannot tell how to write 'x.foo'",
        ),
        (
            ("relax", "lone.extxyz", "--cells", "--model", "runs/copper"),
            "structure 0 has no cell that could relax",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(
    finished: Path, words: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(finished)
    with pytest.raises(InputError, match=re.escape(message)):
        app(list(words), result_action="return_value")


def test_models_without_derivatives_are_refused(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials = [path.parent for path in finished.glob("runs/copper/trials/*/result.json")]
    ridge = next(one for one in trials if '"composition"' in (one / "result.json").read_text())
    monkeypatch.chdir(finished)
    with pytest.raises(InputError, match="Ridge has no derivatives of the energy"):
        app(["relax", "new.extxyz", "--model", str(ridge)], result_action="return_value")
