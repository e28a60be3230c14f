"""Learn energies of 100,000 molecules: exact where it fits, on points, by conjugate gradients.

Atomization energies (U0) of QM9, averaged SOAP of atoms in single precision. Needs the file
`qm9.npz` in a folder `../shared/data` beside the checkout. CPU seconds of one thread, errors on
5,000 other molecules in kcal/mol.

    python benchmarks/large_kernels.py [TRAIN] [POINTS …]
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.models.krr import Krr
from atomarium.models.sparse_krr import SparseKrr
from atomarium.represent.soap import Soap
from atomarium.represent.streaming import compute_into

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "qm9.npz"
_N_TEST = 5000
_EXACT = 8000
_KCAL = 627.509474


def main() -> None:
    """Print a line for each model."""
    n_train = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    n_points = [int(word) for word in sys.argv[2:]] or [1000, 2000, 4000]
    with threadpool_limits(limits=1):
        structures, energies = _molecules(n_train + _N_TEST)
        features = _features(structures)
        test = features.take(np.arange(n_train, n_train + _N_TEST))
        truth = energies[n_train:]
        sizes = [size for size in (_EXACT, n_train) if size <= n_train]
        print(f"{'model':<44}{'MAE':>9}{'RMSE':>9}{'fit, s':>9}{'predict':>9}")
        for size in dict.fromkeys(sizes):
            train, values = features.take(np.arange(size)), energies[:size]
            models = {f"on {n} points": SparseKrr(n_points=n) for n in n_points}
            if size <= _EXACT:
                exact = {"exact": Krr(), "by conjugate gradients": Krr(solver="iterative")}
                models = {**exact, **models}
            for name, model in models.items():
                _report(f"{size:,} molecules, {name}", model, (train, values), (test, truth))


def _report(
    title: str,
    model: Krr | SparseKrr,
    train: tuple[Features, np.ndarray],
    test: tuple[Features, np.ndarray],
) -> None:
    before = time.process_time()
    fitted = model.fit(*train, extensive=True)
    middle = time.process_time()
    errors = (fitted.predict(test[0]) - test[1]) * _KCAL
    after = time.process_time()
    mae, rmse = np.abs(errors).mean(), np.sqrt((errors**2).mean())
    print(
        f"{title:<44}{mae:9.3f}{rmse:9.3f}{middle - before:9.1f}{after - middle:9.1f}", flush=True
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"    {fitted.chosen} {fitted.warnings} {memory:.1f} GB", flush=True)


def _molecules(n: int) -> tuple[Structures, np.ndarray]:
    data = np.load(_DATA)
    offsets = np.concatenate([[0], np.cumsum(data["n_atoms"].astype(np.int64))])
    order = np.random.default_rng(0).permutation(len(offsets) - 1)[:n]
    every = Structures.from_arrays(
        numbers=data["numbers"].astype(np.int32),
        positions=data["positions"].astype(np.float64),
        offsets=offsets,
    )
    structures = every.take(order)
    energies = data["properties"][order, data["property_names"].tolist().index("U0")]
    # Energies of free atoms are linear in the composition: least squares find them as well.
    counts = structures.composition(structures.species)
    energies = energies - counts @ np.linalg.lstsq(counts, energies)[0]
    return structures, energies[:, None]


def _features(structures: Structures) -> Features:
    before = time.process_time()
    soap = Soap(cutoff=4.0, n_max=6, l_max=4, dtype="float32")
    folder = Path("/tmp") / f"atomarium-qm9-{len(structures)}"  # noqa: S108 - a benchmark's own
    features = compute_into(folder, soap, structures, reduce="mean", dtype="float32", show=False)
    seconds = time.process_time() - before
    print(f"representation: {seconds:.0f} CPU s, {features.width} columns")
    return features


if __name__ == "__main__":
    main()
