"""Weights of SchNetPack 2.2: read into our networks, and written for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from atomarium.core.errors import InputError
from atomarium.models.nn.painn import PaiNN
from atomarium.models.nn.readouts import Readout
from atomarium.models.nn.schnet import SchNet
from atomarium.models.nn.weights import load_weights, read_tensors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atomarium.models.nn.network import Network

#: Names of SchNetPack as patterns, and ours; the first that fits decides.
_NAMES = (
    (r"representation\.embedding\.weight", r"trunk.embedding.weight"),
    (r"representation\.radial_basis\.offsets", r"trunk.basis.centers"),
    (r"representation\.radial_basis\.widths", r"trunk.basis.widths"),
    (r"representation\.radial_basis\.freqs", r"trunk.basis.frequencies"),
    (r"representation\.filter_net\.(.*)", r"trunk.filters.\1"),
    (r"representation\.interactions\.(\d+)\.in2f\.(.*)", r"trunk.interactions.\1.sent.\2"),
    (
        r"representation\.interactions\.(\d+)\.f2out\.0\.(.*)",
        r"trunk.interactions.\1.received.first.\2",
    ),
    (
        r"representation\.interactions\.(\d+)\.f2out\.1\.(.*)",
        r"trunk.interactions.\1.received.second.\2",
    ),
    (
        r"representation\.interactions\.(\d+)\.filter_network\.0\.(.*)",
        r"trunk.interactions.\1.filters.first.\2",
    ),
    (
        r"representation\.interactions\.(\d+)\.filter_network\.1\.(.*)",
        r"trunk.interactions.\1.filters.second.\2",
    ),
    (
        r"representation\.interactions\.(\d+)\.interatomic_context_net\.0\.(.*)",
        r"trunk.messages.\1.context.first.\2",
    ),
    (
        r"representation\.interactions\.(\d+)\.interatomic_context_net\.1\.(.*)",
        r"trunk.messages.\1.context.second.\2",
    ),
    (
        r"representation\.mixing\.(\d+)\.intraatomic_context_net\.0\.(.*)",
        r"trunk.mixings.\1.context.first.\2",
    ),
    (
        r"representation\.mixing\.(\d+)\.intraatomic_context_net\.1\.(.*)",
        r"trunk.mixings.\1.context.second.\2",
    ),
    (r"representation\.mixing\.(\d+)\.mu_channel_mix\.(.*)", r"trunk.mixings.\1.mixed.\2"),
    (
        r"output_modules\.(\d+)\.outnet\.(\d+)\.mix_vectors\.(.*)",
        r"heads.\1.atomic.blocks.\2.mixed.\3",
    ),
    (
        r"output_modules\.(\d+)\.outnet\.(\d+)\.scalar_net\.0\.(.*)",
        r"heads.\1.atomic.blocks.\2.gate.first.\3",
    ),
    (
        r"output_modules\.(\d+)\.outnet\.(\d+)\.scalar_net\.1\.(.*)",
        r"heads.\1.atomic.blocks.\2.gate.second.\3",
    ),
    (r"output_modules\.(\d+)\.outnet\.0\.(.*)", r"heads.\1.atomic.first.\2"),
    (r"output_modules\.(\d+)\.outnet\.1\.(.*)", r"heads.\1.atomic.second.\2"),
)
#: What is part of our settings, or of what stands around a network.
_ELSEWHERE = r"representation\.cutoff_fn\..*|postprocessors\..*|input_modules\..*"


def read_schnetpack(
    path: Path | str, readouts: Sequence[Readout], *, activation: str | None = None
) -> Network:
    """Read a network that SchNetPack 2.2 trained.

    Args:
        path: What `torch.save(model.state_dict(), path)` wrote, or a checkpoint of its training.
        readouts: What its output modules predict, in their order; forces and stress have no
            weights, so they go with their energy.
        activation: Of the representation, when it is not the usual one of SchNet or PaiNN:
            weights do not tell.

    Raises:
        InputError: the file holds something else, or does not go with the readouts.
    """
    tensors = _state_of(read_tensors(path), path)
    settings = _settings_of(tensors, path, activation)
    network = settings.build(readouts)
    dtype = tensors["representation.embedding.weight"].dtype
    load_weights(network.to(dtype), _renamed(tensors, path), where=path)
    return network


def to_schnetpack(network: Network) -> dict[str, Tensor]:
    """Return the weights of a SchNet or PaiNN under the names of SchNetPack."""
    templates = _templates()
    state = network.state_dict()
    named: dict[str, Tensor] = {}
    for pattern, name in templates:
        for ours, tensor in state.items():
            if re.fullmatch(pattern, ours):
                named.setdefault(re.sub(f"^{pattern}$", name, ours), tensor)
    return named


def _templates() -> list[tuple[str, str]]:
    """Return patterns of our names, and SchNetPack's."""
    turned: list[tuple[str, str]] = []
    for theirs, ours in _NAMES:
        groups = re.findall(r"\((?:\\d\+|\.\*)\)", theirs)
        pattern, name = re.escape(ours), theirs.replace("\\.", ".")
        for number, group in enumerate(groups, start=1):
            pattern = pattern.replace(re.escape(f"\\{number}"), group)
            name = name.replace(group, f"\\{number}", 1)
        turned.append((pattern, name))
    return turned


