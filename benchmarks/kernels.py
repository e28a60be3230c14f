"""Measure kernels and kernel ridge regression against plain numpy, scikit-learn and qmllib.

CPU seconds of one thread, the least of several runs, everything in one process. scikit-learn and
qmllib are left out where they are not installed. Random rows stand for features: the work does not depend on
what the numbers mean.
"""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_variable] = "1"

import time
from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
from scipy import linalg
from threadpoolctl import threadpool_limits

from atomarium.core.features import Features
from atomarium.models.kernel_matrices import AtomPairs, StructureKernel, Term
from atomarium.models.kernels import KERNELS, Origin
from atomarium.models.krr import Krr

_RUNS = 4
_LONG = 20.0
_HAS_SKLEARN = find_spec("sklearn") is not None
_HAS_QMLLIB = find_spec("qmllib") is not None


def main() -> None:
    """Print a table for each piece of work."""
    with threadpool_limits(limits=1):
        _print_tables()


def _print_tables() -> None:
    print(f"{'work':<58}{'CPU s':>8}  ratio to ours")
    for n_rows, width in ((2000, 1000), (2000, 100)):
        _report(
            f"Gaussian kernel, {n_rows} × {n_rows}, width {width}", _kernel_works(n_rows, width)
        )
    for n_train in (2000, 5000):
        _report(f"KRR, {n_train} to train, 1000 to predict", _regression_works(n_train))
    for pairs in ("all", "same_element"):
        _report(f"atom sums ({pairs}), 500 × 500 molecules, width 720", _atom_works(pairs))
    _report("tuning on 2000", _tuning_works())


def _report(title: str, works: dict[str, Callable[[], object]]) -> None:
    seconds = {name: _least_seconds(work) for name, work in works.items()}
    ours = next(iter(seconds.values()))
    print(title)
    for name, value in seconds.items():
        print(f"    {name:<54}{value:8.3f}  {value / ours:.2f}")


def _least_seconds(work: Callable[[], object]) -> float:
    found: list[float] = []
    # What takes long is measured once: its ratio tells enough.
    while len(found) < _RUNS and sum(found) < _LONG:
        before = time.process_time()
        work()
        found.append(time.process_time() - before)
    return min(found)


def _rows(n_rows: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n_rows, width))


def _of_structures(rows: np.ndarray) -> Features:
    return Features(rows, "structures", np.arange(len(rows) + 1))


