"""A sweep is explored by what its best run says of the structures that were held out."""

from __future__ import annotations

import numpy as np
import pytest
from tests.study.sweep.small_sweep import RIDGE, SmallSweep

from atomarium.core.errors import InputError
from atomarium.study.run_scene import is_run, run_scene
from atomarium.study.sweep.runs import read_sweep
from atomarium.study.sweep.start import start_sweep


def test_the_best_run_is_shown_beside_its_references(small: SmallSweep) -> None:
    plan = small.plan("runs = 3", models=RIDGE)
    small.run(plan)
    assert is_run(small.folder)
    scene = run_scene(small.folder)
    best = read_sweep(small.folder).best()
    columns = {one.name: one for one in scene.properties}
    held_out = np.sort(plan.split.test)
    truth = plan.plan.targets["energy"].scalar[held_out]
    np.testing.assert_array_equal(columns["energy"].values, truth)
    missed = columns[f"energy error of run {best.number}"].values
    assert np.abs(missed).mean() == pytest.approx(best.metrics["val_mae"], rel=1e-12)  # float64
    assert f"trained on {len(plan.split.train)} structures" in (
        columns[f"energy by run {best.number}"].description
    )
    assert len(scene.structures) == len(held_out)


def test_runs_that_are_not_here_are_told(small: SmallSweep) -> None:
    plan = small.plan("runs = 1", models=RIDGE)
    small.run(plan)
    (small.folder / "sweep/runs/00000/predictions.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match="00000 is damaged, or not here"):
        run_scene(small.folder)


def test_a_sweep_without_finished_runs_has_nothing_to_explore(small: SmallSweep) -> None:
    start_sweep(small.plan("runs = 1", models=RIDGE), small.folder)
    with pytest.raises(InputError, match=r"no run in .* has finished"):
        run_scene(small.folder)
