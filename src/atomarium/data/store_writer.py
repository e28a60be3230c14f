"""Write a store piece by piece, so that it may hold more than fits into memory."""

from __future__ import annotations

import hashlib
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import numpy as np

from atomarium.core.dataset import Dataset, Provenance
from atomarium.core.errors import InputError
from atomarium.core.files import write_json
from atomarium.core.progress import progress
from atomarium.data.described import describe_provenance, describe_target, without_default_ids
from atomarium.data.folders import written_as_folder
from atomarium.data.store import KIND, MANIFEST, STRUCTURE_ARRAYS, VERSION

_STRUCTURES_AT_ONCE = 20_000
#: Bytes before the numbers of a .npy file; room for any shape.
_HEADER = 128


def write(path: Path, dataset: Dataset) -> None:
    """Write a data set as a store.

    Raises:
        InputError: there is something at `path` already, or a label holds other things than text
            or numbers.
    """
    with StoreWriter(path, provenance=dataset.provenance) as store:
        with progress(f"writing {path.name}", len(dataset)) as bar:
            for start in range(0, len(dataset), _STRUCTURES_AT_ONCE):
                stop = min(start + _STRUCTURES_AT_ONCE, len(dataset))
                store.append(dataset.take(np.arange(start, stop)))
                bar.advance(stop - start)
        if not len(dataset):
            store.append(dataset)


class StoreWriter:
    """A store that grows; it appears at its place when the `with` block ends well.

    Example:
        with StoreWriter(path) as store:
            for dataset in parts:
                store.append(dataset)

    Args:
        path: The folder, new or empty.
        provenance: Where the data come from; that of the first part when left out.
    """

    def __init__(self, path: Path | str, *, provenance: Provenance | None = None) -> None:
        self._path = Path(path).expanduser()
        self._provenance = provenance
        self._stack = ExitStack()
        self._folder = self._path
        self._arrays: dict[str, _GrowingArray] = {}
        self._targets: dict[str, dict[str, Any]] = {}
        self._labels: dict[str, str] = {}
        self._n_structures = self._n_atoms = 0
        self._has_ids = False

    def __enter__(self) -> Self:
        self._folder = self._stack.enter_context(written_as_folder(self._path))
        return self

    def __exit__(self, *error: object) -> None:
        try:
            if error[0] is None:
                self._finish()
        except BaseException as failure:
            self._close()
            self._stack.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._close()
        self._stack.__exit__(*error)  # type: ignore[arg-type]

    def append(self, dataset: Dataset) -> None:
        """Add structures behind those that are there.

        Raises:
            InputError: targets or labels are not those of the first part.
        """
        labels = {name: np.asarray(label) for name, label in dataset.labels.items()}
        targets = {name: describe_target(target) for name, target in dataset.targets.items()}
        kinds = {name: _kind_of(self._path, name, label) for name, label in labels.items()}
        if not self._arrays:
            self._provenance = self._provenance or dataset.provenance
            self._targets, self._labels = targets, kinds
        self._compare(targets, kinds)
        self._append_structures(dataset)
        for name, target in dataset.targets.items():
            place = f"target-{list(self._targets).index(name):03d}"
            self._append(place, target.values.astype("<f8", copy=False))
        for name, label in labels.items():
            place = f"label-{list(self._labels).index(name):03d}"
            if kinds[name] == "text":
                self._append_text(place, label.tolist())
            else:
                self._append(place, label.astype(label.dtype.newbyteorder("<"), copy=False))

    def _compare(self, targets: dict[str, dict[str, Any]], kinds: dict[str, str]) -> None:
        for what, there, here in (
            ("target", self._targets, targets),
            ("label", self._labels, kinds),
        ):
            for name in [*there, *here]:
                if there.get(name) != here.get(name):
                    raise InputError(
                        f"{self._path}: {what} {name!r} is {here.get(name)} in this part, "
                        f"{there.get(name)} in the first one; all parts must agree"
                    )

    def _append_structures(self, dataset: Dataset) -> None:
        structures = dataset.structures
        for name, (dtype, _) in STRUCTURE_ARRAYS.items():
            values = getattr(structures, name)
            if name == "offsets":
                # One border more than structures: the first part brings the first 0.
                values = values[0 if not self._arrays.get(name) else 1 :] + self._n_atoms
            self._append(name, values.astype(dtype, copy=False))
        self._append_text("ids", list(dataset.ids))
        counted_on = not without_default_ids(dataset, first=self._n_structures)
        self._has_ids |= bool(without_default_ids(dataset)) and not counted_on
        self._n_structures += len(structures)
        self._n_atoms += structures.n_atoms

    def _append(self, name: str, values: np.ndarray) -> None:
        if name not in self._arrays:
            place = self._folder / f"{name}.npy"
            self._arrays[name] = _GrowingArray(place, values.dtype, values.shape[1:])
        self._arrays[name].append(self._path, values)

    def _append_text(self, name: str, texts: list[str]) -> None:
        encoded = [text.encode() for text in texts]
        before = self._arrays[name].length if name in self._arrays else 0
        ends = np.cumsum([len(one) for one in encoded], dtype=np.int64) + before
        self._append(name, np.frombuffer(b"".join(encoded), dtype=np.uint8))
        self._append(f"{name}.ends", ends)

    def _finish(self) -> None:
        if not self._arrays:
            raise InputError(f"{self._path}: nothing was appended")
        arrays = {name: array.finish() for name, array in self._arrays.items()}
        manifest = {
            "format": KIND,
            "version": VERSION,
            "n_structures": self._n_structures,
            "n_atoms": self._n_atoms,
            "has_ids": self._has_ids,
            "arrays": arrays,
            "targets": {
                name: {"array": f"target-{t:03d}", "about": about}
                for t, (name, about) in enumerate(self._targets.items())
            },
            "labels": {
                name: {"array": f"label-{number:03d}", "is_text": kind == "text"}
                for number, (name, kind) in enumerate(self._labels.items())
            },
            "provenance": describe_provenance(self._provenance or Provenance()),
        }
        write_json(self._folder / MANIFEST, manifest)

    def _close(self) -> None:
        for array in self._arrays.values():
            array.close()


