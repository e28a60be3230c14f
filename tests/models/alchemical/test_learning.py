"""Gradients through the solved regression, and what steps along them do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.models.alchemical.crystals import NUMBERS, clusters, features_of, values_of
from tests.references.alchemical_kernel import ridge_predictions

from atomarium.core.errors import InputError
from atomarium.core.stopping import Stopped, stopping
from atomarium.models.alchemical.couplings import Recipe, learn_couplings, parts
from atomarium.models.alchemical.gauge import aligned, principal
from atomarium.models.alchemical.learning import Learning
from atomarium.models.alchemical.prior import ElementPrior

torch = pytest.importorskip("torch", reason="couplings are learned with torch")
PRIOR = ElementPrior()
LEARNING = Learning(third=0.0, restarts=1, epochs=30, loss="squared")


def recipe(n_pseudo: int = 2, **settings) -> Recipe:
    learning = replace(LEARNING, **settings.pop("learning", {}))
    plain = {"most_pseudo": 3, "prior": PRIOR, "degree": 1, "normalize": False}
    return Recipe(n_pseudo=n_pseudo, learning=learning, **(plain | settings))


def problem(n_structures: int = 30, **settings):
    from atomarium.models.alchemical.descents import make_problem

    structures, how = clusters(n_structures), recipe(**settings)
    features = features_of(structures, atoms=how.degree > 1 or how.normalize)
    values = values_of(structures)[:, 0]
    return make_problem(how, features, (values - values.mean()) / values.std(), NUMBERS)


def start(n_pseudo: int = 2, noise: float = 0.01, seed: int = 0) -> np.ndarray:
    from atomarium.models.alchemical.objective import start_parameters

    inner = np.random.default_rng(seed).normal(size=(4, n_pseudo))
    return start_parameters(inner, noise)


@pytest.mark.parametrize(
    ("n_structures", "settings"),
    [
        (30, {}),
        (200, {}),
        (30, {"learning": {"folds": 3}}),
        (30, {"learning": {"folds": 1}}),
        (30, {"learning": {"loss": "huber"}}),
        (12, {"degree": 2, "normalize": True}),
        (12, {"degree": 3}),
    ],
    ids=["dual", "primal", "three folds", "one fold", "huber", "cosines squared", "cubes"],
)
def test_gradients_are_those_of_central_differences(n_structures, settings):
    from atomarium.models.alchemical.objective import Objective

    objective, here = Objective(problem(n_structures, **settings)), start()
    _, gradient, _ = objective.value_and_gradient(here)
    step = 1e-5
    for k in range(len(here)):
        there = np.eye(len(here))[k] * step
        up, down = (objective.value_and_gradient(here + s * there)[0] for s in (1, -1))
        # The difference is good to the square of the step, about a millionth of the largest slope.
        assert gradient[k] == pytest.approx(
            (up - down) / (2 * step), rel=1e-6, abs=1e-6 * np.abs(gradient).max()
        )


@pytest.mark.parametrize("n_rows", [10, 40], ids=["wide", "tall"])
def test_the_adjoint_agrees_with_differentiating_every_operation(n_rows):
    from atomarium.models.alchemical.ridge_gradient import RidgePrediction, predict_cut

    rng = np.random.default_rng(0)
    shapes = [(n_rows, 20), (7, 20)]
    arrays = [torch.tensor(rng.normal(size=shape), requires_grad=True) for shape in shapes]
    values = torch.tensor(rng.normal(size=n_rows))
    noise = torch.tensor(-2.0, dtype=torch.float64, requires_grad=True)
    weights = torch.tensor(rng.normal(size=7))
    gradients = [
        torch.autograd.grad(weights @ predict(*arrays, values, noise), (*arrays, noise))
        for predict in (RidgePrediction.apply, lambda *parts: predict_cut(*parts, "nothing"))
    ]
    for ours, plain in zip(*gradients, strict=True):
        # Both are float64; the plain one loses digits to the inverse of a matrix.
        np.testing.assert_allclose(ours, plain, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("settings", [{}, {"degree": 2, "normalize": True}])
def test_losses_are_errors_of_a_plain_ridge_regression(settings):
    from atomarium.models.alchemical.kernel import ElementKernel
    from atomarium.models.alchemical.objective import Objective, couplings_of

    some, here = problem(20, **settings), start()
    _, _, losses = Objective(some).value_and_gradient(here)
    kernel = ElementKernel(elements=NUMBERS, couplings=couplings_of(some, here), **settings)
    features = features_of(clusters(20), atoms=bool(settings))
    matrix = kernel.between(features, features)
    for (train, left_out), loss in zip(some.folds, losses, strict=True):
        predicted = ridge_predictions(matrix, some.values, train, left_out, 0.01)
        assert np.mean((predicted - some.values[left_out]) ** 2) == pytest.approx(loss, rel=1e-8)


def course_of(detach: str, seed: int = 0) -> np.ndarray:
    """Return the losses of small steps along slopes whose paths may be cut."""
    from atomarium.models.alchemical.objective import Objective
    from atomarium.models.alchemical.steps import descend

    settings = {"optimizer": "sgd", "learning_rate": 0.003, "momentum": 0.0, "noise": 1e-6}
    learning = replace(LEARNING, **settings, detach=detach, epochs=60)
    objective = Objective(problem(40, learning={"detach": detach, "penalty": 0.0}))
    course = descend(objective, learning, start(seed=seed)[:-1].reshape(4, 2))
    return np.array([step.loss for step in course.steps])


def test_through_both_paths_the_loss_falls_in_every_step():
    losses = course_of("nothing")
    assert (np.diff(losses) < 0).all()
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("detach", ["weights", "support", "both"])
def test_with_a_path_cut_the_loss_rises_in_many_steps(detach):
    courses = [course_of(detach, seed) for seed in range(4)]
    # What is not a slope of the loss may point anywhere: up in about half of the steps.
    assert np.mean([np.diff(losses) > 0 for losses in courses]) > 0.25
    assert max(losses[-1] / losses.min() for losses in courses) > 1.05


@pytest.mark.parametrize("detach", ["weights", "support", "both"])
def test_a_cut_path_gives_another_gradient_of_the_same_loss(detach):
    from atomarium.models.alchemical.objective import Objective

    for settings in ({}, {"degree": 2, "normalize": True}):
        whole = Objective(problem(20, **settings)).value_and_gradient(start())
        cut = Objective(problem(20, learning={"detach": detach}, **settings))
        loss, gradient, _ = cut.value_and_gradient(start())
        assert loss == pytest.approx(whole[0], rel=1e-9)
        assert np.abs(gradient - whole[1]).max() > 0.01 * np.abs(whole[1]).max()


@pytest.mark.parametrize("optimizer", ["l-bfgs", "adam", "sgd"])
def test_every_optimizer_lowers_the_loss(optimizer):
    structures = clusters(60)
    how = recipe(learning={"optimizer": optimizer, "epochs": 40})
    found = learn_couplings(how, features_of(structures), values_of(structures)[:, 0])
    assert found.history[-1, 0] < 0.8 * found.history[0, 0]
    assert found.history.shape[1] == 4 + how.learning.folds


def test_learned_couplings_put_like_elements_beside_each_other():
    structures = clusters(150)
    found = learn_couplings(
        recipe(learning={"epochs": 60, "restarts": 2}),
        features_of(structures),
        values_of(structures)[:, 0],
    )
    apart = np.linalg.norm(found.values[:, None] - found.values, axis=-1)
    li, f, na, cl = range(4)
    assert max(apart[li, na], apart[f, cl]) < 0.5 * min(apart[li, f], apart[na, cl])
    assert found.seen.tolist() == [
        sum(z in one.numbers for one in structures) for z in NUMBERS.tolist()
    ]


def test_equal_seeds_give_equal_couplings_and_others_others():
    structures = clusters(30)
    features, values = features_of(structures), values_of(structures)[:, 0]
    first, again, other = (
        learn_couplings(recipe(learning={"seed": seed, "epochs": 5}), features, values).values
        for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_learning_stops_by_the_third_part_and_keeps_its_best_step():
    structures = clusters(60)
    how = recipe(3, learning={"third": 0.3, "patience": 4, "epochs": 200})
    found = learn_couplings(how, features_of(structures), values_of(structures)[:, 0])
    third = found.history[:, 1]
    assert found.best_step == int(np.argmin(third))
    assert len(found.history) - 1 - found.best_step <= 4
    assert len(found.history) < 200


def test_parts_do_not_overlap_and_leave_nothing_out():
    for folds in (1, 2, 5):
        pairs, third = parts(50, Learning(folds=folds, third=0.2, left_out=0.25))
        assert len(third) == 10
        for train, left_out in pairs:
            together = np.concatenate([train, left_out, third])
            assert np.array_equal(np.sort(together), np.arange(50))
        if folds > 1:
            every = np.concatenate([left_out for _, left_out in pairs])
            assert np.array_equal(np.sort(every), np.arange(10, 50))
    (one,), _ = parts(50, Learning(folds=1, third=0.2, left_out=0.25))
    assert len(one[1]) == 10


def test_the_fewest_pseudo_elements_within_one_standard_error_are_chosen():
    structures = clusters(90)
    found = learn_couplings(
        recipe(0, learning={"epochs": 25}), features_of(structures), values_of(structures)[:, 0]
    )
    numbers, errors, uncertain, chosen = found.selection.T
    least = int(np.argmin(errors))
    within = errors <= errors[least] + uncertain[least]
    assert numbers[chosen == 1].tolist() == [numbers[within][0]]
    assert found.values.shape[1] == numbers[within][0]


def test_learning_can_be_asked_to_stop():
    structures = clusters(30)
    with stopping(), pytest.raises(Stopped):
        learn_couplings(recipe(), features_of(structures), values_of(structures)[:, 0])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimizer": "lbfgs"}, "optimizer 'lbfgs' is not known; did you mean 'l-bfgs'"),
        ({"loss": "square"}, "loss .square. is not known; did you mean .squared."),
        ({"detach": "all"}, "detach 'all' is not known"),
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"folds": 0}, "folds must be at least 1"),
        ({"noise": 0.0}, "noise must be above 0"),
        ({"learning_rate": -1.0}, "learning_rate must be above 0"),
        ({"penalty": -1.0}, "penalty must be 0 or above"),
        ({"third": 1.0}, "third must be 0 to below 1"),
        ({"left_out": 0.0}, "left_out must be between 0 and 1"),
        ({"momentum": 1.0}, "momentum must be 0 to below 1"),
    ],
)
def test_senseless_settings_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        Learning(**settings)


def test_principal_axes_keep_similarities_and_anchor_signs():
    couplings = np.random.default_rng(0).normal(size=(4, 3))
    turned = principal(couplings, NUMBERS)
    np.testing.assert_allclose(turned @ turned.T, couplings @ couplings.T, atol=1e-12)
    lengths = np.linalg.norm(turned, axis=0)
    assert (np.diff(lengths) <= 0).all()
    # Fluorine is the most electronegative of the four, sodium the largest.
    assert turned[1, 0] > 0
    assert turned[2, 1] > 0
    np.testing.assert_allclose(principal(turned, NUMBERS), turned, atol=1e-12)


def test_a_turned_map_is_laid_back_onto_itself():
    couplings = np.random.default_rng(0).normal(size=(4, 3))
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    np.testing.assert_allclose(aligned(couplings @ turn, couplings), couplings, atol=1e-12)
    assert aligned(couplings[:, :2], couplings).shape == (4, 3)


def test_the_prior_counts_as_much_as_so_many_structures():
    one, ten = (problem(n, learning={"penalty": 6.0}) for n in (30, 300))
    assert (one.penalty, ten.penalty) == pytest.approx((0.2, 0.02))
