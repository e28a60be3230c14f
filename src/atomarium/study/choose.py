"""Find the model that someone means by naming a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.files import read_object
from atomarium.experiment.scores import main_error
from atomarium.study.sweep.run_folder import folder_of
from atomarium.study.sweep.runs import read_sweep, sweep_in


def find_model(path: Path, target: str | None = None) -> Path:
    """Return the model folder that a path stands for.

    A folder with a model is taken as it is, a trial or a run gives its model, a sweep that of the
    best run, a study the model of least error: among those trained on the most structures, the one
    with the lowest MAE, or the fewest wrong classes.

    Args:
        path: Folder of a model, a trial or a study.
        target: Which property, where a study has several.

    Raises:
        InputError: there is no model, or a study has several targets and none is named.
    """
    for folder in (path, path / "model"):
        if (folder / "model.json").is_file():
            return folder
    if sweep_in(path):
        return _best_run(path)
    results = path / "results.json"
    if not results.is_file():
        raise InputError(f"no model in {path}: it is neither a model, a trial nor a finished study")
    try:
        trials = read_object(results)["trials"]
        finished = [trial for trial in trials if trial["state"] == "finished"]
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{results} is damaged; run the study again to mend it") from None
    return path / "trials" / _best(finished, target, path)["id"] / "model"


def _best_run(path: Path) -> Path:
    return folder_of(path, read_sweep(path).best().number).path / "model"


def _best(trials: list[dict[str, Any]], target: str | None, path: Path) -> dict[str, Any]:
    targets = sorted({trial["target"] for trial in trials})
    if not targets:
        raise InputError(f"no trial in {path} has finished")
    if target is None and len(targets) > 1:
        raise InputError(
            f"{path} has models of several targets; say --target {targets[0]}, or one "
            f"of {', '.join(targets)}"
        )
    chosen = target or targets[0]
    if chosen not in targets:
        raise InputError(f"no model for target {chosen!r} in {path}{did_you_mean(chosen, targets)}")
    mine = [trial for trial in trials if trial["target"] == chosen]
    most = max(trial["n_train"] for trial in mine)
    return min(
        (trial for trial in mine if trial["n_train"] == most),
        key=lambda trial: main_error(trial["scores"]) or 0.0,
    )
