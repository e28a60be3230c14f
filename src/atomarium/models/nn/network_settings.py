"""What the settings of all networks have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atomarium.models.nn.choices import (
    ACTIVATION_NAMES,
    BASIS_NAMES,
    CUTOFF_NAMES,
    FILTER_NAMES,
    check_choice,
    check_count,
    check_length,
)
from atomarium.models.nn.extra import need_torch
from atomarium.models.nn.graph_rules import CutoffGraph, GraphRule
from atomarium.models.nn.readouts import Readout

if TYPE_CHECKING:
    from atomarium.models.nn.network import Network, Trunk


class NetworkSettings(ABC):
    """Settings that a network is built from."""

    @property
    @abstractmethod
    def graph(self) -> GraphRule:
        """Which atoms are joined."""

    @abstractmethod
    def make_trunk(self) -> Trunk:
        """Return the part that describes atoms, with random weights; torch must be there."""

    def build(self, readouts: Sequence[Readout], *, seed: int = 0) -> Network:
        """Return an untrained network.

        Args:
            readouts: What it is to predict.
            seed: Of the random weights that it begins with.

        Raises:
            InputError: torch is not installed, or readouts do not go together or with the network.
        """
        need_torch()
        from atomarium.models.nn.network import build_network

        return build_network(self, self.make_trunk, readouts, seed=seed)


@dataclass(frozen=True, kw_only=True)
class FilterSettings(NetworkSettings):
    """Settings of a network that sees all neighbors within a cutoff, through filters."""

    cutoff: float = 5.0
    width: int = 128
    n_interactions: int = 3
    n_basis: int = 20
    basis: str = "gaussian"
    cutoff_function: str = "cosine"
    activation: str = "silu"
    shared: bool = False
    filters: str = "auto"

    def __post_init__(self) -> None:
        check_length("cutoff", self.cutoff)
        check_count("width", self.width, 1, 4096)
        check_count("n_interactions", self.n_interactions, 1, 64)
        check_count("n_basis", self.n_basis, 2, 1000)
        check_choice("basis", self.basis, BASIS_NAMES)
        check_choice("cutoff_function", self.cutoff_function, CUTOFF_NAMES)
        check_choice("activation", self.activation, ACTIVATION_NAMES)
        check_choice("filters", self.filters, FILTER_NAMES)

    @property
    def graph(self) -> CutoffGraph:
        """Which atoms are joined."""
        return CutoffGraph(cutoff=self.cutoff)
