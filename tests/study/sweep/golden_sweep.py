"""A small sweep that holds every kind of thing the dashboard shows, always the same.

`python -m tests.study.sweep.golden_sweep` writes golden/sweep.bin and golden/statistics.json anew;
frontend/tests reads both.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from atomarium.explore.packed import pack
from atomarium.study.sweep.dashboard import dashboard_payload, details
from atomarium.study.sweep.notes import Notes
from atomarium.study.sweep.runs import (
    CURVES,
    RECORDS,
    RUNS,
    Curve,
    SweepRun,
    read_sweep,
    record_curve,
    record_run,
)

FOLDER = Path(__file__).parent / "golden"
NOTES = Notes(stars=(2,), runs={"1": "odd"}, texts={"curves": "# Seen\n\n**twice**"})

TOML = """name = "golden"
[data]
source = "qm9-sample"
[targets.gap]
unit = "eV"
[split]
train = [100]
[sweep]
method = "random"
runs = 8
metric = ["val_mae", "seconds"]
[models.a]
model = { kind = "krr", noise = { min = 1e-6, max = 1e-2, log = true } }
representation = { kind = "coulomb-matrix", permutation = { values = ["sorted_l2", "eigenspectrum"] } }
[models.b]
model = { kind = "ridge" }
representation = { kind = "composition" }
"""


def write_golden_folder(folder: Path) -> None:
    """Write a run folder: runs of both models, one failed, one that still goes on."""
    for name in (RECORDS, CURVES, RUNS):
        (folder / name).mkdir(parents=True)
    (folder / "study.toml").write_text(TOML, encoding="utf-8")
    for run in golden_runs():
        record_run(folder, run)
        if run.number < 2:
            curve = {
                "epoch": (1.0, 2.0, 3.0),
                "seconds": (0.5, 1.0, 1.5),
                "val_mae": (3.0, None, 1.0 + run.number),
            }
            record_curve(folder, run, Curve(curve))
    goal = folder / RUNS / "00000"
    goal.mkdir()
    reference = np.array([1.0, 2.0, 4.0])
    np.savez(
        goal / "predictions.npz",
        structures=np.arange(3),
        reference=reference,
        prediction=reference + 0.5,
    )


def golden_runs() -> list[SweepRun]:
    """Return six runs with settings that apply to some of them only."""
    told: list[tuple[str, dict[str, Any], dict[str, float]]] = [
        ("finished", {"model": "a", "noise": 1e-5, "permutation": "sorted_l2"}, {"val_mae": 0.5, "seconds": 4}),
        ("finished", {"model": "a", "noise": 1e-3, "permutation": "eigenspectrum"}, {"val_mae": 0.25, "seconds": 9}),
        ("finished", {"model": "b"}, {"val_mae": 0.75, "seconds": 1, "peak_memory": 2.5e8}),
        ("failed", {"model": "b"}, {}),
        ("pruned", {"model": "a", "noise": 1e-2, "permutation": "sorted_l2"}, {"val_mae": 2.0, "seconds": 2}),
        ("running", {"model": "a", "noise": 1e-4, "permutation": "sorted_l2"}, {}),
    ]  # fmt: skip
    reasons = {3: "no convergence", 4: "worse than the median"}
    return [
        SweepRun(
            number=number,
            state=state,  # pyright: ignore[reportArgumentType]  # literals in a list are text
            settings=settings,
            metrics=metrics,
            started=1000.0 + 10 * number,
            ended=None if state == "running" else 1000.0 + 10 * number + metrics.get("seconds", 1),
            worker=f"w{number % 2}",
            seed=number,
            attempt=2 if number == 2 else 1,
            reason=reasons.get(number),
        )
        for number, (state, settings, metrics) in enumerate(told)
    ]


def golden_bytes(folder: Path) -> bytes:
    """Return the payload of a folder as `write_golden_folder` makes it."""
    sweep = read_sweep(folder)
    payload = {**dashboard_payload(sweep, NOTES), "details": details(sweep, NOTES)}
    # The moment of writing is the one thing that differs each time.
    payload["study"]["created"] = "2026-11-21T12:00:00+00:00"
    return pack(payload, planes=True)


def golden_statistics() -> dict[str, Any]:
    """Return correlations and a line as scipy has them, of numbers with ties and a gap."""
    rng = np.random.default_rng(3)
    x = np.round(rng.normal(size=40), 1)
    z = np.round(0.6 * x + rng.normal(size=40), 2)
    y = np.round(0.8 * x - 0.5 * z + 0.7 * rng.normal(size=40), 3)
    line = stats.linregress(x, y)
    left = [stats.linregress(z, one) for one in (x, y)]
    rest = [
        one - fit.intercept - fit.slope * z for one, fit in zip((x, y), left, strict=True)
    ]  # fmt: skip
    partial = stats.pearsonr(*rest)[0]
    t = partial * np.sqrt((40 - 3) / (1 - partial**2))
    return {
        "x": x.tolist(),
        "z": z.tolist(),
        "y": y.tolist(),
        "ranks_x": stats.rankdata(x).tolist(),
        "pearson": [float(one) for one in stats.pearsonr(x, y)],
        "spearman": [float(one) for one in stats.spearmanr(x, y)],
        "partial": [float(partial), float(2 * stats.t.sf(abs(t), 40 - 3))],
        "line": {
            "slope": line.slope,
            "intercept": line.intercept,
            "r": line.rvalue,
            "p": line.pvalue,
            "slope_error": line.stderr,
        },
        "t_two_sided": [
            [t, df, float(2 * stats.t.sf(t, df))]
            for t in (0.1, 1.0, 2.5, 12.0)
            for df in (1, 5, 60)
        ],
        "t_beyond_5_percent": [[df, float(stats.t.ppf(0.975, df))] for df in (1, 2, 10, 1000)],
        "scipy": "1.x: pearsonr, spearmanr, linregress, rankdata, t",
    }


def statistics_text() -> str:
    """Return the golden numbers as the file has them."""
    return json.dumps(golden_statistics(), indent=1) + "\n"


if __name__ == "__main__":
    import tempfile

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        write_golden_folder(Path(place) / "run")
        (FOLDER / "sweep.bin").write_bytes(golden_bytes(Path(place) / "run"))
    (FOLDER / "statistics.json").write_text(statistics_text(), encoding="utf-8")
