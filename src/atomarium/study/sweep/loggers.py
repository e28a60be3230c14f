"""Tell other programs of runs: Weights & Biases, MLflow, TensorBoard, Trackio; all of it offline.

Each is one line in the table `[sweep.log]` of a study file, and each library is imported here and
nowhere else. What goes wrong in one of them never ends a run: it is said once, and that logger is
told nothing more.
"""

from __future__ import annotations

import io
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from atomarium.core.errors import InputError
from atomarium.experiment.sweep_spec import LogSpec
from atomarium.study.sweep.guarding import Guarded
from atomarium.study.sweep.observing import Observer, Values
from atomarium.study.sweep.runs import SweepRun

#: What MLflow calls the states of runs.
_STATUS = {"finished": "FINISHED", "failed": "FAILED"}


def make_loggers(log: LogSpec, folder: Path, *, study: str, origin: Path) -> tuple[Observer, ...]:
    """Return an observer for each line of `[sweep.log]`.

    Args:
        log: The table.
        folder: Run folder of the sweep, where offline runs and event files are kept.
        study: Its name.
        origin: What a relative folder of MLflow starts from.

    Raises:
        InputError: a library is not installed.
    """
    makers: list[tuple[str, Callable[[], Observer]]] = []
    if log.wandb:
        makers.append(("wandb", lambda: WandbLogger(study=study, folder=folder)))
    if log.mlflow:
        place = log.mlflow if "://" in log.mlflow else str(origin / log.mlflow)
        makers.append(("mlflow", lambda: MlflowLogger(study=study, place=place)))
    if log.tensorboard:
        makers.append(("tensorboard", lambda: TensorboardLogger(folder=folder / "tensorboard")))
    if log.trackio:
        makers.append(("trackio", lambda: TrackioLogger(study=study, project=log.trackio)))
    for name, _ in makers:
        _imported(name)
    return tuple(Guarded(name=name, make=make) for name, make in makers)


@dataclass(kw_only=True, eq=False)
class RunLogger(Observer, ABC):
    """Logs rows to a run, as Weights & Biases and those that look like it take them."""

    _run: Any = field(init=False, default=None)

    def epoch(self, run: SweepRun, values: Values) -> None:
        """Log a row of the curve."""
        del run
        self._run.log(_there(values), step=_step(values))

    def ended(self, run: SweepRun, folder: Path) -> None:
        """Write the metrics down and end the run."""
        del folder
        if self._run is not None:
            self._end(run)
            self._run = None

    @abstractmethod
    def _end(self, run: SweepRun) -> None: ...


@dataclass(kw_only=True, eq=False)
class WandbLogger(RunLogger):
    """Writes offline runs of Weights & Biases, which `wandb sync` may send later.

    Args:
        study: Name of the project.
        folder: They are kept in `wandb` in it.
    """

    study: str
    folder: Path

    def began(self, run: SweepRun, folder: Path) -> None:
        """Begin an offline run with the settings."""
        del folder
        wandb = _imported("wandb")
        self._run = wandb.init(
            project=self.study,
            group=self.study,
            name=_name(self.study, run),
            dir=str(self.folder),
            mode="offline",
            config={**run.settings, "seed": run.seed},
            reinit="create_new",
            settings=wandb.Settings(console="off", silent=True, x_disable_stats=True),
        )

    def _end(self, run: SweepRun) -> None:
        self._run.summary.update({**run.metrics, "state": run.state})
        self._run.finish(exit_code=int(run.state == "failed"))


