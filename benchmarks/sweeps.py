"""Measure what a sweep costs beside its trainings: milliseconds of a run that does nothing.

Twenty structures, linear models on counts of elements, everything written down as ever; beside
it, the same number of trials of Optuna alone, in its journal file and in SQLite, each with one
parameter. Then 10,000 runs are read. `python benchmarks/sweeps.py [RUNS]`.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from atomarium.experiment.spec import parse_study
from atomarium.study.sweep.engine import work
from atomarium.study.sweep.plan import make_sweep_plan
from atomarium.study.sweep.runs import read_sweep
from atomarium.study.sweep.start import start_sweep

_RUNS, _MANY = 200, 10_000
_STUDY = """
name = "nothing"
[data]
source = "qm9-sample"
limit = 20
[targets.gap]
[split]
test = 4
[sweep]
method = "{method}"
runs = {runs}
[models.ridge]
model = {{ kind = "ridge", penalty = {{ min = 1e-6, max = 1.0, log = true }} }}
"""


def main() -> None:
    """Print a line for each way to run, and one for reading."""
    n_runs = int(sys.argv[1]) if len(sys.argv) > 1 else _RUNS
    print(f"{f'{n_runs} runs':<28}{'CPU ms a run':>14}{'ms a run':>10}")
    with _folder() as folder:
        for method in ("random", "quasi-random", "tpe"):
            _report(f"atomarium, {method}", n_runs, _sweep(folder / method, method, n_runs))
        journal = JournalStorage(JournalFileBackend(str(folder / "optuna.journal")))
        _report("Optuna alone, journal", n_runs, _optuna(journal, n_runs))
        _report("Optuna alone, SQLite", n_runs, _optuna(f"sqlite:///{folder}/optuna.db", n_runs))
        many = _many(folder / "random")
        before = time.process_time()
        n_read = len(read_sweep(many).runs)
        print(f"{n_read:,} runs are read in {time.process_time() - before:.2f} CPU s")


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp())
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _report(name: str, n_runs: int, act: Callable[[], object]) -> None:
    cpu, wall = time.process_time(), time.perf_counter()
    act()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{name:<28}{1e3 * cpu / n_runs:14.1f}{1e3 * wall / n_runs:10.1f}")


def _sweep(folder: Path, method: str, n_runs: int) -> Callable[[], object]:
    text = _STUDY.format(method=method, runs=n_runs)
    plan = make_sweep_plan(parse_study(text, name="nothing", folder=Path()))
    start_sweep(plan, folder)
    return lambda: work(plan, folder)


def _optuna(storage: object, n_runs: int) -> Callable[[], object]:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.RandomSampler(seed=0)
    study = optuna.create_study(storage=storage, sampler=sampler)  # type: ignore[arg-type]
    return lambda: study.optimize(
        lambda trial: trial.suggest_float("penalty", 1e-6, 1.0, log=True), n_trials=n_runs
    )


def _many(folder: Path) -> Path:
    """Turn the records of a sweep into those of many runs."""
    path = next((folder / "sweep/records").iterdir())
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[:2]]
    text = "".join(
        json.dumps({**line, "number": number}) + "\n" for number in range(_MANY) for line in lines
    )
    path.write_text(text, encoding="utf-8")
    return folder


if __name__ == "__main__":
    main()
