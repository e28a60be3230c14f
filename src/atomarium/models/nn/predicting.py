"""What a trained network says of graphs, batch by batch, in the targets' own units."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Float64

from atomarium.models.nn.batches import ResidentGraphs
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.network import Network
from atomarium.models.nn.scales import Scale


def predict(
    network: Network, graphs: Graphs, scales: Mapping[str, Scale], *, batch_size: int
) -> dict[str, Float64[np.ndarray, "rows width"]]:
    """Return everything that a network returns, by name.

    Args:
        network: Trained, on its device.
        graphs: At least one.
        scales: Of what it returns.
        batch_size: Structures that it looks at together.

    Raises:
        InputError: an element is unknown or a structure has no atoms.
    """
    network.check(graphs)
    network.eval()
    weight = next(network.parameters())
    resident = ResidentGraphs(graphs, device=weight.device, dtype=weight.dtype)
    parts: dict[str, list[np.ndarray]] = {}
    with torch.no_grad():
        for start in range(0, len(graphs), batch_size):
            batch = resident.batch(np.arange(start, min(start + batch_size, len(graphs))))
            for name, output in network(batch).items():
                parts.setdefault(name, []).append(output.cpu().double().numpy())
    rows = {name: np.concatenate(some) for name, some in parts.items()}
    return {
        name: scales[name].up(one, graphs) if name in scales else one for name, one in rows.items()
    }
