"""Which structures are held out, and in which batches the others come; integers of a seed alone."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int64

from atomarium.core.errors import InputError
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.training import Training


def held_out(
    n_structures: int, settings: Training, n_watched: int = 0
) -> tuple[Int64[np.ndarray, "train"], Int64[np.ndarray, "validation"]]:
    """Return the structures to train on and those to watch the error on.

    Args:
        n_structures: Of both together.
        settings: Share that is drawn to watch the error on.
        n_watched: So many of the last are watched instead; 0 draws them.

    Raises:
        InputError: there are too few for both.
    """
    if n_watched:
        if n_watched >= n_structures:
            raise InputError(f"{n_watched} of {n_structures} structures are to be watched only")
        return np.arange(n_structures - n_watched), np.arange(
            n_structures - n_watched, n_structures
        )
    order = np.random.default_rng([settings.seed, 0]).permutation(n_structures)
    if settings.validation == 0:
        return np.sort(order), order[:0]
    n_validation = max(1, round(settings.validation * n_structures))
    if n_validation >= n_structures:
        raise InputError(
            f"{n_structures} training structures leave none to hold out for validation; "
            "set validation = 0, with a schedule that needs none"
        )
    return np.sort(order[n_validation:]), np.sort(order[:n_validation])


def batches_of(
    train: Int64[np.ndarray, "train"], graphs: Graphs, settings: Training, epoch: int
) -> list[Int64[np.ndarray, "batch"]]:
    """Cut the training structures into batches, in an order that seed and epoch decide.

    Args:
        train: Structures to train on.
        graphs: Of all structures; they tell the number of atoms.
        settings: Batch size, and how many atoms a batch may have.
        epoch: Counted from 0.
    """
    order = train[np.random.default_rng([settings.seed, 1, epoch]).permutation(len(train))]
    if not settings.batch_atoms:
        return [
            order[start : start + settings.batch_size]
            for start in range(0, len(order), settings.batch_size)
        ]
    batches: list[Int64[np.ndarray, "batch"]] = []
    start, atoms = 0, 0
    sizes = graphs.sizes[order]
    for place, size in enumerate(sizes):
        full = atoms + size > settings.batch_atoms or place - start == settings.batch_size
        if full and place > start:
            batches.append(order[start:place])
            start, atoms = place, 0
        atoms += int(size)
    return [*batches, order[start:]]
