"""`atomarium predict`: a trained model on new structures."""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from cyclopts import Parameter

from atomarium.core.dataset import Target
from atomarium.core.errors import InputError
from atomarium.core.files import written_atomically
from atomarium.core.writable import refuse_unwritable_file
from atomarium.data.formats import FORMATS, refuse_unwritable, write
from atomarium.data.sources import load_dataset
from atomarium.experiment.saved_model import SavedModel, load_model
from atomarium.study.choose import find_model

if TYPE_CHECKING:
    from atomarium.core.dataset import Dataset


def predict(
    model: Path,
    file: str,
    /,
    *,
    target: str | None = None,
    forces: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
) -> None:
    """Predict a property of new structures.

    A structure with an element that the model has never seen is refused, unless the model tells
    which elements it resembles; how far predictions spread by that is then written beside them.

    Args:
        model: Folder of a study (its best model is taken), of a trial or of a model.
        file: Structures, in any format that can be read.
        target: Which property, when the study has several.
        forces: Also the forces, and the stress of what has a cell; of energies that were learned
            by schnet, painn or sparse-forces. They are written with the structures.
        out: CSV file to write, or structures with what is predicted (.extxyz, .npz, .db …);
            standard output when left out.

    Raises:
        InputError: there is no such model or file, or forces have nowhere to go.
    """
    structured = out is not None and _holds_structures(out)
    if forces and not structured:
        raise InputError("forces are written with their structures: --out NAME.extxyz")
    if out is not None:
        check = refuse_unwritable if structured else refuse_unwritable_file
        check(out, named="--out")
    folder = find_model(model, target)
    dataset = load_dataset(file)
    if forces and out is not None:
        _write_forces(folder, dataset, out)
        return
    trained = load_model(folder)
    values = trained.predict(dataset)
    spread = trained.spread_of_unseen(dataset)
    if structured and out is not None:
        write(out, _with_values(trained, dataset, values, spread))
        _tell(dataset, trained.target, out)
        return
    unit = "class" if trained.classes else _unit(trained.unit, trained.per)
    header = ["id", "formula", f"{trained.target} [{unit}]"]
    said = [trained.classes[int(k)] for k in values] if trained.classes else values.tolist()
    columns = [dataset.ids, dataset.structures.formulas(), map(str, said)]
    if spread is not None:
        header.append(f"{trained.target} spread [{unit}]")
        columns.append(map(str, spread.tolist()))
    rows = zip(*columns, strict=True)
    if out is None:
        _write(sys.stdout, header, rows)
        return
    with written_atomically(out) as part, part.open("w", encoding="utf-8", newline="") as stream:
        _write(stream, header, rows)
    _tell(dataset, header[2], out)


def _holds_structures(path: Path) -> bool:
    endings = [ending for one in FORMATS.values() if one.writer for ending in one.endings]
    return path.name.endswith(tuple(endings))


def _write_forces(folder: Path, dataset: Dataset, out: Path) -> None:
    from atomarium.experiment.predictions import predicted_targets
    from atomarium.experiment.saved_potential import SavedPotential

    potential = SavedPotential.load(folder)
    potential.model.fitted.refuse_unseen(dataset.structures, dataset.ids)
    found = potential.predict(dataset.structures)
    name = potential.model.target
    targets = predicted_targets(name, "eV", found.energies, found.forces, found.stress)
    write(out, replace(dataset, targets=targets, labels={}))
    _tell(dataset, ", ".join(f"{one.name} [{one.unit}]" for one in targets.values()), out)


def _with_values(
    trained: SavedModel, dataset: Dataset, values: np.ndarray, spread: np.ndarray | None
) -> Dataset:
    if trained.classes:
        words = np.array([trained.classes[int(k)] for k in values])
        return replace(dataset, targets={}, labels={trained.target: words})
    target = Target(
        name=trained.target,
        values=values[:, None],
        unit=trained.unit,
        per=trained.per,
        extensive=trained.fitted.extensive,
    )
    targets = {target.name: target}
    if spread is not None:
        name = f"{target.name}_spread"
        targets[name] = replace(target, name=name, values=spread[:, None])
    return replace(dataset, targets=targets, labels={})


def _unit(unit: str, per: str) -> str:
    return f"{unit or 'unit not stated'}{'' if per == 'structure' else f'/{per}'}"


def _tell(dataset: Dataset, what: str, out: Path) -> None:
    print(f"{len(dataset)} predictions of {what}: {out}", file=sys.stderr)


def _write(stream, header, rows) -> None:  # noqa: ANN001 - anything csv writes to
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
