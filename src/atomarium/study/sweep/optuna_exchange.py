"""Sweeps from and to storages of Optuna: journals, SQLite and other databases."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.files import write_text
from atomarium.experiment.space import Open
from atomarium.experiment.spec import StudyFile, parse_study
from atomarium.study.sweep.optuna_spaces import distribution_of
from atomarium.study.sweep.runs import (
    CURVES,
    RECORDS,
    RUNS,
    Curve,
    State,
    Sweep,
    SweepRun,
    record_curve,
    record_run,
    sweep_in,
)
from atomarium.study.sweep.space import sweep_space
from atomarium.study.sweep.storage import open_database

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

_STUDY_FILE = "study.toml"
_LOSS = "val_loss"
_WORKER = "optuna"


def to_optuna(sweep: Sweep, storage: str, *, name: str = "") -> int:
    """Write the runs of a sweep into a storage of Optuna and return how many; values as they are.

    Metrics, seed, seconds and the study file go along as attributes, losses of epochs as
    intermediate values.

    Args:
        sweep: Its runs that have ended.
        storage: Path of a journal, or an address such as `sqlite:///study.db`.
        name: Of the study there; that of the sweep when left out.

    Raises:
        InputError: the storage cannot be opened, or has a study of this name already.
    """
    import optuna

    name = name or sweep.study.spec.name
    try:
        study = optuna.create_study(
            storage=_open(storage, make=True),
            study_name=name,
            directions=[optuna.study.StudyDirection[goal.upper()] for goal in sweep.goals],
        )
    except optuna.exceptions.DuplicatedStudyError:
        raise InputError(f"{storage} has a study {name!r} already; give another --name") from None
    study.set_user_attr(_STUDY_FILE, sweep.study.text)
    with warnings.catch_warnings():
        # Names of metrics are called experimental.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.set_metric_names(list(sweep.metrics))
    ended = [run for run in sweep.runs if run.state in _OUTWARD and run.ended is not None]
    curves = sweep.curves(run.number for run in ended)
    spaces = {
        column: distribution_of(ended, column, sweep.opened.get(column))
        for column in dict.fromkeys(key for run in ended for key in run.settings)
    }
    study.add_trials([_trial(run, sweep, curves.get(run.number), spaces) for run in ended])
    return len(ended)


def from_optuna(
    storage: str, folder: Path, *, name: str = "", study: StudyFile | None = None
) -> int:
    """Make a run folder of a study of Optuna and return how many runs it has.

    It can be opened, exported and named as `prior` of another sweep.

    Args:
        storage: Path of a journal, or an address such as `sqlite:///study.db`.
        folder: Run folder to make.
        name: Of the study in the storage; needed where there are several.
        study: What the settings belong to; left out, the file that `to_optuna` has kept there.

    Raises:
        InputError: the storage cannot be read, holds no such study, does not say what was studied,
            or has parameters that the study file does not leave open; or the folder is taken.
    """
    import optuna

    if sweep_in(folder):
        raise InputError(f"{folder} holds a sweep already; give another --out")
    opened = _open(storage, make=False)
    known = [one.study_name for one in optuna.get_all_study_summaries(opened)]
    chosen = _chosen(storage, known, name)
    theirs = optuna.load_study(study_name=chosen, storage=opened)
    study = study or _kept_file(theirs, storage)
    if study.spec.sweep is None:
        raise InputError(f"{study.spec.name}: no table [sweep]")
    if len(theirs.directions) != len(study.spec.sweep.metrics):
        raise InputError(
            f"{chosen} has {len(theirs.directions)} objectives, the study file "
            f"{len(study.spec.sweep.metrics)}: {', '.join(study.spec.sweep.metrics)}"
        )
    columns = _columns(theirs, sweep_space(study).opened_columns)
    for one in (RECORDS, CURVES, RUNS):
        (folder / one).mkdir(parents=True, exist_ok=True)
    write_text(folder / "study.toml", study.text)
    trials = [one for one in theirs.get_trials(deepcopy=False) if one.state.is_finished()]
    for trial in trials:
        run = _run(trial, study.spec.sweep.metrics, columns)
        record_run(folder, run)
        if trial.intermediate_values:
            steps = sorted(trial.intermediate_values)
            losses = tuple(_number(trial.intermediate_values[step]) for step in steps)
            epochs = tuple(float(step) for step in steps)
            record_curve(folder, run, Curve({"epoch": epochs, _LOSS: losses}))
    return len(trials)


def _open(storage: str, *, make: bool) -> Any:
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if "://" in storage:
        return open_database(storage)
    if not make and not Path(storage).is_file():
        raise InputError(f"no storage {storage}; give a journal, or an address like sqlite:///a.db")
    Path(storage).parent.mkdir(parents=True, exist_ok=True)
    try:
        return JournalStorage(JournalFileBackend(storage))
    except (ValueError, KeyError) as error:
        raise InputError(f"{storage} is no journal of Optuna: {error}") from None


def _chosen(storage: str, known: Sequence[str], name: str) -> str:
    if name:
        if name not in known:
            raise InputError(f"{storage} has no study {name!r}{did_you_mean(name, known)}")
        return name
    if len(known) != 1:
        told = f"holds {len(known)} studies: {', '.join(sorted(known))}" if known else "is empty"
        raise InputError(f"{storage} {told}; say which with --name")
    return known[0]


def _kept_file(theirs: Study, storage: str) -> StudyFile:
    text = theirs.user_attrs.get(_STUDY_FILE)
    if not isinstance(text, str):
        raise InputError(
            f"{storage} does not say what was studied; give the file of a sweep with the same "
            "settings: --study STUDY.toml"
        )
    return parse_study(text, name=f"the study file in {storage}", folder=Path())


def _columns(theirs: Study, opened: Mapping[str, Open]) -> dict[str, str]:
    """Return our name of each parameter: its own, or the setting with the same last key."""
    given = {name for one in theirs.get_trials(deepcopy=False) for name in one.params}
    found: dict[str, str] = {}
    for name in sorted(given):
        last = name.rpartition(".")[2]
        fitting = [name] if name in opened else [o for o in opened if o.rpartition(".")[2] == last]
        if len(fitting) != 1:
            hint = did_you_mean(name, opened)
            raise InputError(f"the study file leaves no setting {name!r} open{hint}")
        found[name] = fitting[0]
    return found


_OUTWARD = {"finished": "COMPLETE", "pruned": "PRUNED", "failed": "FAIL"}
_INWARD: dict[str, State] = {"COMPLETE": "finished", "PRUNED": "pruned", "FAIL": "failed"}


def _trial(
    run: SweepRun, sweep: Sweep, curve: Curve | None, spaces: Mapping[str, Any]
) -> FrozenTrial:
    from optuna.trial import TrialState, create_trial

    state = TrialState[_OUTWARD[run.state]]
    trial = create_trial(
        state=state,
        params=dict(run.settings),
        distributions={name: spaces[name] for name in run.settings},
        values=[run.metrics[name] for name in sweep.metrics] if run.state == "finished" else None,
        intermediate_values={} if len(sweep.metrics) > 1 else _steps(curve),
        user_attrs={
            **{name: one for name, one in run.metrics.items() if math.isfinite(one)},
            "seed": run.seed,
            "worker": run.worker,
            "number": run.number,
            **({"reason": run.reason} if run.reason else {}),
        },
    )
    trial.datetime_start = datetime.fromtimestamp(run.started)  # noqa: DTZ006 - as Optuna has it
    trial.datetime_complete = datetime.fromtimestamp(run.ended or run.started)  # noqa: DTZ006
    return trial


def _steps(curve: Curve | None) -> dict[int, float]:
    if curve is None:
        return {}
    columns = curve.columns
    pairs = zip(columns.get("epoch", ()), columns.get(_LOSS, ()), strict=False)
    return {int(epoch): loss for epoch, loss in pairs if epoch is not None and loss is not None}


def _run(trial: FrozenTrial, metrics: tuple[str, ...], columns: Mapping[str, str]) -> SweepRun:
    attributes = trial.user_attrs
    numbers = {
        name: float(one)
        for name, one in attributes.items()
        if isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one)
    }
    seed = int(numbers.pop("seed", 0))
    numbers.pop("number", None)
    values = {} if trial.values is None else dict(zip(metrics, trial.values, strict=True))
    started, ended = trial.datetime_start, trial.datetime_complete
    seconds = {} if trial.duration is None else {"seconds": trial.duration.total_seconds()}
    return SweepRun(
        number=trial.number,
        state=_INWARD[trial.state.name],
        settings={columns[name]: value for name, value in trial.params.items()},
        metrics={**seconds, **numbers, **{k: v for k, v in values.items() if math.isfinite(v)}},
        started=started.timestamp() if started else 0.0,
        ended=ended.timestamp() if ended else 0.0,
        worker=_WORKER,
        seed=seed,
        reason=str(attributes["reason"]) if "reason" in attributes else None,
    )


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