def _plain_kernel(rows: np.ndarray, others: np.ndarray, length_scale: float) -> np.ndarray:
    squares = (rows**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * rows @ others.T
    return np.exp(squares / (-2 * length_scale**2))


def _kernel_works(n_rows: int, width: int) -> dict[str, Callable[[], object]]:
    rows, others = _rows(n_rows, width), _rows(n_rows, width, seed=1)
    features, other_features = _of_structures(rows), _of_structures(others)
    scale = width**0.5
    kernel = StructureKernel(terms=(Term(kernel=KERNELS["gaussian"], origin=Origin.of(rows)),))
    works: dict[str, Callable[[], object]] = {
        "ours, between": lambda: kernel.between(features, other_features, [scale]),
        "ours, among (symmetric)": lambda: kernel.among(features, [scale]),
        "the matrix product alone": lambda: rows @ others.T,
        "numpy": lambda: _plain_kernel(rows, others, scale),
    }
    if _HAS_SKLEARN:
        from sklearn.metrics.pairwise import rbf_kernel  # pyright: ignore[reportMissingImports]

        works["scikit-learn"] = lambda: rbf_kernel(rows, others, gamma=0.5 / width)
    return works


def _regression_works(n_train: int, width: int = 1000) -> dict[str, Callable[[], object]]:
    train, test = _rows(n_train, width), _rows(1000, width, seed=1)
    values = train[:, :1] + np.sin(train[:, 1:2])
    scale, noise = width**0.5, 1e-3
    model = Krr(length_scale=scale, noise=noise)
    features, test_features = _of_structures(train), _of_structures(test)

    def plain() -> np.ndarray:
        matrix = _plain_kernel(train, train, scale) + noise * np.eye(n_train)
        weights = linalg.cho_solve(linalg.cho_factor(matrix), values)
        return _plain_kernel(test, train, scale) @ weights

    works: dict[str, Callable[[], object]] = {
        "ours": lambda: model.fit(features, values, extensive=False).predict(test_features),
        "numpy and scipy": plain,
    }
    if _HAS_SKLEARN:
        from sklearn.kernel_ridge import KernelRidge  # pyright: ignore[reportMissingImports]

        peer = KernelRidge(kernel="rbf", gamma=0.5 / width).set_params(alpha=noise)
        works["scikit-learn"] = lambda: peer.fit(train, values).predict(test)
    return works


def _atom_works(pairs: AtomPairs) -> dict[str, Callable[[], object]]:
    rng = np.random.default_rng(0)
    # Sizes and elements as in QM7: 15 atoms, half of them H.
    offsets = np.concatenate([[0], np.cumsum(rng.integers(10, 21, 500))])
    numbers = rng.choice([1, 6, 7, 8, 16], offsets[-1], p=[0.5, 0.36, 0.07, 0.06, 0.01])
    rows = _rows(offsets[-1], 720)
    features = Features(rows, "atoms", offsets, numbers=numbers)
    scale = 720**0.5
    term = Term(kernel=KERNELS["gaussian"], origin=Origin.of(rows))
    kernel = StructureKernel(terms=(term,), atom_pairs=pairs)

    def plain() -> np.ndarray:
        out = np.zeros((500, 500))
        for element in np.unique(numbers) if pairs == "same_element" else (None,):
            chosen = np.flatnonzero((numbers == element) if element else numbers > 0)
            borders = np.searchsorted(chosen, offsets)
            full = np.flatnonzero(np.diff(borders))
            values = _plain_kernel(rows[chosen], rows[chosen], scale)
            values = np.add.reduceat(values, borders[full], axis=0)
            out[np.ix_(full, full)] += np.add.reduceat(values, borders[full], axis=1)
        return out

    works: dict[str, Callable[[], object]] = {
        "ours, among (symmetric)": lambda: kernel.among(features, [scale]),
        "ours, between": lambda: kernel.between(features, features, [scale]),
        "numpy, all atoms by all atoms": plain,
    }
    if _HAS_QMLLIB and pairs == "same_element":
        works["qmllib, local kernel"] = _qmllib_work(rows, offsets, numbers, scale)
    return works


def _qmllib_work(
    rows: np.ndarray, offsets: np.ndarray, numbers: np.ndarray, scale: float
) -> Callable[[], object]:
    from qmllib.kernels import get_local_kernel  # pyright: ignore[reportMissingImports]

    sizes = np.diff(offsets)
    padded = np.zeros((len(sizes), sizes.max(), rows.shape[1]))
    for molecule, (first, last) in enumerate(pairwise(offsets)):
        padded[molecule, : last - first] = rows[first:last]
    charges = [numbers[first:last].tolist() for first, last in pairwise(offsets)]
    return lambda: get_local_kernel(padded, padded, charges, charges, scale)


def _tuning_works(n_train: int = 2000, width: int = 1000) -> dict[str, Callable[[], object]]:
    rows = _rows(n_train, width) / np.arange(1, width + 1)
    features, values = _of_structures(rows), np.sin(2 * rows[:, :1]) + rows[:, 1:2] ** 2

    def fitted(length_scale: float | str, noise: float | str) -> object:
        model = Krr(length_scale=length_scale, noise=noise)
        return model.fit(features, values, extensive=False)

    return {
        "ours, one fit": lambda: fitted(2.0, 1e-3),
        "ours, tuned (37 noises of 10 or more length scales)": lambda: fitted("auto", "auto"),
    }


if __name__ == "__main__":
    main()
