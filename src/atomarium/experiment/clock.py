"""CPU and wall seconds of named steps."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Clock:
    """Adds up what each named step costs.

    Args:
        cpu: Tells CPU seconds: of the process, or of one thread where others work beside it.
        seconds: CPU seconds by step.
        wall: Seconds on the wall by step.
    """

    cpu: Callable[[], float] = time.process_time
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    wall: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def __call__(self, step: str) -> Generator[None]:
        """Count the time of the block towards a step."""
        cpu, wall = self.cpu(), time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] += self.cpu() - cpu
            self.wall[step] += time.perf_counter() - wall
