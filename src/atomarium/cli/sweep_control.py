"""`atomarium sweep pause`, `resume` and `stop`: ask the workers of a sweep, wherever they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from atomarium.study.sweep.limits import Wish


def pause(place: str, /, *, sweep: str = "") -> int:
    """Let workers end what they have and start no other run until `resume`.

    Args:
        place: The run folder, or the address of the database that workers share.
        sweep: Name of the sweep, where the database holds several.

    Returns:
        0.
    """
    return _ask(place, "pause", sweep, "paused; go on: atomarium sweep resume")


def resume(place: str, /, *, sweep: str = "") -> int:
    """Let paused workers go on.

    Args:
        place: The run folder, or the address of the database that workers share.
        sweep: Name of the sweep, where the database holds several.

    Returns:
        0.
    """
    return _ask(place, "go", sweep, "goes on, where there are workers: atomarium worker")


def stop(
    place: str,
    /,
    *,
    sweep: str = "",
    now: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Let every worker end after the run that it has.

    Args:
        place: The run folder, or the address of the database that workers share.
        sweep: Name of the sweep, where the database holds several.
        now: End networks in the middle of their training, too; they go on from there later.

    Returns:
        0.
    """
    return _ask(place, "cancel" if now else "stop", sweep, "stops; go on: atomarium run")


def _ask(place: str, wish: Wish, sweep: str, told: str) -> int:
    from atomarium.study.sweep.control import ask, ask_by_database

    if "://" in place:
        from atomarium.study.sweep.sharing import study_in_database

        ask_by_database(study_in_database(place, sweep), wish)
    else:
        ask(Path(place), wish)
    print(told)
    return 0
