"""The study that someone gets who names only a file and a target."""

from __future__ import annotations

import re
from pathlib import Path

import tomli_w

from atomarium.core.dataset import Dataset

#: In molecules the first two shells of neighbors decide, and narrow Gaussians tell them apart.
_MOLECULES = {"cutoff": 3.5, "width": 0.3}
_CRYSTALS = {"cutoff": 5.0, "width": 0.5}
#: n_max and l_max, best first; columns grow as the square of the number of elements.
_SIZES = ((8, 6), (6, 4), (4, 3), (3, 2), (2, 2))
_MOST_COLUMNS = 60_000


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
            "representation": _soap(len(dataset.structures.species), periodic=periodic),
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


def _soap(n_species: int, *, periodic: bool) -> dict[str, object]:
    """Return the largest SOAP whose rows are not too long for so many elements."""

    def n_columns(n_max: int, l_max: int) -> int:
        functions = n_max * n_species
        return functions * (functions + 1) // 2 * (l_max + 1)

    fitting = [size for size in _SIZES if n_columns(*size) <= _MOST_COLUMNS]
    n_max, l_max = fitting[0] if fitting else _SIZES[-1]
    lengths = _CRYSTALS if periodic else _MOLECULES
    return {"kind": "soap", **lengths, "n_max": n_max, "l_max": l_max}


def _study_name(source: Path | str, targets: tuple[str, ...]) -> str:
    stem = Path(source).name.split(".")[0]
    name = "-".join([stem, *targets])
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", name).strip("-._+")[:80] or "study"
