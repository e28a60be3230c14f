"""The dashboard of a sweep, clicked through in Chromium; the claims stand in sweep_page.mjs."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.processes import started
from tests.study.sweep.example_sweep import write_example
from tests.study.sweep.golden_sweep import golden_runs, write_golden_folder

from atomarium.explore.page import write_page
from atomarium.study.sweep.dashboard import pack_dashboard
from atomarium.study.sweep.dashboard_server import DashboardServer
from atomarium.study.sweep.notes import Notes, read_notes
from atomarium.study.sweep.runs import Sweep, read_sweep, record_run

HOSTILE = "<img src=x onerror=\"window.hacked='yes'\"></script><script>window.hacked='yes'</script>"
_MANY = 3000


def test_the_dashboard_works_in_chromium(try_claims: Callable[..., None], tmp_path: Path) -> None:
    folder = tmp_path / "example"
    write_example(folder, 48)
    sweep = read_sweep(folder)
    pages = {
        "sweep": (sweep, Notes()),
        "noted": (sweep, Notes(stars=(3,), runs={"3": "odd"}, texts={"curves": "# Seen"})),
        "empty": (replace(sweep, runs=()), Notes()),
        "many": (_repeated(sweep, _MANY), Notes()),
        "hostile": (_hostile(sweep), Notes(texts={"runs": HOSTILE}, runs={"1": HOSTILE})),
    }
    for name, (shown, notes) in pages.items():
        write_page(tmp_path / f"{name}.html", pack_dashboard(shown, notes), title=name)
    try_claims("sweep_page.mjs", PAGES=str(tmp_path))


def test_a_served_dashboard_follows_its_sweep_and_keeps_notes(
    node: str, chromium: str, tmp_path: Path, repository: Path
) -> None:
    folder = tmp_path / "run"
    write_golden_folder(folder)
    with DashboardServer(folder, title="live") as server:
        environment = {"ADDRESS": server.address, "CHROMIUM": chromium}
        program = [node, "tests/browser/served_sweep.mjs"]
        with started(
            program,
            cwd=repository,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as talk:
            assert talk.stdout is not None
            assert talk.stdin is not None
            assert json.loads(talk.stdout.readline()) == {"runs": 6, "live": True}
            record_run(folder, replace(golden_runs()[0], number=6))
            talk.stdin.write("go on\n")
            talk.stdin.flush()
            told = json.loads(talk.stdout.readline())
        assert told == {"runs": 7, "curve": True, "parity": "run 0 MAE 0.500 eV"}
        assert talk.returncode == 0
    assert read_notes(folder) == Notes(
        stars=(6,), runs={"6": "late"}, texts={"curves": "A **text**"}
    )


def _repeated(sweep: Sweep, n_runs: int) -> Sweep:
    runs = tuple(
        replace(sweep.runs[number % len(sweep.runs)], number=number) for number in range(n_runs)
    )
    return replace(sweep, runs=runs)


def _hostile(sweep: Sweep) -> Sweep:
    """Return a sweep whose names, words and reasons are all those of a stranger."""
    runs = tuple(
        replace(
            run,
            settings={f"{name}{HOSTILE}": value for name, value in run.settings.items()}
            | {"word": f"{run.number % 2}{HOSTILE}"},
            metrics=run.metrics | {f"m{HOSTILE}": float(run.number)},
            worker=HOSTILE,
            reason=HOSTILE,
        )
        for run in sweep.runs
    )
    spec = sweep.study.spec.model_copy(update={"description": HOSTILE})
    study = replace(sweep.study, spec=spec, text=sweep.study.text + f"# {HOSTILE}\n")
    return replace(sweep, study=study, runs=runs, opened={})
