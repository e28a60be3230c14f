"""What is known of a sweep: its runs and their curves, from lines that only grow.

Every worker appends to files of its own, `sweep/records/WORKER.jsonl` and
`sweep/curves/WORKER.jsonl`, so that no two ever write to the same file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from atomarium.core.errors import InputError
from atomarium.core.files import append_line, parse_object
from atomarium.experiment.space import Open
from atomarium.experiment.spec import StudyFile, read_study
from atomarium.study.sweep.lost import with_lost
from atomarium.study.sweep.space import Setting, sweep_space

State = Literal["running", "finished", "pruned", "failed", "stopped", "lost"]
RECORDS, CURVES, RUNS = "sweep/records", "sweep/curves", "sweep/runs"
#: Most points of a curve that is kept with the records; `history.jsonl` of a run holds all.
MOST_POINTS = 500


@dataclass(frozen=True, kw_only=True)
class SweepRun:
    """One setting that is, or was, trained with one seed.

    Args:
        number: Counted from 0 over the whole sweep.
        state: `running`, or how it ended: `finished`, `pruned` (given up early), `failed`,
            `stopped` (by a user; it may go on) or `lost` (with its worker; never written down).
        settings: What was chosen by its short name; what stands in branches not taken is absent.
        metrics: By name, finite numbers only; of a run that goes on, those of its last epoch.
        started: Unix seconds.
        ended: Likewise; None while it runs.
        worker: Who runs or ran it.
        seed: Of weights, batches and whatever else is left to chance.
        attempt: Counted from 1.
        reason: Why it failed, was pruned or stopped.
    """

    number: int
    state: State
    settings: dict[str, Setting]
    metrics: dict[str, float]
    started: float
    ended: float | None = None
    worker: str = ""
    seed: int = 0
    attempt: int = 1
    reason: str | None = None


@dataclass(frozen=True)
class Curve:
    """What came of each epoch of a run, thinned.

    Args:
        columns: Equally long; `epoch` (from 1), `step`, `seconds` since the start, `train_loss`,
            `val_loss`, `val_mae`, `learning_rate` … None where there is no number.
    """

    columns: dict[str, tuple[float | None, ...]]


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A sweep as far as it has come.

    Args:
        study: Its file, as it was when it began.
        folder: Its run folder.
        runs: By number, the last attempt of each.
        metrics: What is made small or large.
        goals: `minimize` or `maximize`, one for each of these.
        opened: What is open, by its short name.
    """

    study: StudyFile
    folder: Path
    runs: tuple[SweepRun, ...] = field(repr=False)
    metrics: tuple[str, ...]
    goals: tuple[str, ...]
    opened: dict[str, Open]

    def best(self) -> SweepRun:
        """Return the finished run that is best by the first metric.

        Raises:
            InputError: no run has finished.
        """
        metric, sign = self.metrics[0], 1.0 if self.goals[0] == "minimize" else -1.0
        finished = [run for run in self.runs if run.state == "finished"]
        if not finished:
            raise InputError(f"no run in {self.folder} has finished")
        return min(finished, key=lambda run: (sign * run.metrics[metric], run.number))

    def curves(self, numbers: Iterable[int]) -> dict[int, Curve]:
        """Return the curves of some runs by number; those without epochs have none."""
        wanted = set(numbers)
        found: dict[int, Curve] = {}
        attempts: dict[int, int] = {}
        for line in _lines(self.folder / CURVES):
            number, attempt = line["number"], line["attempt"]
            if number in wanted and attempt >= attempts.get(number, 0):
                attempts[number] = attempt
                found[number] = Curve({k: tuple(v) for k, v in line["columns"].items()})
        return found


def sweep_in(folder: Path | str) -> bool:
    """Tell whether a folder is that of a sweep."""
    return (Path(folder) / RECORDS).is_dir()


def read_sweep(folder: Path | str) -> Sweep:
    """Read a sweep, whether it still goes on or not.

    Raises:
        InputError: the folder holds no sweep, or its study file cannot be read.
    """
    folder = Path(folder)
    if not sweep_in(folder):
        raise InputError(f"no sweep in {folder}: it has no folder {RECORDS}")
    study = read_study(folder / "study.toml")
    if study.spec.sweep is None:
        raise InputError(f"{folder / 'study.toml'} has no table [sweep]")
    return Sweep(
        study=study,
        folder=folder,
        runs=with_lost(folder, read_runs(folder)),
        metrics=study.spec.sweep.metrics,
        goals=study.spec.sweep.goals,
        opened=sweep_space(study).opened_columns,
    )


def read_runs(folder: Path) -> list[SweepRun]:
    """Return the last attempt of every run, by number."""
    latest: dict[int, dict[str, Any]] = {}
    for line in _lines(folder / RECORDS):
        known = latest.get(line["number"])
        if known is None or _order(line) >= _order(known):
            latest[line["number"]] = line
    return [SweepRun(**latest[number]) for number in sorted(latest)]


def _order(line: Mapping[str, Any]) -> tuple[int, bool, float]:
    """Later attempts count more, and in one attempt its end."""
    return line["attempt"], line["state"] != "running", line["ended"] or line["started"]


def _lines(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield every whole line of all workers; what a killed one has left half-written is none."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            try:
                yield parse_object(line)
            except ValueError:
                continue


def record_run(folder: Path, run: SweepRun) -> None:
    """Write down where a run stands.

    Args:
        folder: The run folder of the sweep.
        run: As it is now; metrics that are not finite are an error of ours.
    """
    append_line(folder / RECORDS / f"{run.worker}.jsonl", asdict(run))


def record_curve(folder: Path, run: SweepRun, curve: Curve) -> None:
    """Write down the curve of a run; a later one takes its place."""
    columns = {name: list(values) for name, values in thinned(curve).columns.items()}
    line = {"number": run.number, "attempt": run.attempt, "columns": columns}
    append_line(folder / CURVES / f"{run.worker}.jsonl", line)


def thinned(curve: Curve) -> Curve:
    """Return a curve of at most `MOST_POINTS` epochs, evenly drawn, the first and last among them."""
    n_points = len(next(iter(curve.columns.values()), ()))
    if n_points <= MOST_POINTS:
        return curve
    kept = [round(k * (n_points - 1) / (MOST_POINTS - 1)) for k in range(MOST_POINTS)]
    return Curve({name: tuple(rows[k] for k in kept) for name, rows in curve.columns.items()})
