"""What a run costs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from atomarium.study.sweep import metering
from atomarium.study.sweep.metering import Meter


def count(folder: Path, name: str, micro: int, largest: int = 10**9) -> None:
    zone = folder / name
    zone.mkdir(exist_ok=True)
    (zone / "energy_uj").write_text(f"{micro}\n")
    (zone / "max_energy_range_uj").write_text(f"{largest}\n")


def test_joules_are_those_of_whole_processors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(metering, "_COUNTERS", tmp_path)
    count(tmp_path, "intel-rapl:0", 1_000_000)
    count(tmp_path, "intel-rapl:1", 999_000_000)
    count(tmp_path, "intel-rapl:0:0", 0)  # a part of the first
    meter = Meter()
    count(tmp_path, "intel-rapl:0", 3_500_000)
    count(tmp_path, "intel-rapl:1", 1_000_000)  # began again from 0
    count(tmp_path, "intel-rapl:0:0", 10**8)
    assert meter.energy() == pytest.approx(2.5 + 2.0)


def test_joules_are_unknown_where_nobody_counts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(metering, "_COUNTERS", tmp_path / "nowhere")
    assert Meter().energy() is None


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux")
def test_the_peak_of_a_run_is_its_own():
    def peak(n_bytes: int) -> float:
        meter = Meter()
        np.ones(n_bytes, dtype=np.uint8).sum()
        return meter.read()["peak_memory"]

    peak(1)
    large, small = peak(200_000_000), peak(1)
    assert large - small > 150_000_000


def test_seconds_are_counted():
    meter = Meter()
    sum(k * k for k in range(200_000))
    read = meter.read()
    assert 0 < read["cpu_seconds"] <= read["seconds"] + 0.5  # two threads at most, and rounding
