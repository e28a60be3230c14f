"""Whether runs with large batches were still learning when their epochs were over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atomarium.study.sweep.runs import Curve, Sweep, SweepRun

_BATCH_SIZE = "batch_size"
_LOSS = "val_loss"
#: Shorter curves have no shape.
_LEAST_EPOCHS = 4
_LEAST_RUNS = 3
#: A fall over the last third of the epochs that is not leveling off.
_FALLING = 0.1


@dataclass(frozen=True, kw_only=True)
class StillFalling:
    """Runs of large batches that had not leveled off.

    Args:
        setting: Name of the batch size.
        border: Batches of this size and more are large.
        large: Share by which the validation loss of these fell over the last third, in the median.
        small: The same of the others.
        n_large: Number of runs.
        n_small: Number of runs.
        factor: How many times more steps small batches make.
    """

    setting: str
    border: float
    large: float
    small: float
    n_large: int
    n_small: int
    factor: float


def still_falling(sweep: Sweep, runs: Sequence[SweepRun]) -> StillFalling | None:
    """Return what large batches did if they had not leveled off, beside what small ones did.

    Args:
        sweep: Has the curves.
        runs: Which to look at.
    """
    name = next((one for one in sweep.opened if one.rpartition(".")[2] == _BATCH_SIZE), None)
    if name is None:
        return None
    sizes = {
        run.number: float(size)
        for run in runs
        if isinstance(size := run.settings.get(name), int | float)
    }
    falls = {
        number: fall
        for number, curve in sweep.curves(sizes).items()
        if (fall := _fall(curve)) is not None
    }
    if len({sizes[number] for number in falls}) < 2:
        return None
    border = _border([sizes[number] for number in falls])
    large = [number for number in falls if sizes[number] >= border]
    small = [number for number in falls if sizes[number] < border]
    if min(len(large), len(small)) < _LEAST_RUNS:
        return None
    fell = [float(np.median([falls[number] for number in some])) for some in (large, small)]
    if fell[0] < _FALLING:
        return None
    mean_sizes = [
        math.exp(float(np.mean([math.log(sizes[number]) for number in some])))
        for some in (large, small)
    ]
    return StillFalling(
        setting=name,
        border=border,
        large=fell[0],
        small=max(fell[1], 0.0),
        n_large=len(large),
        n_small=len(small),
        factor=mean_sizes[0] / mean_sizes[1],
    )


def _border(sizes: list[float]) -> float:
    """Return the least of the larger half of the batch sizes that were tried."""
    tried = sorted(set(sizes))
    return tried[len(tried) // 2]


def _fall(curve: Curve) -> float | None:
    """Return the share by which the loss fell over the last third of its epochs.

    A straight line through its logarithm tells the trend from the noise of single epochs.
    """
    losses = np.array(
        [value for value in curve.columns.get(_LOSS, ()) if value is not None and value > 0]
    )
    n_last = math.ceil(len(losses) / 3)
    if len(losses) < _LEAST_EPOCHS or n_last < 2:
        return None
    last = np.log(losses[-(n_last + 1) :])
    slope = np.polyfit(np.arange(len(last)), last, 1)[0]
    return float(1 - math.exp(slope * n_last))
