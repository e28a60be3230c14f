"""Train one run: learn from one part of the training structures, predict the part held out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.dataset import Dataset
from atomarium.experiment.aside import aside_of, prepared
from atomarium.experiment.candidate import Candidate, FittedCandidate
from atomarium.experiment.class_scores import score_classes
from atomarium.experiment.feature_cache import represent
from atomarium.experiment.learning import Course, NetworkModel, Rows
from atomarium.experiment.scores import score
from atomarium.experiment.train import course_of, mean_error
from atomarium.experiment.trial import Trial
from atomarium.models.nn.aims import FORCES, STRESS, TARGET
from atomarium.models.nn.history import Epoch


@dataclass(frozen=True, kw_only=True, eq=False)
class Trained:
    """What came out of a run.

    Args:
        fitted: The trained candidate, with the weights of the least loss.
        metrics: By name, as far as they are numbers.
        prediction: Of the structures held out, in the target's unit; numbers of classes.
        epochs: What came of each; none of models without epochs.
    """

    fitted: FittedCandidate = field(repr=False)
    metrics: dict[str, float]
    prediction: Float64[np.ndarray, "held_out"] = field(repr=False)
    epochs: tuple[Epoch, ...] = field(default=(), repr=False)


@dataclass
class Trainer:
    """Trains runs of one sweep, one after the other; keeps the graphs of the last.

    Args:
        trial: What all have in common; it learns from `train` and predicts `test`.
        dataset: The structures that it counts.
    """

    trial: Trial
    dataset: Dataset
    _graphs: tuple[str, Rows] | None = field(init=False, default=None, repr=False)

    def train(
        self,
        candidate: Candidate,
        *,
        folder: Path | None = None,
        watch: Callable[[Epoch], None] = lambda _: None,
    ) -> Trained:
        """Train a candidate and score it on the structures held out.

        Args:
            candidate: With nothing left open.
            folder: Where long trainings keep checkpoints, to go on from.
            watch: Told of each epoch of a network.

        Raises:
            InputError: training fails.
        """
        candidate = candidate.settle(self.dataset.structures)
        trial = replace(self.trial, candidate=candidate)
        learned, held = trial.learned_from, trial.scored_on
        both = np.concatenate([learned, held])
        rows = self._represent(candidate, both)
        n = len(learned)
        parts = rows.take(np.arange(n)), rows.take(np.arange(n, len(both)))
        started = time.perf_counter()
        course = Course(folder=folder, watch=watch, aside=aside_of(trial, self.dataset))
        course = prepared(course, candidate, extensive=trial.target.extensive)
        fitted = self._fit(trial, candidate, rows, n, course)
        seconds = time.perf_counter() - started
        started = time.perf_counter()
        said = fitted.predict_features(self.dataset.structures.take(held), parts[1])
        per_structure = (time.perf_counter() - started) / len(held)
        metrics = {
            "fit_seconds": seconds,
            "seconds_per_structure": per_structure,
            **self._scores(trial, fitted, said, parts[1]),
            **(
                _of_network(fitted)
                if isinstance(candidate.model, NetworkModel)
                else self._losses(trial, fitted, said, parts[0])
            ),
        }
        n_classes = len(trial.target.classes)
        return Trained(
            fitted=fitted,
            metrics={name: float(one) for name, one in metrics.items() if np.isfinite(one)},
            prediction=said.argmax(axis=1).astype(np.float64) if n_classes else said[:, 0],
            epochs=getattr(fitted.fitted, "epochs", ()),
        )

    def _represent(self, candidate: Candidate, chosen: Int64[np.ndarray, "chosen"]) -> Rows:
        """Return features or graphs; runs often differ in what makes no difference to them."""
        structures = self.dataset.structures.take(chosen)
        extensive = self.trial.target.extensive
        rule = getattr(candidate.model, "graph", None)
        if rule is None:
            return represent(candidate, structures, extensive=extensive).features
        if self._graphs is None or self._graphs[0] != repr(rule):
            self._graphs = None  # two of them may not fit into the memory
            self._graphs = repr(rule), candidate.represent(structures, extensive=extensive)
        return self._graphs[1]

    def _fit(
        self, trial: Trial, candidate: Candidate, rows: Rows, n_learned: int, course: Course
    ) -> FittedCandidate:
        values = trial.target.scalar
        watched = isinstance(candidate.model, NetworkModel)
        chosen = trial.learned_from
        if watched:
            # Networks look at the structures held out after each epoch.
            chosen = np.concatenate([chosen, trial.scored_on])
            trial = replace(trial, train=chosen, test=trial.test)
            course = replace(course, n_watched=len(chosen) - n_learned)
        else:
            rows = rows.take(np.arange(n_learned))
        return candidate.fit(
            self.dataset.structures.take(chosen),
            rows,
            values[chosen, None],
            extensive=trial.target.extensive,
            course=course_of(trial, self.dataset, course),
        )

    def _scores(
        self, trial: Trial, fitted: FittedCandidate, said: np.ndarray, rows: Rows
    ) -> dict[str, float]:
        reference = trial.target.scalar[trial.scored_on]
        if trial.target.classes:
            return _named("val", score_classes(said, reference).plain())
        found = _named("val", score(said[:, 0], reference).plain())
        structures = self.dataset.structures.take(trial.scored_on)
        if trial.target.extensive:
            errors = np.abs(said[:, 0] - reference) / structures.sizes
            found["val_mae_per_atom"] = float(errors.mean())
        truth = trial.goal.derivatives
        if truth is not None:
            truth = truth.take(self.dataset.structures.offsets, trial.scored_on)
            derived = fitted.predict_derivatives(structures, rows)
            pairs = {"force": (FORCES, truth.forces), "stress": (STRESS, truth.stress)}
            for name, (key, right) in pairs.items():
                error = mean_error(derived.get(key), right)
                if error is not None:
                    found[f"val_{name}_mae"] = error
        return found

    def _losses(
        self, trial: Trial, fitted: FittedCandidate, said: np.ndarray, learned: Rows
    ) -> dict[str, float]:
        """Return what networks call their loss, of a model that has none of its own."""
        train = self.dataset.structures.take(trial.learned_from)
        own = fitted.predict_features(train, learned)
        values, goal = trial.target.scalar, trial.scored_on
        if trial.target.classes:
            wrong = {
                "train_error_rate": score_classes(own, values[trial.learned_from]).error_rate,
                "val_loss": score_classes(said, values[goal]).error_rate,
            }
            return {**wrong, "train_loss": wrong.pop("train_error_rate")}
        left = values[trial.learned_from, None]
        if fitted.baseline is not None:
            left = left - fitted.baseline.predict(train)
        spread = _spread(left[:, 0], train.sizes, extensive=trial.target.extensive)
        errors = own[:, 0] - values[trial.learned_from]
        return {
            "train_loss": float(np.mean(errors**2)) / spread**2,
            "train_mae": float(np.mean(np.abs(errors))),
            "val_loss": float(np.mean((said[:, 0] - values[goal]) ** 2)) / spread**2,
        }


def _spread(
    values: Float64[np.ndarray, "train"], sizes: Int64[np.ndarray, "train"], *, extensive: bool
) -> float:
    """Return the unit that losses of networks have, too."""
    counts = sizes if extensive else np.ones(len(values))
    spread = float(np.std(values - counts * values.sum() / counts.sum()))
    return spread if spread > 0 else 1.0


def _of_network(fitted: FittedCandidate) -> dict[str, float]:
    epochs = getattr(fitted.fitted, "epochs", ())
    found = {"epochs": float(len(epochs))}
    chosen = fitted.fitted.chosen
    if "parameters" in chosen:
        found["n_parameters"] = float(chosen["parameters"])
    if epochs:
        best = min(epochs, key=loss_of)
        found |= {"best_epoch": float(best.number + 1), **epoch_metrics(best)}
    return found


def loss_of(epoch: Epoch) -> float:
    """Return the loss that decides which weights are kept; infinite where it is no number."""
    loss = epoch.validation.get("loss", epoch.train["loss"])
    return loss if np.isfinite(loss) else np.inf


def epoch_metrics(epoch: Epoch) -> dict[str, float]:
    """Return the metrics of a run that stands where an epoch ended; finite ones only."""
    found: dict[str, float] = {}
    for part, errors in (("train", epoch.train), ("val", epoch.validation)):
        for key, name in (("loss", "loss"), (TARGET, "mae"), (FORCES, "force_mae")):
            if key in errors and np.isfinite(errors[key]):
                found[f"{part}_{name}"] = errors[key]
    return found


def _named(part: str, scores: Mapping[str, Any]) -> dict[str, float]:
    return {
        f"{part}_{name}": float(one)
        for name, one in scores.items()
        if one is not None and name != "n"
    }
