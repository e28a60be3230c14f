"""Models that take rows without the blocks of elements that are not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.compact_features import CompactFeatures
from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.features import Features
from atomarium.core.structures import Structures
from atomarium.models.nn.graphs import Graphs
from atomarium.represent.streaming import ATOMS_AT_ONCE, runs_of_atoms


@runtime_checkable
class MakesCompact(Protocol):
    """A representation that can leave out blocks of elements that are not there."""

    @property
    def species(self) -> tuple[str, ...]:
        """Symbols of the elements that may occur."""
        ...

    def compute_compact(self, structures: Structures) -> CompactFeatures:
        """Return one row for each atom."""
        ...


@runtime_checkable
class CompactModel(Protocol):
    """Settings that learn values from such rows."""

    takes_compact: bool

    def digest(self, features: CompactFeatures, *, extensive: bool) -> CompactFeatures:
        """Return the least of the features that fitting and predicting need."""
        ...

    def fit(
        self,
        features: CompactFeatures,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        aside: tuple[CompactFeatures, Float64[np.ndarray, "aside targets"]] | None = None,
    ) -> Any:
        """Learn values, and from what is aside what may be learned from other structures."""
        ...

    def restore(self, arrays: dict[str, np.ndarray], features: Any) -> Any:
        """Return what `fit` once returned."""
        ...


@runtime_checkable
class Extrapolates(Protocol):
    """A fitted model that may predict structures with elements that it has not seen."""

    @property
    def extrapolates(self) -> bool:
        """Whether it does."""
        ...

    def refuse_unknown(self, elements: Int64[np.ndarray, "elements"]) -> None:
        """Do nothing where predictions can be made for all elements."""
        ...

    def spread(self, features: CompactFeatures) -> Float64[np.ndarray, "structures targets"]:
        """Return how far predictions spread by what is guessed of elements; 0 where nothing is."""
        ...


@dataclass(frozen=True, eq=False)
class Aside:
    """Structures that neither train nor test.

    Args:
        structures: These.
        values: Theirs.
        features: Theirs; None while it is open how they are represented.
    """

    structures: Structures
    values: Float64[np.ndarray, "structures targets"]
    features: Features | CompactFeatures | Graphs | None = None


def represent_compact(
    representation: object,
    model: CompactModel,
    structures: Structures,
    *,
    extensive: bool,
    advance: Callable[[int], None],
) -> CompactFeatures:
    """Compute rows a bounded number of atoms at a time, for more elements than were settled too.

    Args:
        representation: Settled.
        model: Says what of the rows it needs.
        structures: At least one.
        extensive: Whether they are to predict an extensive target.
        advance: Told the number of structures whenever some are done.

    Raises:
        InputError: the representation has no such rows.
    """
    check_compact(representation)
    assert isinstance(representation, MakesCompact)
    found = {SYMBOLS[z] for z in structures.species}
    wider = representation
    if not found <= set(representation.species):
        species = tuple(sorted(found | set(representation.species)))
        wider = replace(cast("Any", representation), species=species)
    parts: list[CompactFeatures] = []
    for run in runs_of_atoms(structures, ATOMS_AT_ONCE):
        parts.append(model.digest(wider.compute_compact(run), extensive=extensive))
        advance(len(run))
    return CompactFeatures.concatenate(parts)


def fit_compact(
    model: CompactModel,
    features: Features | CompactFeatures | Graphs,
    values: Float64[np.ndarray, "structures targets"],
    *,
    extensive: bool,
    aside: Aside | None,
    fit_baseline: Callable[..., Any],
) -> Any:
    """Return a fitted model that may have learned from structures aside.

    Args:
        model: Its settings.
        features: Of the training structures.
        values: Theirs, the baseline taken off.
        extensive: Whether values grow with the number of atoms.
        aside: Structures that neither train nor test.
        fit_baseline: From structures and values to their own baseline.
    """
    assert isinstance(features, CompactFeatures)
    others = None
    if aside is not None:
        assert isinstance(aside.features, CompactFeatures)
        own = fit_baseline(aside.structures, aside.values, extensive=extensive)
        rest = aside.values if own is None else aside.values - own.predict(aside.structures)
        others = aside.features, rest
    return model.fit(features, values, extensive=extensive, aside=others)


def check_compact(representation: object) -> None:
    """Do nothing where a representation can leave out blocks.

    Raises:
        InputError: it cannot.
    """
    if not isinstance(representation, MakesCompact):
        kind = type(representation).__name__
        raise InputError(f"the model needs pairs of elements apart, which soap has, not {kind}")


def refuse_unseen(
    fitted: object, training: Structures, structures: Structures, ids: tuple[str, ...]
) -> None:
    """Do nothing when every element was in the training structures, or the model can guess it.

    Raises:
        InputError: a structure holds an element that was not; the message names both.
    """
    known = np.isin(structures.numbers, training.species)
    if known.all():
        return
    atom = int(np.flatnonzero(~known)[0])
    structure = ids[int(structures.structure_of_atom[atom])]
    if isinstance(fitted, Extrapolates) and fitted.extrapolates:
        for element in np.unique(structures.numbers[~known]).astype(np.int64):
            try:
                fitted.refuse_unknown(element[None])
            except InputError as error:
                first = int(np.flatnonzero(structures.numbers == element)[0])
                where = ids[int(structures.structure_of_atom[first])]
                raise InputError(f"structure {where!r}: {error}") from None
        return
    unseen = SYMBOLS[int(structures.numbers[atom])]
    seen = ", ".join(SYMBOLS[z] for z in training.species)
    raise InputError(
        f"structure {structure!r} holds {unseen}, which the model has never seen; "
        f"it has learned from {seen} only"
    )
