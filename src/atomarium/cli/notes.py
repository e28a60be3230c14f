"""What a user should know of a study before anything is trained."""

from __future__ import annotations

from rich.console import Console

from atomarium.study.plan import Plan


def print_notes(console: Console, plan: Plan) -> None:
    """Print what had to be inferred, and what the data say against the study file."""
    for note in plan.notes:
        console.print(f"note: {note}", markup=False)
    for warning in plan.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False)
