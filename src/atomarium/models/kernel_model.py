"""What models with kernels have in common: their settings, and the kernel that these describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.features import Features
from atomarium.core.segments import offsets_of
from atomarium.models._lesson import Lesson, even_folds, make_lesson
from atomarium.models._noises import Noises
from atomarium.models._term_weights import tuned_weights
from atomarium.models._tuning import Choice, Space, Tuning, typical_distance
from atomarium.models.kernel_matrices import Divisor, StructureKernel, Term
from atomarium.models.kernels import Kernel, Origin, kernel_named
from atomarium.models.training import check_training, per_structure

_FEWEST_LOOKED_AT, _MOST_LOOKED_AT = 2000, 4000
_REDUCTIONS = ("mean", "sum", "atoms", "atoms-same-element")


@dataclass(frozen=True, kw_only=True)
class KernelModel:
    """Settings of a kernel between structures, and of its tuning.

    `reduce` says how atoms become structures. `mean` compares average atoms and learns an
    extensive value per atom; `sum` compares sums of atoms and learns the whole. `atoms` sums the
    kernel over all pairs of atoms of two structures, `atoms-same-element` over pairs of one
    element; what is not extensive is then divided by the number of pairs. Rows of a
    representation that describes whole structures are taken as they are.

    Where left to `auto`, length scale and noise are those of the least error of what is left out
    of training, for each target on its own; the fitted model says what was chosen.

    Args:
        kernel: `gaussian`, `matern3` or `matern5` of the Euclidean distance of two rows (Matérn
            kernels by twice their smoothness), `laplacian` of the Manhattan distance; `linear`,
            the product; `polynomial`, (1 + product / length_scale²) to the power of `degree`;
            `cosine` of the angle of two rows, to the power of `degree`. Several, joined by `+`,
            are summed.
        reduce: From atoms to structures: `mean`, `sum`, `atoms` or `atoms-same-element`.
        degree: Power of `polynomial` and `cosine`, 1 or above.
        normalize: Whether kernels are divided by the geometric mean of those of each structure
            with itself. Extensive values are then learned per atom.
        blocks: Widths of blocks of columns that get a kernel each; they are summed. None: one.
        weights: Of the kernels that are summed, one for each kernel of each block; `auto` searches
            powers of four and zero. With several kernels, length scales are counted in typical
            distances of two rows of each, and products in their mean square.
        length_scale: In units of the features, above 0.
        noise: Share of the mean diagonal of the kernel matrix that is added to its diagonal, 0 or
            above.
        length_scales: First and last searched, by powers of two, in typical distances of two rows.
        noises: First and last that are searched.
        widen: Whether the search goes on beyond these where it ends there: up to 4 octaves of
            length scales, up to 8 of noises.
        n_folds: Number of parts that are left out one after another; 0 leaves out one structure.
        n_tuning: Number of training structures, spread evenly over all, that tuning looks at;
            `auto` takes three eighths of them, but 2,000 to 4,000: more settle the noise better,
            and so many cost as much as solving the equations once.
    """

    kernel: str = "gaussian"
    reduce: str = "mean"
    degree: int = 2
    normalize: bool = False
    blocks: tuple[int, ...] = ()
    weights: tuple[float, ...] | str = "auto"
    length_scale: float | str = "auto"
    noise: float | str = "auto"
    length_scales: tuple[float, float] = (2.0**-4, 2.0**10)
    noises: tuple[float, float] = (2.0**-33, 2.0**3)
    widen: bool = True
    n_folds: int = 0
    n_tuning: int | str = "auto"

    def __post_init__(self) -> None:
        self._kernels()
        if self.reduce not in _REDUCTIONS:
            hint = did_you_mean(self.reduce, _REDUCTIONS)
            raise InputError(f"no way to reduce atoms is called {self.reduce!r}{hint}")
        length_scale, noise = given(self.length_scale), given(self.noise)
        if length_scale is not None and not 0 < length_scale < np.inf:
            raise InputError(f"length_scale must be above 0 or 'auto', got {length_scale!r}")
        if noise is not None and not 0 <= noise < np.inf:
            raise InputError(f"noise must be 0 or above, or 'auto', got {noise!r}")
        for name in ("length_scales", "noises"):
            first, last = getattr(self, name)
            if not 0 < first <= last < np.inf:
                raise InputError(f"{name} must be two numbers, 0 < first ≤ last, got {first, last}")
        few = self.n_tuning != "auto" if isinstance(self.n_tuning, str) else self.n_tuning < 2
        if few:
            raise InputError(f"n_tuning must be at least 2 or 'auto', got {self.n_tuning!r}")
        if self.n_folds < 0 or self.n_folds == 1:
            raise InputError(f"n_folds must be 0 or at least 2, got {self.n_folds}")
        if self.degree < 1:
            raise InputError(f"degree must be at least 1, got {self.degree}")
        self._check_sum()

    def digest(self, features: Features, *, extensive: bool) -> Features:
        """Return the least of the features that fitting and predicting need.

        Raises:
            InputError: sums over atoms need them and they have been reduced, or lack elements.
        """
        del extensive
        if self.reduce in ("mean", "sum"):
            return per_structure(features, averaged=self.reduce == "mean")
        if features.rows != "atoms":
            right = "take a representation of atoms, or reduce = 'mean'"
            raise InputError(f"reduce = {self.reduce!r} needs features of atoms; {right}")
        if self.reduce == "atoms-same-element" and features.numbers is None:
            raise InputError(
                "reduce = 'atoms-same-element' needs features that know their elements"
            )
        return features

    def structure_kernel(self, features: Features, *, extensive: bool) -> StructureKernel:
        """Return the kernel for training structures; the weights of its terms are equal.

        Raises:
            InputError: the blocks do not fit the features.
        """
        if self.blocks and sum(self.blocks) != features.width:
            given_ = f"{sum(self.blocks)} columns in blocks but {features.width} features"
            raise InputError(f"{given_}; widths of blocks must add up to them")
        borders = offsets_of(self.blocks or [features.width])
        spans = [slice(int(a), int(b)) for a, b in pairwise(borders)]
        kernels = self._kernels()
        if len(spans) * len(kernels) == 1:
            terms = (Term(kernel=kernels[0], origin=Origin.of(features.values)),)
        else:
            terms = tuple(_term(kernel, features, span) for span in spans for kernel in kernels)
        divisor: Divisor = "nothing"
        if self.normalize:
            divisor = "selves"
        elif features.rows == "atoms" and not extensive:
            divisor = "pairs"
        return StructureKernel(
            terms=terms,
            atom_pairs="same_element" if self.reduce == "atoms-same-element" else "all",
            divisor=divisor,
        )

    def learns_per_atom(self, features: Features) -> bool:
        """Return whether extensive values are learned per atom."""
        return features.reduced == "mean" or self.normalize

    def prepare(
        self,
        features: Features,
        values: Float64[np.ndarray, "structures targets"],
        *,
        extensive: bool,
        centered: bool = False,
        groups: Int64[np.ndarray, "grouped"] | None = None,
    ) -> tuple[StructureKernel, Lesson, np.ndarray]:
        """Return the kernel, what is to be learned, and the center taken from it."""
        features = self.digest(features, extensive=extensive)
        check_training(features, values)
        kernel = self.structure_kernel(features, extensive=extensive)
        lesson, center = make_lesson(
            features,
            values,
            extensive=extensive,
            per_atom=self.learns_per_atom(features),
            centered=centered,
            fold_of=self._folds(len(values), groups),
        )
        if len(kernel.terms) > 1:
            varied = lesson.targets(np.abs(lesson.values).max(axis=0) > 0)
            weights = self.weights
            if isinstance(weights, str):
                weights = tuned_weights(kernel, varied, self.tuning(len(values)))
            kernel = with_weights(kernel, weights)
        return kernel, lesson, center

    def tuning(self, n_structures: int) -> Tuning:
        """Return what is open, and where to look, for so many training structures."""
        scales, noises = np.log2(self.length_scales), np.log2(self.noises)
        space = Space(
            length_scales=(int(np.floor(scales[0])), int(np.ceil(scales[1]))),
            widens=self.widen,
        )
        return Tuning(
            length_scale=given(self.length_scale),
            n_structures=self._count_to_look_at(n_structures),
            space=space,
            noises=Noises(
                first=int(np.floor(noises[0])),
                last=int(np.ceil(noises[1])),
                widen=self.widen,
                given=given(self.noise),
            ),
        )

    def choose(self, kernel: StructureKernel, lesson: Lesson) -> list[Choice]:
        """Return what is settled for each target."""
        tuning = self.tuning(len(lesson.values))
        varied = np.abs(lesson.values).max(axis=0) > 0
        tuned = iter(tuning.choose(kernel, lesson.targets(varied)) if varied.any() else [])
        return [next(tuned) if v else tuning.without_search(kernel, lesson) for v in varied]

    def restored(
        self,
        arrays: Mapping[str, np.ndarray],
        features: Features,
        kept: Sequence[str],
        *,
        per_structure: str,
    ) -> dict[str, Any]:
        """Return what a fitted model is made again from.

        Args:
            arrays: Of the fitted model.
            features: The training features that it was fitted to.
            kept: Names of the arrays that it takes as they are.
            per_structure: Name of one with a row for each training structure.

        Raises:
            InputError: the numbers of structures do not agree.
        """
        extensive = bool(arrays["extensive"])
        features = self.digest(features, extensive=extensive)
        n_rows = len(arrays[per_structure])
        if len(features) != n_rows:
            given_ = f"{n_rows} {per_structure} but {len(features)} training structures"
            raise InputError(f"the model does not belong to these training structures: {given_}")
        kernel = self.structure_kernel(features, extensive=extensive)
        if "term_weights" in arrays:
            terms = zip(kernel.terms, arrays["term_weights"].tolist(), strict=True)
            kernel = replace(kernel, terms=tuple(replace(t, weight=w) for t, w in terms))
        made = {"settings": self, "kernel": kernel, "training": features, "extensive": extensive}
        return {**made, **{name: arrays[name] for name in kept}}

    def _count_to_look_at(self, n_structures: int) -> int:
        auto = min(_MOST_LOOKED_AT, max(_FEWEST_LOOKED_AT, 3 * n_structures // 8))
        return auto if isinstance(self.n_tuning, str) else self.n_tuning

    def _kernels(self) -> list[Kernel]:
        names = [name.strip() for name in self.kernel.split("+")]
        return [kernel_named(name, degree=self.degree) for name in names]

    def _folds(self, n_structures: int, groups: np.ndarray | None) -> np.ndarray | None:
        if groups is None:
            return even_folds(n_structures, self.n_folds) if self.n_folds else None
        groups = np.asarray(groups)
        if groups.shape != (n_structures,):
            raise InputError(f"groups of shape {groups.shape} but {n_structures} structures")
        _, group_of = np.unique(groups, return_inverse=True)
        n_groups = int(group_of.max(initial=-1)) + 1
        if n_groups < 2:
            raise InputError("leaving out a group needs at least 2 groups, got 1")
        return even_folds(n_groups, self.n_folds)[group_of] if self.n_folds else group_of

    def _check_sum(self) -> None:
        if min(self.blocks, default=1) < 1:
            raise InputError(f"widths of blocks must be at least 1, got {self.blocks}")
        if isinstance(self.weights, str):
            given(self.weights)
            return
        n_terms = max(1, len(self.blocks)) * len(self._kernels())
        if len(self.weights) != n_terms:
            raise InputError(f"{len(self.weights)} weights but {n_terms} kernels in the sum")
        if not all(0 <= w < np.inf for w in self.weights) or not any(self.weights):
            raise InputError(f"weights must be 0 or above, one above, got {self.weights}")


def given(setting: float | str) -> float | None:
    """Return a number, or None where it is to be found.

    Raises:
        InputError: it is neither a number nor `auto`.
    """
    if isinstance(setting, str) and setting != "auto":
        raise InputError(f"expected a number or 'auto', got {setting!r}")
    return None if isinstance(setting, str) else setting


def with_weights(kernel: StructureKernel, weights: tuple[float, ...]) -> StructureKernel:
    """Return the kernel with the weights of its terms multiplied."""
    pairs = zip(kernel.terms, weights, strict=True)
    return replace(kernel, terms=tuple(replace(t, weight=t.weight * w) for t, w in pairs))


def _term(kernel: Kernel, features: Features, span: slice) -> Term:
    """Return a kernel of some columns that is comparable with those of others."""
    rows = features.values[:, span]
    term = Term(kernel=kernel, origin=Origin.of(rows), columns=span)
    if kernel.has_length_scale:
        return replace(term, unit=typical_distance((term,), features))
    if kernel.measure != "product":
        return term
    square = float(np.einsum("ij,ij->", rows, rows, dtype=np.float64)) / max(1, len(rows))
    return replace(term, weight=1 / square if square > 0 else 1.0)
