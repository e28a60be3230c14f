"""What a run costs: seconds, memory, energy."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from atomarium.experiment.machine import peak_memory

_COUNTERS = Path("/sys/class/powercap")
_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def _joules() -> dict[str, tuple[int, int]]:
    """Return the counters of whole processors, in millionths, and where they begin again."""
    found: dict[str, tuple[int, int]] = {}
    for zone in _zones():
        try:
            count = int((zone / "energy_uj").read_text())
            largest = int((zone / "max_energy_range_uj").read_text())
        except (OSError, ValueError):
            continue  # most systems let nobody but the administrator read them
        found[zone.name] = count, largest
    return found


def _zones() -> list[Path]:
    # `intel-rapl:0` is a processor, `intel-rapl:0:0` a part of it; AMD's are called so, too.
    try:
        return [one for one in _COUNTERS.iterdir() if one.name.count(":") == 1]
    except OSError:
        return []


@dataclass
class Meter:
    """Counts from when it is made.

    Args:
        started: By the clock of the computer, Unix seconds.
        wall: Likewise, by a clock that only goes on.
        cpu: Seconds of all threads by then.
        joules: Of processors by then; empty where nobody counts them.
    """

    started: float = field(default_factory=time.time)
    wall: float = field(default_factory=time.perf_counter)
    cpu: float = field(default_factory=time.process_time)
    joules: dict[str, tuple[int, int]] = field(default_factory=_joules)

    def __post_init__(self) -> None:
        _forget_peak()

    @property
    def seconds(self) -> float:
        """On the wall so far."""
        return time.perf_counter() - self.wall

    def read(self) -> dict[str, float]:
        """Return seconds, CPU seconds and bytes so far."""
        found = {"seconds": self.seconds, "cpu_seconds": time.process_time() - self.cpu}
        peak = _peak()
        if peak is not None:
            found["peak_memory"] = float(peak)
        return found

    def energy(self) -> float | None:
        """Return the joules that the processors of this machine drew; None where unknown."""
        now = _joules()
        if not now or now.keys() != self.joules.keys():
            return None
        drawn = 0.0
        for name, (micro, largest) in now.items():
            before = self.joules[name][0]
            # The counters begin again from 0.
            drawn += (micro - before if micro >= before else micro - before + largest) * 1e-6
        return drawn


def _forget_peak() -> None:
    try:
        _RESET.write_text("5", encoding="ascii")
    except OSError:
        return  # the peak is then that of the process


def _peak() -> int | None:
    try:
        for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    except OSError:
        pass
    return peak_memory()
