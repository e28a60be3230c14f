"""`atomarium run`: from a study file, or from a file and a target, to a page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from atomarium.cli.notes import print_notes
from atomarium.cli.places import run_folder
from atomarium.cli.run_sweep import run_sweep
from atomarium.core.errors import InputError
from atomarium.core.uncertain import with_spread
from atomarium.experiment.spec import StudyFile, parse_study, read_study
from atomarium.study.carry_out import Outcome, carry_out
from atomarium.study.cluster import Cluster, JobArray, read_cluster
from atomarium.study.cluster_processes import Processes
from atomarium.study.curves import CurvePoint, best_points, learning_curves
from atomarium.study.defaults import default_study
from atomarium.study.estimate import estimate
from atomarium.study.plan import Plan, make_plan
from atomarium.study.shipped import study_file
from atomarium.study.sweep.carry_out import Means
from atomarium.study.sweep.start import OnChange
from atomarium.study.threads import limited_to

_FAILED = 1
_DERIVATIVES = {"force_mae": "forces (/Å)", "stress_mae": "stress (/Å³)"}
_CLASS_SCORES = {
    "mae": "wrong",
    "accuracy": "accuracy",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "auc": "AUC",
}


def run(
    study: Path | None = None,
    /,
    *,
    data: Annotated[str | None, Parameter(help="A file, a folder or a catalog name.")] = None,
    target: Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=True)] = (),
    unit: str | None = None,
    extensive: Annotated[bool | None, Parameter(negative="--intensive")] = None,
    out: Path | None = None,
    threads: int | None = None,
    workers: int | None = None,
    cluster: Path | None = None,
    storage: str = "",
    on_change: OnChange = "refuse",
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    quiet: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Run a study: train its models, write its tables and its page.

    Stopped anywhere, the same command goes on from there.

    Args:
        study: Study file (TOML), or the name of a study that comes with the package, as in
            `atomarium run demo`. Without one, --data and --target make a study that compares
            what fits the data.
        data: Structures with properties.
        target: Names of the properties to learn, with --data.
        unit: Unit of the target, with --data.
        extensive: Whether the target grows with the size of a structure, with --data; inferred
            and stated when left out.
        out: Run folder; runs/NAME when left out.
        threads: Threads to use; all cores when left out.
        workers: Processes that work side by side and share the threads.
        cluster: File that describes a cluster (TOML): trials, features of large sets and kernels
            are computed there.
        storage: Of a sweep: address of a database that its workers share, in place of a journal in
            the run folder.
        on_change: Of a sweep whose file was changed: refuse to go on, continue with the new file,
            or fork: begin anew in a folder beside it.
        dry_run: Check everything, print the plan and what it costs, and stop.
        quiet: No progress.

    Returns:
        0, or 1 when a trial failed.
    """
    file = _study_file(study, data=data, target=target, unit=unit, extensive=extensive)
    folder = run_folder(out, file.spec.name)
    place = _cluster(cluster, workers=workers, threads=threads)
    if file.spec.sweep is not None:
        means = Means(
            workers=workers,
            cluster=None if cluster is None else place,
            threads=threads,
            storage=storage,
            on_change=on_change,
        )
        return run_sweep(file, folder, means, dry_run=dry_run, quiet=quiet)
    with limited_to(threads):
        return _run_study(make_plan(file), folder, place, dry_run=dry_run, quiet=quiet)


def _run_study(
    plan: Plan, folder: Path, place: Cluster | JobArray | None, *, dry_run: bool, quiet: bool
) -> int:
    console = Console(highlight=False)
    print_notes(console, plan)
    if dry_run:
        _print_plan(console, plan, folder)
        return 0
    outcome = carry_out(plan, folder, cluster=place, show=not quiet)
    _print_outcome(console, plan, outcome)
    return _FAILED if outcome.failed else 0