@dataclass(kw_only=True, eq=False)
class MlflowLogger(Observer):
    """Writes to a store of MLflow.

    Args:
        study: Name of the experiment.
        place: A folder, which gets a database `mlflow.db`, or the address of a store.
    """

    study: str
    place: str
    _client: Any = field(init=False)
    _experiment: str = field(init=False)
    _run: str = field(init=False, default="")

    def __post_init__(self) -> None:
        tracking = _imported("mlflow.tracking")
        uri, artifacts = self.place, None
        if "://" not in self.place:
            folder = Path(self.place).resolve()
            folder.mkdir(parents=True, exist_ok=True)
            uri, artifacts = f"sqlite:///{folder / 'mlflow.db'}", (folder / "artifacts").as_uri()
        self._client = tracking.MlflowClient(tracking_uri=uri)
        known = self._client.get_experiment_by_name(self.study)
        self._experiment = (
            known.experiment_id
            if known
            else self._client.create_experiment(self.study, artifact_location=artifacts)
        )

    def began(self, run: SweepRun, folder: Path) -> None:
        """Begin a run with the settings."""
        tags = {"number": str(run.number), "worker": run.worker, "folder": str(folder)}
        made = self._client.create_run(self._experiment, run_name=_name(self.study, run), tags=tags)
        self._run = made.info.run_id
        for name, value in {**run.settings, "seed": run.seed}.items():
            self._client.log_param(self._run, _plain(name), value)

    def epoch(self, run: SweepRun, values: Values) -> None:
        """Log a row of the curve."""
        del run
        for name, value in _there(values).items():
            self._client.log_metric(self._run, _plain(name), value, step=_step(values))

    def ended(self, run: SweepRun, folder: Path) -> None:
        """Write the metrics down and end the run."""
        del folder
        if not self._run:
            return
        for name, value in run.metrics.items():
            self._client.log_metric(self._run, f"final.{_plain(name)}", value)
        self._client.set_tag(self._run, "state", run.state)
        self._client.set_terminated(self._run, _STATUS.get(run.state, "KILLED"))
        self._run = ""


@dataclass(kw_only=True, eq=False)
class TensorboardLogger(Observer):
    """Writes event files of TensorBoard with the settings for its table of hyperparameters.

    Args:
        folder: Each run has a folder in it.
    """

    folder: Path
    _writer: Any = field(init=False, default=None)

    def began(self, run: SweepRun, folder: Path) -> None:
        """Open an event file with the settings."""
        writers = _imported("tensorboard.summary.writer.event_file_writer")
        own = self.folder / f"{run.number:05d}"
        self._writer = writers.EventFileWriter(str(own))
        summaries = _imported("tensorboard.plugins.hparams.summary_v2")
        plain = {name: value for name, value in run.settings.items() if value is not None}
        self._add(summary=summaries.hparams_pb(plain, trial_id=f"{run.number:05d}"))
        del folder

    def epoch(self, run: SweepRun, values: Values) -> None:
        """Add a point to each curve."""
        del run
        self._points(_there(values), _step(values))

    def ended(self, run: SweepRun, folder: Path) -> None:
        """Add the metrics and close the file."""
        del folder
        if self._writer is not None:
            last = int(run.metrics.get("epochs", 0))
            self._points({f"final/{name}": one for name, one in run.metrics.items()}, last)
            self._writer.close()
            self._writer = None

    def _points(self, values: Mapping[str, float], step: int) -> None:
        summary = _imported("tensorboard.compat.proto.summary_pb2").Summary
        points = [summary.Value(tag=name, simple_value=one) for name, one in values.items()]
        self._add(step=step, summary=summary(value=points))

    def _add(self, **event: Any) -> None:
        import time

        events = _imported("tensorboard.compat.proto.event_pb2")
        self._writer.add_event(events.Event(wall_time=time.time(), **event))


@dataclass(kw_only=True, eq=False)
class TrackioLogger(RunLogger):
    """Writes to a local project of Trackio.

    Args:
        study: Groups its runs.
        project: Name of the project.
    """

    study: str
    project: str

    def began(self, run: SweepRun, folder: Path) -> None:
        """Begin a run with the settings."""
        del folder
        with redirect_stdout(io.StringIO()):
            self._run = _imported("trackio").init(
                project=self.project,
                name=_name(self.study, run),
                group=self.study,
                config={**run.settings, "seed": run.seed},
                embed=False,
            )

    def _end(self, run: SweepRun) -> None:
        with redirect_stdout(io.StringIO()):
            self._run.log({f"final/{name}": one for name, one in run.metrics.items()})
            self._run.finish()


def _imported(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise InputError(
            f"sweep.log: {package} needs the package of this name, which is not installed: pip "
            "install 'atomarium[track]'"
        ) from None


def _name(study: str, run: SweepRun) -> str:
    again = f"-attempt-{run.attempt}" if run.attempt > 1 else ""
    return f"{study}-{run.number:05d}{again}"


def _there(values: Values) -> dict[str, float]:
    return {
        name: float(one)
        for name, one in values.items()
        if one is not None and math.isfinite(one) and name != "epoch"
    }


def _step(values: Values) -> int:
    return int(values.get("epoch") or 0)


def _plain(name: str) -> str:
    """Return a name without the letters that MLflow refuses."""
    return "".join(letter if letter.isalnum() or letter in "_-. /" else "-" for letter in name)
