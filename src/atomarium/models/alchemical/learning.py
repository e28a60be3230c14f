"""How couplings of elements are learned: settings only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from atomarium.core.errors import InputError, did_you_mean

OPTIMIZERS = ("l-bfgs", "sgd", "adam")
LOSSES = ("huber", "squared")
DETACHED = ("nothing", "weights", "support", "both")


@dataclass(frozen=True, kw_only=True)
class Learning:
    """Steps that lower the error of structures which are left out, through the solved weights.

    Each fold is predicted from the others: two folds that change places are the scheme of 2018. One
    fold is a split into a part that trains and one whose errors count. A third part does neither:
    learning stops when its error no longer falls, and the couplings of its least error are kept.

    `detach` cuts a path of the gradient, to see what it is for: through the weights of the
    regression, through the training structures that others are compared with ("support"), or
    "both". What is left no longer points downhill.

    Args:
        optimizer: "l-bfgs"; "sgd", with momentum; or "adam".
        epochs: Most steps, at least 1.
        learning_rate: Of "sgd" and "adam", above 0.
        momentum: Of "sgd", 0 to below 1.
        folds: Parts that are predicted from the others, at least 1; with 1 they do not change
            places.
        left_out: Share whose errors count when there is one fold, between 0 and 1.
        third: Share of the third part, 0 to below 1; without one all steps are made.
        patience: Steps without a lower error of the third part after which learning stops.
        restarts: How often learning begins anew from another random W; the least loss is kept.
        loss: Of what is left out: "squared" errors, or "huber", which grow in proportion from a
            tenth of the spread of the values on, so that a few structures do not decide.
        penalty: Of W, in squares of the length that couplings have for it, 0 or above: it makes
            elements alike that the prior calls alike. It counts as much as the errors of so many
            structures, so that data decide where there are many.
        noise: λ that learning begins with, above 0; it is learned with the couplings.
        detach: "nothing", "weights", "support" or "both".
        structures: Most structures to learn couplings from, spread over all; 0 takes all.
        seed: Of random W, and of what is in which part.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    optimizer: str = "l-bfgs"
    epochs: int = 100
    learning_rate: float = 0.05
    momentum: float = 0.9
    folds: int = 2
    left_out: float = 0.33
    third: float = 0.1
    patience: int = 25
    restarts: int = 2
    loss: str = "huber"
    penalty: float = 5.0
    noise: float = 1e-2
    detach: str = "nothing"
    structures: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        words = {"optimizer": OPTIMIZERS, "loss": LOSSES, "detach": DETACHED}
        for name, known in words.items():
            value = getattr(self, name)
            if value not in known:
                raise InputError(f"{name} {value!r} is not known{did_you_mean(str(value), known)}")
        for name in ("epochs", "folds", "patience", "restarts"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} must be at least 1, got {getattr(self, name)}")
        self._check_numbers()

    def _check_numbers(self) -> None:
        for name in ("learning_rate", "noise"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise InputError(f"{name} must be above 0, got {value}")
        for name in ("penalty", "structures", "seed"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(f"{name} must be 0 or above, got {value}")
        for name, lowest in (("momentum", True), ("third", True), ("left_out", False)):
            value = getattr(self, name)
            if not (0 <= value < 1 and (lowest or value > 0)):
                right = "0 to below 1" if lowest else "between 0 and 1"
                raise InputError(f"{name} must be {right}, got {value}")
