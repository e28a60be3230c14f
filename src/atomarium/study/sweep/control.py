"""Ask the workers of a sweep to pause, to go on or to stop, wherever they are."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.files import read_object, write_json
from atomarium.core.stopping import ask_to_stop, is_stop_asked
from atomarium.study.sweep.limits import Wish
from atomarium.study.sweep.runs import sweep_in

if TYPE_CHECKING:
    from optuna import Study

_PLACE = "sweep/wish.json"
_KEY = "wish"
#: A worker looks so often at most; epochs may take less.
_SECONDS_BETWEEN_LOOKS = 1.0


def ask(folder: Path, wish: Wish) -> None:
    """Tell the workers of a sweep what to do; those that see the folder look every second.

    Args:
        folder: The run folder.
        wish: `go`; `pause`, start no run for now; `stop`, end after the run that each has; or
            `cancel`, end at once: what is being trained goes on from there later.

    Raises:
        InputError: the folder holds no sweep.
    """
    if not sweep_in(folder):
        raise InputError(f"no sweep in {folder}")
    write_json(folder / _PLACE, {_KEY: wish, "time": time.time()})


def go_on(folder: Path) -> None:
    """Forget that workers were asked to stop: somebody starts the sweep again."""
    if _plain(folder / _PLACE).get(_KEY, "go") in ("stop", "cancel"):
        ask(folder, "go")


def ask_by_database(study: Study, wish: Wish) -> None:
    """Tell workers that share a database, whether they see the run folder or not."""
    study.set_user_attr(_KEY, {_KEY: wish, "time": time.time()})


@dataclass
class Wishes:
    """What is asked of a worker: by a signal, in the run folder, or in a database.

    Args:
        folder: The run folder.
        study: In the database, where there is one.
    """

    folder: Path
    study: Study | None = None
    _wish: Wish = field(init=False, default="go")
    _looked: float = field(init=False, default=-_SECONDS_BETWEEN_LOOKS)

    def __call__(self) -> Wish:
        """Return the latest wish; one that is to be met at once is passed on to trainings."""
        if is_stop_asked():
            return "stop"
        now = time.monotonic()
        if now - self._looked >= _SECONDS_BETWEEN_LOOKS:
            self._looked = now
            self._wish = self._read()
        if self._wish == "cancel":
            # Trainings keep a checkpoint of where they are, and then end.
            ask_to_stop()
            return "stop"
        return self._wish

    def _read(self) -> Wish:
        found = [_plain(self.folder / _PLACE)]
        if self.study is not None:
            found.append(self.study.user_attrs.get(_KEY) or {})
        latest = max(found, key=lambda one: one.get("time", 0.0))
        wish = latest.get(_KEY, "go")
        if wish not in get_args(Wish):
            raise InputError(
                f"{self.folder / _PLACE}: no wish {wish!r}{did_you_mean(wish, get_args(Wish))}"
            )
        return wish


def _plain(path: Path) -> dict[str, Any]:
    try:
        return read_object(path)
    except (OSError, ValueError):
        return {}
