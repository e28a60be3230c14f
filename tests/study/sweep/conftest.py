"""Sweeps whose runs take as long as a test wants."""

from __future__ import annotations

from tests.cluster.slow_plugin import slow_study

__all__ = ["slow_study"]
