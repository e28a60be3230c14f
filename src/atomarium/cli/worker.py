"""`atomarium worker`: help with a study that another process, or another machine, has begun."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from atomarium.cli.places import run_folder
from atomarium.core.errors import InputError

if TYPE_CHECKING:
    from atomarium.study.sweep.engine import Tally
    from atomarium.study.sweep.plan import SweepPlan

#: What batch systems take for "try again"; see sysexits.h.
_STOPPED_EARLY = 75


def worker(
    study: str,
    /,
    *,
    out: Path | None = None,
    threads: int | None = None,
    runs: int | None = None,
    seconds: float = 0.0,
    name: str = "",
    storage: str = "",
    sweep: str = "",
    leave: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Help with a study: take what nobody else has and train it, until nothing is left.

    Any number of workers may help, from any machine that sees the run folder or, of a sweep,
    reaches the database; no two ever have the same run. SIGTERM and SIGUSR1 ask for a good place to
    stop: what is being trained is kept and goes on from there later.

    Args:
        study: The run folder; the study file; or the address of the database that the sweep is in,
            as in postgresql://user@host/name.
        out: Run folder, where the study file or an address is given; runs/NAME when left out.
        threads: Threads to use; all cores when left out.
        runs: Take so many runs at most.
        seconds: Take none after so many seconds.
        name: What this worker is called; by machine and process when left out.
        storage: Address of the database, where workers share one.
        sweep: Name of the sweep, where the database holds several.
        leave: End when there is nothing to take, rather than wait whether others are lost.

    Raises:
        InputError: there is no such sweep, or a setting is out of range.

    Returns:
        0, or 75 when a signal has stopped it before the end.
    """
    from atomarium.study.joining import is_ordinary
    from atomarium.study.sweep.limits import Limits
    from atomarium.study.sweep.workers import STORAGE_VARIABLE, heed_signals, join_sweep
    from atomarium.study.threads import limited_to, thread_variables

    is_stopped = heed_signals()
    url = study if "://" in study else storage or os.environ.get(STORAGE_VARIABLE, "")
    limits = Limits(runs=runs, seconds=seconds, stays=not leave)
    with limited_to(threads):
        if threads is not None:
            # For libraries that are not loaded yet, and processes that are started.
            os.environ.update(thread_variables(threads))
        if "://" not in study and is_ordinary(Path(study)):
            told = _join_study(Path(study), out, most=runs, stays=not leave)
        else:
            plan, folder = _found(study, out, url=url, sweep=sweep)
            told = _said_of(join_sweep(plan, folder, storage=url, name=name, limits=limits))
    print(told)
    return _STOPPED_EARLY if is_stopped() else 0


def _said_of(tally: Tally) -> str:
    n_failed = tally.count("failed")
    failed = f", {n_failed} of them failed" if n_failed else ""
    return f"{len(tally.runs)} runs{failed}; {tally.why}"


def _join_study(place: Path, out: Path | None, *, most: int | None, stays: bool) -> str:
    from atomarium.core.stopping import Stopped
    from atomarium.study.joining import join_study, plan_to_join

    plan, folder = plan_to_join(place, out)
    try:
        n_done = join_study(plan, folder, most=most, stays=stays)
    except Stopped:
        return "it was asked to stop"
    return f"{n_done} trainings"


def _found(study: str, out: Path | None, *, url: str, sweep: str) -> tuple[SweepPlan, Path]:
    """Return the sweep that somebody means, and its run folder."""
    from atomarium.experiment.spec import read_study
    from atomarium.study.sweep.plan import make_sweep_plan
    from atomarium.study.sweep.sharing import offered
    from atomarium.study.sweep.workers import plan_in

    path = Path(study)
    if "://" not in study and path.is_dir():
        if out is not None:
            raise InputError("give a run folder, or a study file and --out, not both")
        return plan_in(path), path
    file = offered(url, sweep) if "://" in study else read_study(path)
    return make_sweep_plan(file), run_folder(out, file.spec.name)
