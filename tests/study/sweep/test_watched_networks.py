"""Networks look at the structures held out by a sweep after each epoch, and learn nothing of them."""

from __future__ import annotations

import numpy as np
import pytest
from tests.study.sweep.small_sweep import SmallSweep

from atomarium.core.errors import InputError
from atomarium.models.nn.order import held_out
from atomarium.models.nn.training import Training
from atomarium.study.sweep.runs import read_sweep

SCHNET = """
[models.schnet]
baseline = "composition"
[models.schnet.model]
kind = "schnet"
width = 8
n_interactions = 1
cutoff = 3.0
training = { epochs = 3, batch_size = { values = [5, 15] }, schedule = "constant" }
"""


def test_the_last_structures_are_watched_when_that_is_asked_for():
    train, validation = held_out(10, Training(), 3)
    assert (list(train), list(validation)) == ([0, 1, 2, 3, 4, 5, 6], [7, 8, 9])
    with pytest.raises(InputError, match="10 of 10 structures are to be watched only"):
        held_out(10, Training(), 10)


def test_the_curve_ends_with_the_error_of_what_is_predicted(small: SmallSweep):
    pytest.importorskip("torch", reason="networks need torch")
    plan = small.plan("runs = 2", models=SCHNET)
    small.run(plan)
    sweep = read_sweep(small.folder)
    for run in sweep.runs:
        assert run.state == "finished", run.reason
        curve = sweep.curves([run.number])[run.number].columns
        best = int(np.argmin(curve["val_loss"]))
        # The weights of this epoch are kept, and in float32.
        assert run.metrics["val_mae"] == pytest.approx(curve["val_mae"][best], rel=1e-4)
        assert run.metrics["best_epoch"] == best + 1
        steps = 3 * -(-15 // run.settings["batch_size"])
        assert curve["step"][-1] == steps
        assert run.metrics["n_parameters"] > 0


def test_values_held_out_leave_no_trace_in_a_network(small: SmallSweep, tmp_path):
    pytest.importorskip("torch", reason="networks need torch")
    from dataclasses import replace

    from atomarium.study.sweep.training import Trainer

    plan = small.plan("runs = 1", models=SCHNET)
    model = next(iter(plan.study.candidates.values()))
    candidate = model.candidate(lambda *_: 0)
    said = []
    for shift in (0.0, 100.0):
        values = plan.trial.target.values.copy()
        values[plan.split.test] += shift
        goal = replace(plan.trial.goal, target=replace(plan.trial.target, values=values))
        trained = Trainer(replace(plan.trial, goal=goal), plan.dataset).train(
            candidate, folder=tmp_path / str(shift)
        )
        said.append(trained.fitted.fitted.epochs[-1].train["loss"])
    assert said[0] == said[1]