def _state_of(tensors: Mapping[str, object], path: Path | str) -> dict[str, Tensor]:
    """Take the state of the model out of a checkpoint of its training."""
    state = tensors.get("state_dict", tensors)
    assert isinstance(state, Mapping)
    state = {str(name).removeprefix("model."): one for name, one in state.items()}
    found = {name: one for name, one in state.items() if isinstance(one, Tensor)}
    if "representation.embedding.weight" not in found:
        raise InputError(f"{path} holds no SchNet or PaiNN of SchNetPack: it has no embedding")
    return found


def _settings_of(
    tensors: Mapping[str, Tensor], path: Path | str, activation: str | None
) -> SchNet | PaiNN:
    """Read from names and shapes what the network was made by."""
    painn = "representation.filter_net.weight" in tensors
    numbers = [re.match(r"representation\.interactions\.(\d+)\.", name) for name in tensors]
    n_interactions = 1 + max(int(match[1]) for match in numbers if match)
    width = tensors["representation.embedding.weight"].shape[1]
    gaussian = "representation.radial_basis.offsets" in tensors
    basis = tensors[f"representation.radial_basis.{'offsets' if gaussian else 'freqs'}"]
    cutoff, kind = _cutoff_of(tensors, path)
    first = "interatomic_context_net.0" if painn else "in2f"
    weights = [
        tensors[f"representation.interactions.{t}.{first}.weight"] for t in range(n_interactions)
    ]
    given: dict[str, object] = {
        "cutoff": cutoff,
        "width": width,
        "n_interactions": n_interactions,
        "n_basis": len(basis),
        "basis": "gaussian" if gaussian else "bessel",
        "cutoff_function": kind,
        "shared": n_interactions > 1 and all(torch.equal(weights[0], one) for one in weights),
    }
    if activation is not None:
        given["activation"] = activation
    if not painn:
        return SchNet(**given)  # type: ignore[arg-type]
    n_rows = tensors["representation.filter_net.weight"].shape[0]
    shared_filters = n_rows == 3 * width and n_interactions > 1
    return PaiNN(**given, shared_filters=shared_filters)  # type: ignore[arg-type]


def _cutoff_of(tensors: Mapping[str, Tensor], path: Path | str) -> tuple[float, str]:
    prefix = "representation.cutoff_fn."
    parts = {name.removeprefix(prefix): one for name, one in tensors.items() if prefix in name}
    if "switch_off" in parts:
        on, off = float(parts["switch_on"]), float(parts["switch_off"])
        if abs(on - 0.5 * off) > 1e-6 * off:
            raise InputError(f"{path}: its cutoff falls from {on} Å on; ours from half, {off / 2}")
        return off, "switch"
    return float(parts["cutoff"]), "mollifier" if "eps" in parts else "cosine"


def _renamed(tensors: Mapping[str, Tensor], path: Path | str) -> dict[str, Tensor]:
    named: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if re.fullmatch(_ELSEWHERE, name):
            continue
        for pattern, ours in _NAMES:
            if re.fullmatch(pattern, name):
                named[re.sub(f"^{pattern}$", ours, name)] = tensor
                break
        else:
            raise InputError(f"{path}: cannot place {name} in a SchNet or PaiNN of ours")
    return named
