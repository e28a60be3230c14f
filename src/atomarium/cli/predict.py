"""`atomarium predict`: a trained model on new structures."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from atomarium.core.files import written_atomically
from atomarium.data.sources import load_dataset
from atomarium.experiment.saved_model import load_model
from atomarium.study.choose import find_model


def predict(
    model: Path, file: str, /, *, target: str | None = None, out: Path | None = None
) -> None:
    """Predict a property of new structures.

    A structure with an element that the model has never seen is refused.

    Args:
        model: Folder of a study (its best model is taken), of a trial or of a model.
        file: Structures, in any format that can be read.
        target: Which property, when the study has several.
        out: CSV file to write; standard output when left out.
    """
    trained = load_model(find_model(model, target))
    dataset = load_dataset(file)
    values = trained.predict(dataset)
    unit = "class" if trained.classes else _unit(trained.unit, trained.per)
    header = ["id", "formula", f"{trained.target} [{unit}]"]
    said = [trained.classes[int(k)] for k in values] if trained.classes else values.tolist()
    rows = zip(dataset.ids, dataset.structures.formulas(), map(str, said), strict=True)
    if out is None:
        _write(sys.stdout, header, rows)
        return
    with written_atomically(out) as part, part.open("w", encoding="utf-8", newline="") as stream:
        _write(stream, header, rows)
    print(f"{len(dataset)} predictions of {header[-1]}: {out}", file=sys.stderr)


def _unit(unit: str, per: str) -> str:
    return f"{unit or 'unit not stated'}{'' if per == 'structure' else f'/{per}'}"


def _write(stream, header, rows) -> None:  # noqa: ANN001 - anything csv writes to
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
