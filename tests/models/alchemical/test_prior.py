"""What is known of elements beforehand, in the units that it is meant in."""

from __future__ import annotations

import numpy as np
import pytest

from atomarium.core.elements import NUMBERS
from atomarium.core.errors import InputError
from atomarium.models.alchemical.prior import ElementPrior, is_known, properties_of


def numbers(symbols: str) -> np.ndarray:
    return np.array([NUMBERS[symbol] for symbol in symbols.split()], dtype=np.int64)


def test_radii_are_in_angstrom_and_electronegativities_on_paulings_scale():
    # P. Pyykkö, M. Atsumi (2009): C 75 pm, Cs 232 pm; Pauling: F 3.98, Cs 0.79.
    np.testing.assert_allclose(
        properties_of(numbers("C F Cs")), [[2.55, 0.75], [3.98, 0.64], [0.79, 2.32]]
    )


def test_similarity_is_that_of_the_formula():
    prior = ElementPrior(electronegativity=0.5, radius=0.3)
    found = prior.similarity(numbers("Na"), numbers("K F"))
    expected = [
        np.exp(-((0.93 - 0.82) ** 2) / 0.5 - (1.55 - 1.96) ** 2 / 0.18),
        np.exp(-((0.93 - 3.98) ** 2) / 0.5 - (1.55 - 0.64) ** 2 / 0.18),
    ]
    np.testing.assert_allclose(found[0], expected, rtol=1e-12)


def test_the_prior_says_something_about_elpasolites():
    # In picometers nine tenths of all pairs would be below a thousandth: a prior without content.
    elements = np.array([*range(1, 21), *range(31, 39), *range(49, 57), 81, 82, 83])
    similarity = ElementPrior().similarity(elements, elements)
    apart = similarity[np.triu_indices(len(elements), 1)]
    assert np.mean(apart < 1e-3) < 0.5
    assert np.linalg.eigvalsh(similarity)[-4:].sum() > 0.5 * len(elements)


def test_light_noble_gases_are_alike_and_like_no_other():
    similarity = ElementPrior().similarity(numbers("Ar"), numbers("Kr Cl K"))
    assert similarity[0, 0] > 0.7
    assert similarity[0, 1:].max() < 0.05


def test_elements_of_which_nothing_is_known_resemble_none():
    elements = numbers("C Pm Lr")
    assert is_known(elements).tolist() == [True, False, False]
    np.testing.assert_array_equal(ElementPrior().similarity(elements, elements)[1:], np.eye(3)[1:])


def test_roots_multiply_to_the_covariance():
    prior, elements = ElementPrior(nugget=0.1), numbers("H C N O")
    root = prior.root(elements)
    np.testing.assert_allclose(root @ root.T, prior.covariance(elements), atol=1e-12)
    assert prior.covariance(elements)[0, 0] == pytest.approx(1.1)


def test_guessed_elements_lie_near_those_they_resemble_and_are_less_sure_when_far():
    seen = numbers("Li Na Rb Cs F Cl I")
    couplings = np.array([[1.0], [1.0], [1.0], [1.0], [-1.0], [-1.0], [-1.0]])
    guessed, spreads = ElementPrior().extend(couplings, seen, numbers("K Br Al"))
    assert guessed[0, 0] == pytest.approx(1.0, abs=0.2)
    assert guessed[1, 0] == pytest.approx(-1.0, abs=0.2)
    assert spreads[2] > 1.5 * max(spreads[:2])


def test_a_guess_is_the_mean_of_many_draws():
    # A Gaussian process by brute force: condition the joint covariance of all elements.
    prior, seen, unseen = ElementPrior(), numbers("Li Na F"), numbers("K Cl")
    couplings = np.random.default_rng(0).normal(size=(3, 2))
    guessed, spreads = prior.extend(couplings, seen, unseen)
    joint = prior.covariance(np.concatenate([seen, unseen]))
    inverse = np.linalg.inv(joint)
    expected = -np.linalg.solve(inverse[3:, 3:], inverse[3:, :3] @ couplings)
    np.testing.assert_allclose(guessed, expected, atol=1e-10)
    variances = np.diag(np.linalg.inv(inverse[3:, 3:]))
    scale = np.mean(np.diag(couplings.T @ np.linalg.inv(joint[:3, :3]) @ couplings)) / 3
    np.testing.assert_allclose(spreads, np.sqrt(variances * scale), atol=1e-10)


def test_elements_without_data_or_prior_are_refused():
    with pytest.raises(InputError, match=r"nothing is known of Pm \(61\): it was in no training"):
        ElementPrior().extend(np.ones((1, 1)), numbers("C"), numbers("N Pm"))


@pytest.mark.parametrize("name", ["electronegativity", "radius", "nugget"])
def test_widths_must_be_above_zero(name):
    with pytest.raises(InputError, match=f"{name} of the prior must be above 0"):
        ElementPrior(**{name: 0.0})
