"""Features that were expensive to compute, kept for the next time by what they were made from.

They are kept under ATOMARIUM_CACHE, or in the folder `features` of the platform's cache folder, up
to ATOMARIUM_CACHE_GB gigabytes (4 when not set, 0 keeps nothing); those not used for the longest
time go first.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atomarium import __version__
from atomarium.core.columns import ColumnNames, NamesColumns
from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.core.files import read_object, write_json
from atomarium.core.hashing import hash_arrays, hash_settings
from atomarium.core.structures import Structures
from atomarium.core.writable import folder_of_variable, refuse_unwritable_folder
from atomarium.data.fetch import data_folder
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.compact import CompactModel
from atomarium.experiment.learning import Rows
from atomarium.represent import REPRESENTATIONS

_FORMAT = 1
_GIGABYTE = 1e9
_DEFAULT_GIGABYTES = 4.0
#: What costs less is faster computed than looked after.
_LEAST_SECONDS = 0.5
_PART = ".part-"
_FOLDER = "ATOMARIUM_CACHE"


@dataclass(frozen=True)
class Represented:
    """Features with their price.

    Args:
        features: Of all structures; graphs for a network.
        seconds: CPU seconds that computing them took, now or when they were kept.
    """

    features: Rows
    seconds: float


def represent(
    candidate: Candidate,
    structures: Structures,
    *,
    extensive: bool,
    advance: Callable[[int], None] = lambda _: None,
    cpu: Callable[[], float] = time.process_time,
) -> Represented:
    """Return what `Candidate.represent` does, from the cache if it is there.

    Args:
        candidate: Its representation and what its model needs of it.
        structures: At least one.
        extensive: Whether they are to predict an extensive target.
        advance: Told the number of structures whenever some are done.
        cpu: Tells CPU seconds.
    """
    if candidate.representation is None or isinstance(candidate.model, CompactModel):
        before = cpu()
        graphs = candidate.represent(structures, extensive=extensive, advance=advance)
        return Represented(graphs, cpu() - before)
    folder = cache_folder() / _name(candidate, structures, extensive=extensive)
    kept = _read(folder, candidate)
    if kept is not None:
        advance(len(structures))
        return kept
    before = cpu()
    features = candidate.represent(structures, extensive=extensive, advance=advance)
    seconds = cpu() - before
    if seconds >= _LEAST_SECONDS and isinstance(features, Features):
        _keep(folder, features, seconds)
    return Represented(features, seconds)


def refuse_unusable_cache() -> None:
    """Refuse a cache, before anything is represented, that somebody has asked for in vain.

    Raises:
        InputError: what an environment variable says cannot be used.
    """
    _most_bytes()
    folder = cache_folder()
    # One that is there may belong to others who fill it; the platform's may be closed to all.
    if os.environ.get(_FOLDER) and not folder.exists():
        refuse_unwritable_folder(folder, named=_FOLDER)


def cache_folder() -> Path:
    """Return where features are kept.

    Raises:
        InputError: an environment variable names what is no folder.
    """
    given = folder_of_variable(_FOLDER)
    return data_folder() / "features" if given is None else given


def _most_bytes() -> float:
    given = os.environ.get("ATOMARIUM_CACHE_GB", "")
    try:
        gigabytes = float(given) if given else _DEFAULT_GIGABYTES
    except ValueError:
        gigabytes = -1.0
    if not gigabytes >= 0:
        raise InputError(f"ATOMARIUM_CACHE_GB must be a number, 0 or above, got {given!r}")
    return gigabytes * _GIGABYTE


def _name(candidate: Candidate, structures: Structures, *, extensive: bool) -> str:
    # What a model keeps of features depends on some of its settings only. The features of one
    # structure tell models apart that keep different things.
    largest = int(structures.sizes.argmax())
    probe = candidate.represent(structures[largest : largest + 1], extensive=extensive)
    assert isinstance(probe, Features)
    settings = {
        "format": _FORMAT,
        "version": __version__,
        "representation": REPRESENTATIONS.describe(candidate.representation),
        "kept": [probe.rows, probe.reduced, str(probe.values.dtype), hash_arrays(probe.values)],
        "structures": structures.content_hash(),
    }
    return hash_settings(settings)[:32]


def _read(folder: Path, candidate: Candidate) -> Represented | None:
    """Return what is kept in a folder, or None where nothing whole is."""
    try:
        about = read_object(folder / "about.json")
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in about["arrays"]
        }
        features = Features(
            arrays["values"],
            about["rows"],
            np.array(arrays["offsets"]),
            names=_names(about["names"], candidate),
            numbers=np.array(arrays["numbers"]) if "numbers" in arrays else None,
            reduced=about["reduced"],
        )
        os.utime(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Represented(features, about["seconds"])


def _names(kept: list[str] | None, candidate: Candidate) -> tuple[str, ...] | ColumnNames:
    """Return names of columns; those that settings can tell are not kept."""
    if kept is None:
        assert isinstance(candidate.representation, NamesColumns)
        return ColumnNames(candidate.representation)
    return tuple(kept)


def _keep(folder: Path, features: Features, seconds: float) -> None:
    """Keep features unless there is no room; a study does not fail for want of a cache."""
    size, most = features.values.nbytes, _most_bytes()
    if size > most / 2:
        return
    arrays = {"values": features.values, "offsets": features.offsets}
    if features.numbers is not None:
        arrays["numbers"] = features.numbers
    about = {
        "rows": features.rows,
        "reduced": features.reduced,
        "names": None if isinstance(features.names, ColumnNames) else features.names,
        "arrays": list(arrays),
        "seconds": seconds,
    }
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _make_room(folder.parent, most - size)
        part = Path(tempfile.mkdtemp(prefix=_PART, dir=folder.parent))
        try:
            for name, array in arrays.items():
                np.save(part / f"{name}.npy", array)
            write_json(part / "about.json", about)
            part.replace(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError:
        return  # no room, no right to write, or another process was faster


def _make_room(root: Path, most: float) -> None:
    """Remove what was not used for the longest time until so many bytes are left."""
    entries = [path for path in root.iterdir() if path.is_dir()]
    sizes = {path: sum(one.stat().st_size for one in path.iterdir()) for path in entries}
    total = sum(sizes.values())
    for path in sorted(entries, key=lambda one: one.stat().st_mtime):
        # A part that is being written is young; one that a killed process left is not.
        if total <= most and not _is_abandoned(path):
            continue
        if path.name.startswith(_PART) and not _is_abandoned(path):
            continue
        shutil.rmtree(path, ignore_errors=True)
        total -= sizes[path]


def _is_abandoned(path: Path) -> bool:
    return path.name.startswith(_PART) and time.time() - path.stat().st_mtime > 3600
