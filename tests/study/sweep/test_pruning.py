"""Runs are given up early when they are worth nothing, and only then."""

from __future__ import annotations

import pytest
from tests.study.sweep.small_sweep import RIDGE, SmallSweep

from atomarium.core.errors import InputError
from atomarium.experiment.sweep_spec import PruneSpec
from atomarium.study.sweep.engine import work
from atomarium.study.sweep.plan import SweepPlan
from atomarium.study.sweep.pruning import make_pruner
from atomarium.study.sweep.runs import SweepRun, read_sweep
from atomarium.study.sweep.start import start_sweep

RATES = "{ values = [1.0, 1e-6] }"


def runs_by_rate(small: SmallSweep, plan: SweepPlan) -> dict[object, list[SweepRun]]:
    start_sweep(plan, small.folder)
    work(plan, small.folder)
    runs = read_sweep(small.folder).runs
    return {rate: [run for run in runs if run.settings["rate"] == rate] for rate in (1.0, 1e-6)}


@pytest.mark.parametrize(
    "prune",
    [
        '{ kind = "median", start = 2, warm_up = 2 }',
        '{ kind = "asha", min_epochs = 2, factor = 2 }',
    ],
)
def test_runs_that_learn_too_slowly_are_given_up(small: SmallSweep, prune: str):
    sweep = f'runs = 14\nrepeats = 7\nmethod = "grid"\nprune = {prune}'
    found = runs_by_rate(small, small.plan(sweep, rate=RATES, epochs="16"))
    slow, fast = found[1e-6], found[1.0]
    assert sum(run.state == "pruned" for run in slow) > sum(run.state == "pruned" for run in fast)
    pruned = next(run for run in slow if run.state == "pruned")
    assert 2 <= pruned.metrics["epochs"] < 16
    assert pruned.reason is not None
    assert "epochs, loss" in pruned.reason
    assert read_sweep(small.folder).curves([pruned.number])


def test_patience_ends_runs_that_no_longer_gain(small: SmallSweep):
    sweep = 'runs = 2\nmethod = "grid"\nprune = { kind = "patience", patience = 3, min_gain = 0.1 }'
    found = runs_by_rate(small, small.plan(sweep, rate=RATES, epochs="12"))
    # Too small a rate gains nothing from the first epoch on.
    assert found[1e-6][0].state == "pruned"
    assert found[1e-6][0].metrics["epochs"] == 4
    assert "no longer better after 4 epochs" in str(found[1e-6][0].reason)


def test_losses_beyond_a_threshold_end_a_run(small: SmallSweep):
    sweep = 'runs = 2\nmethod = "grid"\nprune = { kind = "threshold", above = 0.0, warm_up = 2 }'
    found = runs_by_rate(small, small.plan(sweep, rate=RATES))
    assert {run.metrics["epochs"] for runs in found.values() for run in runs} == {2}


def test_hyperband_finds_the_most_epochs_itself(small: SmallSweep):
    sweep = 'runs = 12\nseed = 1\nprune = { kind = "hyperband", min_epochs = 1, factor = 3 }'
    plan = small.plan(sweep, epochs="{ values = [3, 9] }")
    assert plan.most_epochs == 9
    start_sweep(plan, small.folder)
    work(plan, small.folder)
    states = [run.state for run in read_sweep(small.folder).runs]
    assert {"pruned", "finished"} == set(states)


def test_hyperband_of_models_without_epochs_says_what_it_needs():
    with pytest.raises(InputError, match="hyperband needs max_epochs"):
        make_pruner(PruneSpec(kind="hyperband"), None)


def test_models_without_epochs_are_never_pruned(small: SmallSweep):
    small.run(small.plan('runs = 6\nprune = { kind = "median", start = 0 }', models=RIDGE))
    assert {run.state for run in read_sweep(small.folder).runs} == {"finished"}


def test_pruned_runs_teach_methods_that_learn(small: SmallSweep):
    sweep = 'runs = 16\nmethod = "tpe"\nprune = { kind = "median", start = 2, warm_up = 1 }'
    small.run(small.plan(sweep, epochs="8"))
    states = [run.state for run in read_sweep(small.folder).runs]
    assert "pruned" in states
    assert "finished" in states
