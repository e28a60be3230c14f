"""Targets that are classes: from words, numbers, or a threshold, to numbers from 0."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.experiment.data_spec import TargetSpec

_MOST_CLASSES = 100


def is_of_classes(dataset: Dataset, name: str, spec: TargetSpec) -> bool:
    """Say whether a study means classes by a target: it says so, or they are labels of the data."""
    is_label = name not in dataset.targets and name in dataset.labels
    return spec.classes or spec.above is not None or is_label


def settle_classes(dataset: Dataset, name: str, spec: TargetSpec) -> tuple[Target, str]:
    """Return a target of classes, numbered in the order of their names, and what they are.

    Args:
        dataset: Where it is found, as a label or as numbers.
        name: What it is called there.
        spec: What the study says of it.

    Raises:
        InputError: the study says of it what only quantities have, a structure is of no class, or
            there are fewer than 2 or more than 100 classes.
    """
    _refuse_of_quantities(name, spec)
    if spec.above is not None:
        target = dataset.target(name)
        target = target.to_unit(spec.unit) if spec.unit and target.unit else target
        unit = spec.unit or target.unit
        names, numbers = _above(target.scalar, spec.above, unit)
    elif name in dataset.targets:
        names, numbers = _of_numbers(name, dataset.target(name).scalar)
    else:
        words = np.asarray(dataset.labels[name]).astype(str)
        names, numbers = np.unique(words[words != ""]), np.full(len(words), np.nan)
        numbers[words != ""] = np.searchsorted(names, words[words != ""])
    _refuse_count(name, len(names))
    target = Target(
        name=name,
        values=numbers[:, None].astype(np.float64),
        description=_description(dataset, name),
        classes=tuple(map(str, names)),
    )
    counts = np.bincount(numbers[np.isfinite(numbers)].astype(np.int64), minlength=len(names))
    told = ", ".join(f"{k} = {names[k]} ({n:,})" for k, n in enumerate(counts))
    return target, f"{name}: classes {told}"


def _refuse_of_quantities(name: str, spec: TargetSpec) -> None:
    given = [key for key in ("per", "extensive") if getattr(spec, key) is not None]
    given += [key for key in ("forces", "stress") if getattr(spec, key)]
    given += ["readout"] if spec.readout != "auto" else []
    given += ["unit"] if spec.unit and spec.above is None else []
    if given:
        raise InputError(f"targets.{name}: classes have no {given[0]}; leave it out")


def _above(
    values: Float64[np.ndarray, "structures"], threshold: float, unit: str
) -> tuple[np.ndarray, Float64[np.ndarray, "structures"]]:
    numbers = np.where(np.isfinite(values), values > threshold, np.nan)
    text = f"{threshold:g} {unit}".strip()
    # With all on one side there is one class, which is refused.
    names = [f"up to {text}", f"above {text}"]
    return np.array(names)[: max(1, len(np.unique(numbers[np.isfinite(numbers)])))], numbers


def _of_numbers(
    name: str, values: Float64[np.ndarray, "structures"]
) -> tuple[np.ndarray, Float64[np.ndarray, "structures"]]:
    known = np.isfinite(values)
    if (values[known] != np.round(values[known])).any():
        first = values[known][values[known] != np.round(values[known])][0]
        raise InputError(
            f"targets.{name}: numbers of classes are whole, got {first:g}; "
            "write above = NUMBER to make two classes of a quantity"
        )
    names = np.unique(values[known])
    numbers = np.full(len(values), np.nan)
    numbers[known] = np.searchsorted(names, values[known])
    return np.array([f"{one:g}" for one in names]), numbers


def _refuse_count(name: str, n_classes: int) -> None:
    if n_classes < 2:
        raise InputError(
            f"targets.{name}: all structures are of one class; telling classes apart needs two"
        )
    if n_classes > _MOST_CLASSES:
        raise InputError(
            f"targets.{name}: {n_classes:,} classes, at most {_MOST_CLASSES} can be learned"
        )


def _description(dataset: Dataset, name: str) -> str:
    return dataset.targets[name].description if name in dataset.targets else ""
