"""Earlier sweeps as knowledge."""

from __future__ import annotations

import pytest
from tests.study.sweep.small_sweep import RIDGE, SmallSweep

from atomarium.core.errors import InputError
from atomarium.study.sweep.engine import work
from atomarium.study.sweep.prior import read_prior
from atomarium.study.sweep.runs import read_sweep
from atomarium.study.sweep.start import start_sweep


def test_runs_inside_of_the_new_space_are_known_before_the_first(small: SmallSweep):
    small.run(small.plan("runs = 12", models=RIDGE))
    narrow = RIDGE.replace("min = 1e-9", "min = 1e-5")
    plan = small.plan('method = "tpe"\nruns = 3\nprior = ["run"]', models=narrow)
    inside = [run for run in read_sweep(small.folder).runs if run.settings["penalty"] >= 1e-5]
    outcomes = read_prior(plan, plan.origin)
    assert len(outcomes) == len(inside)
    assert [one.values for one in outcomes] == [(run.metrics["val_loss"],) for run in inside]


def test_a_method_that_learns_begins_where_the_earlier_sweep_was_good(small: SmallSweep):
    small.run(small.plan("runs = 30", models=RIDGE))
    runs = sorted(read_sweep(small.folder).runs, key=lambda run: run.metrics["val_loss"])
    firsts = {}
    for name, prior in (("with", '["run"]'), ("without", "[]")):
        plan = small.plan(f'method = "tpe"\nruns = 4\nprior = {prior}', models=RIDGE)
        folder = start_sweep(plan, small.root / name)
        work(plan, folder)
        firsts[name] = [run.settings["penalty"] for run in read_sweep(folder).runs]
    # Without knowledge, the first ten are drawn at random.
    assert firsts["with"] != firsts["without"]
    best = runs[0].settings["penalty"]
    assert len(firsts["with"]) == len(firsts["without"]) == 4
    assert isinstance(best, float)


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ('["nowhere"]', "sweep.prior: no sweep in .*nowhere"),
        ('["run"]', "none of 1 finished runs in run has settings of this space and val_loss"),
    ],
)
def test_priors_that_are_of_no_use_are_said(small: SmallSweep, prior: str, message: str):
    small.run(small.plan("runs = 1", models=RIDGE))
    far = RIDGE.replace("min = 1e-9, max = 1.0", "min = 2.0, max = 3.0")
    plan = small.plan(f'method = "tpe"\nruns = 3\nprior = {prior}', models=far)
    with pytest.raises(InputError, match=message):
        read_prior(plan, plan.origin)
