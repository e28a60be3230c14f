"""`atomarium study`: what a run folder holds, as tables and for Optuna."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from atomarium.core.writable import refuse_unwritable_file, refuse_unwritable_folder

if TYPE_CHECKING:
    from atomarium.study.sweep.export import Format

app = App(name="study", help="Write runs and trials as tables; exchange sweeps with Optuna.")
Flag = Annotated[bool, Parameter(negative=())]


@app.command(name="to-csv")
def to_csv(folder: Path, /, *, out: Path | None = None, curves: Flag = False) -> None:
    """Write a row for each run of a sweep, or each trial of another study, as CSV.

    Args:
        folder: Run folder.
        out: File to write; runs.csv (curves.csv) in the folder when left out.
        curves: A row for each epoch of each run instead.
    """
    _export(folder, "csv", out, curves=curves)


@app.command(name="to-json")
def to_json(folder: Path, /, *, out: Path | None = None, curves: Flag = False) -> None:
    """Write each run of a sweep, or each trial of another study, as JSON.

    Args:
        folder: Run folder.
        out: File to write; runs.json (curves.json) in the folder when left out.
        curves: Each epoch of each run instead.
    """
    _export(folder, "json", out, curves=curves)


@app.command(name="to-parquet")
def to_parquet(folder: Path, /, *, out: Path | None = None, curves: Flag = False) -> None:
    """Write a row for each run of a sweep, or each trial of another study, as Parquet.

    Needs pyarrow or polars: pip install 'atomarium[tables]'.

    Args:
        folder: Run folder.
        out: File to write; runs.parquet (curves.parquet) in the folder when left out.
        curves: A row for each epoch of each run instead.
    """
    _export(folder, "parquet", out, curves=curves)


@app.command(name="to-optuna")
def to_optuna(folder: Path, storage: str, /, *, name: str = "") -> None:
    """Write the runs of a sweep into a storage of Optuna.

    Args:
        folder: Run folder of a sweep.
        storage: Path of a journal, or an address such as sqlite:///study.db.
        name: Of the study there; that of the sweep when left out.
    """
    from atomarium.study.sweep import optuna_exchange
    from atomarium.study.sweep.runs import read_sweep
    from atomarium.study.sweep.storage import without_password

    if "://" not in storage:
        refuse_unwritable_file(Path(storage), named="the storage")
    n_runs = optuna_exchange.to_optuna(read_sweep(folder), storage, name=name)
    print(f"{n_runs:,} runs: {without_password(storage)}")


@app.command(name="from-optuna")
def from_optuna(storage: str, /, *, out: Path, name: str = "", study: Path | None = None) -> None:
    """Make a run folder of a study of Optuna: to open, to export, as prior of another sweep.

    Args:
        storage: Path of a journal, or an address such as sqlite:///study.db.
        out: Run folder to make.
        name: Of the study in the storage; needed where there are several.
        study: Study file with a table [sweep] that leaves the same settings open; not needed for
            what `to-optuna` has written.
    """
    from atomarium.experiment.spec import read_study
    from atomarium.study.sweep import optuna_exchange

    refuse_unwritable_folder(out, named="--out")
    file = None if study is None else read_study(study)
    n_runs = optuna_exchange.from_optuna(storage, out, name=name, study=file)
    print(f"{n_runs:,} runs: {out}")


def _export(folder: Path, ending: Format, out: Path | None, *, curves: bool) -> None:
    from atomarium.study.sweep.export import export_table

    path, n_rows = export_table(folder, ending, what="curves" if curves else "runs", out=out)
    print(f"{n_rows:,} rows: {path}")
