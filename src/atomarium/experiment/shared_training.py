"""Networks that learn several targets together: trained once, for the trials of all of them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from atomarium.experiment.learning import Fitted


@dataclass(eq=False)
class SharedTrainings:
    """What has been trained, by the name of the training."""

    _made: dict[str, tuple[Fitted, float]] = field(default_factory=dict[str, tuple[Fitted, float]])
    _locks: defaultdict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))

    def once(self, name: str, make: Callable[[], Fitted]) -> tuple[Fitted, float]:
        """Return what a training gives and, where another trial has paid for it, its CPU seconds.

        Args:
            name: Of the training; equal names mean equal results.
            make: Trains; called for the first of them.
        """
        with self._locks[name]:
            if name in self._made:
                return self._made[name]
            before = time.thread_time()
            fitted = make()
            self._made[name] = fitted, time.thread_time() - before
            return fitted, 0.0
