"""Forces and stress that belong to the energy of a study."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.experiment.data_spec import TargetSpec
from atomarium.experiment.potential import VOIGT
from atomarium.models.nn.aims import Derivatives


def derivatives_of(
    dataset: Dataset, target: Target, spec: TargetSpec, *, masked: bool
) -> Derivatives | None:
    """Return what belongs to an energy, in its unit per Å and Å³; None when there is nothing.

    Args:
        dataset: Where it is found.
        target: The energy, settled.
        spec: What the study says of it.
        masked: Whether values may be missing here and there.

    Raises:
        InputError: something is absent, of another shape or unit, or missing somewhere, or the
            energy is not that of a whole structure.
    """
    if not spec.forces and not spec.stress:
        return None
    place = f"targets.{target.name}.{'forces' if spec.forces else 'stress'}"
    if not target.extensive:
        raise InputError(
            f"{place}: forces and stress are derivatives of the energy of a whole structure; "
            "write extensive = true if that is what it is"
        )
    return Derivatives(
        forces=_forces(dataset, target, spec, masked=masked) if spec.forces else None,
        stress=_stress(dataset, target, spec) if spec.stress else None,
        force_weight=spec.force_weight,
        stress_weight=spec.stress_weight,
    )


def _forces(dataset: Dataset, target: Target, spec: TargetSpec, *, masked: bool) -> np.ndarray:
    place = f"targets.{target.name}.forces"
    forces = dataset.target(spec.forces)
    if forces.rows != "atoms" or forces.values.shape[1] != 3:
        width = forces.values.shape[1]
        raise InputError(f"{place}: {spec.forces!r} has {width} numbers per {forces.rows[:-1]}")
    wrong = np.isinf(forces.values) if masked else ~np.isfinite(forces.values)
    if wrong.any():
        first = dataset.structures.structure_of_atom[int(np.argmax(wrong.any(axis=1)))]
        raise InputError(
            f"{place}: {spec.forces!r} is not a number for some atoms, the first are of structure "
            f"{dataset.ids[first]!r}; remove such structures, or write "
            'missing = "mask" under [data]'
        )
    return _in_unit(forces, target, "/angstrom", place).values


def _stress(dataset: Dataset, target: Target, spec: TargetSpec) -> np.ndarray:
    """Return nine numbers for each structure; NaN where there are none, or no cell."""
    place = f"targets.{target.name}.stress"
    stress = dataset.target(spec.stress)
    width = stress.values.shape[1]
    if stress.rows != "structures" or width not in (6, 9):
        raise InputError(
            f"{place}: {spec.stress!r} has {width} numbers per {stress.rows[:-1]}; a stress has 9 "
            "of each structure, or 6: xx, yy, zz, yz, xz, xy"
        )
    if np.isinf(stress.values).any() or not np.isfinite(stress.values).any():
        raise InputError(f"{place}: {spec.stress!r} is infinite somewhere, or missing everywhere")
    if spec.stress_unit and not stress.unit:
        stress = replace(stress, unit=spec.stress_unit)
    stress = _in_unit(stress, target, "/angstrom^3", place)
    if width == 9:
        return stress.values
    full = np.empty((len(stress.values), 3, 3))
    for k, (a, b) in enumerate(VOIGT):
        full[:, a, b] = full[:, b, a] = stress.values[:, k]
    return full.reshape(-1, 9)


def _in_unit(derived: Target, target: Target, per: str, place: str) -> Target:
    unit = f"{target.unit}{per}" if target.unit else ""
    if not derived.unit or not unit:
        return replace(derived, unit=unit)
    try:
        return derived.to_unit(unit)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None
