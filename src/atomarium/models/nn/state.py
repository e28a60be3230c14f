"""Where a training is, with all that it takes to go on from there to the same bits."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from atomarium.core.hashing import hash_arrays, hash_settings
from atomarium.models.nn.checkpoints import (
    load_checkpoint,
    optimizer_tensors,
    restore_network,
    restore_optimizer,
    save_checkpoint,
)
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch, write_history
from atomarium.models.nn.lesson import Lesson
from atomarium.models.nn.network import Network
from atomarium.models.nn.schedules import Schedule
from atomarium.models.nn.training import Training

_CHECKPOINT, _HISTORY = "checkpoint.safetensors", "history.jsonl"


@dataclass
class Progress:
    """Where a training is.

    Args:
        epoch: That is being trained, counted from 0.
        batch: Of that epoch, likewise.
        step: Of all epochs together.
        sums: Losses and errors of the batches of this epoch, added up.
        epochs: What came of those that are done.
        seconds: On the wall, in this epoch and earlier runs of the program.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    epochs: list[Epoch] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class State:
    """What changes while a network is trained, its weights and its optimizer apart.

    Args:
        fingerprint: Of settings and data.
        schedule: Of the learning rate.
        average: Running average of the weights, if one is kept.
        best: Weights of the least error on the held-out part.
        progress: How far it is.
    """

    fingerprint: str
    schedule: Schedule
    average: dict[str, Tensor] | None = None
    best: dict[str, Tensor] | None = None
    progress: Progress = field(default_factory=Progress)

    def save(self, folder: Path, network: Network, optimizer: torch.optim.Optimizer) -> None:
        """Write everything into a folder."""
        tensors = {f"network.{name}": one for name, one in network.state_dict().items()}
        for prefix, weights in (("average.", self.average), ("best.", self.best)):
            tensors |= {f"{prefix}{name}": one for name, one in (weights or {}).items()}
        tensors |= optimizer_tensors(optimizer)
        plain = {
            "fingerprint": self.fingerprint,
            "progress": asdict(self.progress),
            "schedule": self.schedule.plain(),
        }
        folder.mkdir(parents=True, exist_ok=True)
        save_checkpoint(folder / _CHECKPOINT, tensors, plain)
        self.write_history(folder)

    def write_history(self, folder: Path) -> None:
        """Write what came of each epoch."""
        write_history(folder / _HISTORY, self.progress.epochs)

    def resume(self, folder: Path, network: Network, optimizer: torch.optim.Optimizer) -> None:
        """Take up what `save` wrote, if anything is there.

        Raises:
            InputError: it is damaged or of another training.
        """
        path = folder / _CHECKPOINT
        if not path.exists():
            return
        tensors, plain = load_checkpoint(path, self.fingerprint)
        restore_network(network, tensors, "network.")
        restore_optimizer(optimizer, tensors)
        device = next(network.parameters()).device
        self.average = _starting_with("average.", tensors, device)
        self.best = _starting_with("best.", tensors, device)
        self.schedule.restore(plain["schedule"])
        epochs = [Epoch(**one) for one in plain["progress"].pop("epochs")]
        self.progress = Progress(**plain["progress"], epochs=epochs)


def _starting_with(
    prefix: str, tensors: dict[str, Tensor], device: torch.device
) -> dict[str, Tensor] | None:
    mine = {
        key.removeprefix(prefix): one.to(device)
        for key, one in tensors.items()
        if key.startswith(prefix)
    }
    return mine or None


def weights_of(network: Network) -> dict[str, Tensor]:
    """Return a copy of all weights by name."""
    return {name: one.detach().clone() for name, one in network.state_dict().items()}


def fingerprint(
    network: Network, settings: Training, graphs: Graphs, lesson: Lesson, n_watched: int = 0
) -> str:
    """Return a name that differs for trainings that cannot go on from each other's checkpoints."""
    plain = asdict(settings)
    if n_watched:
        plain["n_watched"] = n_watched
    # Training longer goes on from what is there, unless the learning rate knew the end.
    if settings.schedule != "cosine":
        del plain["epochs"]
    del plain["device"], plain["compile"], plain["deterministic"]
    values = {name: hash_arrays(rows) for name, rows in lesson.values.items()}
    kind = [type(network.settings).__name__, repr(network.settings)]
    return hash_settings([plain, values, dict(lesson.weights), graphs.content_hash(), kind])
