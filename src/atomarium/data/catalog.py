"""The published data sets that are known by name: what they hold and where they lie.

The facts stand in `catalog.toml`; this file gives them types and makes data sets of what an
importer has read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from atomarium.core.dataset import Dataset, Per, Provenance, Target
from atomarium.core.elements import SYMBOLS, number_of
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Rows
from atomarium.data.importers import Imported


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file that somebody publishes.

    Args:
        name: What it is called here and in a mirror.
        urls: Where it lies, tried in order.
        package: `project==version` whose distribution file it is; empty when it has urls.
        n_bytes: Its length; 0 where it is not known.
        sha256: Published checksum; empty where there is none.
    """

    name: str
    urls: tuple[str, ...] = ()
    package: str = ""
    n_bytes: int = 0
    sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Files that hold one data set, and what reads them.

    Args:
        importer: Key of `importers.IMPORTERS`.
        files: In the order in which the importer takes them.
        options: What the importer must know besides.
    """

    importer: str
    files: tuple[RemoteFile, ...]
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_bytes(self) -> int:
        """Bytes to download; 0 where one is not known."""
        sizes = [file.n_bytes for file in self.files]
        return sum(sizes) if all(sizes) else 0


@dataclass(frozen=True, kw_only=True)
class TargetEntry:
    """What a target is, without its values; fields as in `core.dataset.Target`."""

    name: str
    unit: str = ""
    per: Per = "structure"
    extensive: bool = False
    rows: Rows = "structures"
    description: str = ""
    references: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One data set of the catalog.

    Args:
        name: What to write in a study file.
        title: A few words.
        description: What it holds and what to mind.
        license: As stated by those who publish it.
        citation: What to cite.
        homepage: Where it is described.
        structures: How many; 0 where it is not known before import.
        elements: Symbols, or how many there are.
        notes: What else a user should know before downloading.
        packaged: Whether it comes with this package.
        sources: Tried in order.
        targets: In the order of the catalog.
    """

    name: str
    title: str
    description: str
    license: str
    citation: str
    homepage: str
    structures: int = 0
    elements: str = ""
    notes: str = ""
    packaged: bool = False
    sources: tuple[Source, ...] = ()
    targets: tuple[TargetEntry, ...] = ()

    def provenance(self, sha256: str = "", source: str = "") -> Provenance:
        """Return what must be said when the data are used."""
        return Provenance(
            name=self.name,
            source=source or self.homepage,
            license=self.license,
            citation=self.citation,
            sha256=sha256,
            notes=self.description,
        )


@lru_cache(maxsize=1)
def catalog() -> Mapping[str, Entry]:
    """Return every set by name, in the order of the catalog."""
    plain = tomllib.loads(files("atomarium.data").joinpath("catalog.toml").read_text("utf-8"))
    remote = {name: _remote_file(name, facts) for name, facts in plain["file"].items()}
    targets = {
        group: tuple(TargetEntry(name=name, **facts) for name, facts in entries.items())
        for group, entries in plain["targets"].items()
    }
    entries: dict[str, Entry] = {}
    for name, facts in plain["set"].items():
        for variant, changes in facts.pop("variants", {"": {}}).items():
            full_name = f"{name}-{variant}" if variant else name
            entries[full_name] = _entry(full_name, {**facts, **changes}, remote, targets, variant)
    return entries


def find_entry(name: str) -> Entry:
    """Return the set of this name.

    Raises:
        InputError: there is none; the message names those there are.
    """
    try:
        return catalog()[name]
    except KeyError:
        message = f"no data set {name!r} in the catalog{did_you_mean(name, catalog())}"
        raise InputError(message) from None


def assemble(entry: Entry, imported: Imported, provenance: Provenance) -> Dataset:
    """Join what an importer has read with what the catalog says of it."""
    targets = {
        facts.name: Target(
            name=facts.name,
            values=_as_columns(imported.columns[facts.name]),
            unit=facts.unit,
            per=facts.per,
            extensive=facts.extensive,
            rows=facts.rows,
            description=facts.description,
            references=_by_number(imported.references.get(facts.name, facts.references)),
        )
        for facts in entry.targets
    }
    return Dataset(
        structures=imported.structures,
        targets=targets,
        ids=imported.ids,
        labels=imported.labels,
        provenance=provenance,
    )


def _remote_file(name: str, facts: Mapping[str, Any]) -> RemoteFile:
    return RemoteFile(
        name=name,
        urls=tuple(facts.get("urls", ())),
        package=facts.get("package", ""),
        n_bytes=facts.get("bytes", 0),
        sha256=facts["sha256"],
    )


def _entry(
    name: str,
    facts: dict[str, Any],
    remote: Mapping[str, RemoteFile],
    targets: Mapping[str, tuple[TargetEntry, ...]],
    variant: str,
) -> Entry:
    chosen = {"variant": variant} if variant else {}
    sources = tuple(
        Source(
            importer=source["importer"],
            files=tuple(remote[file] for file in source["files"]),
            options={**source.get("options", {}), **chosen},
        )
        for source in facts.pop("sources", ())
    )
    if variant:
        facts["title"] = f"{facts['title']}: {variant}"
    return Entry(name=name, sources=sources, targets=targets[facts.pop("targets")], **facts)


def _as_columns(values: np.ndarray) -> np.ndarray:
    values = np.array(values, dtype=np.float64)
    return values[:, None] if values.ndim == 1 else values


def _by_number(references: Mapping[str, float]) -> np.ndarray:
    if not references:
        return np.zeros(0)
    energies = np.zeros(len(SYMBOLS))
    for symbol, energy in references.items():
        energies[number_of(symbol)] = energy
    return energies
