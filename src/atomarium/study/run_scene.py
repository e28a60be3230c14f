"""A study or one of its trials as a scene: predictions beside references, errors as color."""

from __future__ import annotations

import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.experiment.record import Predictions, Record, read_predictions, read_record
from atomarium.experiment.scores import main_error
from atomarium.experiment.spec import StudyFile, read_study
from atomarium.explore.dataset_scene import scene_of_dataset
from atomarium.explore.scene import About, Property, Scene
from atomarium.study.curves import largest
from atomarium.study.plan import load_data
from atomarium.study.sweep.dashboard import target_of
from atomarium.study.sweep.run_folder import folder_of
from atomarium.study.sweep.runs import Sweep, read_sweep, sweep_in
from atomarium.study.sweep.start import origin_of

_STUDY = "study.toml"
#: Share of errors that fit into the colors; outliers must not bleach all others.
_SHARE = 98.0


def is_run(folder: Path) -> bool:
    """Return whether a folder is that of a study or of one of its trials."""
    return (folder / _STUDY).is_file() or (
        (folder / "result.json").is_file() and (folder.parent.parent / _STUDY).is_file()
    )


def run_scene(folder: Path) -> Scene:
    """Return the structures that a study has used, with what its models say of them.

    Of a study, each model counts with its largest training set, first repeat; of a sweep, the best
    run with what it was not trained on.

    Args:
        folder: Of a study, of one of its trials, or of a sweep.

    Raises:
        InputError: no trial has finished, or the data are not where they were or not the same.
    """
    if sweep_in(folder):
        sweep = read_sweep(folder)
        study = _at_its_data(replace(sweep.study, folder=origin_of(folder)), folder)
        return _scene_of(study, folder, *_best_run(sweep))
    one_trial = not (folder / _STUDY).is_file()
    root = folder.parent.parent if one_trial else folder
    folders = [folder] if one_trial else sorted((root / "trials").glob("*"))
    found = [record for record in map(read_record, folders) if record is not None]
    records = [
        record for record in largest(found) if one_trial or record.repeat == 0
    ]  # fmt: skip
    if not records:
        raise InputError(f"{folder}: no trial has finished, so there is nothing to show")
    study = _at_its_data(read_study(root / _STUDY), root)
    kept = [read_predictions(root / "trials" / record.id) for record in records]
    return _scene_of(study, folder, records, kept)


def _best_run(sweep: Sweep) -> tuple[list[Record], list[Predictions]]:
    """Return the best run of a sweep as the record of a trial, and its predictions."""
    best = sweep.best()
    place = folder_of(sweep.folder, best.number).path
    try:
        settings = tomllib.loads((place / "spec.toml").read_text(encoding="utf-8"))
        with np.load(place / "predictions.npz", allow_pickle=False) as arrays:
            parts = {name: arrays[name] for name in ("structures", "reference", "prediction")}
        record = Record(
            id=place.name,
            model=f"run {best.number}",
            target=target_of(sweep)[0],
            n_train=int(settings["n_train"]),
            repeat=0,
            state="finished",
        )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        raise InputError(
            f"{place} is damaged, or not here: workers elsewhere keep theirs"
        ) from None
    kept = Predictions(
        structures=parts["structures"],
        split=np.full(len(parts["structures"]), "test"),
        reference=parts["reference"].reshape(-1),
        prediction=parts["prediction"].reshape(-1),
    )
    return [record], [kept]


def _scene_of(
    study: StudyFile, folder: Path, records: Sequence[Record], kept: Sequence[Predictions]
) -> Scene:
    """Return the structures that some predictions are about.

    Raises:
        InputError: the data are not where they were, or not the same.
    """
    dataset = load_data(study.spec.data, study)
    used = np.unique(np.concatenate([one.structures for one in kept]))
    if used[-1] >= len(dataset):
        raise InputError(
            f"{folder}: structure {used[-1]} of {len(dataset)}; the data are not those that the "
            f"study {study.spec.name!r} has seen"
        )
    return _scene(study, dataset.take(used), records, [_within(one, used) for one in kept])


def _at_its_data(study: StudyFile, root: Path) -> StudyFile:
    """Return a study whose relative paths start where its data are.

    Runs stand in a folder beside the study file that they come from, `runs/name` as a rule.
    """
    for folder in (root, *root.resolve().parents[:3]):
        if (folder / study.spec.data.source).exists():
            return replace(study, folder=folder)
    return study


def _within(kept: Predictions, used: np.ndarray) -> Predictions:
    return replace(kept, structures=np.searchsorted(used, kept.structures))


def _scene(
    study: StudyFile, dataset: Dataset, records: Sequence[Record], kept: Sequence[Predictions]
) -> Scene:
    others = {n: t for n, t in dataset.targets.items() if n not in study.spec.targets}
    scene = scene_of_dataset(replace(dataset, targets=others), name=study.spec.name)
    pairs = list(zip(records, kept, strict=True))
    properties: list[Property] = []
    for name in dict.fromkeys(record.target for record in records):
        mine = [(r, k) for r, k in pairs if r.target == name]
        mine.sort(key=lambda pair: main_error(pair[0].scores) or np.inf)
        properties += _of_target(name, study.spec.targets[name].unit or "", mine, len(dataset))
    parts = np.full(len(dataset), "not used", dtype="<U8")
    for one in reversed(kept):
        parts[one.structures] = one.split
    split = Property(name="set", target="structure", values=tuple(parts.tolist()))
    reference, prediction, error = (one.name for one in properties[:3])
    return replace(
        scene,
        about=About(name=study.spec.name, description=study.spec.description.strip()),
        properties=(*properties, split, *_renamed(scene.properties, {"set"})),
        settings=_settings(reference, prediction, error, properties[2].values),
    )


def _renamed(properties: Sequence[Property], taken: set[str]) -> list[Property]:
    return [
        replace(one, name=f"{one.name} (data)") if one.name in taken else one
        for one in properties
    ]  # fmt: skip


def _of_target(
    name: str, unit: str, mine: Sequence[tuple[Record, Predictions]], n: int
) -> list[Property]:
    reference = np.full(n, np.nan)
    columns: list[Property] = []
    for record, kept in mine:
        reference[kept.structures] = kept.reference
        predicted, error = np.full(n, np.nan), np.full(n, np.nan)
        predicted[kept.structures] = kept.prediction
        error[kept.structures] = kept.prediction - kept.reference
        about = f"{record.model}, trained on {record.n_train:,} structures"
        for label, values, text in (
            (f"{name} by {record.model}", predicted, f"Prediction of {about}"),
            (f"{name} error of {record.model}", error, f"Prediction minus reference, {about}"),
        ):
            columns.append(
                Property(name=label, target="structure", values=values, unit=unit, description=text)
            )
    first = Property(
        name=name, target="structure", values=reference, unit=unit, description="Reference"
    )
    return [first, *columns]


def _settings(reference: str, prediction: str, error: str, errors: Any) -> dict[str, Any]:
    sizes = np.abs(errors[np.isfinite(errors)])
    most = float(np.percentile(sizes, _SHARE)) if len(sizes) else 0.0
    bounds = {"min": -most, "max": most} if most > 0 else {}
    return {
        "target": "structure",
        "map": {
            "x": {"property": reference},
            "y": {"property": prediction},
            "color": {"property": error, "palette": "vik", **bounds},
            "symbol": "set",
        },
    }
