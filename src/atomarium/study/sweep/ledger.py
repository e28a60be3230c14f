"""Which runs of a sweep there are and what became of them, read off Optuna's trials.

A trial of Optuna is one attempt at one run. Runs are numbered in the order in which their first
attempts were created, which all workers see alike; further attempts carry the number of their run.
Where two workers have created the same attempt, the first one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from atomarium.study.sweep.space import Setting

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

#: What atomarium writes beside a trial.
RUN, ATTEMPT, PRIOR, FATE, RECORD = "run", "attempt", "prior", "fate", "record"
SETTINGS, SEED, WORKER, BEAT = "settings", "seed", "worker", "beat"
#: Why a trial that Optuna calls failed is none that failed by itself.
LOST, STOPPED, SURPLUS, FAILED = "lost", "stopped", "surplus", "failed"
#: A run that has taken so many workers with it is not tried again.
_MOST_LOST = 5


@dataclass
class Attempt:
    """One trial of Optuna.

    Args:
        run: Number of the run.
        number: Of the attempt, from 1.
        trial: As Optuna knows it; changes as long as it is not finished.
    """

    run: int
    number: int
    trial: FrozenTrial

    @property
    def state(self) -> str:
        """Optuna's word in lower case: waiting, running, complete, pruned or fail."""
        return self.trial.state.name.lower()

    @property
    def settings(self) -> dict[str, Setting] | None:
        """What was chosen, by short name; None before it is."""
        return self.trial.user_attrs.get(SETTINGS)

    @property
    def fate(self) -> str:
        """Why it failed."""
        return self.trial.user_attrs.get(FATE, FAILED)


@dataclass
class Ledger:
    """All runs; `update` takes in what is new.

    Args:
        attempts: By run, in order.
        n_runs: How many runs have been begun.
        ended: Attempts that have ended, in the order in which this was seen.
    """

    attempts: dict[int, list[Attempt]] = field(default_factory=dict)
    n_runs: int = 0
    ended: list[Attempt] = field(default_factory=list, repr=False)
    _open: dict[int, Attempt] = field(default_factory=dict, repr=False)
    _failed: set[int] = field(default_factory=set, repr=False)
    _n_read: int = field(default=0, repr=False)

    def update(self, trials: Sequence[FrozenTrial]) -> None:
        """Take in all trials, in their order."""
        ended: list[Attempt] = []
        for place, attempt in list(self._open.items()):
            attempt.trial = trials[place]
            if attempt.trial.state.is_finished():
                del self._open[place]
                ended.append(attempt)
        for place in range(self._n_read, len(trials)):
            added = self._add(place, trials[place])
            if added is not None and place not in self._open:
                ended.append(added)
        self._n_read = len(trials)
        self._failed |= {
            one.run for one in ended if one.state == "fail" and self.attempts[one.run][-1] is one
        }
        self.ended += ended

    def _add(self, place: int, trial: FrozenTrial) -> Attempt | None:
        attrs = trial.user_attrs
        if PRIOR in attrs:
            return None
        if RUN in attrs:
            run, number = attrs[RUN], attrs[ATTEMPT]
        else:
            run, number = self.n_runs, 1
            self.n_runs += 1
        attempts = self.attempts.setdefault(run, [])
        if any(one.number == number for one in attempts):
            return None  # somebody else was faster to try again
        attempt = Attempt(run, number, trial)
        attempts.append(attempt)
        self._failed.discard(run)
        if not trial.state.is_finished():
            self._open[place] = attempt
        return attempt

    @property
    def open(self) -> list[Attempt]:
        """Attempts that wait or run."""
        return list(self._open.values())

    def holds(self, trial_number: int) -> Attempt | None:
        """Return the attempt that a trial is; None when another took its place."""
        return self._open.get(trial_number)

    def to_retry(self, *, retries: int, n_most: int) -> list[Attempt]:
        """Return the last attempts of runs that are to be tried again.

        Args:
            retries: How often a run that failed by itself is.
            n_most: Runs from this number on are not.
        """
        found: list[Attempt] = []
        for run in sorted(self._failed):
            if run >= n_most:
                continue
            attempts = self.attempts[run]
            fates = [one.fate for one in attempts]
            again = {
                FAILED: fates.count(FAILED) <= retries,
                LOST: fates.count(LOST) < _MOST_LOST,
            }
            if again.get(fates[-1], True):
                found.append(attempts[-1])
        return found
