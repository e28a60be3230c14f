"""Which settings a run tries: a function of the seed, its number, and of what is known by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from atomarium.core.errors import InputError
from atomarium.experiment.constraints import Constraint
from atomarium.experiment.space import Open
from atomarium.experiment.sweep_spec import SweepSpec
from atomarium.study.proposals import grid, make_sampler, missing
from atomarium.study.quasi_random import QuasiRandom
from atomarium.study.suggestions import distribution_of, parameter_of, suggest, value_of
from atomarium.study.sweep.space import SweepSpace

#: What is chosen by full name: the number of a choice, the value of the rest.
Chosen = dict[str, Any]
_MOST_TRIES = 2000
#: Methods that learn take milliseconds to propose, and know nothing of constraints.
_MOST_TRIES_THAT_LEARN = 30


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of settings.

    Args:
        number: Of the proposal.
        chosen: The settings.
        values: Of each metric; None of a run that was pruned.
        losses: Validation loss by epoch, of a pruned run.
    """

    number: int
    chosen: Chosen
    values: tuple[float, ...] | None
    losses: dict[int, float] = field(default_factory=dict)


@dataclass
class Proposer:
    """Proposes settings by number and learns from outcomes.

    Args:
        space: What may be chosen.
        spec: Method, seed, goals.
        constraints: What settings must satisfy.
        prior: Outcomes of earlier sweeps.
    """

    space: SweepSpace
    spec: SweepSpec
    constraints: tuple[Constraint, ...] = ()
    prior: Sequence[Outcome] = ()
    _study: Any = field(init=False, default=None, repr=False)
    _allowed: list[Chosen] = field(init=False, default_factory=list, repr=False)
    _n_drawn: int = field(init=False, default=0, repr=False)

    def __post_init__(self) -> None:
        if self.learns:
            self._study = _new_study(self.spec)
            for outcome in self.prior:
                self.learn(outcome)

    @property
    def learns(self) -> bool:
        """Whether proposals depend on outcomes."""
        return self.spec.method in ("tpe", "gp", "cma-es")

    @cached_property
    def n_proposals(self) -> int | None:
        """How many there are; None for no end."""
        return len(self._grid) if self.spec.method == "grid" else None

    def propose(self, number: int, running: Sequence[Chosen] = ()) -> Chosen:
        """Return the settings of a number.

        Args:
            number: Counted from 0.
            running: What is being tried just now and has no outcome yet.

        Raises:
            InputError: nothing is found that satisfies the constraints, or the method needs a
                package that is not installed.
        """
        if self.spec.method == "grid":
            return self._grid[number]
        if self.spec.method == "quasi-random":
            return self._quasi(number)
        if self.spec.method == "random":
            return self._random(number)
        return self._learned(number, running)

    def learn(self, outcome: Outcome) -> None:
        """Take in an outcome, in the order in which runs have ended."""
        if not self.learns:
            return
        from optuna.trial import TrialState

        study = self._study
        parameters = {
            name: parameter_of(self.space.open_settings[name], value)
            for name, value in outcome.chosen.items()
        }
        # Samplers note beside a trial what they need to know of it when it is asked for.
        study.sampler = self._sampler(outcome.number)
        study.enqueue_trial(parameters)
        trial = self._ask(study, outcome.chosen)
        for epoch, loss in outcome.losses.items():
            if len(self.spec.metrics) == 1:
                trial.report(loss, epoch)
        if outcome.values is None:
            study.tell(trial, state=TrialState.PRUNED)
        else:
            study.tell(trial, list(outcome.values))

    def allows(self, chosen: Chosen) -> bool:
        """Tell whether settings satisfy the constraints."""
        return not self.constraints or satisfies(self.space, self.constraints, chosen)

    @cached_property
    def _grid(self) -> list[Chosen]:
        found = [chosen for chosen in grid(self.space) if self.allows(chosen)]
        if not found:
            raise InputError(_nothing(self.constraints))
        order = np.random.default_rng([self.spec.seed, 5]).permutation(len(found))
        # Stopped early, a grid has been looked at everywhere.
        return [found[int(place)] for place in order] if self.spec.shuffle else found

    def _random(self, number: int) -> Chosen:
        sampler = make_sampler("random", self.spec.seed, number)

        def choose(name: str, one: Open) -> Any:
            drawn = sampler.sample_independent(None, None, name, distribution_of(one))
            return value_of(one, drawn)

        for _ in range(_MOST_TRIES):
            chosen = self._filled(choose)
            if self.allows(chosen):
                return chosen
        raise InputError(_nothing(self.constraints))

    def _quasi(self, number: int) -> Chosen:
        while len(self._allowed) <= number:
            point = self._points.point(self._n_drawn)
            self._n_drawn += 1
            shares = dict(zip(self.space.open_settings, point, strict=True))
            chosen = self._filled(lambda name, one, s=shares: one.at(float(s[name])))
            if self.allows(chosen):
                self._allowed.append(chosen)
            elif self._n_drawn > _MOST_TRIES * (len(self._allowed) + 1):
                raise InputError(_nothing(self.constraints))
        return self._allowed[number]

    @cached_property
    def _points(self) -> QuasiRandom:
        return QuasiRandom(len(self.space.open_settings), self.spec.seed)

    def _learned(self, number: int, running: Sequence[Chosen]) -> Chosen:
        from optuna.trial import TrialState

        study = self._study
        if self.spec.method == "cma-es":
            # Its numbers depend on those of the trials, which must be the same whenever a sweep is
            # gone on with: what is only asked for must leave no trace.
            study = _new_study(self.spec)
            study.add_trials(self._study.get_trials(deepcopy=False))
        others = [self._add_running(study, chosen) for chosen in running]
        try:
            for attempt in range(_MOST_TRIES_THAT_LEARN):
                study.sampler = self._sampler(number + attempt * 1_000_003)
                try:
                    trial = self._ask(study, None)
                except ModuleNotFoundError as error:
                    raise InputError(missing(self.spec.method, error)) from None
                chosen = trial.user_attrs["chosen"]
                study.tell(trial, state=TrialState.FAIL)
                if self.allows(chosen):
                    return chosen
        finally:
            for other in others:
                study.tell(other, state=TrialState.FAIL)
        return self._random(number)

    def _add_running(self, study: Any, chosen: Chosen) -> int:
        from optuna.trial import TrialState, create_trial

        opened = self.space.open_settings
        study.add_trial(
            create_trial(
                state=TrialState.RUNNING,
                params={name: parameter_of(opened[name], value) for name, value in chosen.items()},
                distributions={name: distribution_of(opened[name]) for name in chosen},
            )
        )
        return len(study.get_trials(deepcopy=False)) - 1

    def _ask(self, study: Any, expected: Chosen | None) -> Any:
        """Ask Optuna for a trial, and for all settings that its branches leave open."""
        trial = study.ask()

        def choose(name: str, one: Open) -> Any:
            value = suggest(trial, name, one)
            return value if expected is None else expected[name]

        trial.set_user_attr("chosen", self._filled(choose))
        return trial

    def _filled(self, choose: Any) -> Chosen:
        chosen: Chosen = {}

        def note(name: str, one: Open) -> Any:
            chosen[name] = choose(name, one)
            return chosen[name]

        self.space.fill(note)
        return chosen

    def _sampler(self, number: int) -> Any:
        return make_sampler(self.spec.method, self.spec.seed, number)


def satisfies(space: SweepSpace, constraints: Sequence[Constraint], chosen: Chosen) -> bool:
    """Tell whether settings satisfy constraints, which may speak of fixed settings as well."""
    known: dict[str, Any] = dict(space.named(chosen))
    missing_names = {name for one in constraints for name in one.names if name not in known}
    if missing_names:
        _, plain = space.fill(lambda name, _: chosen[name])
        known |= space.fixed(plain, missing_names)
    return all(one.holds(known) for one in constraints)


def _new_study(spec: SweepSpec) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(directions=list(spec.goals))


def _nothing(constraints: Sequence[Constraint]) -> str:
    said = ", ".join(repr(one.text) for one in constraints)
    return f"no settings are found that satisfy {said}; loosen them, or the space"
