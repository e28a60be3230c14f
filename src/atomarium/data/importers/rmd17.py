"""Revised MD17: one npz for each molecule and lists of indices, in a tar.bz2.

Source: A. S. Christensen, O. A. von Lilienfeld, Mach. Learn.: Sci. Technol. 1, 045018 (2020).
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.importers.imported import Imported

_N_SPLITS = 5


def import_rmd17(files: tuple[Path, ...], options: Mapping[str, str]) -> Imported:
    """Read one molecule; the labels split_01 to split_05 hold train, test and unused.

    Args:
        files: The archive of all ten.
        options: `variant`, the molecule.

    Raises:
        InputError: it is not the archive.
    """
    (path,) = files
    molecule = options["variant"]
    members = _read_members(path, f"npz_data/rmd17_{molecule}.npz")
    try:
        with np.load(io.BytesIO(members.pop("npz")), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        numbers, places = arrays["nuclear_charges"], arrays["coords"]
        n_structures, n_atoms, _ = places.shape
        return Imported(
            structures=Structures.from_arrays(
                np.tile(numbers, n_structures),
                places.reshape(-1, 3),
                offsets=np.arange(n_structures + 1) * n_atoms,
            ),
            columns={"energy": arrays["energies"], "forces": arrays["forces"].reshape(-1, 3)},
            ids=tuple(f"{molecule} {old}" for old in arrays["old_indices"].astype(int)),
            labels=_splits(members, n_structures),
        )
    except (KeyError, ValueError) as error:
        raise InputError(f"{path} is not the archive of revised MD17: {error}") from None


def _read_members(path: Path, npz: str) -> dict[str, bytes]:
    """Return the npz and the lists of indices in one pass, for unpacking takes minutes."""
    members: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r|*") as tar:
            for member in tar:
                stem = Path(member.name).stem
                wanted = member.name.endswith(npz) or stem.startswith(("index_train", "index_test"))
                stream = tar.extractfile(member) if wanted else None
                if stream is not None:
                    members["npz" if member.name.endswith(npz) else stem] = stream.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise InputError(f"{path} cannot be unpacked: {error}") from None
    if "npz" not in members:
        raise InputError(f"{path}: no {npz} in it")
    return members


def _splits(members: Mapping[str, bytes], n_structures: int) -> dict[str, np.ndarray]:
    labels = {}
    for split in range(1, _N_SPLITS + 1):
        label = np.full(n_structures, "unused")
        for part in ("train", "test"):
            text = members[f"index_{part}_{split:02}"].decode("ascii")
            label[np.loadtxt(io.StringIO(text), dtype=np.int64, ndmin=1)] = part
        labels[f"split_{split:02}"] = label
    return labels
