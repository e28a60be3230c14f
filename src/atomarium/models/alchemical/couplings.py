"""From structures to couplings of elements: parts, restarts, and how many pseudo-elements."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.elements import SYMBOLS
from atomarium.models.alchemical.blocks import elements_of
from atomarium.models.alchemical.gauge import principal
from atomarium.models.alchemical.learning import Learning
from atomarium.models.alchemical.prior import ElementPrior
from atomarium.models.nn.extra import need_torch

#: Fewer structures than this are not worth a third part.
_FEWEST_WITH_THIRD = 30
#: Fewer cannot be cut into folds from which anything can be learned.
_FEWEST = 6
#: Structures per element below which couplings cost more than they bring.
_ENOUGH_PER_ELEMENT = 3.0
#: Share of the prior's similarity that is enough.
_HELD = 0.99
#: Steps after each pseudo-element that is pruned.
STEPS_AFTER_PRUNING = 20
#: Parts that are left out in turn to choose the number of pseudo-elements.
OUTER_FOLDS = 3
#: In fewer structures an element's place is not to be relied on.
_FEW = 5


@dataclass(frozen=True, eq=False, kw_only=True)
class Couplings:
    """How much each element is in each pseudo-element, and how that was learned.

    Args:
        elements: Atomic numbers, ascending.
        values: Of each element, along principal axes, for each pseudo-element.
        seen: In how many of the structures learned from each element is.
        spreads: Standard deviation of each element's couplings where they are the prior's guess
            from elements that were learned; 0 where they were learned.
        history: A row for each step of the course that was kept: loss, error of the third part, λ,
            length of the gradient, loss of each fold.
        best_step: Which of them was kept.
        selection: A row for each number of pseudo-elements that was compared: number, mean square
            error of what was left out, its standard error, whether it was chosen.
        warnings: What a user should know.
    """

    elements: Int64[np.ndarray, "elements"]
    values: Float64[np.ndarray, "elements pseudo"]
    seen: Int64[np.ndarray, "elements"]
    spreads: Float64[np.ndarray, "elements"]
    history: Float64[np.ndarray, "steps columns"] = field(
        default_factory=lambda: np.zeros((0, 0)), repr=False
    )
    best_step: int = 0
    selection: Float64[np.ndarray, "numbers four"] = field(
        default_factory=lambda: np.zeros((0, 4)), repr=False
    )
    warnings: tuple[str, ...] = ()

    def extended(self, elements: Int64[np.ndarray, "wanted"], prior: ElementPrior) -> Couplings:
        """Return the same with elements that are missing, as the prior guesses them.

        Raises:
            InputError: nothing is known of one of them.
        """
        missing = np.setdiff1d(elements, self.elements)
        if not len(missing):
            return self
        guessed, spreads = prior.extend(self.values, self.elements, missing)
        every = np.concatenate([self.elements, missing])
        order = np.argsort(every)
        nothing = np.zeros(len(missing), dtype=np.int64)
        return replace(
            self,
            elements=every[order],
            values=np.concatenate([self.values, guessed])[order],
            seen=np.concatenate([self.seen, nothing])[order],
            spreads=np.concatenate([self.spreads, spreads])[order],
        )


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """All that decides what couplings are learned.

    Args:
        n_pseudo: How many pseudo-elements; 0 chooses.
        most_pseudo: How many at most, if they are chosen.
        prior: Of elements.
        learning: How couplings are learned.
        degree: Power of the kernel of two environments.
        normalize: Whether that is the power of their cosine.
    """

    n_pseudo: int
    most_pseudo: int
    prior: ElementPrior
    learning: Learning
    degree: int
    normalize: bool

    @property
    def most_steps(self) -> int:
        """How many steps there are at most, each about as dear as every other."""
        learning, pruned = self.learning, self.most_pseudo - 1
        one = learning.restarts * (learning.epochs + 1)
        if self.n_pseudo:
            return one
        compared = OUTER_FOLDS * (one + pruned * STEPS_AFTER_PRUNING)
        return compared + one + pruned * STEPS_AFTER_PRUNING + learning.epochs


def couplings_of_prior(
    recipe: Recipe, elements: Int64[np.ndarray, "elements"], seen: Int64[np.ndarray, "elements"]
) -> Couplings:
    """Return couplings that make elements as alike as the prior says; nothing is learned.

    With 0 pseudo-elements there are as many as hold 99 % of the similarity.
    """
    values, vectors = np.linalg.eigh(recipe.prior.similarity(elements, elements))
    order = np.argsort(values)[::-1]
    held = np.cumsum(np.maximum(values[order], 0.0)) / len(elements)
    order = order[: recipe.n_pseudo or 1 + int(np.searchsorted(held, _HELD))]
    roots = np.sqrt(np.maximum(values[order], 0.0))
    return Couplings(
        elements=elements,
        values=principal(vectors[:, order] * roots, elements),
        seen=seen,
        spreads=np.zeros(len(elements)),
    )


def learn_couplings(
    recipe: Recipe, features: CompactFeatures, values: Float64[np.ndarray, "structures"]
) -> Couplings:
    """Return couplings of the least error of structures that are left out.

    The order of structures does not matter: they are sorted by what is in them.

    Args:
        recipe: How.
        features: Of structures, or of atoms where the kernel needs environments.
        values: Of each structure.

    Raises:
        InputError: torch is not installed.
        Stopped: everything is asked to.
    """
    order = _order(features, values, recipe.learning.seed)
    chosen = order[: recipe.learning.structures or len(order)]
    features, values = features.take(chosen), values[chosen]
    elements, seen = elements_of(features), count_structures(features)
    spread = float(values.std())
    alike = spread <= 1e-12 * float(np.abs(values).max())
    n_third = len(parts(len(values), recipe.learning)[1])
    if len(values) - n_third < max(_FEWEST, 2 * recipe.learning.folds) or alike:
        n_pseudo = min(recipe.n_pseudo or 1, len(elements))
        prior = couplings_of_prior(replace(recipe, n_pseudo=n_pseudo), elements, seen)
        spared = f", {n_third} of them in the third part," if n_third else ""
        few = f"{len(values)} structures{spared} are too few to learn couplings from"
        return replace(prior, warnings=() if alike else (f"{few}; the prior's are taken",))
    need_torch()
    # torch takes seconds to load.
    from atomarium.models.alchemical.descents import learn

    scaled = (values - values.mean()) / spread
    return replace(
        learn(recipe, features, scaled, elements),
        seen=seen,
        warnings=_warnings(recipe, seen, elements, values),
    )


def parts(
    n_structures: int, learning: Learning
) -> tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray]:
    """Return what trains and what is left out in each fold, and the third part."""
    n_third = round(learning.third * n_structures) if n_structures >= _FEWEST_WITH_THIRD else 0
    third, rest = np.arange(n_third), np.arange(n_third, n_structures)
    if learning.folds == 1:
        n_left_out = min(max(1, round(learning.left_out * len(rest))), len(rest) - 1)
        return [(rest[n_left_out:], rest[:n_left_out])], third
    pieces = np.array_split(rest, learning.folds)
    return [(np.setdiff1d(rest, piece), piece) for piece in pieces], third


def count_structures(features: CompactFeatures) -> Int64[np.ndarray, "elements"]:
    """Return in how many structures each element is."""
    pairs = features.pairs
    assert pairs is not None
    numbers = pairs.numbers[features.blocks]
    rows = np.repeat(np.arange(features.n_rows), np.diff(features.row_borders))
    if features.rows == "atoms":
        rows = np.repeat(np.arange(len(features)), features.sizes)[rows]
    own = numbers[:, 0] == numbers[:, 1]
    both = np.unique(np.stack([rows[own], numbers[own, 0]], axis=1), axis=0)
    return np.unique(both[:, 1], return_counts=True)[1].astype(np.int64)


def _order(
    features: CompactFeatures, values: Float64[np.ndarray, "structures"], seed: int
) -> Int64[np.ndarray, "structures"]:
    """Return structures in an order that depends on what is in them, and on the seed, alone."""
    keys: list[tuple[bytes, float]] = []
    salt = seed.to_bytes(8, "little")
    for structure in range(len(features)):
        rows = slice(structure, structure + 1)
        if features.rows == "atoms":
            rows = slice(int(features.offsets[structure]), int(features.offsets[structure + 1]))
        blocks = slice(int(features.row_borders[rows.start]), int(features.row_borders[rows.stop]))
        places = slice(int(features.places[blocks.start]), int(features.places[blocks.stop]))
        digest = hashlib.blake2b(salt, digest_size=16)
        digest.update(np.ascontiguousarray(features.blocks[blocks]).data)
        digest.update(np.ascontiguousarray(features.values[places]).data)
        # Equal structures go by their values, whatever is added to all of these.
        keys.append((digest.digest(), values[structure]))
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)


def _warnings(
    recipe: Recipe, seen: Int64[np.ndarray, "elements"], elements: np.ndarray, values: np.ndarray
) -> tuple[str, ...]:
    found: list[str] = []
    if recipe.n_pseudo > len(elements):
        found.append(
            f"{recipe.n_pseudo} pseudo-elements were asked for, and {len(elements)} were learned: "
            "there are no more elements"
        )
    if len(values) < _ENOUGH_PER_ELEMENT * len(elements):
        found.append(
            f"couplings of {len(elements)} elements were learned from {len(values)} structures; "
            f"below about {round(_ENOUGH_PER_ELEMENT * len(elements))} they tend to predict worse "
            'than elements that are all apart (couplings = "none")'
        )
    rare = [
        SYMBOLS[z]
        for z, count in zip(elements.tolist(), seen.tolist(), strict=True)
        if count < _FEW
    ]
    if rare:
        found.append(
            f"places of {', '.join(rare)} are uncertain: in fewer than {_FEW} structures each"
        )
    return tuple(found)
