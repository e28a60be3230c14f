"""Tensors in files: read without running what a file says, and put into networks that fit them."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from atomarium.core.errors import InputError

#: What files of torch refer to besides tensors and plain Python: what numbers of numpy are made by.
_HARMLESS: list[Any] = [
    np.float64(0).__reduce__()[0],
    # Files of numpy 1 say where it was then.
    (np.float64(0).__reduce__()[0], "numpy.core.multiarray.scalar"),
    np.dtype,
    *{type(np.dtype(code)) for code in ("f4", "f8", "i4", "i8", "?")},
]
_SHOWN = 6


def read_tensors(path: Path | str) -> Mapping[str, Any]:
    """Read a file that `torch.save` wrote; nothing in it is run.

    Raises:
        InputError: there is no such file, or it holds more than tensors and plain numbers.
    """
    place = Path(path)
    if not place.is_file():
        raise InputError(f"{place}: no such file")
    try:
        with torch.serialization.safe_globals(_HARMLESS):
            content = torch.load(place, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(
            f"{place}: not a file of weights, or one that would run code when read; save "
            f"model.state_dict() instead of the model ({reason})"
        ) from error
    if not isinstance(content, Mapping):
        raise InputError(f"{place}: expected named tensors, got {type(content).__name__}")
    return content


def load_weights(network: nn.Module, tensors: Mapping[str, Tensor], *, where: object) -> None:
    """Put tensors into a network.

    Args:
        network: Keeps its precision and device.
        tensors: By the names that the network has for them.
        where: Where they come from, for messages.

    Raises:
        InputError: names or shapes differ; the message says which.
    """
    expected = network.state_dict()
    # Files of safetensors that numpy wrote have one number in a row where torch has it alone.
    tensors = {
        name: one.reshape(())
        if one.shape == (1,) and name in expected and not expected[name].ndim
        else one
        for name, one in tensors.items()
    }
    missing, unknown = sorted(set(expected) - set(tensors)), sorted(set(tensors) - set(expected))
    differences = [
        f"{name} is {tuple(tensors[name].shape)} there and {tuple(expected[name].shape)} here"
        for name in expected
        if name in tensors and tensors[name].shape != expected[name].shape
    ]
    if missing:
        differences.append(f"missing there: {_listed(missing)}")
    if unknown:
        differences.append(f"not known here: {_listed(unknown)}")
    if differences:
        raise InputError(f"{where} holds weights of another network: {_listed(differences, '; ')}")
    network.load_state_dict(tensors)


def _listed(names: list[str], between: str = ", ") -> str:
    more = f"{between}and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return between.join(names[:_SHOWN]) + more
