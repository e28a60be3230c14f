"""Data that are checked: clean ones, and means to spoil them."""

from __future__ import annotations

import numpy as np

from atomarium.core.dataset import Dataset, Target
from atomarium.core.structures import Structures
from atomarium.data.check import check
from atomarium.data.samples import load_sample


def rotation(seed):
    """Return a random rotation or rotary reflection."""
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]


def changed(structures, **changes):
    """Return structures with other arrays."""
    arrays = {
        name: getattr(structures, name)
        for name in ("numbers", "positions", "cells", "periodic", "offsets")
    }
    return Structures(**{**arrays, **changes})


def molecules(n=60):
    """Return the first molecules of the sample of QM9."""
    return load_sample("qm9-sample").structures[:n]


def crystals(n=40):
    """Return the first crystals of the Materials Project."""
    return load_sample("mp-elastic").structures[:n]


def dataset(structures, **targets):
    """Return a data set of targets, which may be plain values."""
    made = {
        name: values if isinstance(values, Target) else Target(name=name, values=values[:, None])
        for name, values in targets.items()
    }
    return Dataset(structures=structures, targets=made)


def found(data, *, what=None):
    """Return what is found, by name of the check."""
    return {finding.check: finding for finding in check(data) if what in {None, finding.check}}


def normal(n, seed=0):
    """Return normally distributed values."""
    return np.random.default_rng(seed).normal(size=n)


def twice(structures, copy):
    """Return structures and after them their copies."""
    return Structures.concatenate([structures, copy])


def moved(structures, seed=4):
    """Return structures turned and shifted."""
    turn = rotation(seed)
    return changed(
        structures,
        positions=structures.positions @ turn + [3.0, -2.0, 1.0],
        cells=structures.cells @ turn,
    )
