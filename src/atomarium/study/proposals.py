"""What to try next: the samplers of Optuna, made to give the same list for the same seed.

Optuna's samplers draw from generators that go on from one trial to the next, so that a search
that was stopped would go on with other settings. Here every proposal has a seed of its own, made
from the seed of the search and its number: what is proposed depends on these and on the results
before, not on when the program was started.
"""

from __future__ import annotations

import itertools
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

from atomarium.core.errors import InputError
from atomarium.data.splits import random_order
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.distributions import Range
from atomarium.experiment.space import Choice, Choose, Open
from atomarium.study.suggestions import suggest

#: Points of a range that has no steps, in a grid.
_GRID_POINTS = 5
_MOST_OF_A_GRID = 100_000
#: Random orders that seeds of proposals are taken from.
_ORDER = 2**16
_ONE_AT_A_TIME = threading.Lock()


@runtime_checkable
class Space(Protocol):
    """What may be chosen: the settings of one model, or of several."""

    @property
    def open_settings(self) -> dict[str, Open]:
        """What is open, by name."""
        ...

    def fill(self, choose: Choose) -> Any:
        """Return what some choice makes."""
        ...


@dataclass
class Proposals:
    """Proposes settings of a space, one after the other, and learns from their errors.

    Args:
        space: What may be chosen.
        method: `tpe`, `gp`, `cma-es`, `quasi-random`, `random` or `grid`.
        seed: Another seed, other proposals.
        count: How many have been made.
    """

    space: CandidateSpace
    method: str
    seed: int
    count: int = 0
    _study: Any = field(init=False, repr=False)
    _grid: Iterator[dict[str, Any]] | None = field(init=False, repr=False)
    _asked: Any = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self._grid = grid(self.space) if self.method == "grid" else None
        self._study = None if self._grid is not None else _new_study()

    def ask(self) -> dict[str, Any] | None:
        """Return the next settings by name, or None when a grid has no more."""
        number, self.count = self.count, self.count + 1
        if self._grid is not None:
            return next(self._grid, None)
        self._study.sampler = make_sampler(self.method, self.seed, number)
        self._asked = self._study.ask()
        settings: dict[str, Any] = {}

        def choose(name: str, one: Open) -> Any:
            settings[name] = suggest(self._asked, name, one)
            return settings[name]

        try:
            self.space.fill(choose)
        except ModuleNotFoundError as error:
            raise InputError(missing(self.method, error)) from None
        return settings

    def tell(self, error: float | None) -> None:
        """Say what came of the settings asked for last; None when nothing did."""
        if self._grid is None:
            state = _states().FAIL if error is None else None
            self._study.tell(self._asked, error, state=state)


def grid(space: Space) -> Iterator[dict[str, Any]]:
    """Yield every combination of a space by name; ranges without steps give five numbers each.

    Raises:
        InputError: there are too many.
    """
    values = {name: _points(one) for name, one in space.open_settings.items()}
    seen: set[tuple[tuple[str, Any], ...]] = set()
    for number, combination in enumerate(itertools.product(*values.values())):
        if number >= _MOST_OF_A_GRID:
            given = f"{len(values)} open settings make more than {_MOST_OF_A_GRID:,} combinations"
            raise InputError(f"{given}; search at random, or leave fewer open")
        proposed = dict(zip(values, combination, strict=True))
        settings: dict[str, Any] = {}

        def choose(
            name: str, _: Open, settings: dict[str, Any] = settings, proposed: Any = proposed
        ) -> Any:
            settings[name] = proposed[name]
            return proposed[name]

        # What stands in branches that are not taken does not count.
        space.fill(choose)
        key = tuple(settings.items())
        if key not in seen:
            seen.add(key)
            yield settings


def _points(one: Open) -> list[Any]:
    if isinstance(one, Choice):
        return [number for number in range(len(one.values)) if _is_likely(one, number)]
    if not isinstance(one, Range):
        return _spread(one, [(k + 0.5) / _GRID_POINTS for k in range(_GRID_POINTS)])
    step = one.step if one.quantum is None else one.quantum
    if step is not None:
        n_steps = int((one.high - one.low) / step + 1e-9)
        points = [one.number(one.low + k * step) for k in range(n_steps + 1)]
        return list(dict.fromkeys([*points, one.number(one.high)] if one.quantum else points))
    if one.whole and not one.log and one.high - one.low < _GRID_POINTS:
        return list(range(int(one.low), int(one.high) + 1))
    if one.is_plain and not one.inverse:
        shares = [k / (_GRID_POINTS - 1) for k in range(_GRID_POINTS)]
        if one.log:
            points = [one.number(one.low * (one.high / one.low) ** share) for share in shares]
        else:
            points = [one.number(one.low + (one.high - one.low) * share) for share in shares]
        return list(dict.fromkeys(points))
    return _spread(one, [k / (_GRID_POINTS - 1) for k in range(_GRID_POINTS)])


def _spread(one: Open, shares: list[float]) -> list[Any]:
    return list(dict.fromkeys(one.at(share) for share in shares))


def _is_likely(one: Choice, number: int) -> bool:
    return not one.probabilities or one.probabilities[number] > 0


def _new_study() -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(direction="minimize")


def _states() -> Any:
    from optuna.trial import TrialState

    return TrialState


def make_sampler(method: str, seed: int, number: int) -> Any:
    """Return the sampler of Optuna that makes one proposal.

    Args:
        method: `tpe`, `gp`, `cma-es`, `quasi-random` or `random`.
        seed: Of all proposals.
        number: Of this one.
    """
    from optuna import samplers

    # Seeds of Optuna have 32 bits.
    own = int(_order(seed)[number % _ORDER]) + _ORDER * (number // _ORDER + 1)
    # What to do with warnings is common to all threads, and searches go on side by side.
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        # Quasi-random sampling calls itself experimental.
        warnings.simplefilter("ignore")
        if method == "tpe":
            return samplers.TPESampler(seed=own, multivariate=True, group=True)
        if method == "gp":
            return samplers.GPSampler(seed=own)
        if method == "cma-es":
            return samplers.CmaEsSampler(seed=own)
        if method == "quasi-random":
            # Its points make one sequence, so all of them need one seed.
            return samplers.QMCSampler(seed=seed % 2**32, warn_independent_sampling=False)
        return samplers.RandomSampler(seed=own)


@lru_cache(maxsize=4)
def _order(seed: int) -> Any:
    return random_order(_ORDER, seed)


def missing(method: str, error: ModuleNotFoundError) -> str:
    """Say what a method needs that is not installed."""
    needed = {"gp": "pip install atomarium[nn]"}.get(method, f"pip install {error.name}")
    return f"searching by {method} needs {error.name}, which is not installed: {needed}"
