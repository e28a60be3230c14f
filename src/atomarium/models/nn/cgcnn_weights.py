"""Weight files of the original CGCNN: read into our network, and written for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from atomarium.core.errors import InputError
from atomarium.models.nn.cgcnn import Cgcnn
from atomarium.models.nn.readouts import Classes, Intensive
from atomarium.models.nn.scales import Scale
from atomarium.models.nn.weights import load_weights, read_tensors

if TYPE_CHECKING:
    from atomarium.models.nn.network import Network

#: Names of the original as patterns, and ours.
_NAMES = (
    (r"embedding\.(.*)", r"trunk.embedding.\1"),
    (r"convs\.(\d+)\.fc_full\.(.*)", r"trunk.convolutions.\1.full.\2"),
    (r"convs\.(\d+)\.bn1\.(.*)", r"trunk.convolutions.\1.edge_norm.\2"),
    (r"convs\.(\d+)\.bn2\.(.*)", r"trunk.convolutions.\1.atom_norm.\2"),
    (r"fc_out\.(.*)", r"heads.0.last.\1"),
)
_RADIUS, _STEP = 8.0, 0.2


def read_cgcnn(
    path: Path | str, *, name: str = "value", atom_file: Path | str | None = None
) -> tuple[Network, Scale]:
    """Read a network that the original program trained, and how its outputs become values.

    Args:
        path: A `.pth.tar` file of the original.
        name: What to call the predicted quantity.
        atom_file: The `atom_init.json` that it was trained with; when left out, the published
            one is made from element data.

    Raises:
        InputError: the file holds something else, or goes with another table of atoms.
    """
    content = read_tensors(path)
    missing = {"state_dict", "normalizer", "args"} - set(content)
    if missing:
        raise InputError(f"{path}: no file of the original CGCNN, it lacks {', '.join(missing)}")
    tensors: dict[str, Tensor] = dict(content["state_dict"])
    classes = content["args"].get("task") == "classification"
    settings = _settings_of(tensors, atom_file, path)
    n_out = len(tensors["fc_out.bias"])
    readout = Classes(name=name, n_classes=n_out) if classes else Intensive(name=name, width=n_out)
    network = settings.build([readout])
    # The table is not in such files, nor, in old ones, how many batches norms have seen.
    own = {
        key: tensor
        for key, tensor in network.state_dict().items()
        if key == "trunk.table" or key.endswith(".num_batches_tracked")
    }
    load_weights(network, {**own, **_renamed(tensors, path)}, where=path)
    return network, _scale_of(content["normalizer"], n_out)


def to_original(network: Network) -> dict[str, Tensor]:
    """Return the weights of a gated CGCNN with one readout under the names of the original."""
    named: dict[str, Tensor] = {}
    for ours, tensor in network.state_dict().items():
        name = ours.removeprefix("trunk.")
        name = re.sub(r"^convolutions\.(\d+)\.full", r"convs.\1.fc_full", name)
        name = re.sub(r"^convolutions\.(\d+)\.edge_norm", r"convs.\1.bn1", name)
        name = re.sub(r"^convolutions\.(\d+)\.atom_norm", r"convs.\1.bn2", name)
        name = name.replace("heads.0.last", "fc_out").replace("heads.0.layers.0", "conv_to_fc")
        later = re.match(r"heads\.0\.layers\.(\d+)\.(.*)", name)
        if later:
            name = f"fcs.{int(later[1]) - 1}.{later[2]}"
        if name != "table":
            named[name] = tensor
    return named


def _settings_of(
    tensors: Mapping[str, Tensor], atom_file: Path | str | None, path: Path | str
) -> Cgcnn:
    """Read from names and shapes what the network was made by."""
    try:
        width, n_columns = tensors["embedding.weight"].shape
        hidden = tensors["conv_to_fc.weight"].shape[0]
    except KeyError as error:
        raise InputError(f"{path}: no network of the original CGCNN, it lacks {error}") from error
    numbers = [re.match(r"convs\.(\d+)\.fc_full\.weight", key) for key in tensors]
    layers = [int(match[1]) for match in numbers if match]
    n_basis = tensors["convs.0.fc_full.weight"].shape[1] - 2 * width if layers else 41
    if n_basis != round(_RADIUS / _STEP) + 1:
        raise InputError(
            f"{path}: its distances are {n_basis} Gaussians; the published ones, 0 to 8 Å by "
            "0.2 Å, are 41"
        )
    settings = Cgcnn(
        neighbors="nearest",
        radius=_RADIUS,
        step=_STEP,
        width=width,
        hidden=hidden,
        n_convolutions=len(layers),
        n_hidden=1 + sum(re.fullmatch(r"fcs\.\d+\.weight", key) is not None for key in tensors),
        atoms="bits" if atom_file is None else "file",
        atom_file="" if atom_file is None else str(atom_file),
    )
    if atom_file is None and n_columns != 92:
        raise InputError(
            f"{path}: atoms have {n_columns} numbers, in the published table 92; give the "
            "atom_init.json that it was trained with as atom_file"
        )
    return settings


def _renamed(tensors: Mapping[str, Tensor], path: Path | str) -> dict[str, Tensor]:
    named: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        later = re.match(r"fcs\.(\d+)\.(.*)", name)
        if name.startswith("conv_to_fc."):
            named[name.replace("conv_to_fc", "heads.0.layers.0")] = tensor
        elif later:
            named[f"heads.0.layers.{int(later[1]) + 1}.{later[2]}"] = tensor
        else:
            fitting = [(one, ours) for one, ours in _NAMES if re.fullmatch(one, name)]
            if not fitting:
                raise InputError(f"{path}: the original CGCNN has no {name}")
            named[re.sub(f"^{fitting[0][0]}$", fitting[0][1], name)] = tensor
    return named


def _scale_of(normalizer: Mapping[str, Any], n_out: int) -> Scale:
    mean, deviation = (
        torch.as_tensor(normalizer[key], dtype=torch.float64).reshape(-1) for key in ("mean", "std")
    )
    return Scale(mean.expand(n_out).numpy().copy(), float(deviation[0]), per_atom=False)
