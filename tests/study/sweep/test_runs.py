"""Records and curves: lines that only grow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.study.sweep.made_sweep import TEXT

from atomarium.core.errors import InputError
from atomarium.study.sweep.runs import (
    CURVES,
    MOST_POINTS,
    RECORDS,
    Curve,
    SweepRun,
    read_runs,
    read_sweep,
    record_curve,
    record_run,
    sweep_in,
)

RUN = SweepRun(
    number=3,
    state="running",
    settings={"rate": 0.1, "kind": "a", "flag": True, "none": None},
    metrics={},
    started=1.0,
    worker="w",
)


def prepared(folder: Path) -> Path:
    (folder / RECORDS).mkdir(parents=True)
    (folder / CURVES).mkdir(parents=True)
    (folder / "study.toml").write_text(TEXT.format(method="random", goal="minimize"))
    return folder


def test_a_run_is_read_as_it_was_written(tmp_path: Path):
    done = replace(RUN, state="finished", metrics={"val_loss": 0.1}, ended=2.0, reason="why")
    record_run(prepared(tmp_path), done)
    assert read_runs(tmp_path) == [done]


def test_the_last_attempt_counts_and_in_it_the_end(tmp_path: Path):
    prepared(tmp_path)
    lines = [
        replace(RUN, state="finished", attempt=2, worker="a", ended=9.0),
        replace(RUN, state="running", attempt=2, worker="a", metrics={"val_loss": 0.5}),
        replace(RUN, state="failed", attempt=1, worker="b", ended=20.0),
        replace(RUN, state="running", attempt=1, worker="b"),
    ]
    for line in lines:
        record_run(tmp_path, line)
    assert read_runs(tmp_path) == [lines[0]]


def test_a_line_that_a_killed_worker_left_half_written_is_none(tmp_path: Path):
    prepared(tmp_path)
    record_run(tmp_path, RUN)
    path = tmp_path / RECORDS / "w.jsonl"
    with path.open("ab") as stream:
        stream.write(path.read_bytes()[:30])
    assert read_runs(tmp_path) == [RUN]
    ended = replace(RUN, state="failed", ended=3.0)
    record_run(tmp_path, ended)
    assert read_runs(tmp_path) == [ended]


def test_numbers_that_are_none_are_an_error_of_ours(tmp_path: Path):
    with pytest.raises(ValueError, match="JSON compliant"):
        record_run(prepared(tmp_path), replace(RUN, metrics={"val_loss": float("nan")}))
    assert read_runs(tmp_path) == []


def test_long_curves_are_thinned_and_keep_their_ends(tmp_path: Path):
    prepared(tmp_path)
    n = 3 * MOST_POINTS
    epochs = tuple(float(k) for k in range(1, n + 1))
    record_run(tmp_path, RUN)
    record_curve(tmp_path, RUN, Curve({"epoch": epochs, "val_loss": (None,) * n}))
    kept = read_sweep(tmp_path).curves([3, 4])
    assert set(kept) == {3}
    columns = kept[3].columns
    assert len(columns["epoch"]) == len(columns["val_loss"]) == MOST_POINTS
    assert (columns["epoch"][0], columns["epoch"][-1]) == (1.0, float(n))


def test_what_is_no_sweep_says_so(tmp_path: Path):
    assert not sweep_in(tmp_path)
    with pytest.raises(InputError, match="no sweep in"):
        read_sweep(tmp_path)
    prepared(tmp_path)
    text = (tmp_path / "study.toml").read_text().split("[sweep]")[0]
    model = '[models.m]\nmodel = { kind = "mean" }\n'
    (tmp_path / "study.toml").write_text(text + model)
    with pytest.raises(InputError, match=r"has no table \[sweep\]"):
        read_sweep(tmp_path)


def test_a_sweep_is_read_with_its_space(tmp_path: Path):
    sweep = read_sweep(prepared(tmp_path))
    assert sweep.metrics == ("val_loss",)
    assert sweep.goals == ("minimize",)
    assert list(sweep.opened) == ["cutoff", "epochs", "batch_size", "learning_rate", "schedule"]
