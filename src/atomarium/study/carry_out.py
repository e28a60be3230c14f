"""From a plan to its run folder: trials, tables, report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from atomarium.experiment.record import Record
from atomarium.study.cluster import Cluster, JobArray
from atomarium.study.plan import Plan
from atomarium.study.report import write_report
from atomarium.study.runner import run_study
from atomarium.study.tables import write_tables


@dataclass(frozen=True)
class Outcome:
    """What a study left behind.

    Args:
        records: One for each trial.
        report: The page.
    """

    records: list[Record]
    report: Path

    @property
    def failed(self) -> list[Record]:
        """Trials that could not be trained."""
        return [record for record in self.records if record.state == "failed"]


def carry_out(
    plan: Plan, folder: Path, *, cluster: Cluster | JobArray | None = None, show: bool = True
) -> Outcome:
    """Run what is missing of a study, then write its tables and its report.

    Args:
        plan: What is to be done.
        folder: The run folder; made when absent.
        cluster: What runs the trials; threads of this process when left out.
        show: Whether to show progress.

    Raises:
        InputError: another process is running a study in this folder, or the cluster is lost.
    """
    records = run_study(plan, folder, cluster=cluster, show=show)
    write_tables(plan, records, folder)
    return Outcome(records, write_report(plan, records, folder))
