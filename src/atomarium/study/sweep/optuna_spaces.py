"""What may be chosen, as Optuna's distributions of the values themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from atomarium.experiment.distributions import Range
from atomarium.experiment.space import Choice, Open
from atomarium.study.sweep.runs import SweepRun
from atomarium.study.sweep.space import plain_value

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


def distribution_of(runs: Sequence[SweepRun], name: str, one: Open | None) -> BaseDistribution:
    """Return the distribution of a setting, wide enough for every value that was chosen.

    Args:
        runs: At least one of them has the setting.
        name: Of the setting.
        one: What the study leaves open; None where it is not known.
    """
    from optuna import distributions

    values = cast("list[Any]", [run.settings[name] for run in runs if name in run.settings])
    numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    if isinstance(one, Choice) or not numeric:
        listed = range(len(one.values)) if isinstance(one, Choice) else ()
        known = [plain_value(one, number) for number in listed if isinstance(one, Choice)]
        return distributions.CategoricalDistribution(tuple(dict.fromkeys([*known, *values])))
    low, high = min(values), max(values)
    if isinstance(one, Range):
        low, high = min(low, one.low), max(high, one.high)
    log = bool(getattr(one, "log", False)) and low > 0
    if all(isinstance(value, int) for value in values):
        return distributions.IntDistribution(math.floor(low), math.ceil(high), log=log)
    return distributions.FloatDistribution(float(low), float(high), log=log)
