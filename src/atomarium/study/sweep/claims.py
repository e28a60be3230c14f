"""Take runs so that no two workers ever have the same one, and give back those of lost workers.

Whoever creates a trial in the storage has the run that it stands for; whoever first turns a waiting
trial into a running one has that. A worker beats while it trains. Where the beat stops, or the
process is gone from this machine, any other worker declares the attempt lost and creates another.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atomarium.study.sweep.identity import Worker, is_gone
from atomarium.study.sweep.ledger import (
    ATTEMPT,
    BEAT,
    FATE,
    LOST,
    RECORD,
    RUN,
    SEED,
    SETTINGS,
    SURPLUS,
    WORKER,
    Attempt,
    Ledger,
)

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

    from atomarium.study.sweep.space import Setting

#: A worker of another machine that has not beaten for so long is lost.
SECONDS_WITHOUT_BEAT = 90.0


@dataclass
class Claims:
    """What one worker sees and changes of the storage.

    Args:
        study: Of Optuna.
        worker: Who takes runs.
        patience: Seconds without a beat after which a worker of another machine is lost.
        ledger: All runs, as of the last look.
    """

    study: Study
    worker: Worker
    patience: float = SECONDS_WITHOUT_BEAT
    ledger: Ledger = field(default_factory=Ledger)
    #: By trial: the last beat seen, and when it was seen first by the clock of this process.
    _beats: dict[int, tuple[int, float]] = field(default_factory=dict, repr=False)

    def look(self) -> None:
        """Take in what others have done."""
        self.ledger.update(self._trials())

    def take(self, *, n_most: int | None, retries: int) -> Attempt | None:
        """Return an attempt that is this worker's alone from now on, or None when there is none.

        Args:
            n_most: Of runs; None for no limit.
            retries: How often a run that failed by itself is tried again.
        """
        most = n_most if n_most is not None else 10**12
        self.look()
        self._declare_lost()
        for attempt in self.ledger.to_retry(retries=retries, n_most=most):
            self._try_again(attempt)
        for attempt in self.ledger.open:
            if attempt.state == "waiting" and attempt.run < most and self._win(attempt):
                return attempt
        if self.ledger.n_runs >= most:
            return None
        return self._begin(most)

    def _begin(self, most: int) -> Attempt | None:
        from optuna.trial import TrialState

        number = self._create(TrialState.RUNNING, {WORKER: self.worker.plain()})
        self.look()
        attempt = self.ledger.holds(number)
        assert attempt is not None
        if attempt.run >= most:  # others were faster, and there are enough now
            self.finish(attempt, "fail", fate=SURPLUS)
            return None
        return attempt

    def _try_again(self, attempt: Attempt) -> None:
        """Create the next attempt at a run, with the settings of the last one if it had any."""
        from optuna.trial import TrialState

        attrs = {RUN: attempt.run, ATTEMPT: attempt.number + 1}
        known = attempt.trial.user_attrs
        attrs |= {key: known[key] for key in (SETTINGS, SEED) if key in known}
        self._create(TrialState.WAITING, attrs)
        self.look()

    def _create(self, state: Any, attrs: dict[str, Any]) -> int:
        """Create a trial; return its number."""
        from optuna.trial import create_trial

        trial = create_trial(state=state, user_attrs=attrs)
        # `Study.add_trial` does not say which number it got.
        trial_id = self._storage.create_new_trial(self._study_id, template_trial=trial)
        return self._storage.get_trial_number_from_id(trial_id)

    def _win(self, attempt: Attempt) -> bool:
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import TrialState

        trial_id = attempt.trial._trial_id  # noqa: SLF001 - storages know trials by it alone
        try:
            if not self._storage.set_trial_state_values(trial_id, TrialState.RUNNING):
                return False
        except UpdateFinishedTrialError:
            return False
        self._storage.set_trial_user_attr(trial_id, WORKER, self.worker.plain())
        self.look()
        return True

    def _declare_lost(self) -> None:
        now = time.monotonic()
        for attempt in self.ledger.open:
            if attempt.state != "running":
                continue
            trial = attempt.trial
            worker = trial.user_attrs.get(WORKER, {})
            beat = int(trial.user_attrs.get(BEAT, 0))
            known = self._beats.get(trial.number)
            if known is None or known[0] != beat:
                known = self._beats[trial.number] = (beat, now)
            if worker == self.worker.plain() or is_gone(worker) or now - known[1] > self.patience:
                # What this very process has running while it looks for work, it has dropped.
                self.finish(attempt, "fail", fate=LOST)
        self.look()

    def finish(
        self,
        attempt: Attempt,
        state: str,
        *,
        values: list[float] | None = None,
        fate: str = "",
        record: dict[str, Any] | None = None,
    ) -> bool:
        """Say how an attempt ended.

        Args:
            attempt: One that waits or runs.
            state: `complete`, `pruned` or `fail`.
            values: Of each metric, of a complete one.
            fate: Why it failed.
            record: What is known of it.

        Returns:
            Whether it was still this worker's; another may have declared it lost.
        """
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import TrialState

        trial_id = attempt.trial._trial_id  # noqa: SLF001 - as above
        try:
            for key, value in ((FATE, fate), (RECORD, record)):
                if value:
                    self._storage.set_trial_user_attr(trial_id, key, value)
            self._storage.set_trial_state_values(trial_id, TrialState[state.upper()], values)
        except UpdateFinishedTrialError:
            return False
        return True

    def settle(self, attempt: Attempt, settings: dict[str, Setting], seed: int) -> None:
        """Write down the settings of an attempt, before it is trained."""
        trial_id = attempt.trial._trial_id  # noqa: SLF001 - as above
        self._storage.set_trial_user_attr(trial_id, SEED, seed)
        self._storage.set_trial_user_attr(trial_id, SETTINGS, settings)

    def beat(self, attempt: Attempt, count: int) -> None:
        """Say that an attempt is still being worked on."""
        trial_id = attempt.trial._trial_id  # noqa: SLF001 - as above
        self._storage.set_trial_user_attr(trial_id, BEAT, count)

    def report(self, attempt: Attempt, epoch: int, loss: float, pruner: Any) -> bool:
        """Tell how an attempt stands after an epoch; return whether it is to be given up."""
        trial_id = attempt.trial._trial_id  # noqa: SLF001 - as above
        self._storage.set_trial_intermediate_value(trial_id, epoch, loss)
        return bool(pruner.prune(self.study, self._storage.get_trial(trial_id)))

    def _trials(self) -> list[FrozenTrial]:
        return self._storage.get_all_trials(self._study_id, deepcopy=False)

    @property
    def _storage(self):  # noqa: ANN202 - a storage of Optuna, which is slow to import
        return self.study._storage  # noqa: SLF001 - `Study` offers no way to win a trial

    @property
    def _study_id(self) -> int:
        return self.study._study_id  # noqa: SLF001 - as above
