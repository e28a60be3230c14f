"""Make a study of a sweep configuration of Weights & Biases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from atomarium.core.errors import InputError, did_you_mean
from atomarium.experiment.candidate_space import candidate_or_space
from atomarium.experiment.settings import CandidateSpec
from atomarium.experiment.spec import parse_study
from atomarium.study.sweep.space import sweep_space
from atomarium.study.sweep.study_text import study_text
from atomarium.study.sweep.wandb_names import KINDS, Slots, kind_of_word
from atomarium.study.sweep.wandb_source import read_configuration
from atomarium.study.sweep.wandb_space import as_setting
from atomarium.study.sweep.wandb_table import sweep_table

#: Keys that say how Weights & Biases starts programs; nothing here needs them.
_STARTING = ("program", "command", "entity", "project", "controller", "job", "launch", "parent")
_MEANT = (
    *("method", "metric", "metrics", "parameters", "early_terminate", "run_cap"),
    *("name", "description", "scheduler"),
)
_SEEDS = frozenset({"seed", "random_seed", "rng_seed"})
#: Models that take no representation learn from graphs.
_NETWORKS = ("cgcnn", "schnet", "painn")


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a sweep configuration does not say: what is learned, from what, and by which model.

    Args:
        source: Data set.
        target: What is learned.
        unit: Its unit; empty where the data state one.
        models: Kinds of the models, unless the configuration chooses them.
        representation: Kind of the representation of models that take one.
        n_train: Training structures.
        n_test: Test structures.
        runs: The most runs, where the configuration says none; 0 for its method's default.
        metric: Name of the metric, in place of that of the configuration; empty to take that.
        renamed: Settings by the name of their parameter.
        ignored: Parameters that are left out.
    """

    source: str = "qm9-sample"
    target: str = "u0_atomization"
    unit: str = "eV"
    models: tuple[str, ...] = ("schnet",)
    representation: str = ""
    n_train: int = 1000
    n_test: float = 400
    runs: int = 0
    metric: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Imported:
    """A study that was made.

    Args:
        text: TOML, checked.
        notes: What was left out or understood in some way, one sentence each.
    """

    text: str = field(repr=False)
    notes: tuple[str, ...]


def import_configuration(
    path: Path | str, around: Surroundings | None = None, *, variable: str = ""
) -> Imported:
    """Return the study that a sweep configuration of Weights & Biases describes.

    Args:
        path: A `.json`, `.yaml`, `.py` or `.ipynb` file; Python is read, never run.
        around: What the configuration does not say.
        variable: Which dict of a Python file, where several could be meant.

    Raises:
        InputError: something in it has no counterpart; the message names the file and the key.
    """
    around = around or Surroundings()
    configuration = read_configuration(path, variable=variable)
    notes: list[str] = []
    try:
        plain = _study(configuration, around, notes.append)
        plain = {"name": _name(configuration.get("name") or Path(path).stem), **plain}
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    text = study_text(plain, comments=(f"From {Path(path).name}, a sweep of Weights & Biases.",))
    try:
        sweep_space(parse_study(text, name="the study made of it", folder=Path()))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return Imported(text, tuple(notes))


def _study(configuration: Mapping[str, Any], around: Surroundings, note: Any) -> dict[str, Any]:
    for key in configuration:
        if key in _STARTING:
            note(f"{key}: left out; nothing is started by it here")
        elif key not in _MEANT:
            raise InputError(f"{key}: no counterpart{did_you_mean(str(key), _MEANT)}")
    parameters = dict(_flat(configuration["parameters"], (), around.ignored))
    kinds, parameters = _kinds(parameters, around)
    if around.metric:
        goal = cast("Mapping[str, Any]", configuration.get("metric") or {}).get("goal", "minimize")
        configuration = {**configuration, "metric": {"name": around.metric, "goal": goal}}
    gaussian = find_spec("torch") is not None or all(kind in _NETWORKS for kind in kinds)
    table = sweep_table(configuration, runs=around.runs, gaussian=gaussian, note=note)
    repeats, parameters = _seeds(parameters, note)
    if repeats > 1:
        table["repeats"] = repeats
    return {
        **({"description": str(said)} if (said := configuration.get("description")) else {}),
        "data": {"source": around.source},
        "targets": {around.target: {"unit": around.unit} if around.unit else {}},
        "split": {
            "kind": "random",
            "test": around.n_test,
            "train": [around.n_train],
            "repeats": 1,
        },
        "sweep": table,
        "models": _models(kinds, parameters, around),
    }


