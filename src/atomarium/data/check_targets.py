"""What may be wrong with the values of a target."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from atomarium.core.dataset import Dataset, Target
from atomarium.core.structures import Structures
from atomarium.data.findings import Finding, counted, examples

_FAR = 8.0
_FEW = 3
_FEW_OF_CLASS = 10
#: One of two pictures must explain half of the values' variance and leave at most half as much
#: unexplained as the other.
_EXPLAINS = 0.5
_CLEARLY = 0.5
_MANY = 5000


def check_target(dataset: Dataset, target: Target) -> list[Finding]:
    """List what may be wrong with one target."""
    missing = _check_missing(dataset, target)
    if target.rows != "structures" or target.values.shape[1] != 1:
        return missing
    present = np.flatnonzero(np.isfinite(target.scalar))
    if len(present) < 2:
        return missing
    if np.ptp(target.scalar[present]) == 0:
        return [*missing, _constant(target, len(present))]
    if target.classes:
        return [*missing, *_check_classes(target, present)]
    scaling = check_scaling(dataset.structures, target)
    # What is far off is told from what is expected for its size: first that must be right.
    return [*missing, *(scaling or _check_outliers(dataset, target, present))]


def _check_missing(dataset: Dataset, target: Target) -> list[Finding]:
    rows = ~np.isfinite(target.values).all(axis=1)
    if not rows.any():
        return []
    where = np.flatnonzero(rows)
    if target.rows == "atoms":
        where = np.unique(dataset.structures.structure_of_atom[where])
    infinite = int(np.isinf(target.values).any(axis=1).sum())
    return [
        Finding(
            check="missing values",
            severity="error" if infinite else "warning",
            count=len(where),
            message=f"{target.name}: no value for {len(where)} of {counted(len(dataset), 'structure')}"
            + (f", {infinite} values are infinite" if infinite else ""),
            advice='they cannot be learned from; a study goes without with missing = "drop" or "mask"',
            examples=examples(dataset, where),
        )
    ]


def _constant(target: Target, n_structures: int) -> Finding:
    return Finding(
        check="constant target",
        severity="error",
        count=n_structures,
        message=f"{target.name}: all {n_structures} values are {target.scalar[0]:g}",
        advice="there is nothing to learn; see whether the right column was read",
    )


def _check_classes(target: Target, present: np.ndarray) -> list[Finding]:
    """Find classes so rare that no test set can say how well they are told."""
    counts = np.bincount(target.scalar[present].astype(np.int64), minlength=len(target.classes))
    rare = np.flatnonzero(counts < _FEW_OF_CLASS)
    if not len(rare):
        return []
    told = ", ".join(f"{target.classes[k]} ({counts[k]})" for k in rare[:3])
    return [
        Finding(
            check="rare classes",
            severity="warning",
            count=len(rare),
            message=f"{target.name}: fewer than {_FEW_OF_CLASS} structures of {told}",
            advice="join classes, or take a split stratified by this target",
        )
    ]


def _check_outliers(dataset: Dataset, target: Target, present: np.ndarray) -> list[Finding]:
    """Find values far from what the composition lets expect, in median absolute deviations."""
    values = target.scalar[present]
    if target.extensive:
        # Sizes differ; what is left when each element has its share is comparable.
        values = values - _by_composition(dataset.structures.take(present), values, shares=False)
        values = values / np.sqrt(np.maximum(dataset.structures.sizes[present], 1))
    deviations = np.abs(values - np.median(values))
    typical = np.median(deviations)
    if typical == 0:
        return []
    far = np.flatnonzero(deviations > _FAR * typical)
    if not len(far):
        return []
    worst = far[np.argsort(-deviations[far])]
    # Values that are often far off are spread widely, which is no fault of any of them.
    wide = len(far) > max(_FEW, 0.01 * len(present))
    unit = f" {target.unit}" if target.unit else ""
    return [
        Finding(
            check="wide spread" if wide else "outliers",
            severity="note" if wide else "warning",
            count=len(far),
            message=f"{target.name}: {counted(len(far), 'value', 'lies')} more than {_FAR:g} median "
            f"deviations off, farthest {target.scalar[present[worst[0]]]:.6g}{unit}",
            advice="learn the logarithm, or look at medians of errors"
            if wide
            else "look at them: failed calculations look like this",
            examples=examples(dataset, present[worst]),
        )
    ]


def check_scaling(structures: Structures, target: Target) -> list[Finding]:
    """List what speaks against a target being extensive, or not being it.

    Two pictures are compared: every atom adds its share, or only proportions of elements count.

    Args:
        structures: All of them.
        target: One number for each, and no class; values may be missing.
    """
    present = np.flatnonzero(np.isfinite(target.scalar))
    if len(present) > _MANY:
        present = present[np.linspace(0, len(present) - 1, _MANY).astype(np.int64)]
    sizes = structures.sizes[present]
    if len(np.unique(sizes)) < 3 or sizes.max() < 1.5 * sizes.min():
        return []
    values = target.scalar[present]
    if np.ptp(values) == 0:
        return []
    some = structures.take(present)
    adds_up = _explained(values, _by_composition(some, values, shares=False))
    per_atom = _explained(values, _by_composition(some, values, shares=True))
    correlation = float(np.corrcoef(sizes, values)[0, 1])
    told = f"correlation with the number of atoms {correlation:+.2f}; adding up over atoms "
    told += f"explains {adds_up:.0%} of its variance, proportions of elements {per_atom:.0%}"
    if not target.extensive and _is_clearly(adds_up, per_atom):
        return [_grows(some, target, values, told)]
    if target.extensive and _is_clearly(per_atom, adds_up):
        return [
            Finding(
                check="does not scale",
                severity="warning",
                count=len(present),
                message=f"{target.name} is declared extensive but does not grow with size: {told}",
                advice="write extensive = false for it",
            )
        ]
    return []


def _grows(
    structures: Structures, target: Target, values: Float64[np.ndarray, "structures"], told: str
) -> Finding:
    """Say that a total is taken for a property of a material, and what that costs a model.

    What is predicted as an average over atoms cannot know how many there are: at best it follows
    the proportions of the elements, which is what it is compared with here.
    """
    per = "" if target.per == "structure" else f" per {target.per}"
    unit = f" {target.unit}" if target.unit else ""
    sizes = structures.sizes
    left = [
        float(np.mean(np.abs(values - _by_composition(structures, values, shares=shares))))
        for shares in (True, False)
    ]
    per_atom = values / np.maximum(sizes, 1)
    guess = _by_composition(structures, per_atom, shares=True)
    cost = (
        f"a model that averages over atoms, as networks with mean pooling do, cannot see the size: "
        f"a linear one misses by {left[0]:.3g}{unit} that way, by {left[1]:.3g}{unit} when it adds "
        f"up over atoms, by {np.mean(np.abs(per_atom - guess)):.3g}{unit}/atom of the value per atom"
    )
    return Finding(
        check="scales with size",
        severity="warning",
        count=len(values),
        message=f"{target.name} is declared intensive{per} but grows with size: {told}; {cost}",
        advice="write extensive = true for it, or divide by the number of atoms",
    )


def _is_clearly(one: float, other: float) -> bool:
    return one > _EXPLAINS and 1.0 - one < _CLEARLY * (1.0 - other)


def _by_composition(
    structures: Structures, values: Float64[np.ndarray, "structures"], *, shares: bool
) -> Float64[np.ndarray, "structures"]:
    """Return the best linear guess from the counts of elements, or from their shares."""
    counts = structures.composition(structures.species)
    if shares:
        counts /= np.maximum(counts.sum(axis=1, keepdims=True), 1)
    n_elements = counts.shape[1]
    # A little damping, for elements that occur once or twice.
    ridge = 1e-3 * np.sqrt(np.mean(counts**2)) * np.sqrt(len(values)) * np.eye(n_elements)
    rows = np.concatenate([counts, ridge])
    solution = np.linalg.lstsq(rows, np.concatenate([values, np.zeros(n_elements)]), rcond=None)
    return counts @ solution[0]


def _explained(
    values: Float64[np.ndarray, "structures"], guess: Float64[np.ndarray, "structures"]
) -> float:
    return max(0.0, 1.0 - float(np.var(values - guess) / np.var(values)))
