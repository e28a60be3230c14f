"""The study that someone gets who names only a file and a target."""

from __future__ import annotations

import re
from pathlib import Path

import tomli_w

from atomarium.core.dataset import Dataset

#: In molecules the first two shells of neighbors decide, and narrow Gaussians tell them apart.
_MOLECULES = {"kind": "soap", "cutoff": 3.5, "n_max": 8, "l_max": 6, "width": 0.3}
_CRYSTALS = {"kind": "soap", "cutoff": 5.0, "n_max": 8, "l_max": 6, "width": 0.5}


def default_study(
    dataset: Dataset,
    *,
    source: Path | str,
    targets: tuple[str, ...],
    unit: str | None = None,
    extensive: bool | None = None,
) -> str:
    """Return the text of a study file that compares what fits the data.

    Args:
        dataset: The data, to see whether they are molecules.
        source: What the file will name as its data.
        targets: Names of the properties.
        unit: Their unit.
        extensive: Whether they grow with size; inferred when left out.
    """
    settings = {"unit": unit, "extensive": extensive}
    given = {key: value for key, value in settings.items() if value is not None}
    periodic = bool(dataset.structures.periodic.any())
    models: dict[str, object] = {
        "mean": {"model": {"kind": "mean"}},
        "composition": {"model": {"kind": "ridge"}},
        "soap-krr": {
            "representation": _CRYSTALS if periodic else _MOLECULES,
            "model": {"kind": "krr"},
            "baseline": "composition",
        },
    }
    if not periodic:
        models["coulomb-krr"] = {
            "representation": {"kind": "coulomb-matrix"},
            "model": {"kind": "krr"},
            "baseline": "composition",
        }
    return tomli_w.dumps(
        {
            "name": _study_name(source, targets),
            "data": {"source": str(source)},
            "targets": dict.fromkeys(targets, given),
            "split": {"kind": "random", "test": 0.2, "repeats": 3},
            "models": models,
        }
    )


def _study_name(source: Path | str, targets: tuple[str, ...]) -> str:
    stem = Path(source).name.split(".")[0]
    name = "-".join([stem, *targets])
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", name).strip("-._+")[:80] or "study"
