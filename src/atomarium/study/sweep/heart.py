"""Beat while a run is trained, so that others know that its worker lives."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from itertools import count

from atomarium.study.sweep.claims import Claims
from atomarium.study.sweep.ledger import Attempt
from atomarium.study.sweep.lost import Attendance


@dataclass
class Heart:
    """Beats in a thread of its own, which begins with the first run that takes long.

    Args:
        claims: Where beats are told.
        attendance: What those see of them who read the run folder alone.
        seconds: Between two beats.
    """

    claims: Claims
    attendance: Attendance
    seconds: float
    _attempt: Attempt | None = field(init=False, default=None)
    _wake: threading.Event = field(init=False, default_factory=threading.Event)
    _thread: threading.Thread | None = field(init=False, default=None)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def beat_for(self, attempt: Attempt) -> None:
        """Beat for an attempt from now on."""
        self.attendance.touch()
        with self._lock:
            self._attempt = attempt
        if self._thread is None:
            self._thread = threading.Thread(target=self._beat, daemon=True)
            self._thread.start()

    def rest(self) -> None:
        """Beat for nothing."""
        with self._lock:
            self._attempt = None

    def stop(self) -> None:
        """Beat no more."""
        self.rest()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _beat(self) -> None:
        from optuna.exceptions import OptunaError, UpdateFinishedTrialError

        for number in count(1):
            if self._wake.wait(self.seconds):
                return
            with self._lock:
                if self._attempt is None:
                    continue
                self.attendance.touch()
                try:
                    self.claims.beat(self._attempt, number)
                except UpdateFinishedTrialError:
                    self._attempt = None  # others have given it up for lost
                except (OSError, OptunaError):
                    continue  # whoever trains it will see it, too
