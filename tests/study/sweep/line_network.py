"""A network of one weight for each element, trained in epochs, that fails when it is told to."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from atomarium.core import kinds
from atomarium.core.errors import InputError
from atomarium.core.pairs import find_pairs
from atomarium.core.structures import Structures
from atomarium.models.nn.aims import TARGET, Aim
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch, read_history, write_history


def _nan(epoch: int) -> None:
    if epoch == 2:
        raise InputError("the loss is not a number after 6 steps")


def _raise(epoch: int) -> None:
    if epoch == 1:
        raise ZeroDivisionError("a bug of somebody's")


def _disk(epoch: int) -> None:
    if epoch == 1:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _kill(epoch: int) -> None:
    if epoch == 1:
        os.kill(os.getpid(), 9)


#: What a run does at each epoch when it is told so.
FAULTS: dict[str, Callable[[int], None]] = {
    "none": lambda _: None,
    "nan": _nan,
    "raise": _raise,
    "disk": _disk,
    "kill": _kill,
}


def offer_line_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let study files have `kind = "line"`."""
    point = EntryPoint("line", f"{__name__}:Line", "atomarium.models")
    asked = {"atomarium.models": [point]}
    monkeypatch.setattr(kinds, "entry_points", lambda group: asked.get(group, []))


@dataclass(frozen=True, kw_only=True)
class Steps:
    """How it is trained."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    epochs: int = 4
    rate: float = 0.1
    seed: int = 0
    fault: str = "none"


@dataclass(frozen=True, kw_only=True)
class Line:
    """The network."""

    training: Steps = field(default_factory=Steps)

    def represent(
        self, structures: Structures, *, advance: Callable[[int], None] = lambda _: None
    ) -> Graphs:
        del advance
        return Graphs.from_pairs(structures, find_pairs(structures, 1.5), mutual=True)

    def learn(
        self,
        graphs: Graphs,
        aims: Sequence[Aim],
        *,
        folder: Path | None = None,
        watch: Callable[[Epoch], None] = lambda _: None,
        n_watched: int = 0,
    ) -> FittedLine:
        assert folder is not None
        n = len(graphs) - n_watched
        counts, values = counts_of(graphs), aims[0].values[:, 0]
        weights = np.random.default_rng(self.training.seed).normal(size=counts.shape[1])
        history = read_history(folder / "history.jsonl")
        weights = np.array(_kept(folder, weights.tolist()))
        for number in range(len(history), self.training.epochs):
            FAULTS[self.training.fault](number)
            slope = counts[:n].T @ (counts[:n] @ weights - values[:n]) / n
            weights = weights - self.training.rate * slope / (counts[:n] ** 2).sum(axis=1).mean()
            errors = counts @ weights - values
            parts = [
                {"loss": float((part**2).mean()), TARGET: float(np.abs(part).mean())}
                for part in (errors[:n], errors[n:])
            ]
            epoch = Epoch(
                number=number,
                train=parts[0],
                validation=parts[1],
                learning_rate=self.training.rate,
                seconds=0.01,
                structures=n,
            )
            history.append(epoch)
            write_history(folder / "history.jsonl", history)
            (folder / "weights.txt").write_text(repr(weights.tolist()))
            watch(epoch)
        return FittedLine(weights, tuple(history))

    def restore(self, arrays: dict[str, np.ndarray], graphs: Graphs | None) -> FittedLine:
        del graphs
        return FittedLine(arrays["weights"])


@dataclass(frozen=True)
class FittedLine:
    """Trained."""

    weights: np.ndarray
    epochs: tuple[Epoch, ...] = ()

    @property
    def chosen(self) -> dict[str, float | int | str]:
        return {"parameters": len(self.weights)}

    @property
    def warnings(self) -> tuple[str, ...]:
        return ()

    def predict(self, graphs: Any) -> np.ndarray:
        return (counts_of(graphs) @ self.weights)[:, None]

    def arrays(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights}


def counts_of(graphs: Graphs) -> np.ndarray:
    """Return how many atoms of H, C, N and O each structure has."""
    parts = np.split(graphs.numbers, graphs.offsets[1:-1])
    return np.array([[(part == z).sum() for z in (1, 6, 7, 8)] for part in parts], dtype=float)


def _kept(folder: Path, weights: list[float]) -> list[float]:
    path = folder / "weights.txt"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        return weights
    return [float(one) for one in path.read_text().strip("[]").split(",")]
