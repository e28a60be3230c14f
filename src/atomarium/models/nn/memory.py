"""What to do when a device has too little memory: say which batch fits, or take a smaller one."""

from __future__ import annotations

from collections.abc import Callable

import torch

from atomarium.core.errors import InputError


def too_large(
    device: torch.device, n_structures: int, attempt: Callable[[int], object]
) -> InputError:
    """Return what to tell a user whose batch did not fit, having tried smaller ones.

    Args:
        device: Where it did not fit.
        n_structures: Of the batch.
        attempt: Does what did not fit with the first so many structures of it.
    """
    size = n_structures
    while size > 1:
        size //= 2
        free(device)
        try:
            attempt(size)
        except torch.OutOfMemoryError:
            continue
        free(device)
        return InputError(
            f"{device} has too little memory for {n_structures} structures at a time, "
            f"{size} fit: set batch_size = {size}, or limit batch_atoms"
        )
    free(device)
    return InputError(
        f"{device} has too little memory for one structure at a time: take a smaller width or "
        'cutoff, or device = "cpu"'
    )


def free(device: torch.device) -> None:
    """Give back what torch keeps of a GPU's memory without using it."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
