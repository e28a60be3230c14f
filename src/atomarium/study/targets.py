"""Settle what a target means: its unit, what it is per, whether it grows with size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float64

from atomarium.core.dataset import Dataset, Per, Target
from atomarium.core.elements import NUMBERS
from atomarium.core.errors import InputError
from atomarium.experiment.data_spec import TargetSpec
from atomarium.study.classes import is_of_classes, settle_classes

_CORRELATION_OF_EXTENSIVE = 0.8


def settle_target(
    dataset: Dataset, name: str, spec: TargetSpec, *, masked: bool = False
) -> tuple[Target, list[str]]:
    """Return a target as the study wants it, and what had to be inferred to get there.

    Args:
        dataset: Where it is found.
        name: What it is called there.
        spec: What the study says of it.
        masked: Whether it may be missing for some structures.

    Raises:
        InputError: it is absent, not one number per structure, missing for some structures, or
            its unit does not convert.
    """
    if is_of_classes(dataset, name, spec):
        target, note = settle_classes(dataset, name, spec)
        _refuse_missing(dataset, target, masked=masked)
        return target, [note, *_missing_note(target)]
    target = dataset.target(name)
    if target.rows != "structures" or target.values.shape[1] != 1:
        raise InputError(
            f"target {name!r} has {target.values.shape[1]} values per {target.rows[:-1]}; "
            "models of this study learn one number per structure"
        )
    _refuse_missing(dataset, target, masked=masked)
    notes = _missing_note(target)
    stated = bool(dataset.provenance.name)
    target = _in_unit(target, spec)
    target = _counted_per(target, spec, dataset, stated=stated)
    if spec.extensive is not None:
        target = replace(target, extensive=spec.extensive)
    elif not stated:
        target, note = _inferred(target, dataset)
        notes.append(note)
    return target, notes


def _refuse_missing(dataset: Dataset, target: Target, *, masked: bool) -> None:
    values = target.scalar
    wrong = np.flatnonzero(np.isinf(values) if masked else ~np.isfinite(values))
    if len(wrong):
        advice = (
            "; remove them"
            if masked
            else '; remove them, or write missing = "drop" under [data] to go without, or "mask" to '
            "go without in this target alone"
        )
        raise InputError(
            f"target {target.name!r} is not a finite number for {len(wrong)} of {len(dataset)} "
            f"structures, the first is {dataset.ids[wrong[0]]!r}{advice}"
        )
    if masked and np.isnan(values).all():
        raise InputError(f"target {target.name!r} is missing for all {len(dataset)} structures")


def _missing_note(target: Target) -> list[str]:
    missing = int(np.isnan(target.scalar).sum())
    if not missing:
        return []
    given = f"{target.name}: no value for {missing:,} of {len(target.scalar):,} structures"
    return [f"{given}, which teach and test nothing of it; sizes of training sets count them"]


def _in_unit(target: Target, spec: TargetSpec) -> Target:
    if spec.unit is None:
        return target
    if not target.unit:
        return replace(target, unit=spec.unit)
    try:
        return target.to_unit(spec.unit)
    except InputError as error:
        raise InputError(f"targets.{target.name}.unit: {error}") from None


def _counted_per(target: Target, spec: TargetSpec, dataset: Dataset, *, stated: bool) -> Target:
    """Convert what data state; take the word of the study where they state nothing.

    Raises:
        InputError: the target does not add up over atoms.
    """
    if spec.per is None or spec.per == target.per:
        return target
    if not stated:
        return replace(target, per=spec.per, extensive=False)
    if target.per == "structure" and not target.extensive:
        raise InputError(
            f"targets.{target.name}.per: {target.name!r} does not add up over atoms, "
            f"so it cannot be counted per {spec.per}"
        )
    factor = _count(dataset, target.per) / _count(dataset, spec.per)
    return replace(
        target,
        values=target.values * factor[:, None],
        per=spec.per,
        extensive=spec.per == "structure",
    )


def _count(dataset: Dataset, per: Per) -> Float64[np.ndarray, "structures"]:
    structures = dataset.structures
    if per == "structure":
        return np.ones(len(structures))
    if per == "atom":
        return structures.sizes.astype(float)
    cations = structures.sizes - structures.composition([NUMBERS["O"]])[:, 0]
    if np.any(cations == 0):
        first = dataset.ids[int(np.flatnonzero(cations == 0)[0])]
        raise InputError(f"per cation: structure {first!r} has no atom besides oxygen")
    return cations


def _inferred(target: Target, dataset: Dataset) -> tuple[Target, str]:
    """Guess from the data whether a target grows with size, and say so."""
    known = np.isfinite(target.scalar)
    sizes, values = dataset.structures.sizes[known].astype(float), target.scalar[known]
    say = f"write extensive = true or false under [targets.{target.name}] to settle it"
    if target.per != "structure":
        return target, f"{target.name} is per {target.per}, so it does not grow with size"
    if len(set(sizes)) < 2 or values.std() == 0:
        return target, f"{target.name}: taken as intensive (all structures have one size); {say}"
    correlation = float(np.corrcoef(sizes, values)[0, 1])
    extensive = abs(correlation) >= _CORRELATION_OF_EXTENSIVE
    word = "extensive" if extensive else "intensive"
    note = (
        f"{target.name}: taken as {word} (correlation with the number of atoms {correlation:.2f})"
    )
    return replace(target, extensive=extensive), f"{note}; {say}"
