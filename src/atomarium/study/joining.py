"""Help with an ordinary study: take trainings that nobody has, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from atomarium.core.errors import InputError
from atomarium.core.files import read_object, write_json, write_text
from atomarium.core.stopping import Stopped, is_stop_asked
from atomarium.core.writable import refuse_unwritable_folder
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.feature_cache import Represented, represent
from atomarium.experiment.record import keep_failure, read_record
from atomarium.experiment.shared_training import SharedTrainings
from atomarium.experiment.spec import parse_study, read_study
from atomarium.experiment.trial import Trial
from atomarium.study.extras import refuse_missing_extras
from atomarium.study.folder_lock import held
from atomarium.study.one_trial import Circumstances, run_one, search_one, shares_features
from atomarium.study.plan import Plan, make_plan
from atomarium.study.trial_claims import TrialClaims

_SECONDS_BETWEEN_LOOKS = 2.0
_ORIGIN = "origin.json"


def prepare(plan: Plan, folder: Path) -> None:
    """Write into a run folder what those need who join."""
    write_text(folder / "study.toml", plan.study.text)
    write_json(folder / _ORIGIN, {"folder": str(plan.study.folder.resolve())})
    plan.write_splits(folder / "splits.json")


def is_ordinary(place: Path) -> bool:
    """Tell whether a run folder or a study file is of a study that is no sweep."""
    if place.is_dir():
        return (place / _ORIGIN).is_file()
    return place.is_file() and read_study(place).spec.sweep is None


def plan_to_join(place: Path, out: Path | None = None) -> tuple[Plan, Path]:
    """Return the plan of a study that others may have begun, and its run folder.

    Args:
        place: The run folder, or the study file.
        out: Run folder of a study file; runs/NAME when left out.

    Raises:
        InputError: there is no study, its data cannot be read here, its run folder cannot be made, or
            models need what is not installed.
    """
    if not place.is_dir():
        plan = make_plan(read_study(place))
        refuse_missing_extras(plan.candidates)
        folder = out or Path("runs") / plan.study.spec.name
        refuse_unwritable_folder(folder, named="the run folder")
        prepare(plan, folder)
        return plan, folder
    path = place / "study.toml"
    try:
        text = path.read_text(encoding="utf-8")
        origin = read_object(place / _ORIGIN)["folder"]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"no study in {place} that could be joined; start it first") from None
    plan = make_plan(parse_study(text, name=str(path), folder=Path(origin)))
    refuse_missing_extras(plan.candidates)
    return plan, place


def join_study(
    plan: Plan,
    folder: Path,
    *,
    most: int | None = None,
    stays: bool = True,
    watch: Callable[[str], None] = lambda _: None,
) -> int:
    """Train what nobody else has until nothing is left; return how many trainings that were.

    Args:
        plan: The study.
        folder: Its run folder, on a file system that all workers see.
        most: The most trainings to take; None for no limit.
        stays: Whether to wait while others are at work, to take what they lose.
        watch: Told what is trained.

    Raises:
        InputError: a process that works alone is running the study.
        Stopped: it was asked to; what was being trained goes on from there later.
    """
    with held(folder, alone=False):
        helper = _Helper(plan, folder, TrialClaims(folder), watch)
        while most is None or helper.n_done < most:
            took = helper.take_one()
            if took or not helper.is_anything_left():
                if not took:
                    break
                continue
            if not stays:
                break
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            if is_stop_asked():
                raise Stopped
        return helper.n_done


def is_done(plan: Plan, folder: Path) -> bool:
    """Tell whether every training of a study has come to an end."""
    claims = TrialClaims(folder)
    return all(
        claims.is_over(name) or all(_is_finished(folder, trial) for trial in trials)
        for name, trials in trainings_of(plan.trials).items()
    )


def trainings_of(trials: tuple[Trial, ...]) -> dict[str, tuple[Trial, ...]]:
    """Return trials by their training; several of one learn several targets at once."""
    found: dict[str, tuple[Trial, ...]] = {}
    # Those that share features beside each other, and of these the large ones first.
    order = {key: k for k, key in enumerate(dict.fromkeys(map(shares_features, trials)))}
    for trial in sorted(trials, key=lambda t: (order[shares_features(t)], -t.n_train)):
        found[trial.training_id] = (*found.get(trial.training_id, ()), trial)
    return found


def _is_finished(folder: Path, trial: Trial) -> bool:
    record = read_record(folder / "trials" / trial.id)
    return record is not None and record.state == "finished"


@dataclass
class _Helper:
    """One process that helps.

    Args:
        plan: The study.
        folder: Its run folder.
        claims: Who has what.
        watch: Told what is trained.
        n_done: Trainings that it has brought to an end.
    """

    plan: Plan
    folder: Path
    claims: TrialClaims
    watch: Callable[[str], None]
    n_done: int = 0
    _made: tuple[object, Represented] | None = field(init=False, default=None)

    def take_one(self) -> bool:
        """Train what nobody has; tell whether there was any."""
        for name, trials in self._left():
            if self.claims.take(name):
                try:
                    self._train(trials)
                except BaseException:
                    self.claims.drop(name)
                    raise
                self.claims.end(name)
                self.n_done += 1
                return True
        return False

    def is_anything_left(self) -> bool:
        """Tell whether somebody has something that is not at its end."""
        return next(self._left(), None) is not None

    def _left(self) -> Iterator[tuple[str, tuple[Trial, ...]]]:
        for name, trials in trainings_of(self.plan.trials).items():
            missing = tuple(trial for trial in trials if not _is_finished(self.folder, trial))
            if missing and not self.claims.is_over(name):
                yield name, missing

    def _train(self, trials: tuple[Trial, ...]) -> None:
        kept, dataset, shared = self.folder / "trials", self.plan.dataset, SharedTrainings()
        for trial in trials:
            self.watch(f"{trial.model}, {trial.target.name}, {trial.n_train} structures")
            if isinstance(trial.candidate, CandidateSpace):
                search_one(trial, dataset, kept, cite=self.plan.cite)
                continue
            try:
                made = self._represent(trial)
            except InputError as error:
                keep_failure(kept, trial, str(error))
                continue
            per_structure = made.seconds / len(dataset)
            how = Circumstances(
                made=(made.features, per_structure), cite=self.plan.cite, shared=shared
            )
            run_one(trial, dataset, kept, how)

    def _represent(self, trial: Trial) -> Represented:
        """Return the features of all structures; the next training often has the same."""
        key = shares_features(trial)
        if self._made is None or self._made[0] != key:
            self._made = None  # two of them may not fit into the memory
            candidate, structures = trial.candidate, self.plan.dataset.structures
            assert not isinstance(candidate, CandidateSpace)
            made = represent(candidate, structures, extensive=trial.target.extensive)
            self._made = key, made
        return self._made[1]
