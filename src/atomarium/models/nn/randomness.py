"""Draw random numbers of torch from a seed, though all threads share its generator."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

import torch

# Networks of several trials are made and trained side by side: one at a time may draw.
_drawing = threading.RLock()


@contextmanager
def seeded(seed: int, device: torch.device | None = None) -> Generator[None]:
    """Let a block draw from a seed alone; afterwards torch's generators are as they were.

    Args:
        seed: Of 64 bits, without sign.
        device: A GPU whose generator is drawn from, too.
    """
    devices = [device] if device is not None and device.type == "cuda" else []
    with _drawing, torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield
