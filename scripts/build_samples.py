"""Build the two data sets that come with the package from the packages that publish them.

Run: python scripts/build_samples.py [FOLDER]. FOLDER holds qm9pack-1.0.3-py3-none-any.whl and
matminer-0.4.0.tar.gz; what is missing in it is downloaded with pip. Both are verified by checksum.
The same packages give the same files, byte for byte.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from jaxtyping import Int64

from atomarium.data.catalog import RemoteFile, find_entry
from atomarium.data.fetch import fetch
from atomarium.data.importers import Imported, load_importer
from atomarium.data.samples import write_sample

PACKAGED = Path(__file__).parents[1] / "src" / "atomarium" / "data" / "packaged"
N_MOLECULES = 2000
LIMIT = 2_000_000


def main(arguments: list[str]) -> None:
    """Write both files and say how large they are."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(arguments[0]) if arguments else Path(scratch)
        write_sample(PACKAGED / "qm9-sample.npz", qm9_sample(folder))
        write_sample(PACKAGED / "mp-elastic.npz", mp_elastic(folder))
    sizes = {path.name: path.stat().st_size for path in sorted(PACKAGED.glob("*.npz"))}
    print(sizes)
    if sum(sizes.values()) > LIMIT:
        sys.exit(f"together {sum(sizes.values())} bytes; {LIMIT} are allowed")


def qm9_sample(folder: Path) -> Imported:
    """Draw the molecules of `qm9-sample`."""
    source = find_entry("qm9").sources[1]
    whole = load_importer(source.importer)((_get(source.files[0], folder),), source.options)
    return take(whole, draw(whole))


def mp_elastic(folder: Path) -> Imported:
    """Read the crystals of `mp-elastic`."""
    source = find_entry("mp-flla").sources[0]
    options = {"table": "elastic_tensor"}
    return load_importer(source.importer)((_get(source.files[0], folder),), options)


def draw(whole: Imported) -> Int64[np.ndarray, "drawn"]:
    """Draw molecules evenly over size and atomization energy.

    All molecules stand in a line, by number of atoms, then atomization energy, then as published;
    the line is cut into equal stretches and the middle of each is taken. So every stratum of size
    and energy has its share, and nothing depends on a random number generator.
    """
    energies = whole.columns["u0_atomization"]
    n_structures = len(energies)
    line = np.lexsort((np.arange(n_structures), energies, whole.structures.sizes))
    middles = (2 * np.arange(N_MOLECULES, dtype=np.int64) + 1) * n_structures // (2 * N_MOLECULES)
    return np.sort(line[middles])


def take(whole: Imported, indices: Int64[np.ndarray, "chosen"]) -> Imported:
    """Return some of the structures."""
    return Imported(
        structures=whole.structures.take(indices),
        columns={name: values[indices] for name, values in whole.columns.items()},
        ids=tuple(whole.ids[i] for i in indices),
        labels={name: values[indices] for name, values in whole.labels.items()},
    )


def _get(remote: RemoteFile, folder: Path) -> Path:
    return fetch(remote, folder, show=True).path


if __name__ == "__main__":
    main(sys.argv[1:])
