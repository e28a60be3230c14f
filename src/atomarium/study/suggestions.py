"""Open settings as parameters of Optuna, and back.

What Optuna has no distribution for (normal, beta, rounded and weighted settings) is the share at
which it stands, between 0 and 1, so that all methods see the right prior.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any, TypeGuard

from atomarium.experiment.distributions import Range
from atomarium.experiment.space import Choice, Open


def suggest(trial: Any, name: str, one: Open) -> Any:
    """Return the number of a choice or the value of the rest, as a trial of Optuna suggests it."""
    if _is_plain_choice(one):
        return trial.suggest_categorical(name, list(range(len(one.values))))
    if isinstance(one, Range) and one.is_plain:
        if not one.whole:
            return trial.suggest_float(name, one.low, one.high, log=one.log, step=one.step)
        step = 1 if one.step is None else int(one.step)
        return trial.suggest_int(name, int(one.low), int(one.high), log=one.log, step=step)
    return value_of(one, trial.suggest_float(name, 0.0, 1.0))


def value_of(one: Open, parameter: Any) -> Any:
    """Return the number of a choice or the value of the rest that a parameter stands for."""
    is_value = _is_plain_choice(one) or (isinstance(one, Range) and one.is_plain)
    return parameter if is_value else one.at(float(parameter))


def _is_plain_choice(one: Open) -> TypeGuard[Choice]:
    return isinstance(one, Choice) and not one.probabilities


def distribution_of(one: Open) -> Any:
    """Return the distribution of Optuna that `suggest` draws from."""
    from optuna import distributions

    if _is_plain_choice(one):
        return distributions.CategoricalDistribution(list(range(len(one.values))))
    if isinstance(one, Range) and one.is_plain:
        if not one.whole:
            return distributions.FloatDistribution(one.low, one.high, log=one.log, step=one.step)
        step = 1 if one.step is None else int(one.step)
        low, high = int(one.low), int(one.high)
        return distributions.IntDistribution(low, high, log=one.log, step=step)
    return distributions.FloatDistribution(0.0, 1.0)


def parameter_of(one: Open, value: Any) -> Any:
    """Return the parameter of Optuna that stands for the number of a choice or a value."""
    if isinstance(one, Choice):
        if not one.probabilities:
            return value
        before = [0.0, *accumulate(one.probabilities)]
        return (before[value] + before[value + 1]) / 2
    if isinstance(one, Range) and one.is_plain:
        return value
    return one.share(value)
