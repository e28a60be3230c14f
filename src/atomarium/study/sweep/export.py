"""Runs of a sweep, or trials of any study, as tables: CSV, JSON, Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, cast

from atomarium.core.errors import InputError
from atomarium.core.files import write_json, write_text, written_atomically
from atomarium.core.writable import refuse_unwritable_file
from atomarium.experiment.record import read_record
from atomarium.study.sweep.runs import read_sweep, sweep_in
from atomarium.study.tables import plain

Format = Literal["csv", "json", "parquet"]
What = Literal["runs", "curves"]
#: A row: words, numbers, or tables of them.
Row = dict[str, Any]


def export_table(
    folder: Path,
    ending: Format,
    *,
    what: What = "runs",
    out: Path | None = None,
) -> tuple[Path, int]:
    """Write a table of a run folder; return where it is and how many rows it has.

    Args:
        folder: Run folder of a sweep or of any other study.
        ending: `csv`, `json` or `parquet`.
        what: `runs`, a row for each run or trial; or `curves`, a row for each epoch of each run.
        out: Where to write; `runs.csv` and the like in the folder when left out.

    Raises:
        InputError: the folder holds no study, no curves are kept, nothing can be written where the
            table is wanted, or a library is missing.
    """
    rows = rows_of(folder, what)
    named = "the table" if out is None else "--out"
    out = out or folder / f"{what}.{ending}"
    refuse_unwritable_file(out, named=named)
    if ending == "json":
        write_json(out, rows)
    elif ending == "csv":
        write_text(out, csv_text([_flat(row) for row in rows]))
    else:
        _write_parquet(out, [_flat(row) for row in rows])
    return out, len(rows)


def rows_of(folder: Path, what: What = "runs") -> list[Row]:
    """Return rows of a run folder, settings and metrics of each as tables of their own.

    Args:
        folder: Run folder of a sweep or of any other study.
        what: `runs` or `curves`.

    Raises:
        InputError: the folder holds no study, or no curves are kept.
    """
    if sweep_in(folder):
        return _runs(folder) if what == "runs" else _epochs(folder)
    if what == "curves":
        raise InputError(f"{folder} is no sweep; only sweeps keep curves of all their runs")
    trials = folder / "trials"
    if not trials.is_dir():
        raise InputError(f"{folder} is no run folder: it has neither sweep/records nor trials")
    found = (read_record(one) for one in sorted(trials.glob("*")))
    return [plain(record) for record in found if record is not None]


def _runs(folder: Path) -> list[Row]:
    return [asdict(run) for run in read_sweep(folder).runs]


def _epochs(folder: Path) -> list[Row]:
    sweep = read_sweep(folder)
    curves = sweep.curves(run.number for run in sweep.runs)
    rows: list[Row] = []
    for run in sweep.runs:
        if run.number in curves:
            columns = curves[run.number].columns
            rows += [
                {"number": run.number, **dict(zip(columns, values, strict=True))}
                for values in zip(*columns.values(), strict=True)
            ]
    return rows


def _flat(row: Mapping[str, Any], place: str = "") -> Row:
    """Return a row without tables in it, as in `settings.epochs` and `metrics.epochs`."""
    flat: Row = {}
    for key, value in row.items():
        name = f"{place}{key}"
        if isinstance(value, Mapping):
            flat |= _flat(cast("Mapping[str, Any]", value), f"{name}.")
        elif isinstance(value, list | tuple):
            flat[name] = "; ".join(map(str, cast("Sequence[Any]", value))) or None
        else:
            flat[name] = value
    return flat


def csv_text(rows: Iterable[Row]) -> str:
    """Return rows as CSV: every column that any of them has; what is not there is empty."""
    rows = list(rows)
    names = dict.fromkeys(name for row in rows for name in row)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(names), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _write_parquet(path: Path, rows: list[Row]) -> None:
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: _alike([row.get(name) for row in rows]) for name in names}
    with written_atomically(path) as part:
        for module, write in (("pyarrow", _with_pyarrow), ("polars", _with_polars)):
            try:
                library = import_module(module)
            except ImportError:
                continue
            write(library, columns, part)
            return
        raise InputError("Parquet needs pyarrow or polars: pip install 'atomarium[tables]'")


def _with_pyarrow(pyarrow: Any, columns: dict[str, list[Any]], path: Path) -> None:
    import_module("pyarrow.parquet").write_table(pyarrow.table(columns), path)


def _with_polars(polars: Any, columns: dict[str, list[Any]], path: Path) -> None:
    polars.DataFrame(columns).write_parquet(path)


def _alike(values: list[Any]) -> list[Any]:
    """Return values of one type: whole numbers become numbers beside others, all else words."""
    types = {type(value) for value in values if value is not None}
    if len(types) < 2:
        return values
    same = float if types == {int, float} else str
    return [None if value is None else same(value) for value in values]
