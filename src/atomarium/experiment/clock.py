"""CPU and wall seconds of named steps."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Clock:
    """Adds up what each named step costs, all threads of this process together.

    Args:
        seconds: CPU seconds by step.
        wall: Seconds on the wall by step.
    """

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    wall: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def __call__(self, step: str) -> Generator[None]:
        """Count the time of the block towards a step."""
        cpu, wall = time.process_time(), time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] += time.process_time() - cpu
            self.wall[step] += time.perf_counter() - wall
