"""`atomarium run` of a sweep, as a user sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ase.io import write
from tests.study.conftest import rattled_molecules
from tests.study.sweep.small_sweep import RIDGE, TEXT

from atomarium.cli.run import run
from atomarium.core.errors import InputError
from atomarium.study.choose import find_model
from atomarium.study.sweep.runs import read_sweep


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study file with a table `[sweep]`."""
    write(tmp_path / "molecules.extxyz", rattled_molecules(40), format="extxyz")
    path = tmp_path / "line.toml"
    path.write_text(TEXT.format(sweep="runs = 4", models=RIDGE))
    return path


def test_a_sweep_ends_with_its_best_runs_and_a_page(study: Path, capsys):
    out = study.parent / "out"
    assert run(study, out=out, quiet=True) == 0
    said = capsys.readouterr().out
    assert "the best of 4 finished runs" in said
    assert "4 runs; every run has been taken" in said
    assert (out / "report.html").stat().st_size > 0
    runs = read_sweep(out).runs
    best = min(runs, key=lambda one: one.metrics["val_loss"])
    assert find_model(out) == out / f"sweep/runs/{best.number:05d}/model"


def test_a_dry_run_shows_the_first_settings_and_trains_nothing(study: Path, capsys):
    out = study.parent / "out"
    assert run(study, out=out, dry_run=True) == 0
    said = capsys.readouterr().out
    assert "4 runs by random, each on 15 structures, 5 are held out and 10 never looked at" in (
        " ".join(said.split())
    )
    assert not out.exists()


def test_a_changed_file_is_named_and_may_be_forked(study: Path):
    out = study.parent / "out"
    run(study, out=out, quiet=True)
    study.write_text(study.read_text().replace("max = 1.0", "max = 2.0"))
    with pytest.raises(InputError, match=r"penalty\.max: 1\.0 → 2\.0"):
        run(study, out=out, quiet=True)
    run(study, out=out, on_change="fork", quiet=True)
    assert len(read_sweep(study.parent / "out-2").runs) == 4
    run(study, out=out, on_change="continue", quiet=True)
    assert len(read_sweep(out).runs) == 4


def test_a_sweep_without_a_finished_run_fails(study: Path, capsys):
    more = 'runs = 2\nmetric = "val_stress_mae"'
    study.write_text(study.read_text().replace("runs = 4", more))
    out = study.parent / "out"
    assert run(study, out=out, quiet=True) == 1
    assert "failed: run 0: the run has not reported 'val_stress_mae'" in capsys.readouterr().out
    with pytest.raises(InputError, match=r"no run in .* has finished"):
        find_model(out)
