"""Read and write 10,000 molecules of QM9 against ASE; open and sample a store of 130,831.

Where QM9 is not beside the checkout, molecules of the same sizes with random places are taken.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
import ase.db
import ase.io
import numpy as np

from atomarium.core.dataset import Dataset, Target
from atomarium.core.structures import Structures
from atomarium.data.formats import read, write

_QM9 = Path(__file__).resolve().parents[2] / "shared" / "data" / "qm9.npz"
_N_ALL, _N_FILE, _N_SAMPLE = 130_831, 10_000, 100_000
_RUNS_OURS, _RUNS_THEIRS = 5, 2


def main() -> None:
    """Print a line for each task: our CPU seconds, ASE's, and the ratio."""
    molecules = _molecules()
    some = molecules.take(np.random.default_rng(0).choice(_N_ALL, _N_FILE, replace=False))
    with tempfile.TemporaryDirectory() as folder:
        print(f"{_N_FILE:,} molecules, {some.structures.n_atoms:,} atoms, 15 properties")
        print(f"{'task':<44}{'ours, s':>9}{'ASE, s':>9}{'ratio':>8}")
        _compare_text(Path(folder), some)
        _compare_database(Path(folder), some)
        _measure_other_formats(Path(folder), some)
        _measure_store(Path(folder), molecules)


def _compare_text(folder: Path, some: Dataset) -> None:
    path = folder / "qm9.extxyz"
    images = some.structures.to_ase()
    for s, image in enumerate(images):
        image.info = {name: float(t.scalar[s]) for name, t in some.targets.items()}
    theirs = _seconds(lambda: ase.io.write(path, images, format="extxyz"), _RUNS_THEIRS)
    ours = _seconds(lambda: write(folder / "ours.extxyz", some))
    _line("write extended XYZ / ase.io.write", ours, theirs)
    read_theirs = _seconds(lambda: ase.io.read(path, ":"), _RUNS_THEIRS)
    _line("read extended XYZ / ase.io.read", _seconds(lambda: read(path)), read_theirs)
    # Numbers of 17 digits, which no short cut can round.
    _line("the same with every digit", _seconds(lambda: read(folder / "ours.extxyz")), read_theirs)
    write(folder / "ours.extxyz.gz", some)
    write(folder / "ours.extxyz.xz", some)
    for ending in ("gz", "xz"):
        seconds = _seconds(lambda ending=ending: read(folder / f"ours.extxyz.{ending}"))
        _line(f"the same, {ending}", seconds)


def _compare_database(folder: Path, some: Dataset) -> None:
    path = folder / "qm9.db"
    images = some.structures.to_ase()
    values = {name: target.values for name, target in some.targets.items()}

    def write_by_ase() -> None:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        with ase.db.connect(path) as database:  # pyright: ignore[reportGeneralTypeIssues]
            for s, image in enumerate(images):
                database.write(image, data={name: rows[s] for name, rows in values.items()})

    def read_by_ase() -> None:
        for row in ase.db.connect(path).select():
            _ = row.numbers, row.positions, row.cell, row.pbc, row.data

    theirs = _seconds(write_by_ase, 1)
    _line("write ASE database / ase.db", _seconds(lambda: write(folder / "o.db", some), 2), theirs)
    theirs = _seconds(read_by_ase, _RUNS_THEIRS)
    _line("read ASE database / iterating ase.db", _seconds(lambda: read(path)), theirs)
    rows = _seconds(lambda: list(ase.db.connect(path).select()), _RUNS_THEIRS)
    _line("the same / rows of ase.db left undecoded", _seconds(lambda: read(path)), rows)


def _measure_other_formats(folder: Path, some: Dataset) -> None:
    _line("write npz", _seconds(lambda: write(folder / "qm9.npz", some), 2))
    _line("read npz", _seconds(lambda: read(folder / "qm9.npz")))


def _measure_store(folder: Path, molecules: Dataset) -> None:
    path = folder / "qm9.atoms"
    _line(f"write a store of {len(molecules):,}", _seconds(lambda: write(path, molecules), 1))
    _line("open it", _seconds(lambda: read(path)))
    opened = read(path)
    chosen = np.random.default_rng(1).integers(0, len(opened), _N_SAMPLE)
    for task, take in {
        "random structures with targets, at once": lambda: opened.take(chosen),
        "random structures alone, at once": lambda: opened.structures.take(chosen),
        "random structures alone, one by one": lambda: [opened.structures[s] for s in chosen],
    }.items():
        print(f"{task:<44}{_N_SAMPLE / _seconds(take):>9,.0f} per CPU second")


def _molecules() -> Dataset:
    if _QM9.exists():
        with np.load(_QM9) as archive:
            sizes, numbers = archive["n_atoms"].astype(np.int64), archive["numbers"]
            positions, names = archive["positions"], archive["property_names"].tolist()
            values = archive["properties"]
    else:
        print(f"no {_QM9}: random molecules of the same size")
        rng = np.random.default_rng(0)
        sizes = rng.normal(18, 3, _N_ALL).clip(3, 29).astype(np.int64)
        numbers = rng.choice([1, 6, 7, 8, 9], sizes.sum(), p=[0.51, 0.35, 0.06, 0.07, 0.01])
        positions = rng.normal(0, 2, (len(numbers), 3)).astype(np.float32)
        names = [f"p{n}" for n in range(15)]
        values = rng.normal(size=(_N_ALL, 15)).round(6)
    return Dataset(
        structures=Structures.from_arrays(
            numbers, positions, offsets=np.concatenate([[0], np.cumsum(sizes)])
        ),
        targets={
            str(name): Target(name=str(name), values=values[:, [column]].copy())
            for column, name in enumerate(names)
        },
    )


def _seconds(task: Callable[[], object], n_runs: int = _RUNS_OURS) -> float:
    """Return the least CPU seconds of several runs, without what is printed on the way."""
    found = []
    for _ in range(n_runs):
        with contextlib.redirect_stderr(io.StringIO()):
            before = time.process_time()
            task()
            found.append(time.process_time() - before)
    return min(found)


def _line(task: str, ours: float, theirs: float | None = None) -> None:
    compared = "" if theirs is None else f"{theirs:9.3f}{theirs / ours:7.1f}x"
    print(f"{task:<44}{ours:9.3f}{compared}")


if __name__ == "__main__":
    main()
