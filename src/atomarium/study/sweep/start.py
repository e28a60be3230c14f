"""Prepare the run folder of a sweep, and see whether what is there is the same sweep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from atomarium.core.errors import InputError
from atomarium.core.files import read_object, write_json, write_text
from atomarium.core.hashing import hash_arrays
from atomarium.data.split_files import save_splits
from atomarium.experiment.spec import StudyFile, read_study
from atomarium.study.sweep.plan import SweepPlan
from atomarium.study.sweep.runs import CURVES, RECORDS, RUNS, read_runs

#: What to do where a run folder holds runs of another file: say so and end, go on with the new
#: file, or begin anew in a folder beside it.
OnChange = Literal["refuse", "continue", "fork"]
_ORIGIN = "sweep/origin.json"
#: Changes of these leave what runs mean as it is.
_HARMLESS = frozenset(
    {
        "description",
        "sweep.runs",
        "sweep.seconds",
        "sweep.target",
        "sweep.retries",
        "sweep.log",
        "sweep.prior",
    }
)
#: Runs before and after such a change cannot be compared.
_FATAL = ("data", "targets", "split", "sweep.hold_out", "sweep.metric", "sweep.goal", "name")
_SHOWN = 8


@dataclass(frozen=True)
class Change:
    """A setting of a study file that is not what it was.

    Args:
        place: Its keys, with points between.
        before: What it was; None where it was not there.
        after: What it is.
    """

    place: str
    before: Any
    after: Any

    @property
    def is_harmless(self) -> bool:
        """Whether runs before and after are the same sweep."""
        return any(_within(self.place, one) for one in _HARMLESS)

    @property
    def is_fatal(self) -> bool:
        """Whether runs before and after cannot be compared."""
        return any(_within(self.place, one) for one in _FATAL)

    def __str__(self) -> str:
        return f"{self.place}: {_shown(self.before)} → {_shown(self.after)}"


def start_sweep(plan: SweepPlan, folder: Path, *, on_change: OnChange = "refuse") -> Path:
    """Prepare a run folder and return it; what is there already stays.

    Args:
        plan: The sweep.
        folder: Where it is to be kept.
        on_change: What to do where runs of another file are there.

    Raises:
        InputError: the folder holds runs of another file and it is not said what to do, or of
            other data; or it holds a study that is no sweep.
    """
    if not (folder / RECORDS).is_dir():
        if (folder / "trials").is_dir():
            raise InputError(f"{folder} holds a study that is no sweep; give another --out")
        return _prepare(plan, folder)
    changes = changes_in(plan.study, folder)
    kept = _read_origin(folder)
    known = any(_within(one.place, "data") for one in changes)
    if kept and kept["data"] != _data_hash(plan) and not known:
        changes.append(Change("data", "the data as they were", "other data under the same name"))
    serious = [one for one in changes if not one.is_harmless]
    if on_change == "fork" and serious:
        return _prepare(plan, _beside(folder))
    fatal = [one for one in serious if one.is_fatal]
    if fatal or (serious and on_change == "refuse"):
        raise InputError(_refusal(folder, serious, may_continue=not fatal))
    return _prepare(plan, folder)


def changes_in(study: StudyFile, folder: Path) -> list[Change]:
    """Return how a study file differs from the one that a run folder was begun with."""
    before = read_study(folder / "study.toml")
    old, new = _plain(before), _plain(study)
    return [
        Change(place, old.get(place), new.get(place))
        for place in sorted(old.keys() | new.keys())
        if old.get(place) != new.get(place)
    ]


def origin_of(folder: Path) -> Path:
    """Return what relative paths in the study file of a run folder start from."""
    return Path((_read_origin(folder) or {}).get("folder", folder))


def _prepare(plan: SweepPlan, folder: Path) -> Path:
    write_text(folder / "study.toml", plan.study.text)
    save_splits(folder / "splits.json", plan.plan.splits, plan.dataset)
    origin = {
        "folder": str(plan.study.folder.resolve()),
        "data": _data_hash(plan),
        "learned_from": [int(one) for one in plan.split.train],
        "held_out": [int(one) for one in plan.split.test],
    }
    write_json(folder / _ORIGIN, origin)
    # Last, and of them the records: where they are, other workers find the rest.
    for name in (RUNS, CURVES, RECORDS):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return folder


def _data_hash(plan: SweepPlan) -> str:
    values = hash_arrays(plan.trial.target.values)
    return f"{plan.trial.data_hash[:32]}{values[:32]}"


def _read_origin(folder: Path) -> dict[str, Any] | None:
    try:
        return read_object(folder / _ORIGIN)
    except (OSError, ValueError):
        return None


def _beside(folder: Path) -> Path:
    number = 2
    while (made := folder.with_name(f"{folder.name}-{number}")).exists():
        number += 1
    return made


def _refusal(folder: Path, changes: list[Change], *, may_continue: bool) -> str:
    shown = [str(one) for one in changes[:_SHOWN]]
    if len(changes) > _SHOWN:
        shown.append(f"and {len(changes) - _SHOWN} more")
    n_runs = len(read_runs(folder))
    said = f"{folder} holds {n_runs} runs of another file. Changed: {'; '.join(shown)}. "
    fork = f"--on-change fork begins anew in {_beside(folder)}"
    if may_continue:
        return f"{said}--on-change continue goes on with the new file, {fork}"
    return f"{said}Runs before and after cannot be compared; {fork}"


def _plain(study: StudyFile) -> dict[str, Any]:
    """Return every setting by its keys, defaults filled in."""
    found: dict[str, Any] = {}

    def add(plain: Any, place: tuple[str, ...]) -> None:
        if isinstance(plain, Mapping) and plain:
            for key, one in plain.items():
                add(one, (*place, str(key)))
        else:
            found[".".join(place)] = list(plain) if isinstance(plain, tuple) else plain

    add(study.spec.model_dump(mode="json"), ())
    return found


def _within(place: str, whole: str) -> bool:
    return place == whole or place.startswith(f"{whole}.")


def _shown(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)
