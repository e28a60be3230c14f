"""What a trained network says of graphs, batch by batch, in the targets' own units."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Float64

from atomarium.core.errors import InputError
from atomarium.models.nn.batches import ResidentGraphs
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.memory import free
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
        batch_size: Structures that it looks at together; fewer where memory is too small.

    Raises:
        InputError: an element is unknown, a structure has no atoms, or memory does not hold one.
    """
    network.check(graphs)
    network.eval()
    weight = next(network.parameters())
    resident = ResidentGraphs(graphs, device=weight.device, dtype=weight.dtype)
    parts: dict[str, list[np.ndarray]] = {}
    start = 0
    while start < len(graphs):
        try:
            found = _outputs(network, resident, start, min(start + batch_size, len(graphs)))
        except torch.OutOfMemoryError:
            if batch_size == 1:
                raise InputError(
                    f"{weight.device} has too little memory for structure {start} of "
                    f"{int(graphs.sizes[start]):,} atoms"
                ) from None
            # What is predicted does not depend on it.
            batch_size = min(batch_size, len(graphs)) // 2
            free(weight.device)
            continue
        for name, output in found.items():
            parts.setdefault(name, []).append(output)
        start += batch_size
    rows = {name: np.concatenate(some) for name, some in parts.items()}
    return {
        name: scales[name].up(one, graphs) if name in scales else one for name, one in rows.items()
    }


def _outputs(
    network: Network, resident: ResidentGraphs, start: int, stop: int
) -> dict[str, Float64[np.ndarray, "rows width"]]:
    with torch.no_grad():
        batch = resident.batch(np.arange(start, stop))
        return {name: one.cpu().double().numpy() for name, one in network(batch).items()}
