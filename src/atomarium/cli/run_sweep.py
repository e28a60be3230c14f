"""`atomarium run` of a study file with a table `[sweep]`."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from atomarium.cli.notes import print_notes
from atomarium.experiment.spec import StudyFile
from atomarium.study.extras import refuse_missing_extras
from atomarium.study.sweep.carry_out import Means, SweepOutcome, carry_out_sweep
from atomarium.study.sweep.plan import SweepPlan, make_sweep_plan
from atomarium.study.sweep.proposing import Proposer
from atomarium.study.sweep.runs import SweepRun

_SHOWN = 5


def run_sweep(
    file: StudyFile, folder: Path, means: Means, *, dry_run: bool = False, quiet: bool = False
) -> int:
    """Run a sweep, or say what it would do.

    Args:
        file: A study file with a table `[sweep]`.
        folder: The run folder.
        means: What it is run with.
        dry_run: Check everything, print the first settings, and stop.
        quiet: No progress.

    Returns:
        0, or 1 when no run came to its end.
    """
    plan = make_sweep_plan(file)
    console = Console(highlight=False)
    print_notes(console, plan.plan)
    if dry_run:
        if means.cluster is None:
            refuse_missing_extras(file.candidates)
        _print_plan(console, plan, folder)
        return 0
    return print_outcome(console, carry_out_sweep(plan, folder, means, show=not quiet))


def _print_plan(console: Console, plan: SweepPlan, folder: Path) -> None:
    proposer = Proposer(plan.space, plan.sweep, plan.constraints)
    n_runs = plan.n_runs(proposer.n_proposals)
    wanted = _SHOWN if n_runs is None else min(_SHOWN, -(-n_runs // plan.sweep.repeats))
    first = [plan.space.named(proposer.propose(number)) for number in range(wanted)]
    table = Table(*_columns(first), box=SIMPLE, title="the first settings", title_justify="left")
    for settings in first:
        table.add_row(*(_cell(settings.get(name)) for name in _columns(first)))
    console.print(table)
    split = plan.split
    console.print(
        f"{n_runs if n_runs is not None else 'any number of'} runs by {plan.sweep.method}, each on "
        f"{len(split.train)} structures, {len(split.test)} are held out and {len(plan.test)} never "
        f"looked at; would be kept in {folder}"
    )


def print_outcome(console: Console, outcome: SweepOutcome) -> int:
    """Print the best runs of a sweep, what failed, and where the page is.

    Returns:
        0, or 1 when no run came to its end.
    """
    runs, metrics = outcome.sweep.runs, outcome.sweep.metrics
    finished = [run for run in runs if run.state == "finished"]
    best = list(islice(sorted(finished, key=lambda run: _rank(run, outcome)), _SHOWN))
    names = _columns([run.settings for run in best])
    table = Table(
        Column("run", justify="right"),
        *(Column(metric, justify="right") for metric in metrics),
        *names,
        box=SIMPLE,
        title=f"the best of {len(finished)} finished runs",
        title_justify="left",
    )
    for run in best:
        values = [f"{run.metrics[metric]:.4g}" for metric in metrics]
        table.add_row(str(run.number), *values, *(_cell(run.settings.get(name)) for name in names))
    if best:
        console.print(table)
    for run in outcome.failed:
        console.print(f"failed: run {run.number}: {run.reason}", style="red", markup=False)
    counts = {state: sum(run.state == state for run in runs) for state in ("pruned", "stopped")}
    told = "".join(f", {count} {state}" for state, count in counts.items() if count)
    console.print(f"{len(runs)} runs{told}{'; ' if outcome.why else ''}{outcome.why}")
    console.print(f"report: {outcome.report}", soft_wrap=True)
    if sys.stdout.isatty():
        console.print(f"show it: atomarium open {outcome.folder}", soft_wrap=True)
    return 0 if finished else 1


def _rank(run: SweepRun, outcome: SweepOutcome) -> float:
    sign = 1.0 if outcome.sweep.goals[0] == "minimize" else -1.0
    return sign * run.metrics[outcome.sweep.metrics[0]]


def _columns(settings: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for one in settings for name in one))


def _cell(value: object) -> str:
    return "–" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
