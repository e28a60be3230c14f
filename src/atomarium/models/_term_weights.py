"""Weights of the kernels in a sum, by the errors of what is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float64

from atomarium.models._left_out import LeftOut
from atomarium.models._lesson import Lesson
from atomarium.models._noises import NoiseProfile
from atomarium.models._tuning import Tuning
from atomarium.models.kernel_matrices import StructureKernel

#: Structures that decide.
_LOOKED_AT = 192
#: A kernel may weigh so many times more or less than when all weigh the same.
_STEPS = (0.0, 1 / 16, 1 / 4, 1.0, 4.0, 16.0)
#: A weight moves only where errors become smaller than by this.
_BETTER = 0.995


def tuned_weights(kernel: StructureKernel, lesson: Lesson, tuning: Tuning) -> tuple[float, ...]:
    """Return the factors that make the weights of the terms good for all targets together.

    Length scales are scanned with equal weights; with the best of them, one weight after another
    moves to the best of a few powers of four until none moves. Zero leaves a kernel out.
    """
    if not lesson.values.shape[1]:
        return (1.0,) * len(kernel.terms)
    lesson = lesson.sample(_LOOKED_AT)
    first, last = tuning.space.length_scales
    scales = [2.0**place for place in range(first, last + 1)]
    if tuning.length_scale is not None or not kernel.has_length_scale:
        scales = [tuning.length_scale or 1.0]
    parts = np.stack(
        [replace(kernel, terms=(term,)).among(lesson.features, scales) for term in kernel.terms]
    )
    weights = np.ones(len(kernel.terms))
    losses = [_loss(parts[:, s], weights, lesson, tuning) for s in range(len(scales))]
    parts = parts[:, int(np.argmin(losses))]
    least = min(losses)
    moved = True
    while moved:
        moved = False
        for term in range(len(weights)):
            for step in _STEPS:
                trial = weights.copy()
                trial[term] = step
                if not trial.any() or step == weights[term]:
                    continue
                loss = _loss(parts, trial, lesson, tuning)
                if loss < least * _BETTER:
                    weights, least, moved = trial, loss, True
    return tuple(weights.tolist())


def _loss(
    parts: Float64[np.ndarray, "terms structures structures"],
    weights: Float64[np.ndarray, "terms"],
    lesson: Lesson,
    tuning: Tuning,
) -> float:
    """Return the geometric mean over targets of the errors of what is left out."""
    left_out = LeftOut(np.tensordot(weights, parts, 1), lesson)
    n_targets = lesson.values.shape[1]
    profile = NoiseProfile(tuning.noises, n_targets).scan(left_out.errors)
    errors = [profile.best(target)[1] for target in range(n_targets)]
    return float(np.exp(np.mean(np.log(np.maximum(errors, np.finfo(np.float64).tiny)))))
