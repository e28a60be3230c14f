"""Tell an observer that may fail, so that nobody else has to know."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from atomarium.study.sweep.observing import Observer, Values
from atomarium.study.sweep.runs import SweepRun


@dataclass(kw_only=True, eq=False)
class Guarded(Observer):
    """A logger whose faults end nothing but itself.

    Args:
        name: Of its library.
        make: Makes it, when the first run begins.
    """

    name: str
    make: Callable[[], Observer]
    _inner: Observer | None = field(init=False, default=None)
    _is_broken: bool = field(init=False, default=False)

    def began(self, run: SweepRun, folder: Path) -> None:
        """Pass it on."""
        self._try(lambda inner: inner.began(run, folder))

    def epoch(self, run: SweepRun, values: Values) -> None:
        """Pass it on."""
        self._try(lambda inner: inner.epoch(run, values))

    def ended(self, run: SweepRun, folder: Path) -> None:
        """Pass it on."""
        self._try(lambda inner: inner.ended(run, folder))

    def close(self) -> None:
        """Pass it on, if anything was ever told."""
        if self._inner is not None:
            self._try(lambda inner: inner.close())

    def _try(self, tell: Callable[[Observer], None]) -> None:
        if self._is_broken:
            return
        try:
            if self._inner is None:
                self._inner = self.make()
            tell(self._inner)
        except Exception as fault:  # noqa: BLE001 - another program's; the run must go on
            self._is_broken = True
            said = f"{type(fault).__name__}: {fault}".splitlines()[0]
            warnings.warn(f"{self.name} is told nothing more of this sweep: {said}", stacklevel=2)
