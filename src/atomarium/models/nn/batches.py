"""Graphs as tensors: a data set that stays on its device, and the batches cut out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from atomarium.core.segments import as_indices, offsets_of, segment_of_row, segment_sum
from atomarium.models.nn.element_data import MASSES
from atomarium.models.nn.graphs import Graphs


@dataclass(frozen=True, eq=False, kw_only=True)
class Batch:
    """Some graphs that a network looks at together, on one device.

    Args:
        numbers: Atomic number of each atom.
        positions: Å, from the center of mass of the structure.
        volumes: Å³, zero without a cell.
        offsets: Where the atoms of each structure begin.
        structure_of_atom: The structure that each atom belongs to.
        centers: Atom that an edge starts from, counted over the batch.
        neighbors: Atom that it leads to.
        vectors: Å, from center to neighbor.
        weights: How much an edge counts, 0 to 1.
        atom_borders: Where the edges of each atom begin; they are sorted by center.
        edge_offsets: Where the edges of each structure begin.
        mutual: Whether each edge stands for both directions.
    """

    numbers: Int64[Tensor, "atoms"]
    positions: Float[Tensor, "atoms 3"]
    volumes: Float[Tensor, "structures"]
    offsets: Int64[Tensor, "structures+1"]
    structure_of_atom: Int64[Tensor, "atoms"]
    centers: Int64[Tensor, "edges"]
    neighbors: Int64[Tensor, "edges"]
    vectors: Float[Tensor, "edges 3"]
    weights: Float[Tensor, "edges"]
    atom_borders: Int64[Tensor, "atoms+1"]
    edge_offsets: Int64[Tensor, "structures+1"]
    mutual: bool

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def n_atoms(self) -> int:
        """Atoms of all structures together."""
        return len(self.numbers)

    @property
    def sizes(self) -> Int64[Tensor, "structures"]:
        """Atoms of each structure."""
        return self.offsets.diff()


class ResidentGraphs:
    """All graphs of a data set on one device; batches are cut out there, by slicing alone.

    Args:
        graphs: The data set.
        device: As torch names it: "cpu", "cuda", "cuda:1" …
        dtype: Of positions, vectors and weights.
    """

    def __init__(
        self,
        graphs: Graphs,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.graphs = graphs
        self.device = torch.device(device)
        self.dtype = dtype
        self._numbers = self._whole(graphs.numbers)
        self._positions = self._real(_centered(graphs))
        self._volumes = self._real(np.abs(np.linalg.det(graphs.cells)))
        self._centers = self._whole(graphs.centers)
        self._neighbors = self._whole(graphs.neighbors)
        self._vectors = self._real(graphs.vectors)
        self._weights = self._real(graphs.weights)
        self._edge_counts = self._whole(_edges_of_atoms(graphs))

    def __len__(self) -> int:
        return len(self.graphs)

    def batch(self, indices: np.ndarray) -> Batch:
        """Return the chosen graphs in the order chosen; the host does not wait for the device.

        Args:
            indices: From 0; one graph may come several times.

        Raises:
            InputError: an index is not that of a graph.
        """
        chosen = as_indices(indices, len(self))
        atoms, offsets, structures = self._rows(self.graphs.offsets, chosen)
        edges, edge_offsets, structure_of_edge = self._rows(self.graphs.edge_offsets, chosen)
        first_of_edge = offsets[:-1][structure_of_edge]
        counts = self._edge_counts[atoms]
        return Batch(
            numbers=self._numbers[atoms],
            positions=self._positions[atoms],
            volumes=self._volumes[self.moved(chosen)],
            offsets=offsets,
            structure_of_atom=structures,
            centers=self._centers[edges] + first_of_edge,
            neighbors=self._neighbors[edges] + first_of_edge,
            vectors=self._vectors[edges],
            weights=self._weights[edges],
            atom_borders=torch.nn.functional.pad(counts.cumsum(0), (1, 0)),
            edge_offsets=edge_offsets,
            mutual=self.graphs.mutual,
        )

    def _rows(self, offsets: np.ndarray, chosen: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        """Return the rows of the chosen segments, their new offsets, and the segment of each."""
        lengths = offsets[chosen + 1] - offsets[chosen]
        borders = offsets_of(lengths)
        n_rows = int(borders[-1])
        moved, borders = self.moved(offsets[chosen] - borders[:-1]), self.moved(borders)
        places = torch.arange(len(chosen), device=self.device)
        # Without its length, the host would wait for the device to count the rows.
        segments = torch.repeat_interleave(places, borders.diff(), output_size=n_rows)
        rows = torch.arange(n_rows, device=self.device) + moved[segments]
        return rows, borders, segments

    def moved(self, array: np.ndarray) -> Tensor:
        """Return an array on the device; the host does not wait for it."""
        tensor = torch.from_numpy(array)
        if self.device.type == "cuda":
            return tensor.pin_memory().to(self.device, non_blocking=True)
        return tensor.to(self.device)

    def _whole(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(array.astype(np.int64)).to(self.device)

    def _real(self, array: np.ndarray) -> Tensor:
        return torch.tensor(array, dtype=self.dtype, device=self.device)


def _edges_of_atoms(graphs: Graphs) -> np.ndarray:
    """Count the edges that start from each atom."""
    firsts = np.repeat(graphs.offsets[:-1], np.diff(graphs.edge_offsets))
    return np.bincount(graphs.centers + firsts, minlength=graphs.n_atoms)


def _centered(graphs: Graphs) -> np.ndarray:
    """Return positions from the center of mass of each structure."""
    masses = MASSES[graphs.numbers][:, None]
    totals = np.maximum(segment_sum(masses, graphs.offsets), np.finfo(float).tiny)
    centers = segment_sum(masses * graphs.positions, graphs.offsets) / totals
    return graphs.positions - centers[segment_of_row(graphs.offsets)]
