"""A sweep with invented outcomes, for tests of the dashboard and for looking at it.

`python -m tests.study.sweep.example_sweep FOLDER [RUNS]` writes a run folder and its page.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np

from atomarium.study.sweep.dashboard import write_dashboard
from atomarium.study.sweep.runs import (
    CURVES,
    RECORDS,
    RUNS,
    Curve,
    SweepRun,
    record_curve,
    record_run,
)

BATCH_SIZES = (4, 8, 16, 32, 64)
EPOCHS = (5, 10, 20, 40)
#: Of the first run, in Unix seconds.
START = 1_795_000_000.0
N_WORKERS = 3
_N_TRAIN, _N_VALIDATION = 1000, 250

TOML = """# Batch size, epochs and learning rate, as many groups have tuned SchNet.
name = "schnet-qm9-example"
description = "How far SchNet comes on 1,000 molecules of QM9 within a short budget."

[data]
source = "qm9-sample"

[targets.u0_atomization]
unit = "eV"

[split]
kind = "random"
test = 400
train = [1000]

[sweep]
method = "random"
runs = {runs}
metric = "val_loss"
prune = {{ kind = "median", warm_up = 4 }}

[models.schnet]
[models.schnet.model]
kind = "schnet"
[models.schnet.model.training]
batch_size = {{ values = [4, 8, 16, 32, 64] }}
epochs = {{ values = [5, 10, 20, 40] }}
learning_rate = {{ min = 1e-4, max = 1e-2, log = true }}
optimizer = {{ values = ["adamw", "adam"] }}
"""


def write_example(folder: Path, n_runs: int = 65, *, seed: int = 7, n_predicted: int = 65) -> None:
    """Write the run folder of a sweep whose losses follow a simple law with noise.

    Args:
        folder: Where; may exist.
        n_runs: How many.
        seed: Of settings and noise.
        n_predicted: Runs that have predictions.
    """
    for name in (RECORDS, CURVES, RUNS):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(TOML.format(runs=n_runs), encoding="utf-8")
    rng = np.random.default_rng(seed)
    free = [START] * N_WORKERS
    for number in range(n_runs):
        worker = int(np.argmin(free))
        run, curve = _example_run(number, f"worker-{worker}", free[worker], rng)
        free[worker] = (run.ended or run.started) + 1.5
        record_run(folder, run)
        if curve is not None:
            record_curve(folder, run, curve)
        if number < n_predicted and run.state == "finished":
            _write_predictions(folder, run, rng)


def _example_run(
    number: int, worker: str, started: float, rng: np.random.Generator
) -> tuple[SweepRun, Curve | None]:
    batch, epochs = int(rng.choice(BATCH_SIZES)), int(rng.choice(EPOCHS))
    rate = float(10 ** rng.uniform(-4, -2))
    optimizer = str(rng.choice(["adamw", "adam"]))
    settings = {
        "batch_size": batch,
        "epochs": epochs,
        "learning_rate": rate,
        "optimizer": optimizer,
    }
    seconds_each = 0.9 * (0.35 + 3.2 / batch) * math.exp(0.05 * rng.normal())
    if number % 23 == 11:
        run = SweepRun(
            number=number,
            state="failed",
            settings=settings,
            metrics={},
            started=started,
            ended=started + 2.0,
            worker=worker,
            seed=number,
            reason="the training loss is not finite in epoch 1 (nan)",
        )
        return run, None
    losses = _losses(batch, epochs, rate, rng)
    pruned = len(losses) > 6 and number % 9 == 4
    losses = losses[:5] if pruned else losses
    curve = _curve(losses, batch, rate, seconds_each, rng)
    wall = len(losses) * seconds_each
    run = SweepRun(
        number=number,
        state="pruned" if pruned else "finished",
        settings=settings,
        metrics={
            "val_loss": losses[-1],
            "val_mae": 0.62 * math.sqrt(losses[-1]),
            "train_loss": curve.columns["train_loss"][-1] or 0.0,
            "seconds": wall,
            "cpu_seconds": 1.9 * wall,
            "peak_memory": 3.1e8 + 2.2e6 * batch,
            "n_parameters": 104_193.0,
            "epochs": float(len(losses)),
        },
        started=started,
        ended=started + wall,
        worker=worker,
        seed=number,
        reason="worse than the median of earlier runs at epoch 5" if pruned else None,
    )
    return run, curve


def _curve(
    losses: list[float], batch: int, rate: float, seconds_each: float, rng: np.random.Generator
) -> Curve:
    steps = math.ceil(0.8 * _N_TRAIN / batch)
    done = range(1, len(losses) + 1)
    return Curve(
        {
            "epoch": tuple(float(e) for e in done),
            "step": tuple(float(e * steps) for e in done),
            "seconds": tuple(e * seconds_each for e in done),
            "train_loss": tuple(0.8 * x * math.exp(0.04 * rng.normal()) for x in losses),
            "val_loss": tuple(losses),
            "val_mae": tuple(0.62 * math.sqrt(x) for x in losses),
            "learning_rate": tuple(rate for _ in done),
        }
    )


def _losses(batch: int, epochs: int, rate: float, rng: np.random.Generator) -> list[float]:
    """Return losses that fall with the number of steps, and level off early at bold rates."""
    steps = 0.8 * _N_TRAIN / batch
    floor = 0.004 * (1 + 6 * (math.log10(rate / 1.2e-3)) ** 2) * math.exp(0.15 * rng.normal())
    speed = 0.35 * (rate / 1e-3) ** 0.6 / (1 + (rate / 4e-3) ** 2)
    wobble = 0.10 if rate < 3e-3 else 0.28
    return [
        (floor + 1.4 / (1 + speed * steps * e / 40) ** 1.35) * math.exp(wobble * rng.normal())
        for e in range(1, epochs + 1)
    ]


def _write_predictions(folder: Path, run: SweepRun, rng: np.random.Generator) -> None:
    reference = rng.normal(-76.0, 10.0, _N_VALIDATION)
    goal = folder / RUNS / f"{run.number:05d}"
    goal.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        goal / "predictions.npz",
        structures=np.arange(_N_VALIDATION),
        reference=reference,
        prediction=reference + rng.normal(0, 1.25 * run.metrics["val_mae"], _N_VALIDATION),
    )


if __name__ == "__main__":
    goal = Path(sys.argv[1])
    write_example(goal, int(sys.argv[2]) if len(sys.argv) > 2 else 65)
    sys.stdout.write(f"{write_dashboard(goal)}\n")
