"""Sweeps with outcomes made by a formula, for tests of statistics and advice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from atomarium.experiment.spec import parse_study
from atomarium.study.sweep.runs import Curve, Sweep, SweepRun, record_curve
from atomarium.study.sweep.space import sweep_space

TEXT = """
name = "made"
[data]
source = "qm9-sample"
[targets.u0_atomization]
unit = "eV"
[split]
test = 400
train = [1000]
[sweep]
method = "{method}"
metric = "val_loss"
goal = "{goal}"
runs = 100
[models.schnet.model]
kind = "schnet"
cutoff = {{ min = 3.0, max = 6.0 }}
[models.schnet.model.training]
epochs = {{ values = [5, 10, 20, 40] }}
batch_size = {{ values = [4, 8, 16, 32] }}
learning_rate = {{ min = 1e-4, max = 1e-2, log = true }}
schedule = {{ values = ["constant", "cosine", "step"] }}
"""
TWO_MODELS = """
[models.mean]
model = {{ kind = "mean" }}
"""


def draw(rng: np.random.Generator) -> dict[str, Any]:
    """Return settings drawn from the space of `TEXT`."""
    return {
        "cutoff": float(rng.uniform(3, 6)),
        "epochs": int(rng.choice([5, 10, 20, 40])),
        "batch_size": int(rng.choice([4, 8, 16, 32])),
        "learning_rate": float(10 ** rng.uniform(-4, -2)),
        "schedule": str(rng.choice(["constant", "cosine", "step"])),
    }


def made_sweep(
    settings: Sequence[Mapping[str, Any]],
    loss: Callable[[Mapping[str, Any], np.random.Generator], float],
    *,
    method: str = "random",
    goal: str = "minimize",
    repeats: int = 1,
    seed: int = 0,
    folder: Path | None = None,
) -> Sweep:
    """Return a sweep of finished runs.

    Args:
        settings: Of each setting.
        loss: What comes of it.
        method: How the study says that they were drawn.
        goal: What the study says is good.
        repeats: Seeds of each setting.
        seed: Of the noise that `loss` may draw.
        folder: Where curves are kept.
    """
    study = parse_study(TEXT.format(method=method, goal=goal), name="made", folder=Path())
    rng = np.random.default_rng(seed)
    runs = []
    for one in settings:
        for repeat in range(repeats):
            value = float(loss(one, rng))
            runs.append(
                SweepRun(
                    number=len(runs),
                    state="finished",
                    settings=dict(one),
                    metrics={"val_loss": value, "val_mae": 3 * value, "seconds": 10.0},
                    started=0.0,
                    ended=1.0,
                    worker="one",
                    seed=repeat,
                )
            )
    return Sweep(
        study=study,
        folder=folder or Path("nowhere"),
        runs=tuple(runs),
        metrics=("val_loss",),
        goals=(goal,),
        opened=sweep_space(study).opened_columns,
    )


def keep_curves(sweep: Sweep, losses: Callable[[Mapping[str, Any]], Sequence[float]]) -> None:
    """Write a curve of every run into the folder of a sweep."""
    for run in sweep.runs:
        values = tuple(losses(run.settings))
        epochs = tuple(float(number + 1) for number in range(len(values)))
        record_curve(sweep.folder, run, Curve({"epoch": epochs, "val_loss": values}))
