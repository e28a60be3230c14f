"""From what a user wrote, a file or a name, to a data set."""

from __future__ import annotations

import difflib
from pathlib import Path

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError, did_you_mean
from atomarium.data.catalog import catalog
from atomarium.data.formats import read
from atomarium.data.library import load_entry


def load_dataset(source: str | Path) -> Dataset:
    """Return the data that a path or a name of the catalog stands for.

    A path that exists wins over a name.

    Args:
        source: File or folder in any format that can be read, or a name of the catalog.

    Raises:
        InputError: there is neither, the set is not on this machine yet, or it cannot be read.
    """
    path = Path(source).expanduser()
    if path.exists():
        return read(path)
    entries = catalog()
    if str(source) in entries:
        return load_entry(entries[str(source)])
    raise InputError(_complaint(str(source), path))


def _complaint(source: str, path: Path) -> str:
    folder = path.parent
    files = [str(folder / child.name) for child in folder.iterdir()] if folder.is_dir() else []
    alike = difflib.get_close_matches(str(path), files, n=3, cutoff=0.7)
    if alike:
        return f"no file {source!r}; did you mean {' or '.join(map(repr, alike))}?"
    if not folder.is_dir():
        return f"no file {source!r}: there is no folder {str(folder)!r}"
    # A word with a dot or a slash was meant as a file.
    if path.suffix or len(path.parts) > 1:
        return f"no file {source!r} in {str(folder.resolve())!r}"
    return f"no file and no data set {source!r}{did_you_mean(source, catalog())}"
