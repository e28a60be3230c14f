"""Loggers tell other programs what happened, by stand-ins for these programs."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from atomarium.core.errors import InputError
from atomarium.experiment.sweep_spec import LogSpec
from atomarium.study.sweep.loggers import make_loggers
from atomarium.study.sweep.runs import SweepRun

RUN = SweepRun(
    number=7, state="running", settings={"learning_rate": 1e-3}, metrics={}, started=0.0, seed=2
)
ENDED = replace(RUN, state="finished", ended=1.0, metrics={"val_loss": 0.5, "epochs": 2.0})
FAILED = replace(RUN, state="failed", ended=1.0, reason="no number")


class Said:
    """Notes every call, whatever its name, and answers with itself."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple, dict]] = []
        self.info = SimpleNamespace(run_id="run-1")
        self.summary: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        def call(*given: Any, **named: Any) -> Said:
            self.calls.append((name, given, named))
            return self

        return call

    def named(self, name: str) -> list[tuple[tuple, dict]]:
        """Return what a method was called with, each time."""
        return [(given, named) for own, given, named in self.calls if own == name]


def stand_in(monkeypatch, module: str, **members: Any) -> None:
    """Put a module with some members in the place of a library."""
    made = ModuleType(module)
    for name, one in members.items():
        setattr(made, name, one)
    parent = module.rpartition(".")[0]
    if parent and parent not in sys.modules:
        stand_in(monkeypatch, parent)
    monkeypatch.setitem(sys.modules, module, made)


def tell(log: LogSpec, folder: Path, *ends: SweepRun) -> None:
    """Tell a logger of runs of two epochs."""
    (logger,) = make_loggers(log, folder, study="made", origin=folder)
    for end in ends:
        logger.began(RUN, folder / "run")
        for number in (1.0, 2.0):
            logger.epoch(RUN, {"epoch": number, "val_loss": 1 / number, "train_loss": None})
        logger.ended(end, folder / "run")
    logger.close()


def test_wandb_gets_an_offline_run_with_settings_curve_and_end(tmp_path, monkeypatch) -> None:
    said = Said()
    stand_in(monkeypatch, "wandb", init=said.init, Settings=lambda **named: named)
    tell(LogSpec(wandb=True), tmp_path, ENDED, FAILED)
    ((_, begun), _) = said.named("init")
    assert (begun["mode"], begun["dir"], begun["name"]) == ("offline", str(tmp_path), "made-00007")
    assert begun["config"] == {"learning_rate": 1e-3, "seed": 2}
    assert said.named("log")[:2] == [
        (({"val_loss": 1.0},), {"step": 1}),
        (({"val_loss": 0.5},), {"step": 2}),
    ]
    assert [named["exit_code"] for _, named in said.named("finish")] == [0, 1]
    assert said.summary["state"] == "failed"


def test_mlflow_gets_parameters_metrics_and_a_status(tmp_path, monkeypatch) -> None:
    said = Said()
    places = []

    def client(tracking_uri: str) -> Said:
        places.append(tracking_uri)
        return said

    stand_in(monkeypatch, "mlflow.tracking", MlflowClient=client)
    tell(LogSpec(mlflow="mlruns"), tmp_path, ENDED, replace(ENDED, state="pruned"), FAILED)
    assert places == [f"sqlite:///{tmp_path / 'mlruns' / 'mlflow.db'}"]
    assert said.named("log_param")[0] == (("run-1", "learning_rate", 1e-3), {})
    assert said.named("log_metric")[0] == (("run-1", "val_loss", 1.0), {"step": 1})
    assert [given[1] for given, _ in said.named("set_terminated")] == [
        "FINISHED",
        "KILLED",
        "FAILED",
    ]
    tell(LogSpec(mlflow="http://127.0.0.1:5000"), tmp_path, ENDED)
    assert places[1] == "http://127.0.0.1:5000"


def test_tensorboard_gets_event_files_with_settings(tmp_path, monkeypatch) -> None:
    said, event = Said(), lambda **named: named
    summary = SimpleNamespace(Value=lambda **named: named)
    made = type("Summary", (), {"Value": summary.Value, "__new__": lambda _, value: value})
    writers = "tensorboard.summary.writer.event_file_writer"
    stand_in(monkeypatch, writers, EventFileWriter=said.EventFileWriter)
    stand_in(monkeypatch, "tensorboard.compat.proto.event_pb2", Event=event)
    stand_in(monkeypatch, "tensorboard.compat.proto.summary_pb2", Summary=made)
    stand_in(monkeypatch, "tensorboard.plugins.hparams.summary_v2", hparams_pb=lambda s, **_: s)
    tell(LogSpec(tensorboard=True), tmp_path, ENDED)
    assert said.named("EventFileWriter")[0][0] == (str(tmp_path / "tensorboard" / "00007"),)
    events = [given[0] for given, _ in said.named("add_event")]
    assert events[0]["summary"] == {"learning_rate": 1e-3}
    assert events[1]["summary"] == [{"tag": "val_loss", "simple_value": 1.0}]
    assert {"tag": "final/val_loss", "simple_value": 0.5} in events[3]["summary"]
    assert said.named("close")


def test_trackio_gets_runs_of_its_project(tmp_path, monkeypatch, capsys) -> None:
    said = Said()

    def init(**named: Any) -> Said:
        sys.stdout.write("* Trackio project initialized")
        return said.init(**named)

    stand_in(monkeypatch, "trackio", init=init)
    tell(LogSpec(trackio="qm9"), tmp_path, ENDED)
    ((_, begun),) = said.named("init")
    assert (begun["project"], begun["group"]) == ("qm9", "made")
    assert said.named("log")[0] == (({"val_loss": 1.0},), {"step": 1})
    assert said.named("finish")
    assert capsys.readouterr().out == ""


def test_a_logger_that_fails_is_said_to_once_and_the_run_goes_on(tmp_path, monkeypatch) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("no room\nat all")

    stand_in(monkeypatch, "trackio", init=broken)
    with pytest.warns(UserWarning, match="trackio is told nothing more .* RuntimeError: no room$"):
        tell(LogSpec(trackio="qm9"), tmp_path, ENDED, ENDED)


@pytest.mark.parametrize("log", [{"wandb": True}, {"mlflow": "x"}, {"tensorboard": True}])
def test_a_library_that_is_missing_is_named_before_the_first_run(
    tmp_path, monkeypatch, log
) -> None:
    (name,) = log
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=rf"{name} needs .* pip install 'atomarium\[track\]'"):
        make_loggers(LogSpec(**log), tmp_path, study="made", origin=tmp_path)


def test_without_lines_nobody_is_told(tmp_path) -> None:
    assert make_loggers(LogSpec(), tmp_path, study="made", origin=tmp_path) == ()
