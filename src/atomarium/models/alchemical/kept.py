"""Couplings that several models of a study share are learned once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import asdict

import numpy as np
from jaxtyping import Float64

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.hashing import hash_arrays, hash_settings
from atomarium.models.alchemical.couplings import Couplings, Recipe, learn_couplings

_MOST_KEPT = 64
_kept: OrderedDict[str, Couplings] = OrderedDict()
_locks: dict[str, threading.Lock] = {}
_guard = threading.Lock()


def forget() -> None:
    """Learn again what is asked for next."""
    with _guard:
        _kept.clear()


def learned_once(
    recipe: Recipe, features: CompactFeatures, values: Float64[np.ndarray, "structures"]
) -> Couplings:
    """Return learned couplings; who asks for what another thread is learning waits for it.

    Args:
        recipe: How.
        features: Of structures, or of atoms where the kernel needs environments.
        values: Of each structure.

    Raises:
        InputError: torch is not installed.
        Stopped: everything is asked to.
    """
    arrays = (features.values, features.blocks, features.row_borders, features.offsets, values)
    name = hash_settings([asdict(recipe), hash_arrays(*arrays)])
    with _guard:
        lock = _locks.setdefault(name, threading.Lock())
    with lock:
        if name not in _kept:
            _kept[name] = learn_couplings(recipe, features, values)
            while len(_kept) > _MOST_KEPT:
                _locks.pop(_kept.popitem(last=False)[0], None)
        return _kept[name]
