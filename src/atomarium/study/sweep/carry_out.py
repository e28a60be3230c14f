"""From a plan to its run folder: runs by one worker, then the page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from atomarium.core.progress import Progress, progress
from atomarium.study.cluster import Cluster, JobArray
from atomarium.study.extras import refuse_missing_extras
from atomarium.study.sweep.control import go_on
from atomarium.study.sweep.dashboard import write_dashboard
from atomarium.study.sweep.observing import Observer, Values
from atomarium.study.sweep.on_cluster import run_sweep_on
from atomarium.study.sweep.plan import SweepPlan
from atomarium.study.sweep.runs import Sweep, SweepRun, read_sweep
from atomarium.study.sweep.start import OnChange, start_sweep
from atomarium.study.sweep.workers import join_sweep, run_side_by_side
from atomarium.study.threads import limited_to


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a sweep is run with.

    Args:
        workers: Processes side by side; None runs in this one.
        cluster: Where runs are trained instead.
        threads: What they share; all cores when left out.
        storage: Address of a database; left out, a journal in the run folder.
        on_change: What to do where the folder holds runs of another file.
    """

    workers: int | None = None
    cluster: Cluster | JobArray | None = None
    threads: int | None = None
    storage: str = ""
    on_change: OnChange = "refuse"


@dataclass(frozen=True)
class SweepOutcome:
    """What a sweep left behind.

    Args:
        folder: Its run folder.
        sweep: All its runs.
        report: The page.
        why: Why no more runs were taken; empty where several workers know.
    """

    folder: Path
    sweep: Sweep
    report: Path
    why: str = ""

    @property
    def failed(self) -> list[SweepRun]:
        """Runs that could not be trained."""
        return [run for run in self.sweep.runs if run.state == "failed"]


def carry_out_sweep(
    plan: SweepPlan, folder: Path, means: Means | None = None, *, show: bool = True
) -> SweepOutcome:
    """Run what is missing of a sweep, then write its page.

    Args:
        plan: What is to be done.
        folder: The run folder; made when absent.
        means: What it is run with.
        show: Whether to show progress.

    Raises:
        InputError: the folder holds another sweep, the storage cannot be reached, a logger is not
            installed, models need what is not, or no run reports what is to be made small.
    """
    means = means or Means()
    if means.cluster is None:
        refuse_missing_extras(plan.study.candidates)
    folder = start_sweep(plan, folder, on_change=means.on_change)
    why = ""
    go_on(folder)
    if means.cluster is not None:
        run_sweep_on(plan, folder, cluster=means.cluster, storage=means.storage, show=show)
    elif means.workers is None:
        why = _in_this_process(plan, folder, means, show=show)
    else:
        run_side_by_side(
            plan,
            folder,
            workers=means.workers,
            threads=means.threads,
            storage=means.storage,
            show=show,
        )
    return SweepOutcome(folder, read_sweep(folder), write_dashboard(folder), why)


def _in_this_process(plan: SweepPlan, folder: Path, means: Means, *, show: bool) -> str:
    with (
        progress(f"sweep {plan.name}", plan.n_runs(None) or 0, show=show) as bar,
        limited_to(means.threads),
    ):
        observers = (Bar(bar, plan.sweep.metrics[0]),)
        return join_sweep(plan, folder, storage=means.storage, observers=observers).why


class Bar(Observer):
    """Shows the runs of one worker behind a bar.

    Args:
        bar: Counts runs.
        metric: Which of them is shown.
    """

    def __init__(self, bar: Progress, metric: str) -> None:
        self.bar, self.metric = bar, metric

    def epoch(self, run: SweepRun, values: Values) -> None:
        """Say how far a run is."""
        loss = values.get("val_loss") or values.get("train_loss")
        told = "" if loss is None else f", loss {loss:.4g}"
        self.bar.advance(0, note=f"run {run.number}: epoch {values.get('epoch') or 0:.0f}{told}")

    def ended(self, run: SweepRun, folder: Path) -> None:
        """Count a run."""
        value = run.metrics.get(self.metric)
        told = run.state if value is None else f"{self.metric} {value:.4g}"
        self.bar.advance(1, note=f"run {run.number}: {told}")
