"""Tables of run folders hold what the folders hold, whatever the format."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from tests.study.sweep.made_sweep import TEXT, draw, keep_curves, made_sweep

from atomarium.cli.study import app
from atomarium.core.errors import InputError
from atomarium.study.sweep.export import export_table
from atomarium.study.sweep.runs import record_run


@pytest.fixture
def folder(tmp_path) -> Path:
    """A run folder of five runs, the last of which failed, with curves."""
    rng = np.random.default_rng(2)
    drawn = [draw(rng) for _ in range(5)]
    del drawn[1]["cutoff"]
    sweep = made_sweep(drawn, lambda s, _: 1 / s["epochs"], folder=tmp_path)
    (tmp_path / "study.toml").write_text(TEXT.format(method="random", goal="minimize"))
    for run in sweep.runs[:-1]:
        record_run(tmp_path, run)
    failed = replace(sweep.runs[-1], state="failed", metrics={}, reason="the loss is no number")
    record_run(tmp_path, failed)
    keep_curves(sweep, lambda s: [1 / (k + 1) for k in range(s["epochs"])])
    return tmp_path


def test_csv_has_a_row_for_each_run_and_settings_apart_from_metrics(folder: Path) -> None:
    path, n_rows = export_table(folder, "csv")
    rows = _rows(path)
    assert (path.name, n_rows, len(rows)) == ("runs.csv", 5, 5)
    assert float(rows[0]["metrics.val_loss"]) == 1 / int(rows[0]["settings.epochs"])
    assert rows[1]["settings.cutoff"] == ""
    assert (rows[4]["state"], rows[4]["reason"]) == ("failed", "the loss is no number")
    assert rows[4]["metrics.val_loss"] == ""


def test_json_is_csv_with_tables_in_it(folder: Path) -> None:
    path, _ = export_table(folder, "json", out=folder / "some.json")
    rows = json.loads(path.read_text())
    assert rows[2]["settings"]["schedule"] in {"constant", "cosine", "step"}
    assert set(rows[2]["metrics"]) == {"val_loss", "val_mae", "seconds"}


def test_curves_have_a_row_for_each_epoch(folder: Path) -> None:
    path, n_rows = export_table(folder, "csv", what="curves")
    rows = _rows(path)
    epochs = [int(row["settings.epochs"]) for row in _rows(_runs(folder))]
    assert n_rows == len(rows) == sum(epochs)
    assert rows[1] == {"number": "0", "epoch": "2.0", "val_loss": "0.5"}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open() as stream:
        return list(csv.DictReader(stream))


def _runs(folder: Path) -> Path:
    return export_table(folder, "csv", out=folder / "again.csv")[0]


def test_parquet_is_read_back_as_it_was(folder: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path, _ = export_table(folder, "parquet")
    table = parquet.read_table(path).to_pydict()
    assert table["number"] == [0, 1, 2, 3, 4]
    assert table["settings.cutoff"][1] is None
    assert table["metrics.val_loss"][0] == 1 / table["settings.epochs"][0]


class _Library(ModuleType):
    """Stands for a library of tables; notes what it is asked to write."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.columns: dict[str, list] = {}

    def table(self, columns: dict[str, list]) -> dict[str, list]:
        self.columns = columns
        return columns

    def write_table(self, columns: dict[str, list], path: Path) -> None:
        Path(path).write_text(json.dumps(columns))

    def DataFrame(self, columns: dict[str, list]) -> _Frame:  # noqa: N802 - as polars has it
        return _Frame(columns)


class _Frame:
    def __init__(self, columns: dict[str, list]) -> None:
        self.columns = columns

    def write_parquet(self, path: Path) -> None:
        Path(path).write_text(json.dumps(self.columns))


@pytest.mark.parametrize("library", ["pyarrow", "polars"])
def test_parquet_is_written_by_either_library(folder: Path, monkeypatch, library: str) -> None:
    for name in ("pyarrow", "pyarrow.parquet", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
    fake = _Library(library)
    monkeypatch.setitem(sys.modules, library, fake)
    monkeypatch.setitem(sys.modules, f"{library}.parquet", fake)
    path, _ = export_table(folder, "parquet")
    columns = json.loads(path.read_text())
    assert columns["state"] == ["finished"] * 4 + ["failed"]
    # Columns are of one type: whole numbers beside others become numbers, the rest words.
    assert all(isinstance(one, float) for one in columns["metrics.seconds"][:4])


def test_parquet_without_either_says_what_to_install(folder: Path, monkeypatch) -> None:
    for name in ("pyarrow", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=r"pip install 'atomarium\[tables\]'"):
        export_table(folder, "parquet")
    assert not list(folder.glob("*.parquet"))


def test_a_folder_that_is_no_run_folder_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="is no run folder"):
        export_table(tmp_path, "csv")
    with pytest.raises(InputError, match="only sweeps keep curves"):
        export_table(tmp_path, "csv", what="curves")


def test_the_command_says_where_and_how_much(folder: Path, capsys) -> None:
    for command, name in (("to-csv", "runs.csv"), ("to-json", "runs.json")):
        app([command, str(folder)], result_action="return_value")
        assert f"5 rows: {folder / name}" in capsys.readouterr().out
    app(["to-csv", str(folder), "--curves"], result_action="return_value")
    assert "curves.csv" in capsys.readouterr().out
