"""Tuning: leave-one-out errors, the search, what it says about its edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.models.feature_samples import atom_features, smooth_values
from tests.references.krr_reference import kernel_of_structures, leave_one_out_krr

from atomarium.core.features import Features
from atomarium.models._held_out import HeldOut
from atomarium.models._left_out import LeftOut
from atomarium.models._lesson import Lesson, spread_evenly
from atomarium.models._noises import NoiseProfile, Noises
from atomarium.models._tuning import Space, Tuning, typical_distance
from atomarium.models.kernel_matrices import StructureKernel, Term
from atomarium.models.kernels import KERNELS, Origin

_NOISES = 2.0 ** np.arange(-33, 4)


def _lesson(n_structures: int = 25, n_targets: int = 1) -> Lesson:
    features = atom_features(n_structures)
    values = smooth_values(features, extensive=False, n_targets=n_targets)
    return Lesson(
        features=features.mean(),
        values=values - values.mean(axis=0),
        weights=np.random.default_rng(0).uniform(1, 3, n_structures),
        directions=np.zeros((n_structures, 0)),
    )


def _kernel(features: Features, name: str = "gaussian") -> StructureKernel:
    term = Term(kernel=KERNELS[name], origin=Origin.of(features.values))
    return StructureKernel(terms=(term,))


def _tuning(
    n_structures: int,
    *,
    length_scale: float | None = None,
    noise: float | None = None,
    length_scales: tuple[int, int] = (-4, 10),
    noises: tuple[int, int] = (-33, 3),
    widens: bool = False,
) -> Tuning:
    first, last = noises
    return Tuning(
        length_scale=length_scale,
        n_structures=n_structures,
        space=Space(length_scales=length_scales, widens=widens),
        noises=Noises(first=first, last=last, widen=widens, given=noise),
    )


def test_closed_form_equals_leaving_out_one_by_one() -> None:
    lesson = _lesson(n_targets=2)
    matrix = kernel_of_structures(
        "gaussian", lesson.features, lesson.features, 1.5, same_element=False
    )
    noises = np.array([1e-6, 1e-3, 1.0])
    errors = LeftOut(matrix.copy(), lesson).errors(noises)
    for row, noise in zip(errors, noises, strict=True):
        residuals = leave_one_out_krr(matrix, lesson.values, noise)
        expected = np.mean(np.abs(lesson.weights[:, None] * residuals), axis=0)
        # A condition number of 1e7 leaves nine digits.
        np.testing.assert_allclose(row, expected, rtol=1e-8)


def test_choice_is_as_good_as_the_best_of_the_whole_grid() -> None:
    lesson = _lesson(60)
    kernel = _kernel(lesson.features)
    (choice,) = _tuning(60).choose(kernel, lesson)
    unit = typical_distance(kernel.terms, lesson.features)
    grid = [unit * 2.0**place for place in range(-4, 11)]
    errors = [LeftOut(m, lesson).errors(_NOISES) for m in kernel.among(lesson.features, grid)]
    assert choice.error <= np.min(errors) * 1.01
    assert choice.length_scale in grid
    assert choice.noise in _NOISES


def test_choice_of_a_target_does_not_depend_on_the_others() -> None:
    lesson = _lesson(40, n_targets=3)
    kernel = _kernel(lesson.features)
    tuning = _tuning(40)
    together = tuning.choose(kernel, lesson)
    for target, choice in enumerate(together):
        (alone,) = tuning.choose(kernel, lesson.targets(np.arange(3) == target))
        assert (alone.length_scale, alone.noise) == (choice.length_scale, choice.noise)
        assert alone.error == pytest.approx(choice.error, rel=1e-8)


def test_errors_are_those_of_the_largest_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atomarium.models._tuning._SCANNED", 20)
    monkeypatch.setattr("atomarium.models._tuning._WALKED", (30, 30))
    lesson = _lesson(60)
    kernel = _kernel(lesson.features)
    (choice,) = _tuning(50).choose(kernel, lesson)
    (matrix,) = kernel.among(lesson.sample(50).features, [choice.length_scale])
    errors = LeftOut(matrix, lesson.sample(50)).errors(np.array([choice.noise]))
    assert choice.error == pytest.approx(errors[0, 0], rel=1e-8)


def test_held_out_errors_are_those_of_predicting_from_the_rest() -> None:
    lesson = replace(_lesson(50, n_targets=2), directions=np.ones((50, 1)))
    (matrix,) = _kernel(lesson.features).among(lesson.features, [1.5])
    errors = HeldOut(matrix, lesson).errors(np.array([1e-6, 0.1]))
    held = spread_evenly(50, 10)
    rest = np.setdiff1d(np.arange(50), held)
    for row, noise in zip(errors, (1e-6, 0.1), strict=True):
        # A constant without penalty: one more equation, that weights add up to nothing.
        equations = np.ones((41, 41))
        equations[:40, :40] = matrix[np.ix_(rest, rest)] + noise * matrix[0, 0] * np.eye(40)
        equations[40, 40] = 0.0
        solved = np.linalg.solve(equations, np.vstack([lesson.values[rest], np.zeros((1, 2))]))
        missing = matrix[np.ix_(held, rest)] @ solved[:40] + solved[40] - lesson.values[held]
        expected = np.mean(np.abs(lesson.weights[held, None] * missing), axis=0)
        # A condition number of 1e7 leaves nine digits.
        np.testing.assert_allclose(row, expected, rtol=1e-8)


def test_noises_of_many_structures_are_settled_on_those_held_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("atomarium.models._tuning._SCANNED", 30)
    monkeypatch.setattr("atomarium.models._tuning._WALKED", (40, 40))
    monkeypatch.setattr("atomarium.models._tuning._FEW", 100)
    lesson = _lesson(200, n_targets=2)
    kernel = _kernel(lesson.features)
    for target, choice in enumerate(_tuning(200).choose(kernel, lesson)):
        assert choice.matrix is not None
        errors = HeldOut(choice.matrix, lesson).errors(_NOISES)[:, target]
        place = int(np.flatnonzero(choice.noise == _NOISES)[0])
        assert choice.error == pytest.approx(errors[place], rel=1e-8)
        assert choice.error <= min(errors[place - 2], errors[place + 2])


def test_of_many_what_is_held_out_settles_length_scales_that_are_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("_SCANNED", 30), ("_WALKED", (40, 40)), ("_FEW", 50), ("_MANY", 100)):
        monkeypatch.setattr(f"atomarium.models._tuning.{name}", value)
    lesson = _lesson(200)
    kernel = _kernel(lesson.features)
    (choice,) = _tuning(200).choose(kernel, lesson)
    for factor in (0.5, 2.0):
        (other,) = _tuning(200, length_scale=choice.length_scale * factor).choose(kernel, lesson)
        assert other.length_scale == choice.length_scale * factor
        assert choice.error <= 1.01 * other.error


def test_groups_are_left_out_whole_whatever_regression_is_meant() -> None:
    def errors_of(*_: object) -> Callable[[np.ndarray], np.ndarray]:
        raise AssertionError("leaves out one by one")

    lesson = replace(_lesson(40), fold_of=np.arange(40) % 8)
    kernel = _kernel(lesson.features)
    tuning = replace(_tuning(40), errors_of=errors_of)
    with pytest.raises(AssertionError, match="one by one"):
        tuning.choose(kernel, replace(lesson, fold_of=None))
    assert tuning.choose(kernel, lesson)[0].error > 0


def test_walk_goes_downhill_from_where_the_scan_ended() -> None:
    def valley(place: float, looked_at: list[float]) -> Callable[[np.ndarray], np.ndarray]:
        def errors(noises: np.ndarray) -> np.ndarray:
            powers = np.log2(noises)
            looked_at.extend(powers.tolist())
            return 1 + np.abs(powers - place)[:, None]

        return errors

    seen: list[float] = []
    scanned = NoiseProfile(Noises(first=-30, last=3, widen=False), 1).scan(valley(-9, []))
    assert scanned.best(0) == (2.0**-9, 1.0, "")
    walked = scanned.walk(valley(-14, seen))
    assert walked.best(0)[0] in (2.0**-13, 2.0**-15)
    assert len(seen) <= 6


def test_noise_that_makes_no_difference_is_the_largest_of_these() -> None:
    def level(noises: np.ndarray) -> np.ndarray:
        return np.maximum(1.0, noises * 2.0**12)[:, None]

    profile = NoiseProfile(Noises(first=-33, last=3, widen=True), 1).scan(level)
    assert profile.best(0) == (2.0**-12, 1.0, "")
    assert profile.walk(level).best(0) == (2.0**-12, 1.0, "")


def test_what_is_given_is_kept() -> None:
    lesson = _lesson()
    kernel = _kernel(lesson.features)
    (choice,) = _tuning(25, length_scale=3.21).choose(kernel, lesson)
    assert choice.length_scale == 3.21
    (choice,) = _tuning(25, noise=0.123).choose(kernel, lesson)
    assert choice.noise == 0.123
    (choice,) = _tuning(25, length_scale=3.21, noise=0.123).choose(kernel, lesson)
    assert (choice.length_scale, choice.noise) == (3.21, 0.123)
    assert np.isnan(choice.error)


def test_edges_of_the_search_are_reported() -> None:
    lesson = _lesson(40)
    # Values without any relation to the features: the best prediction is their mean.
    noise = Lesson(
        features=lesson.features,
        values=np.random.default_rng(3).choice([-1.0, 1.0], (40, 1)),
        weights=np.ones(40),
        directions=np.zeros((40, 0)),
    )
    kernel = _kernel(noise.features)
    (choice,) = _tuning(40, length_scale=0.01).choose(kernel, noise)
    assert choice.warnings == ("noise 8 is the largest of those searched",)


def test_ends_of_the_length_scales_are_reported() -> None:
    places = np.linspace(0, 10, 40)[:, None]
    features = Features(places, "structures", np.arange(41))
    lesson = Lesson(
        features=features, values=np.sin(places), weights=np.ones(40), directions=np.zeros((40, 0))
    )
    kernel = _kernel(lesson.features)
    (choice,) = _tuning(40, noise=1e-6, length_scales=(-8, -4)).choose(kernel, lesson)
    assert "is the longest of those searched" in choice.warnings[0]
    (choice,) = _tuning(40, noise=1e-6, length_scales=(12, 20)).choose(kernel, lesson)
    assert "is the shortest of those searched" in choice.warnings[0]


def test_typical_distance_follows_the_scale_of_features() -> None:
    features = atom_features(50)
    unit = typical_distance(_kernel(features).terms, features)
    larger = Features(features.values * 64, "atoms", features.offsets)
    assert typical_distance(_kernel(larger).terms, larger) == 64 * unit
    distances = np.linalg.norm(features.values[:, None] - features.values, axis=2)
    median = np.median(distances[np.triu_indices(len(distances), 1)])
    assert unit / np.sqrt(2) <= median <= unit * np.sqrt(2)


def test_typical_distance_of_equal_rows_is_one() -> None:
    features = Features(np.full((5, 3), 0.1), "structures", np.arange(6))
    assert typical_distance(_kernel(features).terms, features) == 1.0


def test_samples_are_spread_and_without_a_period() -> None:
    chosen = spread_evenly(10_000, 1000)
    assert len(np.unique(chosen)) == 1000
    assert np.diff(chosen).max() < 30
    for period in (2, 3, 4, 5, 10, 16):
        counts = np.bincount(chosen % period, minlength=period)
        assert counts.max() - counts.min() <= 0.1 * 1000 / period + 2
    assert spread_evenly(5, 9).tolist() == [0, 1, 2, 3, 4]
