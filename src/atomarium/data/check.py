"""Look for what spoils a benchmark before anything is trained."""

from __future__ import annotations

import numpy as np

from atomarium.core.dataset import Dataset
from atomarium.data.check_structures import check_structures
from atomarium.data.check_targets import check_target
from atomarium.data.findings import Finding, counted, examples
from atomarium.data.twins import Twins, composition_keys, find_twins

#: Labels of this name, or that begin with it and an underscore, tell train from test.
_SPLIT = "split"
_ON_NO_SIDE = ("", "unused")


def check(dataset: Dataset) -> list[Finding]:
    """List everything in the data that may spoil results; what weighs most comes first.

    Structures: atoms on top of each other, lengths that look like another unit, cells that are
    missing, left-handed or mostly vacuum. Targets: missing, constant, far off, or scaling with
    size against what is declared. Both: structures that occur twice, with the same or with
    different values, and twins that lie on both sides of a given split (labels `split`, `split_…`).

    Args:
        dataset: What to look at; nothing is changed.
    """
    findings = [*check_structures(dataset), *_check_ids(dataset)]
    for target in dataset.targets.values():
        findings += check_target(dataset, target)
    same, alike = find_twins(dataset.structures)
    equal = _equal_values(dataset)
    findings += [
        *_check_twins(dataset, same, alike),
        *_check_equal_values(dataset, same, equal),
        *_check_splits(dataset, [same, equal]),
    ]
    weights = {"error": 0, "warning": 1, "note": 2}
    return sorted(findings, key=lambda finding: weights[finding.severity])


def _check_ids(dataset: Dataset) -> list[Finding]:
    names, counts = np.unique(np.array(dataset.ids, dtype=str), return_counts=True)
    repeated = names[counts > 1]
    if not len(repeated):
        return []
    return [
        Finding(
            check="ids",
            severity="warning",
            count=len(repeated),
            message=f"{counted(len(repeated), 'id', 'stands')} for more than one structure",
            advice="give every structure a name of its own, or predictions cannot be told apart",
            examples=tuple(repeated[:3].tolist()),
        )
    ]


def _check_twins(dataset: Dataset, same: Twins, alike: Twins) -> list[Finding]:
    findings = []
    groups = same.members
    if groups:
        findings.append(
            Finding(
                check="duplicates",
                severity="warning",
                count=sum(map(len, groups)),
                message=f"{sum(map(len, groups))} structures in {counted(len(groups), 'group')} "
                "are the same (but for rotation, mirror image, order of atoms or choice of cell)",
                advice="keep one of each, or split by group",
                examples=examples(dataset, groups),
            )
        )
    new = [group for group in alike.members if len(np.unique(same.group[group])) > 1]
    if new:
        findings.append(
            Finding(
                check="near duplicates",
                severity="note",
                count=sum(map(len, new)),
                message=f"{sum(map(len, new))} structures in {counted(len(new), 'group')} "
                "are nearly the same (atoms shifted by about 0.01 Å)",
                advice="split by group if they come from one relaxation or trajectory",
                examples=examples(dataset, new),
            )
        )
    return findings + _check_contradictions(dataset, groups)


def _check_contradictions(dataset: Dataset, groups: list[np.ndarray]) -> list[Finding]:
    """Report twins whose values differ: no model can be better than that."""
    findings = []
    for target in dataset.targets.values():
        if target.rows != "structures" or target.values.shape[1] != 1:
            continue
        values = target.scalar
        if target.extensive:
            values = values / np.maximum(dataset.structures.sizes, 1)
        present = np.isfinite(values)
        if not present.any():
            continue
        # A hundredth of the spread is rounding, of coordinates or of values.
        spread = np.std(values[present])
        ranges = np.array([_range(values[group][present[group]]) for group in groups])
        apart = np.flatnonzero(ranges > max(1e-2 * spread, 1e-12))
        if not len(apart):
            continue
        worst = apart[np.argsort(-ranges[apart])]
        unit = f" {target.unit}" if target.unit else ""
        unit += "/atom" if target.extensive else ""
        findings.append(
            Finding(
                check="contradictions",
                severity="warning",
                count=len(apart),
                message=f"{target.name}: {counted(len(apart), 'group', 'has')} equal structures "
                f"but different values, by up to {ranges.max():.3g}{unit}",
                advice="no model of the structure alone can get these right; keep one of each",
                examples=examples(dataset, [groups[g] for g in worst[:3]]),
            )
        )
    return findings


def _range(values: np.ndarray) -> float:
    return float(np.ptp(values)) if len(values) else 0.0


def _equal_values(dataset: Dataset) -> Twins:
    """Group structures of one composition with the same values of every target."""
    columns = [
        target.values
        for target in dataset.targets.values()
        if target.rows == "structures" and np.isfinite(target.values).all()
    ]
    keys = composition_keys(dataset.structures)
    varying = [column for column in columns if len(column) and np.ptp(column, axis=0).any()]
    if not varying:
        return Twins(np.arange(len(dataset)))
    rows = np.column_stack([keys, *varying])
    return Twins(np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1))


def _check_equal_values(dataset: Dataset, same: Twins, equal: Twins) -> list[Finding]:
    groups = [group for group in equal.members if len(np.unique(same.group[group])) > 1]
    if not groups:
        return []
    n_structures = sum(map(len, groups))
    return [
        Finding(
            check="equal values",
            severity="warning",
            count=n_structures,
            message=f"{n_structures} structures in {counted(len(groups), 'group')} differ in "
            "geometry but have one composition and the same values of every target",
            advice="probably one calculation listed twice; split by group",
            examples=examples(dataset, groups),
        )
    ]


def _check_splits(dataset: Dataset, kinds_of_twins: list[Twins]) -> list[Finding]:
    names = [name for name in dataset.labels if name == _SPLIT or name.startswith(f"{_SPLIT}_")]
    return [finding for name in names for finding in _check_split(dataset, name, kinds_of_twins)]


def _check_split(dataset: Dataset, name: str, kinds_of_twins: list[Twins]) -> list[Finding]:
    side = np.asarray(dataset.labels[name]).astype(str)
    used = ~np.isin(side, _ON_NO_SIDE)
    leaking = [
        group[used[group]]
        for twins in kinds_of_twins
        for group in twins.members
        if len(np.unique(side[group][used[group]])) > 1
    ]
    if not leaking:
        return []
    touched = np.unique(np.concatenate(leaking))
    sides, counts = np.unique(side[touched], return_counts=True)
    where = ", ".join(f"{count} in {part}" for part, count in zip(sides, counts, strict=True))
    return [
        Finding(
            check="leakage",
            severity="error",
            count=len(touched),
            message=f"{len(touched)} structures have a twin on another side of the given split "
            f"(label {name}): {where}",
            advice="what is tested was seen in training; move twins to one side or draw a split "
            "by group",
            examples=examples(dataset, leaking),
        )
    ]
