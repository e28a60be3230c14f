"""Read and write data sets, whatever the format."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import numpy as np

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.units import parse_unit, split_per
from atomarium.core.writable import refuse_unwritable_file
from atomarium.data.compressed import name_without_suffix
from atomarium.data.folders import refuse_taken

_NO_PLACE = (
    PermissionError,
    FileNotFoundError,
    FileExistsError,
    NotADirectoryError,
    IsADirectoryError,
)


@dataclass(frozen=True, kw_only=True)
class Format:
    """Where a format is read and written.

    Args:
        reader: Module with `read(path) -> Dataset`.
        writer: Module with `write(path, dataset)`; empty when we only read it.
        endings: Names of files that are taken for it.
        folders: Whether it may be a folder.
        about: One line for people.
    """

    reader: str
    writer: str = ""
    endings: tuple[str, ...] = ()
    folders: bool = False
    about: str


#: Every format by the name that `read` and `write` know it by.
FORMATS: dict[str, Format] = {
    "extxyz": Format(
        reader="atomarium.data.extxyz",
        writer="atomarium.data.extxyz_writer",
        endings=(".extxyz", ".xyz"),
        about="extended XYZ, also compressed with gzip, bzip2 or xz",
    ),
    "ase-db": Format(
        reader="atomarium.data.ase_database",
        writer="atomarium.data.ase_database_writer",
        endings=(".db",),
        about="database of ASE, with the units of SchNetPack",
    ),
    "cif": Format(
        reader="atomarium.data.cif",
        writer="atomarium.data.cif_writer",
        endings=(".cif",),
        folders=True,
        about="CIF file, or folder of them with or without id_prop.csv",
    ),
    "npz": Format(
        reader="atomarium.data.npz",
        writer="atomarium.data.npz",
        endings=(".npz",),
        about="one compressed file of arrays, all kept exactly",
    ),
    "store": Format(
        reader="atomarium.data.store",
        writer="atomarium.data.store_writer",
        endings=(".atoms",),
        folders=True,
        about="folder of memory-mapped arrays, for speed and millions of structures",
    ),
    "ase": Format(
        reader="atomarium.data.ase_files",
        folders=True,
        about="anything else that ASE reads: POSCAR, traj, vasprun.xml …",
    ),
}


def read(
    path: Path | str,
    *,
    format: str | None = None,  # noqa: A002 - what ASE and pymatgen call it
    units: Mapping[str, str] | None = None,
    extensive: Collection[str] = (),
    labels: Collection[str] = (),
) -> Dataset:
    """Read a data set from a file or folder.

    Units stay empty, and nothing is taken for extensive, unless the format or the caller says so.

    Example:
        read("water.extxyz", units={"energy": "eV", "gap": "eV"}, extensive=["energy"])

    Args:
        path: File or folder.
        format: One of FORMATS; found from the name and the first bytes when left out.
        units: By target, also with what it is counted per: `eV`, `eV/atom`, `meV/cation`.
        extensive: Targets that add up when two distant structures are taken as one.
        labels: Columns of numbers that are names: space groups, numbers of clusters.

    Raises:
        InputError: it is not there, not of this format, damaged, or has no such target; or the
            file states another unit.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise InputError(f"no file or folder {str(path)!r}{_alike(path)}")
    try:
        name = format if format is not None else format_of(path)
        if name not in FORMATS:
            raise InputError(f"no format {name!r}{did_you_mean(name, FORMATS)}")
        if path.is_dir() and not FORMATS[name].folders:
            raise InputError(f"{path}: is a folder, and {name!r} is a file")
        dataset = import_module(FORMATS[name].reader).read(path)
    except PermissionError as error:
        raise InputError(f"{path}: cannot be opened: {error.strerror}") from error
    return _with_meaning(path, dataset, units=units or {}, extensive=extensive, labels=labels)


def write(
    path: Path | str,
    dataset: Dataset,
    *,
    format: str | None = None,  # noqa: A002
) -> None:
    """Write a data set to a file, which is whole or absent, or to a new folder.

    Extended XYZ and CIF have no place for units and provenance; the other formats keep them.

    Args:
        path: A file is replaced; a folder must be new or empty.
        dataset: What to write.
        format: One of FORMATS; found from the ending of the name when left out.

    Raises:
        InputError: the name does not tell the format, the format cannot hold these data, or
            nothing can be written there.
    """
    path = Path(path).expanduser()
    name = writable_format(path, format)
    try:
        import_module(FORMATS[name].writer).write(path, dataset)
    except _NO_PLACE as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error


