"""A fitted alchemical model: predicts, knows how sure it is of elements, and writes their map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.errors import InputError
from atomarium.models._lesson import center_counts
from atomarium.models.alchemical.blocks import columns_of_pair, elements_of, holds_any
from atomarium.models.alchemical.couplings import Couplings
from atomarium.models.alchemical.map_files import map_files
from atomarium.models.alchemical.regression import Regression, restored
from atomarium.models.training import check_features

if TYPE_CHECKING:
    from atomarium.models.alchemical.krr import AlchemicalKrr

#: Draws of the couplings of elements that were never seen.
_DRAWS = 32


@dataclass(frozen=True, eq=False, kw_only=True)
class Part:
    """What was learned of one target.

    Args:
        couplings: Of elements; None where all are apart.
        regression: On structures whose elements are mixed.
    """

    couplings: Couplings | None
    regression: Regression


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedAlchemicalKrr:
    """Couplings of elements, and weights.

    Args:
        settings: What it was fitted with.
        parts: One for each target.
        extensive: Whether values grow with the number of atoms.
        n_columns: Numbers of a block of two elements.
    """

    settings: AlchemicalKrr
    parts: tuple[Part, ...] = field(repr=False)
    extensive: bool
    n_columns: int

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a user should know about the fit."""
        found = [
            (target, text)
            for target, part in enumerate(self.parts)
            for text in (
                *(() if part.couplings is None else part.couplings.warnings),
                *part.regression.warnings,
            )
        ]
        several = len(self.parts) > 1
        return tuple(f"target {target}: {text}" if several else text for target, text in found)

    @property
    def chosen(self) -> dict[str, float | int | str]:
        """Pseudo-elements, λ, errors, steps; numbered when there are several targets."""
        several = len(self.parts) > 1
        return {
            f"{name}_{target}" if several else name: value
            for target, part in enumerate(self.parts)
            for name, value in _chosen(part).items()
            if not (isinstance(value, float) and np.isnan(value))
        }

    def predict(self, features: CompactFeatures) -> Float64[np.ndarray, "structures targets"]:
        """Return one row for each structure; elements never seen are mixed as the prior guesses.

        Raises:
            InputError: the features are not such as the model was fitted to, a structure has no
                atoms, a number is not finite, or nothing is known of an element.
        """
        features = self._ready(features)
        columns = [self._extended(part, features).predict(features) for part in self.parts]
        counts = center_counts(features, extensive=self.extensive)
        return np.stack(columns, axis=1) * counts[:, None]

    def spread(self, features: CompactFeatures) -> Float64[np.ndarray, "structures targets"]:
        """Return how far predictions spread when elements never seen are drawn from the prior.

        It is the standard deviation over draws of their couplings, given those that were learned;
        0 for structures of known elements.

        Raises:
            InputError: as `predict`.
        """
        features = self._ready(features)
        columns = [self._spread_of(part, features) for part in self.parts]
        counts = center_counts(features, extensive=self.extensive)
        return np.stack(columns, axis=1) * counts[:, None]

    def refuse_unknown(self, elements: Int64[np.ndarray, "elements"]) -> None:
        """Do nothing where predictions can be made for all elements.

        Raises:
            InputError: an element was not learned from, and the prior knows nothing of it.
        """
        for part in self.parts:
            if part.couplings is not None:
                part.couplings.extended(elements, self.settings.prior)

    @property
    def extrapolates(self) -> bool:
        """Whether elements never seen are told from those that were."""
        return all(part.couplings is not None for part in self.parts)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all it takes to restore it, training features apart."""
        out = {
            "extensive": np.array(self.extensive),
            "n_targets": np.array(len(self.parts)),
            "n_columns": np.array(self.n_columns),
        }
        for target, part in enumerate(self.parts):
            own = {f"regression.{k}": v for k, v in part.regression.arrays().items()}
            if part.couplings is not None:
                own |= {name: getattr(part.couplings, name) for name in _ARRAYS}
                own["best_step"] = np.array(part.couplings.best_step)
            own["elements"] = part.regression.kernel.elements
            out |= {f"{target}.{name}": array for name, array in own.items()}
        return out

    def files(self) -> dict[str, str]:
        """Return texts to keep beside the model, by file name: maps of the elements."""
        several, out = len(self.parts) > 1, dict[str, str]()
        for target, part in enumerate(self.parts):
            if part.couplings is not None:
                for name, text in map_files(part.couplings).items():
                    out[f"target-{target}-{name}" if several else name] = text
        return out

    def _ready(self, features: CompactFeatures) -> CompactFeatures:
        features = self.settings.digest(features, extensive=self.extensive)
        check_features(features)
        n_columns = columns_of_pair(features)
        if n_columns != self.n_columns:
            given = f"{self.n_columns} columns, got {n_columns}"
            raise InputError(f"of each two elements, the model has learned from {given}")
        return features

    def _extended(self, part: Part, features: CompactFeatures) -> Regression:
        if part.couplings is None:
            return part.regression
        wider = part.couplings.extended(elements_of(features), self.settings.prior)
        return _with_values(part.regression, wider, wider.values)

    def _spread_of(
        self, part: Part, features: CompactFeatures
    ) -> Float64[np.ndarray, "structures"]:
        if part.couplings is None:
            return np.zeros(len(features))
        wider = part.couplings.extended(elements_of(features), self.settings.prior)
        guessed = holds_any(features, wider.elements[wider.spreads > 0])
        if not guessed.any():
            return np.zeros(len(features))
        some = features.take(np.flatnonzero(guessed))
        rng = np.random.default_rng(self.settings.learning.seed)
        draws = [
            _with_values(
                part.regression,
                wider,
                wider.values + wider.spreads[:, None] * rng.normal(size=wider.values.shape),
            ).predict(some)
            for _ in range(_DRAWS)
        ]
        out = np.zeros(len(features))
        out[guessed] = np.std(draws, axis=0, ddof=1)
        return out


_ARRAYS = ("elements", "values", "seen", "spreads", "history", "selection")


def restore_part(
    settings: AlchemicalKrr,
    arrays: Mapping[str, np.ndarray],
    prefix: str,
    features: CompactFeatures,
) -> Part:
    """Return what was learned of one target.

    Raises:
        InputError: the numbers of structures do not agree.
    """
    own = {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
    couplings = None
    if "values" in own:
        couplings = Couplings(
            **{name: own[name] for name in _ARRAYS},  # pyright: ignore[reportArgumentType]
            best_step=own["best_step"].item(),
        )
    kernel = settings.kernel(couplings, own["elements"])
    start = "regression."
    inner = {k.removeprefix(start): v for k, v in own.items() if k.startswith(start)}
    return Part(couplings=couplings, regression=restored(kernel, inner, features))


def _with_values(
    regression: Regression, couplings: Couplings, values: Float64[np.ndarray, "elements pseudo"]
) -> Regression:
    kernel = replace(regression.kernel, elements=couplings.elements, couplings=values)
    return replace(regression, kernel=kernel)


def _chosen(part: Part) -> dict[str, float | int | str]:
    out: dict[str, float | int | str] = {}
    couplings = part.couplings
    if couplings is not None:
        out["n_pseudo"] = couplings.values.shape[1]
        if len(couplings.history):
            loss, third, *_ = couplings.history[couplings.best_step].tolist()
            out |= {"steps": len(couplings.history) - 1, "best_step": couplings.best_step}
            out |= {"learning_loss": loss, "third_mae": third}
            lengths = np.linalg.norm(couplings.values, axis=0)
            out["singular_values"] = ", ".join(f"{length:.3g}" for length in lengths.tolist())
    return out | {"noise": part.regression.noise, "leave_one_out_mae": part.regression.error}