def _flat(
    parameters: Any, place: tuple[str, ...], ignored: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield each parameter with its name and those that it is nested in."""
    if not isinstance(parameters, Mapping):
        raise InputError(f"{_dotted(place)}: expected a table, got {parameters!r:.60}")
    for key, one in cast("Mapping[Any, Any]", parameters).items():
        here = (*place, str(key))
        if ".".join(here) in ignored or str(key) in ignored:
            continue
        if not isinstance(one, Mapping):
            raise InputError(
                f"{_dotted(here)}: expected a table with value, values, or min and max, "
                f"got {one!r:.60}"
            )
        table = cast("dict[str, Any]", dict(cast("Mapping[str, Any]", one)))
        if "parameters" in table:
            yield from _flat(table["parameters"], here, ignored)
        else:
            yield here, table


def _dotted(place: tuple[str, ...]) -> str:
    return ".".join(("parameters", *place))


def _kinds(
    parameters: dict[tuple[str, ...], dict[str, Any]], around: Surroundings
) -> tuple[tuple[str, ...], dict[tuple[str, ...], dict[str, Any]]]:
    """Return which models are compared, and the other parameters."""
    for place, one in parameters.items():
        if place[-1].lower() not in KINDS or ".".join(place) in around.renamed:
            continue
        given = one.get("values", [one["value"]] if "value" in one else None)
        if not isinstance(given, list):
            raise InputError(f"{_dotted(place)}: a choice of models needs value or values")
        kinds = [kind_of_word(word) for word in cast("list[Any]", given)]
        for kind, word in zip(kinds, cast("list[Any]", given), strict=True):
            if kind is None:
                raise InputError(f"{_dotted(place)}: no model {word!r}; rename or ignore it")
        rest = {other: value for other, value in parameters.items() if other != place}
        return tuple(dict.fromkeys(kind for kind in kinds if kind)), rest
    return around.models, parameters


def _seeds(
    parameters: dict[tuple[str, ...], dict[str, Any]], note: Any
) -> tuple[int, dict[tuple[str, ...], dict[str, Any]]]:
    """Return how many seeds each setting is to have, and the other parameters."""
    place = next((one for one in parameters if one[-1].lower() in _SEEDS), None)
    if place is None:
        return 1, parameters
    one = parameters[place]
    values = one.get("values")
    repeats = len(cast("list[Any]", values)) if isinstance(values, list) else 1
    note(
        f"{_dotted(place)}: seeds are no setting here; repeats = {repeats} trains each setting "
        f"with {repeats} of them"
    )
    return repeats, {other: value for other, value in parameters.items() if other != place}


def _models(
    kinds: tuple[str, ...],
    parameters: dict[tuple[str, ...], dict[str, Any]],
    around: Surroundings,
) -> dict[str, Any]:
    slots = {kind: Slots(kind, "" if kind in _NETWORKS else _needed(around)) for kind in kinds}
    models: dict[str, Any] = {kind: _bare(slots[kind]) for kind in kinds}
    taken: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
    for place, parameter in parameters.items():
        name = around.renamed.get(".".join(place), around.renamed.get(place[-1], ""))
        fits, fault = 0, ""
        for kind in kinds:
            try:
                slot = slots[kind].find((name,) if name else place)
            except InputError as error:
                fault = str(error)
                continue
            if (kind, slot.path) in taken:
                other = ".".join(taken[kind, slot.path])
                raise InputError(f"{_dotted(place)}: means {'.'.join(slot.path)}, as {other} does")
            taken[kind, slot.path] = place
            try:
                one = as_setting(parameter, slot)
                _check_alone(_bare(slots[kind]), slot.path, one)
            except InputError as error:
                raise InputError(f"{_dotted(place)}: {error}") from None
            _put(models[kind], slot.path, one)
            fits += 1
        if not fits:
            advice = "; or say --rename NAME=SETTING or --ignore NAME"
            raise InputError(f"{_dotted(place)}: {fault}{advice}")
    return models


def _needed(around: Surroundings) -> str:
    return around.representation or "soap"


def _bare(slots: Slots) -> dict[str, Any]:
    """Return a model of which nothing is said but its kind."""
    bare: dict[str, Any] = {"model": {"kind": slots.model}}
    if slots.representation:
        bare["representation"] = {"kind": slots.representation}
    return bare


def _put(table: dict[str, Any], path: tuple[str, ...], one: Any) -> None:
    for key in path[:-1]:
        table = table.setdefault(key, {})
    table[path[-1]] = one


def _check_alone(table: dict[str, Any], path: tuple[str, ...], one: Any) -> None:
    """Make sure that a model takes a setting when nothing else is said."""
    _put(table, path, one)
    try:
        candidate_or_space(CandidateSpec(**table), place=(), text="", name="")
    except InputError as error:
        raise InputError(re.sub(r"^: [\w.\[\]-]*: ", "", str(error))) from None


def _name(given: Any) -> str:
    plain = re.sub(r"[^A-Za-z0-9._+-]+", "-", str(given or "")).strip("-._+")[:80]
    return plain or "imported-sweep"
