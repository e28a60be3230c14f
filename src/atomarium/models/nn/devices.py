"""Where a network is trained, and by which optimizer."""

from __future__ import annotations

import torch
from torch import nn

from atomarium.core.errors import InputError
from atomarium.models.nn.training import Training


def choose_device(name: str) -> torch.device:
    """Return a device by name; "auto" is a GPU if there is one.

    Raises:
        InputError: there is no such device.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f'no device {name!r} here: {reason}; take "cpu" or "auto"') from None
    return device


def make_optimizer(network: nn.Module, settings: Training) -> torch.optim.Optimizer:
    """Return the optimizer of all weights that settings ask for."""
    parameters, decay = list(network.parameters()), settings.weight_decay
    rate = settings.learning_rate
    if settings.optimizer == "sgd":
        return torch.optim.SGD(parameters, rate, momentum=settings.momentum, weight_decay=decay)
    kind = torch.optim.AdamW if settings.optimizer == "adamw" else torch.optim.Adam
    return kind(parameters, rate, weight_decay=decay)
