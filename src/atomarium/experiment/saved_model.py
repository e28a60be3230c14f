"""Trained models as files: settings as JSON, numbers as safetensors, never code."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from jaxtyping import Float64
from safetensors import SafetensorError
from safetensors.numpy import load_file, save  # pyright: ignore[reportUnknownVariableType]

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.dataset import Dataset, Per
from atomarium.core.errors import InputError
from atomarium.core.files import write_json
from atomarium.core.own_files import read_own
from atomarium.core.structures import Structures
from atomarium.experiment.candidate import Candidate, FittedCandidate
from atomarium.experiment.compact import Extrapolates
from atomarium.experiment.learning import NetworkModel
from atomarium.experiment.settings import CandidateSpec, make_candidate
from atomarium.experiment.trial import describe
from atomarium.models.sparse_forces import SparseForces

_FORMAT, _VERSION = "atomarium-model", 1
_STRUCTURE_ARRAYS = ("numbers", "positions", "cells", "periodic", "offsets")
#: What is raised where files hold other things than `save_model` writes.
_DAMAGED = (
    OSError,
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    RecursionError,
    SafetensorError,
)


@dataclass(frozen=True, kw_only=True)
class SavedModel:
    """A trained candidate with what its predictions are.

    Args:
        target: Name of the property.
        unit: Unit of its values.
        per: What one value is counted per.
        fitted: The trained candidate.
        scores: Errors on test structures when it was trained.
        cite: What to cite.
        classes: Names of the classes that it tells apart; none when it predicts a quantity.
    """

    target: str
    unit: str
    per: Per
    fitted: FittedCandidate = field(repr=False)
    scores: dict[str, Any] = field(default_factory=dict)
    cite: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    def predict(self, dataset: Dataset) -> Float64[np.ndarray, "structures"]:
        """Return one value for each structure; of classes, the number of one.

        Raises:
            InputError: a structure holds an element that the model has never seen.
        """
        self.fitted.refuse_unseen(dataset.structures, dataset.ids)
        rows = self.fitted.predict(dataset.structures)
        return rows.argmax(axis=1).astype(np.float64) if self.classes else rows[:, 0]

    def spread_of_unseen(self, dataset: Dataset) -> Float64[np.ndarray, "structures"] | None:
        """Return how far predictions spread by what is guessed of elements; None where all are known.

        Raises:
            InputError: nothing is known of an element.
        """
        fitted, structures = self.fitted, dataset.structures
        seen = np.isin(structures.species, fitted.training.species).all()
        if seen or self.classes or not isinstance(fitted.fitted, Extrapolates):
            return None
        features = fitted.candidate.represent(structures, extensive=fitted.extensive)
        return fitted.fitted.spread(cast("CompactFeatures", features))[:, 0]


def save_model(folder: Path, model: SavedModel) -> None:
    """Write a model into a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    training = model.fitted.training
    arrays = {name: np.ascontiguousarray(getattr(training, name)) for name in _STRUCTURE_ARRAYS}
    # By way of bytes: a full disk is then Python's own error, which says what to do.
    (folder / "structures.safetensors").write_bytes(save(arrays))
    settings = {
        "format": _FORMAT,
        "version": _VERSION,
        "target": {"name": model.target, "unit": model.unit, "per": model.per},
        "extensive": model.fitted.extensive,
        "scores": model.scores,
        "cite": list(model.cite),
        "classes": list(model.classes),
        "parts": _save_parts(folder, model.fitted, "model"),
    }
    write_json(folder / "model.json", settings)


def _save_parts(folder: Path, fitted: FittedCandidate, name: str) -> dict[str, object]:
    # Unlike ascontiguousarray, this keeps a number alone from becoming a row of one.
    arrays = {key: np.asarray(array, order="C") for key, array in fitted.fitted.arrays().items()}
    (folder / f"{name}.safetensors").write_bytes(save(arrays))
    baseline = fitted.baseline
    return {
        **describe(fitted.candidate),
        "chosen": fitted.fitted.chosen,
        "file": f"{name}.safetensors",
        "below": None if baseline is None else _save_parts(folder, baseline, "baseline"),
    }


def load_model(folder: Path | str) -> SavedModel:
    """Read a model.

    Raises:
        InputError: the folder holds no model, one of another version, or a damaged one.
    """
    folder = Path(folder)
    settings = _settings_of(folder)
    try:
        return _assembled(folder, settings)
    except InputError:
        raise
    except _DAMAGED as error:
        reason = str(error).partition("\n")[0]
        raise InputError(
            f"{folder}: the model is damaged: {type(error).__name__}: {reason}"
        ) from None


def _assembled(folder: Path, settings: dict[str, Any]) -> SavedModel:
    arrays = load_file(folder / "structures.safetensors")
    training = Structures(**{name: arrays[name] for name in _STRUCTURE_ARRAYS})
    training.check()
    fitted = _load_parts(folder, settings["parts"], training, extensive=settings["extensive"])
    target = settings["target"]
    return SavedModel(
        target=target["name"],
        unit=target["unit"],
        per=target["per"],
        fitted=fitted,
        scores=settings["scores"],
        cite=tuple(settings["cite"]),
        classes=tuple(settings.get("classes", ())),
    )


def _settings_of(folder: Path) -> dict[str, Any]:
    path = folder / "model.json"
    if not path.exists():
        raise InputError(f"no model in {folder} (there is no {path.name})")
    return read_own(path, _FORMAT, _VERSION)


def _load_parts(
    folder: Path, parts: dict[str, Any], training: Structures, *, extensive: bool
) -> FittedCandidate:
    keys = ("representation", "model", "baseline")
    spec = CandidateSpec.model_validate({key: parts[key] for key in keys})
    candidate: Candidate = make_candidate(spec, name=str(folder / "model.json"))
    arrays = load_file(folder / parts["file"])
    if isinstance(candidate.model, NetworkModel | SparseForces):
        fitted = candidate.model.restore(arrays, None)
    else:
        features = candidate.represent(training, extensive=extensive)
        # Compact rows go to models that take them, which representations are checked for.
        fitted = candidate.model.restore(arrays, cast("Any", features))
    below = parts["below"]
    base = None if below is None else _load_parts(folder, below, training, extensive=extensive)
    return FittedCandidate(candidate, training, fitted, extensive=extensive, baseline=base)
