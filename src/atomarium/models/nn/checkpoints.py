"""The state of a training in one file: tensors, and what else there is as JSON in its header."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor, nn

from atomarium.core.errors import InputError
from atomarium.core.files import parse_object, written_atomically

_FORMAT, _VERSION = "atomarium-training", 1


def save_checkpoint(path: Path, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
    """Write a checkpoint, whole or not at all."""
    arrays = {name: one.detach().cpu().contiguous().numpy() for name, one in tensors.items()}
    header = {"format": _FORMAT, "version": _VERSION, **state}
    with written_atomically(path) as part:
        part.write_bytes(save(arrays, metadata={"state": json.dumps(header)}))


def load_checkpoint(path: Path, fingerprint: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a checkpoint.

    Args:
        path: Where it is.
        fingerprint: Of the settings and data that it must belong to.

    Raises:
        InputError: it is damaged, or of another training.
    """
    try:
        with safe_open(path, framework="np") as file:
            state = parse_object(file.metadata()["state"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is not a checkpoint: {error}; remove it to start anew") from None
    if state.get("format") != _FORMAT or state.get("version") != _VERSION:
        given = f"{state.get('format')} version {state.get('version')}"
        raise InputError(f"{path} holds {given}, this program reads {_FORMAT} version {_VERSION}")
    if state.get("fingerprint") != fingerprint:
        raise InputError(
            f"{path} belongs to a training with other settings or data; remove it to start anew"
        )
    return {name: torch.from_numpy(np.array(one)) for name, one in arrays.items()}, state


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return what an optimizer remembers of each parameter, by number and name."""
    states: dict[int, dict[str, Any]] = optimizer.state_dict()["state"]
    return {
        f"optimizer.{number}.{name}": torch.as_tensor(value)
        for number, remembered in states.items()
        for name, value in remembered.items()
        if value is not None
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Give an optimizer back what it remembered."""
    states: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        first, _, rest = key.partition(".")
        if first == "optimizer":
            number, _, name = rest.partition(".")
            states.setdefault(int(number), {})[name] = tensor
    plain = optimizer.state_dict()
    optimizer.load_state_dict({"state": states, "param_groups": plain["param_groups"]})


def restore_network(network: nn.Module, tensors: dict[str, Tensor], prefix: str) -> None:
    """Give a network the weights whose names begin so."""
    mine = {
        key.removeprefix(prefix): tensor
        for key, tensor in tensors.items()
        if key.startswith(prefix)
    }
    network.load_state_dict(mine)