def refuse_unwritable(path: Path, *, named: str) -> None:
    """Refuse a place where `write` could write nothing, before there is anything to write.

    Args:
        path: Of the file, or the new folder.
        named: What the user calls it by, as in `--out`.

    Raises:
        InputError: the name does not tell the format, or nothing can be written there.
    """
    if FORMATS[writable_format(path)].folders and path.is_dir():
        refuse_taken(path)
    else:
        refuse_unwritable_file(path, named=named)


def writable_format(path: Path, format: str | None = None) -> str:  # noqa: A002
    """Return the format that a file would be written in, before there is anything to write.

    Args:
        path: Of the file.
        format: One of FORMATS; found from the ending of the name when left out.

    Raises:
        InputError: the name does not tell the format, or we do not write it.
    """
    name = format if format is not None else _format_by_name(path)
    writable = {known: f for known, f in FORMATS.items() if f.writer}
    if name not in writable:
        endings = ", ".join(ending for f in writable.values() for ending in f.endings)
        known = did_you_mean(name or "", writable)
        raise InputError(f"cannot tell how to write {str(path)!r}: endings {endings}{known}")
    return name


def format_of(path: Path) -> str:
    """Return the format of a file or folder that exists.

    Raises:
        InputError: it is a folder of no format that we know.
    """
    if path.is_dir():
        return _format_of_folder(path)
    with path.open("rb") as stream:
        first = stream.read(16)
    if first == b"SQLite format 3\0":
        return "ase-db"
    return _format_by_name(path) or "ase"


def _format_of_folder(path: Path) -> str:
    names = sorted(child.name for child in path.iterdir())
    if "manifest.json" in names:
        return "store"
    if "id_prop.csv" in names or any(name.endswith(".cif") for name in names):
        return "cif"
    held = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    raise InputError(
        f"{path}: a folder of no known format. A store has manifest.json, a folder of crystals "
        f"has id_prop.csv or *.cif; this one holds {held or 'nothing'}"
    )


def _format_by_name(path: Path) -> str:
    name = name_without_suffix(path)
    found = [known for known, f in FORMATS.items() if name.endswith(f.endings or ("\0",))]
    return found[0] if found else ""


def _alike(path: Path) -> str:
    if not path.parent.is_dir():
        return f": there is no folder {str(path.parent)!r}"
    names = [child.name for child in path.parent.iterdir()]
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {str(path.parent / close[0])!r}?" if close else ""


def _with_meaning(
    path: Path,
    dataset: Dataset,
    *,
    units: Mapping[str, str],
    extensive: Collection[str],
    labels: Collection[str],
) -> Dataset:
    for name in [*units, *extensive, *labels]:
        if name not in dataset.targets:
            raise InputError(f"{path}: no target {name!r}{did_you_mean(name, dataset.targets)}")
    for name in [*units, *extensive]:
        if name in labels:
            raise InputError(f"{path}: {name!r} cannot be a label and have a unit or be extensive")
    targets = {name: t for name, t in dataset.targets.items() if name not in labels}
    for name, unit in units.items():
        targets[name] = _with_unit(path, dataset.targets[name], unit)
    for name in extensive:
        targets[name] = replace(targets[name], extensive=True)
    chosen = {name: _as_label(path, dataset.targets[name]) for name in labels}
    return replace(dataset, targets=targets, labels={**dataset.labels, **chosen})


def _with_unit(path: Path, target: Target, given: str) -> Target:
    unit, per = split_per(given)
    if target.unit and parse_unit(target.unit) != parse_unit(unit):
        raise InputError(
            f"{path}: states {target.name!r} in {target.unit!r}, not {unit!r}; "
            "read it as it is and convert with Target.to_unit"
        )
    parse_unit(unit)
    return replace(target, unit=unit, per=per or target.per)


def _as_label(path: Path, target: Target) -> np.ndarray:
    if target.rows != "structures" or target.values.shape[1] != 1:
        raise InputError(f"{path}: {target.name!r} has more than one number for each structure")
    values = target.scalar
    if np.isfinite(values).all() and np.array_equal(values, np.trunc(values)):
        return values.astype(np.int64)
    return np.array(["" if np.isnan(v) else repr(float(v)).removesuffix(".0") for v in values])
