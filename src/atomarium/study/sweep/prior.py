"""Earlier sweeps as knowledge of a new one."""

from __future__ import annotations

from pathlib import Path

from atomarium.core.errors import InputError
from atomarium.study.sweep.plan import SweepPlan
from atomarium.study.sweep.proposing import Outcome
from atomarium.study.sweep.runs import read_sweep


def read_prior(plan: SweepPlan, start: Path) -> tuple[Outcome, ...]:
    """Return the runs of earlier sweeps that lie in the space of a new one.

    Args:
        plan: The new one.
        start: What relative paths start from.

    Raises:
        InputError: a folder holds no sweep, or none of its runs is of any use here.
    """
    found: list[Outcome] = []
    for path in plan.sweep.prior:
        try:
            earlier = read_sweep(start / path)
        except InputError as error:
            raise InputError(f"sweep.prior: {error}") from None
        fitting = [
            Outcome(number=-1, chosen=chosen, values=values)
            for run in earlier.runs
            if run.state == "finished"
            and (chosen := plan.space.locate(run.settings)) is not None
            and (values := _values(run.metrics, plan.sweep.metrics)) is not None
        ]
        if not fitting:
            n_finished = sum(run.state == "finished" for run in earlier.runs)
            raise InputError(
                f"sweep.prior: none of {n_finished} finished runs in {path} has settings of this "
                f"space and {', '.join(plan.sweep.metrics)}; leave it out, or widen the space"
            )
        found += fitting
    return tuple(found)


def _values(metrics: dict[str, float], wanted: tuple[str, ...]) -> tuple[float, ...] | None:
    if any(name not in metrics for name in wanted):
        return None
    return tuple(metrics[name] for name in wanted)
