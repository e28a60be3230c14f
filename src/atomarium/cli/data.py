"""`atomarium data`: list, describe, get, convert and check data sets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from rich.console import Console

    from atomarium.core.dataset import Dataset
    from atomarium.data.catalog import Entry
    from atomarium.data.findings import Finding
    from atomarium.data.library import Obtained

app = App(name="data", help="List, get, convert and check data sets.")
_FOUND_SOMETHING = 1


@app.command(name="list")
def list_sets() -> None:
    """List the data sets that are known by name, and where they are."""
    from rich.table import Table

    from atomarium.data.catalog import catalog
    from atomarium.data.library import state_of

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("name", "structures", "elements", "targets", "size", "license", "where"):
        number = column in {"structures", "size"}
        table.add_column(column, justify="right" if number else "left", no_wrap=column == "name")
    for entry in catalog().values():
        table.add_row(
            entry.name,
            f"{entry.structures:,}" if entry.structures else "",
            entry.elements,
            _few([target.name for target in entry.targets]),
            _size(entry),
            entry.license,
            state_of(entry),
        )
    _console().print(table)


@app.command
def info(source: str, /) -> None:
    """Describe a data set of the catalog, or a file.

    Args:
        source: Name of the catalog, file or folder.
    """
    from atomarium.data.catalog import catalog
    from atomarium.data.library import load_entry, state_of
    from atomarium.data.sources import load_dataset

    entry = None if Path(source).exists() else catalog().get(source)
    if entry is None:
        _print_dataset(load_dataset(source))
        return
    _print_entry(entry)
    if state_of(entry) != "to be downloaded":
        _print_dataset(load_entry(entry), head=False)


@app.command
def get(
    *names: str,
    again: Annotated[bool, Parameter(negative=())] = False,
    quiet: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Download data sets, verify them and keep them ready.

    Set ATOMARIUM_MIRROR to a folder or URL that has the files, to ask there first; set
    ATOMARIUM_DATA to the folder that shall keep them.

    Args:
        again: Get also those that are here already.
        quiet: No progress.
        names: Names of the catalog.

    Raises:
        InputError: no name is given, or a set cannot be got.
    """
    from atomarium.core.errors import InputError
    from atomarium.data.catalog import find_entry
    from atomarium.data.library import kept_at, obtain, state_of

    if not names:
        raise InputError("name at least one data set; `atomarium data list` shows them")
    entries = [find_entry(name) for name in names]
    for entry in entries:
        if entry.packaged:
            print(f"{entry.name}: comes with the package, there is nothing to get")
        elif state_of(entry) == "downloaded" and not again:
            print(f"{entry.name}: is here already, {kept_at(entry)}")
        else:
            _print_obtained(entry, obtain(entry, show=not quiet))


