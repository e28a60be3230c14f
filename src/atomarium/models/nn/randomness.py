"""The same bits again: random numbers from a seed, and sums in one order, for all threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager

import torch

from atomarium.core.errors import InputError

# Networks of several trials are made and trained side by side: one at a time may draw.
_drawing = threading.RLock()
_counting = threading.Lock()
_n_exact = 0
_WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"


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


@contextmanager
def exact(device: torch.device) -> Generator[None]:
    """Let a block give the same bits each time, also on a GPU, where sums have no order otherwise.

    Args:
        device: Where the block runs.

    Raises:
        InputError: it is a GPU, and the environment does not tell its library to be exact.
    """
    global _n_exact  # noqa: PLW0603 - torch has one switch for all threads
    if device.type == "cuda" and not os.environ.get(_WORKSPACE):
        raise InputError(
            f"deterministic = true on a GPU needs {_WORKSPACE}=:4096:8 in the environment"
        )
    with _counting:
        _n_exact += 1
        torch.use_deterministic_algorithms(mode=True)
    try:
        yield
    finally:
        with _counting:
            _n_exact -= 1
            if not _n_exact:
                torch.use_deterministic_algorithms(mode=False)