class _GrowingArray:
    """A .npy file whose length is known when it ends."""

    def __init__(self, path: Path, dtype: np.dtype, row_shape: tuple[int, ...]) -> None:
        self._path, self._dtype, self._row_shape = path, dtype, row_shape
        self._stream = path.open("wb")
        self._stream.write(bytes(_HEADER))
        self._digest = hashlib.sha256()
        self.length = 0

    def append(self, where: Path, rows: np.ndarray) -> None:
        """Write rows behind those that are there."""
        if rows.dtype != self._dtype or rows.shape[1:] != self._row_shape:
            raise InputError(
                f"{where}: {self._path.stem} has rows of {rows.dtype} {rows.shape[1:]} in this "
                f"part, {self._dtype} {self._row_shape} in the first one"
            )
        content = np.ascontiguousarray(rows).reshape(-1).view(np.uint8).data
        self._digest.update(content)
        self._stream.write(content)
        self.length += len(rows)

    def finish(self) -> dict[str, Any]:
        """Put the header in place, flush to disk and describe the file."""
        shape = (self.length, *self._row_shape)
        about = {"descr": self._dtype.str, "fortran_order": False, "shape": shape}
        text = repr(about).encode().ljust(_HEADER - 11) + b"\n"
        self._stream.seek(0)
        self._stream.write(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text)
        self._stream.flush()
        os.fsync(self._stream.fileno())
        return {
            "file": self._path.name,
            "dtype": self._dtype.str,
            "shape": list(shape),
            "bytes": self._path.stat().st_size,
            "sha256": self._digest.hexdigest(),
        }

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def _kind_of(where: Path, name: str, label: np.ndarray) -> str:
    if label.dtype.kind == "U" or (
        label.dtype.hasobject and all(isinstance(entry, str) for entry in label.tolist())
    ):
        return "text"
    if label.dtype.kind not in "biuf" or label.ndim != 1:
        raise InputError(f"{where}: label {name!r} holds neither text nor numbers of one kind")
    return label.dtype.str
