"""How wrong outputs are: the loss that is made small, and errors in the targets' own units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from atomarium.models.nn.batches import Batch
from atomarium.models.nn.heads import Outputs
from atomarium.models.nn.lesson import Lesson
from atomarium.models.nn.readouts import Classes, Readout
from atomarium.models.nn.scales import Scale

_ELEMENTWISE = {
    "squared": functional.mse_loss,
    "absolute": functional.l1_loss,
    "huber": functional.huber_loss,
}


class LossFunction:
    """The weighted sum of the losses of all targets; missing values count nothing.

    Args:
        kind: "squared", "absolute" or "huber", of everything but classes.
        lesson: What is learned.
        readouts: What the network returns.
        scales: Of what it returns.
    """

    def __init__(
        self,
        kind: str,
        lesson: Lesson,
        readouts: Sequence[Readout],
        scales: Mapping[str, Scale],
    ) -> None:
        self.elementwise = _ELEMENTWISE[kind]
        self.weights = {name: lesson.weights.get(name, 1.0) for name in lesson.values}
        self.classes = {one.name for one in readouts if isinstance(one, Classes)}
        self.spreads = {name: scale.spread for name, scale in scales.items()}

    def __call__(
        self, outputs: Outputs, targets: Mapping[str, Tensor]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss, and of each target its mean absolute error (of classes: wrong ones)."""
        losses: list[Tensor] = []
        errors: dict[str, Tensor] = {}
        for name, target in targets.items():
            if name in self.classes:
                loss, error = _of_classes(outputs[name], target)
            else:
                loss, error = self._of_numbers(outputs[name], target)
                error = error * self.spreads[name]
            losses.append(self.weights[name] * loss)
            errors[name] = error.detach()
        return torch.stack(losses).sum(), errors

    def _of_numbers(self, output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        known = torch.isfinite(target)
        # Without branching on what the device holds: the host does not wait for it.
        filled = torch.where(known, target, 0.0)
        difference = torch.where(known, output.reshape(target.shape), 0.0)
        count = known.sum().clamp(min=1)
        loss = self.elementwise(difference, filled, reduction="sum") / count
        return loss, (difference - filled).abs().sum() / count


def _of_classes(output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    known = torch.isfinite(target[:, 0])
    numbers = torch.where(known, target[:, 0], 0.0).long()
    count = known.sum().clamp(min=1)
    loss = -(output.gather(1, numbers[:, None])[:, 0] * known).sum() / count
    wrong = ((output.argmax(dim=1) != numbers) & known).sum() / count
    return loss, wrong


class Errors:
    """Losses and errors of batches, added up on the device, each weighted by its structures.

    Args:
        device: Where they are.
        before: Sums of batches before, as `plain` returns them.
    """

    def __init__(self, device: torch.device, before: Mapping[str, float]) -> None:
        self.device = device
        self.n = before.get("structures", 0.0)
        self.sums = {
            name: torch.tensor(value, dtype=torch.float64, device=device)
            for name, value in before.items()
            if name != "structures"
        }

    def add(self, loss: Tensor, errors: Mapping[str, Tensor], batch: Batch) -> None:
        """Add a batch."""
        self.n += len(batch)
        for name, value in {"loss": loss, **errors}.items():
            zero = torch.zeros((), dtype=torch.float64, device=self.device)
            self.sums[name] = self.sums.get(name, zero) + value.double() * len(batch)

    def plain(self) -> dict[str, float]:
        """Return the sums as numbers; waits for the device."""
        return {"structures": self.n, **{name: float(one) for name, one in self.sums.items()}}

    @staticmethod
    def means(sums: Mapping[str, float]) -> dict[str, float]:
        """Return what sums are per structure."""
        n = max(sums.get("structures", 0.0), 1.0)
        return {name: value / n for name, value in sums.items() if name != "structures"}
