"""Sweeps whose runs take milliseconds, or as long as a test wants."""

from __future__ import annotations

from tests.cluster.slow_plugin import slow_study
from tests.study.sweep.small_sweep import small

__all__ = ["slow_study", "small"]
