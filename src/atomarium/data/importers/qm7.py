"""QM7: one MATLAB file with padded arrays.

Source: M. Rupp et al., Phys. Rev. Lett. 108, 058301 (2012), and quantum-machine.org/datasets.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from atomarium.core.errors import InputError
from atomarium.core.segments import offsets_of
from atomarium.core.structures import Structures
from atomarium.core.units import convert
from atomarium.data.importers.imported import Imported


def import_qm7(files: tuple[Path, ...], options: Mapping[str, str]) -> Imported:
    """Read qm7.mat; the label `fold` holds the five published folds.

    Args:
        files: The one file.
        options: None are known.

    Raises:
        InputError: it is not the file of QM7.
    """
    (path,) = files
    arrays = _read(path)
    # Molecules are padded with zeros to the size of the largest.
    present = arrays["Z"] > 0
    sizes = present.sum(axis=1)
    folds = np.full(len(sizes), -1)
    for fold, members in enumerate(arrays["P"]):
        folds[members] = fold
    return Imported(
        structures=Structures.from_arrays(
            np.rint(arrays["Z"][present]),
            arrays["R"][present] * convert(1.0, "a0", "Å"),
            offsets=offsets_of(sizes),
        ),
        columns={"atomization_energy": arrays["T"].ravel()},
        ids=tuple(f"qm7 {molecule}" for molecule in range(len(sizes))),
        labels={"fold": folds},
    )


def _read(path: Path) -> dict[str, np.ndarray]:
    from scipy.io import loadmat

    try:
        arrays = loadmat(path)
    except (ValueError, NotImplementedError, OSError) as error:
        raise InputError(f"{path} is not a MATLAB file: {error}") from None
    missing = {"R", "Z", "T", "P"} - set(arrays)
    if missing:
        raise InputError(f"{path} is not QM7: it lacks the arrays {', '.join(sorted(missing))}")
    return {
        "R": np.asarray(arrays["R"], dtype=float),
        "Z": np.asarray(arrays["Z"]),
        "T": np.asarray(arrays["T"], dtype=float),
        "P": np.asarray(arrays["P"], dtype=np.int64),
    }
