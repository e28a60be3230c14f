"""A sweep in a database: what a worker needs that sees no run folder, and what it sends back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomarium.core.errors import InputError, did_you_mean
from atomarium.experiment.spec import StudyFile, parse_study
from atomarium.study.sweep.ledger import RECORD, SEED, WORKER, Attempt, Ledger
from atomarium.study.sweep.observing import Observer
from atomarium.study.sweep.runs import (
    Curve,
    State,
    SweepRun,
    read_runs,
    record_curve,
    record_run,
    thinned,
)
from atomarium.study.sweep.storage import open_database, without_password

if TYPE_CHECKING:
    from optuna import Study

_STUDY, _CURVE = "study", "curve"


def offer(study: Study, file: StudyFile) -> None:
    """Let workers that know the database alone find out what the sweep is."""
    said = {"text": file.text, "folder": str(file.folder.resolve())}
    if study.user_attrs.get(_STUDY) != said:
        study.set_user_attr(_STUDY, said)


def offered(url: str, name: str = "") -> StudyFile:
    """Return the study file of a sweep in a database.

    Args:
        url: Of the database.
        name: Of the sweep, where there are several.

    Raises:
        InputError: the database cannot be reached, or holds no such sweep, or several.
    """
    study = study_in_database(url, name)
    said = study.user_attrs[_STUDY]
    shown = f"{study.study_name} in {without_password(url)}"
    return parse_study(said["text"], name=shown, folder=Path(said["folder"]))


def study_in_database(url: str, name: str = "") -> Study:
    """Return what Optuna knows of a sweep in a database.

    Args:
        url: Of the database.
        name: Of the sweep, where there are several.

    Raises:
        InputError: the database cannot be reached, or holds no such sweep, or several.
    """
    from optuna import load_study

    shown, storage = without_password(url), open_database(url)
    known = [one.study_name for one in storage.get_all_studies() if _STUDY in one.user_attrs]
    if not known:
        raise InputError(f"no sweep in {shown}; start one: atomarium run STUDY --storage URL")
    if not name and len(known) > 1:
        said = ", ".join(sorted(known))
        raise InputError(f"{shown} holds several sweeps; say with --sweep which: {said}")
    chosen = name or known[0]
    if chosen not in known:
        raise InputError(f"no sweep {chosen!r} in {shown}{did_you_mean(chosen, known)}")
    return load_study(study_name=chosen, storage=storage)


@dataclass
class Sender(Observer):
    """Sends the curve of each run to the database, for those who do not see the files.

    Args:
        study: There.
        folder: Where the files are.
    """

    study: Study
    folder: Path
    _rows: list[dict[str, float | None]] = field(default_factory=list, repr=False)

    def began(self, run: SweepRun, folder: Path) -> None:
        """Forget the curve of the run before."""
        del run, folder
        self._rows.clear()

    def epoch(self, run: SweepRun, values: Mapping[str, float | None]) -> None:
        """Note an epoch."""
        del run
        self._rows.append(dict(values))

    def ended(self, run: SweepRun, folder: Path) -> None:
        """Send the curve."""
        del folder
        attempt = _attempt(self.study, run)
        if not self._rows or attempt is None:
            return
        names = dict.fromkeys(name for row in self._rows for name in row)
        curve = Curve({name: tuple(row.get(name) for row in self._rows) for name in names})
        columns = {name: list(one) for name, one in thinned(curve).columns.items()}
        trial_id = attempt.trial._trial_id  # noqa: SLF001 - storages know trials by it alone
        self.study._storage.set_trial_user_attr(trial_id, _CURVE, columns)  # noqa: SLF001 - too


def receive(study: Study, folder: Path) -> int:
    """Write down what workers that do not see a run folder have done; return how many runs.

    Args:
        study: In the database.
        folder: The run folder.
    """
    known = {(run.number, run.attempt): run.state for run in read_runs(folder)}
    latest = dict(known.keys())
    n_new = 0
    for attempt in _ledger(study).ended:
        key = attempt.run, attempt.number
        if known.get(key, "running") != "running" or attempt.number < latest.get(attempt.run, 0):
            continue
        run = _run(attempt)
        if run is None:
            continue
        record_run(folder, run)
        columns = attempt.trial.user_attrs.get(_CURVE)
        if columns:
            curve = Curve({name: tuple(one) for name, one in columns.items()})
            record_curve(folder, run, curve)
        n_new += 1
    return n_new


def _run(attempt: Attempt) -> SweepRun | None:
    """Return the record of an attempt that came to an end by itself."""
    trial = attempt.trial
    record: dict[str, Any] | None = trial.user_attrs.get(RECORD)
    if record is None or trial.datetime_start is None:
        return None
    states: dict[str, State] = {"complete": "finished", "pruned": "pruned"}
    fates: dict[str, State] = {"stopped": "stopped"}
    return SweepRun(
        number=attempt.run,
        state=states.get(attempt.state) or fates.get(attempt.fate, "failed"),
        settings=attempt.settings or {},
        metrics=record["metrics"],
        started=trial.datetime_start.timestamp(),
        ended=record["ended"],
        worker=str(trial.user_attrs.get(WORKER, {}).get("name", "unknown")),
        seed=int(trial.user_attrs.get(SEED, 0)),
        attempt=attempt.number,
        reason=record["reason"],
    )


def _attempt(study: Study, run: SweepRun) -> Attempt | None:
    attempts = _ledger(study).attempts.get(run.number, [])
    return next((one for one in attempts if one.number == run.attempt), None)


def _ledger(study: Study) -> Ledger:
    ledger = Ledger()
    ledger.update(study.get_trials(deepcopy=False))
    return ledger
