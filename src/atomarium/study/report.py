"""The page of a study: gather everything it shows, write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from atomarium.core.elements import SYMBOLS
from atomarium.core.structures import Structures
from atomarium.data.check import check
from atomarium.experiment.machine import machine, versions
from atomarium.experiment.record import Record, read_predictions
from atomarium.experiment.trial import describe
from atomarium.explore.page import write_page
from atomarium.study.curves import largest
from atomarium.study.element_maps import element_maps
from atomarium.study.plan import Plan
from atomarium.study.tables import plain, summary

_SHOWN_STRUCTURES = 3000


def write_report(plan: Plan, records: Sequence[Record], folder: Path) -> Path:
    """Write report.html, one file that needs nothing else, and return its path."""
    path = folder / "report.html"
    write_page(path, report_payload(plan, records, folder), title=plan.study.spec.name)
    return path


def report_payload(plan: Plan, records: Sequence[Record], folder: Path) -> dict[str, Any]:
    """Gather what the page shows; structures are those of the first test set."""
    together = summary(plan, records)
    shown = np.sort(plan.trials[0].test)[:_SHOWN_STRUCTURES]
    return {
        "format": "atomarium-report",
        "version": 1,
        "study": _study(plan, records),
        "dataset": _dataset(plan),
        "targets": [_target(plan, name) for name in plan.targets],
        "models": [
            {"name": name, **describe(candidate)} for name, candidate in plan.candidates.items()
        ],
        "trials": [plain(record) for record in records],
        "exponents": together["exponents"],
        "comparisons": together["comparisons"],
        "intervals": together["intervals"],
        "elements": element_maps(records, folder) or None,
        "predictions": _predictions(records, folder, shown),
        "structures": _structures(plan, shown),
        "machine": machine(),
        "versions": versions(),
        "cite": list(plan.cite),
    }


def _study(plan: Plan, records: Sequence[Record]) -> dict[str, Any]:
    finished = sum(record.state == "finished" for record in records)
    return {
        "name": plan.study.spec.name,
        "description": plan.study.spec.description.strip(),
        "status": "finished" if finished == len(plan.trials) else "partial",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "atomarium run study.toml",
        "toml": plan.study.text,
        "notes": list(plan.notes),
    }


def _dataset(plan: Plan) -> dict[str, Any]:
    dataset, provenance = plan.dataset, plan.dataset.provenance
    sizes = dataset.structures.sizes
    return {
        "name": provenance.name or plan.study.spec.data.source,
        "source": provenance.source,
        "license": provenance.license,
        "citation": provenance.citation,
        "sha256": provenance.sha256,
        "n_structures": len(dataset),
        "n_atoms": [int(sizes.min()), float(np.median(sizes)), int(sizes.max())],
        "elements": [SYMBOLS[z] for z in dataset.structures.species],
        "findings": [
            {"severity": one.severity, "text": one.text}
            for one in check(replace(dataset, targets=plan.targets))
        ],
    }


def _target(plan: Plan, name: str) -> dict[str, Any]:
    target = plan.targets[name]
    return {
        "name": name,
        "unit": target.unit,
        "per": target.per,
        "extensive": target.extensive,
        "description": target.description,
        "classes": list(target.classes) or None,
        "mean": float(np.nanmean(target.scalar)),
        "std": float(np.nanstd(target.scalar)),
    }


def _predictions(records: Sequence[Record], folder: Path, shown: np.ndarray) -> list[dict]:
    """Return what each candidate, trained on the most, says of the structures shown."""
    rows = []
    for record in largest(records):
        if record.repeat != 0:
            continue
        kept = read_predictions(folder / "trials" / record.id)
        mine = (kept.split == "test") & np.isin(kept.structures, shown)
        rows.append(
            {
                "model": record.model,
                "target": record.target,
                "n_train": record.n_train,
                "repeat": record.repeat,
                "structures": np.searchsorted(shown, kept.structures[mine]),
                "reference": kept.reference[mine],
                "prediction": kept.prediction[mine],
            }
        )
    return rows


def _structures(plan: Plan, shown: np.ndarray) -> dict[str, Any]:
    structures: Structures = plan.dataset.structures.take(shown)
    return {
        "ids": [plan.dataset.ids[s] for s in shown],
        "formulas": structures.formulas(),
        "numbers": structures.numbers.astype(np.uint8),
        "positions": structures.positions.astype(np.float32),
        "cells": structures.cells.astype(np.float32),
        "periodic": structures.periodic.astype(np.uint8),
        "offsets": structures.offsets.astype(np.int32),
    }
