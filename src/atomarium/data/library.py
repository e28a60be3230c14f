"""The catalog's sets on this machine: which are here, get one, load one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.data.catalog import Entry, Source, assemble, catalog
from atomarium.data.fetch import Fetched, data_folder, fetch, refuse_unusable_places
from atomarium.data.formats import read, write
from atomarium.data.importers import load_importer
from atomarium.data.samples import load_sample

State = Literal["packaged", "downloaded", "to be downloaded"]


@dataclass(frozen=True, kw_only=True)
class Obtained:
    """A data set that was just got.

    Args:
        dataset: The set.
        path: Where it is kept from now on.
        files: What was downloaded for it.
    """

    dataset: Dataset
    path: Path
    files: tuple[Fetched, ...]


def kept_at(entry: Entry) -> Path:
    """Return where a downloaded set is kept, whether or not it is there."""
    return data_folder() / "sets" / f"{entry.name}.npz"


def state_of(entry: Entry) -> State:
    """Say where a set is."""
    if entry.packaged:
        return "packaged"
    return "downloaded" if kept_at(entry).exists() else "to be downloaded"


def load_entry(entry: Entry) -> Dataset:
    """Return a set that is on this machine.

    Raises:
        InputError: it is not; the message says how to get it.
    """
    if entry.packaged:
        return load_sample(entry.name)
    path = kept_at(entry)
    if not path.exists():
        raise InputError(
            f"data set {entry.name!r} is in the catalog but not on this machine; get it with: "
            f"atomarium data get {entry.name}{_size_of_download(entry)}"
        )
    return read(path)


def obtain(entry: Entry, *, show: bool = True) -> Obtained:
    """Download a set, make a data set of it and keep that.

    Sources are tried in the order of the catalog; a source whose files cannot be got is passed
    over, one whose files cannot be read is not.

    Args:
        entry: What to get.
        show: Whether bars show how far it is.

    Raises:
        InputError: the set comes with the package, no source gives its files, they cannot be
            read, or there is no place for them.
    """
    if entry.packaged:
        raise InputError(f"data set {entry.name!r} comes with the package; use it as it is")
    refuse_unusable_places()
    problems = []
    for source in entry.sources:
        try:
            files = _fetch_all(source, show=show)
        except InputError as problem:
            problems.append(str(problem))
            continue
        return _keep(entry, source, files)
    notes = f"\n{entry.notes}" if entry.notes else ""
    raise InputError("\n".join(problems) + f"\nThe set is described at {entry.homepage}{notes}")


def names_on_disk() -> tuple[str, ...]:
    """Return the names of the sets that can be loaded without a download."""
    return tuple(name for name, entry in catalog().items() if state_of(entry) != "to be downloaded")


def _fetch_all(source: Source, *, show: bool) -> tuple[Fetched, ...]:
    folder = data_folder() / "downloads"
    return tuple(fetch(file, folder, show=show) for file in source.files)


def _keep(entry: Entry, source: Source, files: tuple[Fetched, ...]) -> Obtained:
    imported = load_importer(source.importer)(tuple(file.path for file in files), source.options)
    main = source.files[0]
    provenance = entry.provenance(
        sha256=files[0].sha256, source=main.urls[0] if main.urls else main.package
    )
    dataset = assemble(entry, imported, provenance)
    path = kept_at(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, dataset)
    return Obtained(dataset=dataset, path=path, files=files)


def _size_of_download(entry: Entry) -> str:
    n_bytes = entry.sources[0].n_bytes
    return f" ({n_bytes / 1e6:.0f} MB)" if n_bytes else ""
