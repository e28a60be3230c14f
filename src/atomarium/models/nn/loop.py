"""The loop that trains a network: batches, steps, epochs; read `Trainer.run` first."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from atomarium.core.errors import InputError
from atomarium.core.segments import rows_of_segments
from atomarium.core.stopping import Stopped, is_stop_asked
from atomarium.models.nn.batches import Batch, ResidentGraphs
from atomarium.models.nn.devices import choose_device, make_optimizer
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import Epoch
from atomarium.models.nn.lesson import Lesson
from atomarium.models.nn.losses import Errors, LossFunction
from atomarium.models.nn.memory import too_large
from atomarium.models.nn.network import Network
from atomarium.models.nn.order import batches_of, held_out
from atomarium.models.nn.randomness import exact, seeded
from atomarium.models.nn.scales import Scale
from atomarium.models.nn.schedules import Schedule
from atomarium.models.nn.state import State, fingerprint, weights_of
from atomarium.models.nn.training import Training

_SECONDS_BETWEEN_CHECKPOINTS = 30.0
_DTYPES = {"float64": torch.float64, "float32": torch.float32, "bfloat16": torch.float32}


class Trainer:
    """Trains one network.

    Args:
        network: What is trained, in place; it ends with its best weights.
        graphs: Training structures, those held out among them.
        lesson: What they are to teach, checked.
        scales: Of what the network returns.
        settings: How to train.
        folder: Where checkpoints and the history are kept; nowhere when left out.
        watch: Told of each epoch when it is done.
        n_watched: So many of the last structures are held out; 0 draws them as the settings say.
    """

    def __init__(  # noqa: PLR0913 - one place, called once
        self,
        network: Network,
        graphs: Graphs,
        lesson: Lesson,
        scales: Mapping[str, Scale],
        settings: Training,
        *,
        folder: Path | None = None,
        watch: Callable[[Epoch], None] = lambda _: None,
        n_watched: int = 0,
    ) -> None:
        self.settings, self.folder, self.watch = settings, folder, watch
        self.device = choose_device(settings.device)
        self.dtype = _DTYPES[settings.precision]
        self.network = network.to(self.device, self.dtype)
        self.scales = scales
        self.loss = LossFunction(settings.loss, lesson, network.readouts, scales)
        self._numbers = {
            name: self._down(name, rows, graphs) for name, rows in lesson.values.items()
        }
        self.of_atoms = {
            name
            for name, rows in lesson.values.items()
            if len(rows) == graphs.n_atoms != len(graphs)
        }
        self.resident = ResidentGraphs(graphs, device=self.device, dtype=self.dtype)
        self.train, self.validation = held_out(len(graphs), settings, n_watched)
        self.optimizer = make_optimizer(self.network, settings)
        self.state = State(
            fingerprint=fingerprint(self.network, settings, graphs, lesson, n_watched),
            schedule=Schedule(settings),
            average=weights_of(self.network) if settings.averaging else None,
        )
        self._saved_at = time.monotonic()
        self._call: nn.Module = self.network
        if settings.compile:
            self._call = torch.compile(self.network)  # pyright: ignore[reportAttributeAccessIssue]

    def run(self) -> list[Epoch]:
        """Train to the end, from a checkpoint if there is one, and return what came of each epoch.

        Raises:
            InputError: the checkpoint is of another training, the loss is no longer a number, or
                the device has too little memory, or cannot give the same bits each time.
            Stopped: it was asked to; a checkpoint is kept.
        """
        with exact(self.device) if self.settings.deterministic else contextlib.nullcontext():
            return self._run()

    def _run(self) -> list[Epoch]:
        if self.folder is not None:
            self.state.resume(self.folder, self.network, self.optimizer)
        while self.state.progress.epoch < self.settings.epochs:
            self._train_epoch()
            epoch = self._close_epoch()
            self.watch(epoch)
            if self.state.schedule.is_over(epoch.number):
                break
            self._keep(now=False)
        self._end()
        return self.state.progress.epochs

    def _train_epoch(self) -> None:
        progress = self.state.progress
        batches = batches_of(self.train, self.resident.graphs, self.settings, progress.epoch)
        started = time.monotonic()
        sums = Errors(self.device, progress.sums)
        while progress.batch < len(batches):
            chosen = batches[progress.batch]
            rate = self.state.schedule.rate(
                progress.epoch, progress.batch / len(batches), progress.step
            )
            sums.add(*self._step(chosen, rate))
            progress.batch += 1
            progress.step += 1
            stop = is_stop_asked()
            if stop or time.monotonic() - self._saved_at > _SECONDS_BETWEEN_CHECKPOINTS:
                progress.sums = sums.plain()
                progress.seconds += time.monotonic() - started
                started = time.monotonic()
                self._keep(now=True)
            if stop:
                raise Stopped
        progress.sums = sums.plain()
        progress.seconds += time.monotonic() - started

    def _step(self, chosen: np.ndarray, rate: float) -> tuple[Tensor, dict[str, Tensor], Batch]:
        """Take one step; returns the loss, the errors and the batch, still on the device."""
        self.network.train()
        with self._seeded(self.state.progress.step):
            try:
                loss, errors, batch = self._slopes(chosen)
            except torch.OutOfMemoryError:
                attempt = lambda size: self._slopes(chosen[:size])  # noqa: E731
                raise too_large(self.device, len(chosen), attempt) from None
            if self.settings.clip:
                nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            self.optimizer.step()
            if self.state.average is not None:
                self._blend(self.state.average)
        return loss, errors, batch

    def _slopes(self, chosen: np.ndarray) -> tuple[Tensor, dict[str, Tensor], Batch]:
        """Leave the slopes of the loss with the weights; returns what `_step` does."""
        batch = self.resident.batch(chosen)
        with self._cast():
            outputs = self._call(batch)
        loss, errors = self.loss(outputs, self._targets(chosen))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        return loss.detach(), errors, batch

    def _close_epoch(self) -> Epoch:
        """Look at the held-out part, and remember the weights if they are the best."""
        progress = self.state.progress
        started = time.monotonic()
        train = Errors.means(progress.sums)
        if not np.isfinite(train["loss"]):
            raise InputError(
                f"the loss is not a number after {progress.step} steps: the learning rate, "
                f"{self.settings.learning_rate:g}, is too large for these data"
            )
        with self._averaged():
            validation = self._evaluate(self.validation) if len(self.validation) else {}
            if validation and self.state.schedule.note(progress.epoch, validation["loss"]):
                self.state.best = weights_of(self.network)
        progress.seconds += time.monotonic() - started
        epoch = Epoch(
            number=progress.epoch,
            train=train,
            validation=validation,
            learning_rate=self.optimizer.param_groups[0]["lr"],
            seconds=progress.seconds,
            structures=len(self.train),
        )
        progress.epochs.append(epoch)
        progress.epoch, progress.batch, progress.sums, progress.seconds = (
            epoch.number + 1,
            0,
            {},
            0.0,
        )
        return epoch

    def _evaluate(self, chosen: np.ndarray) -> dict[str, float]:
        self.network.eval()
        sums = Errors(self.device, {})
        size = self.settings.batch_size
        with torch.no_grad():
            for start in range(0, len(chosen), size):
                some = chosen[start : start + size]
                batch = self.resident.batch(some)
                with self._cast():
                    outputs = self.network(batch)
                loss, errors = self.loss(outputs, self._targets(some))
                sums.add(loss, errors, batch)
        return Errors.means(sums.plain())

    def _end(self) -> None:
        """Leave the network with its best weights, ready to predict."""
        if self.state.best is not None:
            self.network.load_state_dict(self.state.best)
        elif self.state.average is not None:
            self.network.load_state_dict(self.state.average)
        self.network.eval()
        if self.folder is not None:
            self.state.write_history(self.folder)

    def _targets(self, chosen: np.ndarray) -> dict[str, Tensor]:
        graphs = self.resident.graphs
        rows, atoms = self.resident.moved(chosen), None
        if self.of_atoms:
            atoms = self.resident.moved(rows_of_segments(graphs.offsets, chosen)[0])
        return {
            name: numbers[atoms if name in self.of_atoms else rows]
            for name, numbers in self._numbers.items()
        }

    def _down(self, name: str, rows: np.ndarray, graphs: Graphs) -> Tensor:
        # In float64: totals of large structures have more digits than float32 holds.
        scaled = self.scales[name].down(rows, graphs)
        return torch.tensor(scaled, dtype=self.dtype, device=self.device)

    def _blend(self, average: dict[str, Tensor]) -> None:
        with torch.no_grad():
            for name, one in self.network.state_dict().items():
                if one.is_floating_point():
                    average[name].lerp_(one, 1 - self.settings.averaging)
                else:
                    average[name].copy_(one)

    @contextlib.contextmanager
    def _averaged(self) -> Generator[None]:
        """Use the averaged weights in a block, if there are any."""
        if self.state.average is None:
            yield
            return
        own = weights_of(self.network)
        self.network.load_state_dict(self.state.average)
        yield
        self.network.load_state_dict(own)

    @contextlib.contextmanager
    def _seeded(self, step: int) -> Generator[None]:
        """Draw what a step leaves to chance from the seed and its number alone."""
        if not any(isinstance(one, nn.Dropout) for one in self.network.modules()):
            yield
            return
        with seeded((self.settings.seed * 1_000_003 + step) % 2**63, self.device):
            yield

    def _cast(self) -> contextlib.AbstractContextManager[Any]:
        if self.settings.precision != "bfloat16":
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def _keep(self, *, now: bool) -> None:
        """Write a checkpoint if one is due."""
        due = now or time.monotonic() - self._saved_at >= _SECONDS_BETWEEN_CHECKPOINTS
        if self.folder is not None and due:
            self.state.save(self.folder, self.network, self.optimizer)
            self._saved_at = time.monotonic()