@app.command
def convert(
    source: str,
    out: Path,
    /,
    *,
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Write data in another format; the ending of the new file says which.

    Args:
        source: File, folder or name of the catalog.
        out: File or folder to write.
        overwrite: Whether it may take the place of an existing one.

    Raises:
        InputError: the new file exists, or one of the two cannot be read or written.
    """
    from atomarium.cli.places import refuse_existing
    from atomarium.data.formats import refuse_unwritable, write
    from atomarium.data.sources import load_dataset

    refuse_existing(out, overwrite=overwrite)
    refuse_unwritable(out, named="the new file")
    dataset = load_dataset(source)
    write(out, dataset)
    print(f"{len(dataset):,} structures: {out}")


@app.command
def check(source: str, /) -> int:
    """Look for what spoils a benchmark: duplicates, overlaps, outliers, leakage, wrong units.

    Args:
        source: File, folder or name of the catalog.

    Returns:
        0 when nothing is wrong, 1 when something was found; notes do not count.
    """
    from rich.markup import escape
    from rich.table import Table

    from atomarium.data.check import check as check_dataset
    from atomarium.data.sources import load_dataset

    dataset = load_dataset(source)
    findings = check_dataset(dataset)
    table = Table(box=None, pad_edge=False, header_style="bold", show_lines=False)
    for column in ("", "what", "found", "what to do", "for example"):
        table.add_column(column, overflow="fold")
    for finding in findings:
        style = {"error": "red", "warning": "yellow", "note": "dim"}[finding.severity]
        table.add_row(
            f"[{style}]{finding.severity}[/]",
            finding.check,
            escape(finding.message),
            escape(finding.advice),
            escape("; ".join(finding.examples)),
        )
    if findings:
        _console().print(table)
    print(f"{len(dataset):,} structures: {_verdict(findings)}")
    return _FOUND_SOMETHING if any(f.severity != "note" for f in findings) else 0


def _print_obtained(entry: Entry, obtained: Obtained) -> None:
    verified = sum(file.verified for file in obtained.files)
    print(f"{entry.name}: {len(obtained.dataset):,} structures, kept in {obtained.path}")
    print(f"  {verified} of {len(obtained.files)} files verified against a published checksum")
    for file in obtained.files:
        if not file.verified:
            print(f"  {file.path.name}: not verified: no published checksum; seen {file.sha256}")
    print(f"  license: {entry.license}\n  cite: {entry.citation}")


def _verdict(findings: list[Finding]) -> str:
    counts = {
        severity: sum(finding.severity == severity for finding in findings)
        for severity in ("error", "warning", "note")
    }
    words = [f"{n} {word}{'s' if n > 1 else ''}" for word, n in counts.items() if n]
    return ", ".join(words) if words else "nothing found"


def _print_entry(entry: Entry) -> None:
    from atomarium.data.library import state_of

    print(f"{entry.title} ({entry.name})\n{entry.description}")
    print(f"  structures  {entry.structures:,}" if entry.structures else "  structures  not stated")
    print(f"  elements    {entry.elements or 'not stated'}")
    print(f"  where       {state_of(entry)}, {_size(entry)}")
    print(f"  license     {entry.license}\n  cite        {entry.citation}")
    print(f"  described   {entry.homepage}")
    if entry.notes:
        print(f"  note        {entry.notes}")
    for source in entry.sources:
        for file in source.files:
            checksum = f"sha256 {file.sha256}" if file.sha256 else "no published checksum"
            print(f"  file        {file.name} ({checksum})")
    print("targets")
    for target in entry.targets:
        print(
            f"  {target.name:24} {_meaning(target.unit, target.per, target.extensive)}"
            f"  {target.description}"
        )


def _print_dataset(dataset: Dataset, *, head: bool = True) -> None:
    from atomarium.core.elements import SYMBOLS

    structures = dataset.structures
    sizes = structures.sizes
    atoms = f"{sizes.min()} to {sizes.max()} atoms" if len(sizes) else "no atoms"
    periodic = int(structures.periodic.any(axis=1).sum())
    print(
        f"{len(dataset):,} structures, {structures.n_atoms:,} atoms, {atoms}, {periodic:,} periodic"
    )
    print("elements", *(SYMBOLS[z] for z in structures.species))
    if dataset.labels:
        print("labels  ", *dataset.labels)
    if not head:
        return
    print("targets")
    for target in dataset.targets.values():
        shape = "" if target.values.shape[1] == 1 else f" x {target.values.shape[1]}"
        missing = int((target.values != target.values).any(axis=1).sum())
        gaps = f"  {missing:,} missing" if missing else ""
        print(
            f"  {target.name:24} {_meaning(target.unit, target.per, target.extensive)}{shape}{gaps}"
            f"  {target.description}".rstrip()
        )


def _meaning(unit: str, per: str, extensive: bool) -> str:
    counted = "extensive" if extensive else f"per {per}"
    return f"{unit or '-':11} {counted:13}"


def _size(entry: Entry) -> str:
    from atomarium.data.samples import packaged_bytes

    n_bytes = packaged_bytes(entry.name) if entry.packaged else entry.sources[0].n_bytes
    return f"{n_bytes / 1e6:,.{0 if n_bytes > 1e7 else 1}f} MB" if n_bytes else "not stated"


def _few(names: list[str], at_most: int = 3) -> str:
    more = len(names) - at_most
    return ", ".join(names[:at_most]) + (f" and {more} more" if more > 0 else "")


def _console() -> Console:
    from rich.console import Console

    # Into a file or a pipe, lines are for searching, not for the width of a screen.
    return Console(width=None if sys.stdout.isatty() else 220)