def _study_file(
    study: Path | None,
    *,
    data: str | None,
    target: tuple[str, ...],
    unit: str | None,
    extensive: bool | None,
) -> StudyFile:
    if study is not None:
        if data is not None or target:
            raise InputError("give a study file, or --data and --target, not both")
        return read_study(study_file(study))
    if data is None or not target:
        raise InputError("give a study file, or --data FILE and --target NAME")
    from atomarium.data.sources import load_dataset

    text = default_study(
        load_dataset(data), source=data, targets=target, unit=unit, extensive=extensive
    )
    return parse_study(text, name="the study made from --data", folder=Path())


def _cluster(
    file: Path | None, *, workers: int | None, threads: int | None
) -> Cluster | JobArray | None:
    if file is not None and workers is not None:
        raise InputError("give --workers or --cluster, not both: the cluster's file says how many")
    if file is not None:
        return read_cluster(file)
    return None if workers is None else Processes(workers=workers, threads=threads)


def _print_plan(console: Console, plan: Plan, folder: Path) -> None:
    table = Table("model", "target", "sizes", "repeats", "CPU s, about", box=SIMPLE)
    costs = estimate(plan)
    for cost in costs:
        sizes = " … ".join(str(n) for n in sorted({min(cost.sizes), max(cost.sizes)}))
        table.add_row(cost.model, cost.target, sizes, str(cost.repeats), f"{cost.seconds:.1f}")
    console.print(table)
    total = sum(cost.seconds for cost in costs)
    console.print(
        f"{len(plan.trials)} trials on {len(plan.dataset)} structures, about {total:.0f} CPU "
        f"seconds; would be kept in {folder}"
    )


def _print_outcome(console: Console, plan: Plan, outcome: Outcome) -> None:
    points = learning_curves(outcome.records)
    best = best_points(points)
    for name, target in plan.targets.items():
        unit = "classes" if target.classes else target.unit or "unit not stated"
        mine = [point for point in _last_points(points) if point.target == name]
        shown = _CLASS_SCORES if target.classes else {"mae": "MAE", "rmse": "RMSE"}
        for score, title in _DERIVATIVES.items():
            if any(score in point.scores for point in mine):
                shown = {**shown, score: title}
        table = Table(
            Column("model", no_wrap=True),
            Column("n", justify="right"),
            *(Column(title, no_wrap=True) for title in shown.values()),
            Column("fit", justify="right"),
            Column("predict", justify="right"),
            box=SIMPLE,
            title=f"{name} ({unit}); CPU seconds to fit, milliseconds to predict one",
            title_justify="left",
        )
        for point in mine:
            style = "bold" if point.model == best[name].model else ""
            table.add_row(*_cells(point, tuple(shown)), style=style)
        console.print(table)
    for record in outcome.failed:
        where = f"{record.model}, {record.target}, {record.n_train} structures"
        console.print(f"failed: {where}: {record.error}", style="red", markup=False)
    warnings = {w for record in outcome.records for w in record.warnings}
    if warnings:
        console.print(f"{len(warnings)} warnings; the report shows them")
    console.print(f"report: {outcome.report}", soft_wrap=True)
    if sys.stdout.isatty():
        console.print(f"show it: atomarium open {outcome.report.parent}", soft_wrap=True)


def _last_points(points: list[CurvePoint]) -> list[CurvePoint]:
    most: dict[tuple[str, str], CurvePoint] = {}
    for point in points:
        key = point.target, point.model
        if key not in most or point.n_train > most[key].n_train:
            most[key] = point
    return list(most.values())


def _cells(point: CurvePoint, shown: tuple[str, ...]) -> list[str]:
    spreads = {"mae": (point.mae, point.mae_std), "rmse": (point.rmse, point.rmse_std)}
    return [
        point.model,
        str(point.n_train),
        *(_score(*spreads.get(name, (point.scores.get(name), None))) for name in shown),
        f"{point.fit_seconds:.2f}",
        f"{point.predict_milliseconds:.3f}",
    ]


def _score(mean: float | None, std: float | None) -> str:
    return "–" if mean is None else with_spread(mean, std)
