"""How a network is trained: settings only."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from atomarium.core.errors import InputError
from atomarium.models.nn.choices import check_choice, check_count

OPTIMIZERS = ("adamw", "adam", "sgd")
SCHEDULES = ("plateau", "cosine", "step", "constant")
LOSSES = ("squared", "absolute", "huber")
PRECISIONS = ("float32", "float64", "bfloat16")


@dataclass(frozen=True, kw_only=True)
class Training:
    """Steps down the slope of the error on small batches, until nothing more is gained.

    Args:
        epochs: How often every training structure is looked at, at least 1.
        batch_size: Structures of a batch, at least 1.
        batch_atoms: Atoms of a batch at most, so that batches of large structures are small; 0 for
            no limit.
        learning_rate: Above 0. At its largest, after the warm-up.
        optimizer: "adamw", "adam" or "sgd".
        weight_decay: 0 or above.
        momentum: Of "sgd", 0 to below 1.
        schedule: How the learning rate falls: "plateau" (when the validation error has not fallen
            for `patience` epochs), "cosine" (to zero at the last epoch), "step" (every `patience`
            epochs) or "constant".
        factor: What the learning rate is multiplied by on a plateau or at a step, 0 to 1.
        patience: Epochs, at least 1.
        warm_up: Steps over which the learning rate rises from zero, 0 or above.
        stop_after: Epochs without a lower validation error after which training stops; 0 for never.
        validation: Share of the training structures that are held out to watch the error, 0 to
            below 1. Without any, the last weights are kept instead of the best.
        clip: Largest length of the gradient; 0 for no limit.
        averaging: Decay of the running average of the weights, 0 to below 1; 0 for none.
        loss: What is made small: "squared", "absolute" or "huber" errors, in units of the spread of
            the training values.
        precision: "float32", "float64", or "bfloat16" for matrix products of a GPU.
        device: "auto" (a GPU if there is one), "cpu", "cuda" …
        compile: Whether torch compiles the network first: minutes, for faster steps.
        deterministic: Whether a GPU, too, shall give the same bits each time, which takes longer; a
            CPU always does.
        seed: Of weights, batches and the held-out part.
    """

    # Unknown keys in files are errors; what reads them looks here.
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    epochs: int = 200
    batch_size: int = 32
    batch_atoms: int = 0
    learning_rate: float = 1e-3
    optimizer: str = "adamw"
    weight_decay: float = 0.0
    momentum: float = 0.9
    schedule: str = "plateau"
    factor: float = 0.5
    patience: int = 10
    warm_up: int = 0
    stop_after: int = 0
    validation: float = 0.1
    clip: float = 10.0
    averaging: float = 0.0
    loss: str = "squared"
    precision: str = "float32"
    device: str = "auto"
    compile: bool = False
    deterministic: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        check_count("epochs", self.epochs, 1, 10**9)
        check_count("batch_size", self.batch_size, 1, 10**9)
        check_count("batch_atoms", self.batch_atoms, 0, 10**12)
        check_count("patience", self.patience, 1, 10**9)
        check_count("warm_up", self.warm_up, 0, 10**9)
        check_count("stop_after", self.stop_after, 0, 10**9)
        check_count("seed", self.seed, 0, 2**63 - 1)
        check_choice("optimizer", self.optimizer, OPTIMIZERS)
        check_choice("schedule", self.schedule, SCHEDULES)
        check_choice("loss", self.loss, LOSSES)
        check_choice("precision", self.precision, PRECISIONS)
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise InputError(f"learning_rate must be above 0, got {self.learning_rate}")
        for name in ("weight_decay", "clip"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(f"{name} must be 0 or above, got {value}")
        for name in ("momentum", "validation", "averaging"):
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise InputError(f"{name} must be 0 to below 1, got {value}")
        if not 0 < self.factor < 1:
            raise InputError(f"factor must be between 0 and 1, got {self.factor}")
        if self.validation == 0 and (self.schedule == "plateau" or self.stop_after):
            raise InputError(
                "without a validation part there is no error to watch: take another schedule "
                "than plateau, and no stop_after"
            )

    def of_member(self, number: int) -> Self:
        """Return the same training with the seed of one of several networks; the first's is own."""
        return replace(self, seed=(self.seed + number) % 2**63)
