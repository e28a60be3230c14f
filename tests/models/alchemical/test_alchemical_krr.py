"""The model as a whole: what it promises beyond the contract of all models."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from tests.models.alchemical.crystals import NUMBERS, SOAP, clusters, features_of, values_of
from tests.references.alchemical_kernel import ridge_predictions

from atomarium.core.errors import InputError
from atomarium.explore.sources import load_scene
from atomarium.models.alchemical import couplings as module
from atomarium.models.alchemical.krr import AlchemicalKrr
from atomarium.models.alchemical.learning import Learning
from atomarium.models.alchemical.map_files import cosines, plain_map, read_map

pytest.importorskip("torch", reason="couplings are learned with torch")
QUICK = Learning(epochs=8, restarts=1)
TRAIN, TEST = clusters(40), clusters(12, seed=1)


def fitted(structures=TRAIN, values=None, **settings):
    model = AlchemicalKrr(**({"n_pseudo": 2, "learning": QUICK} | settings))
    atoms = model.zeta > 1 or model.normalize
    known = values_of(structures) if values is None else values
    return model.fit(features_of(structures, atoms=atoms), known, extensive=False)


@pytest.mark.parametrize(
    "settings",
    [{}, {"couplings": "prior"}, {"couplings": "none"}, {"couplings": "none", "zeta": 2}],
    ids=str,
)
def test_a_constant_added_to_the_values_is_added_to_predictions(settings):
    before = fitted(**settings)
    after = fitted(values=values_of(TRAIN) + 100.0, **settings)
    rows = features_of(TEST, atoms="zeta" in settings)
    # Learning ends a little elsewhere where the values are rounded otherwise.
    np.testing.assert_allclose(after.predict(rows), before.predict(rows) + 100, atol=1e-6)


@pytest.mark.parametrize("settings", [{}, {"zeta": 2, "normalize": True}], ids=str)
def test_predictions_are_those_of_a_plain_centered_kernel(settings):
    model = fitted(noise=1e-3, **settings)
    kernel = model.parts[0].regression.kernel
    both = np.arange(len(TRAIN)), np.arange(len(TRAIN), len(TRAIN) + len(TEST))
    together = type(TRAIN).concatenate([TRAIN, TEST])
    rows = features_of(together, atoms=bool(settings))
    expected = ridge_predictions(
        kernel.between(rows, rows), values_of(together)[:, 0], *both, noise=1e-3
    )
    found = model.predict(features_of(TEST, atoms=bool(settings)))[:, 0]
    np.testing.assert_allclose(found, expected, atol=1e-8)


def test_extensive_values_are_learned_per_atom():
    sizes = TRAIN.sizes[:, None].astype(float)
    model = AlchemicalKrr(n_pseudo=2, learning=QUICK)
    whole = model.fit(features_of(TRAIN), values_of(TRAIN) * sizes, extensive=True)
    found = whole.predict(features_of(TEST)) / TEST.sizes[:, None]
    np.testing.assert_allclose(found, fitted().predict(features_of(TEST)), atol=1e-7)


def test_elements_never_seen_are_guessed_with_an_uncertainty():
    model = fitted()
    strange = clusters(6, seed=2, elements=np.array([9, 19]))
    rows = features_of(strange)
    predicted, spread = model.predict(rows), model.spread(rows)
    with_potassium = np.array([19 in one.numbers for one in strange])
    assert np.isfinite(predicted).all()
    assert (spread[with_potassium] > 0).all()
    assert (model.spread(features_of(TEST)) == 0).all()
    assert model.parts[0].couplings.extended(np.array([19]), model.settings.prior).seen.min() == 0


def test_an_element_that_was_never_seen_is_like_those_that_its_properties_are_like():
    model = fitted(couplings="prior")
    wider = model.parts[0].couplings.extended(np.array([19]), model.settings.prior)
    like = cosines(wider.values)[wider.elements.tolist().index(19)]
    assert like[wider.elements == 11] > like[wider.elements == 17]
    assert wider.seen[wider.elements == 19] == 0


def test_elements_without_data_or_prior_are_refused():
    model = fitted()
    unknown = features_of(clusters(3, elements=np.array([9, 61])))
    with pytest.raises(InputError, match=r"nothing is known of Pm \(61\)"):
        model.predict(unknown)
    with pytest.raises(InputError, match=r"nothing is known of Pm \(61\)"):
        model.refuse_unknown(np.array([61]))


def test_an_element_without_prior_can_be_learned():
    structures = clusters(30, elements=np.array([9, 17, 61]))
    values = np.array([[np.mean(one.numbers == 61)] for one in structures])
    model = fitted(structures, values)
    assert np.isfinite(model.predict(features_of(structures))).all()


def test_too_few_structures_and_rare_elements_are_said():
    few = clusters(8, elements=np.array([3, 9, 11, 17]))
    warnings = " ".join(fitted(few).warnings)
    assert "of 4 elements were learned from 8 structures; below about 12 they tend" in warnings
    assert "are uncertain: in fewer than 5 structures each" in warnings
    assert not any("tend to predict" in one for one in fitted().warnings)
    assert "3 structures are too few to learn" in fitted(TRAIN[:3]).warnings[0]
    spared = fitted(learning=replace(QUICK, third=0.9)).warnings[0]
    assert spared.startswith("40 structures, 36 of them in the third part, are too few to learn")
    more = fitted(n_pseudo=9).warnings
    assert "9 pseudo-elements were asked for, and 4 were learned" in more[0]


def test_couplings_may_be_learned_from_other_structures():
    other, settings = clusters(40, seed=7), {"n_pseudo": 2, "learning": QUICK}
    model = AlchemicalKrr(**settings, learn_from="aside")
    aside = features_of(other), values_of(other)
    found = model.fit(features_of(TRAIN), values_of(TRAIN), extensive=False, aside=aside)
    alone = AlchemicalKrr(**settings).fit(*aside, extensive=False)
    assert np.array_equal(found.parts[0].couplings.values, alone.parts[0].couplings.values)
    with pytest.raises(InputError, match="no structures are aside to learn couplings from"):
        model.fit(features_of(TRAIN), values_of(TRAIN), extensive=False)


def test_models_that_share_couplings_learn_them_once(monkeypatch):
    from atomarium.models.alchemical import kept

    calls = []
    monkeypatch.setattr(
        kept, "learn_couplings", lambda *a: calls.append(1) or module.learn_couplings(*a)
    )
    settings = {"learning": replace(QUICK, seed=99)}
    fitted(**settings)
    fitted(noise=1e-2, **settings)
    fitted(learning=replace(QUICK, seed=98))
    assert len(calls) == 2


def test_a_map_can_be_written_read_and_used(tmp_path):
    model = fitted()
    files = model.files()
    path = tmp_path / "elements.json"
    path.write_text(files["elements.json"])
    again = read_map(path)
    assert np.array_equal(again.values, model.parts[0].couplings.values)
    assert again.elements.tolist() == NUMBERS.tolist()
    other = fitted(couplings=str(path))
    np.testing.assert_allclose(
        other.predict(features_of(TEST)), model.predict(features_of(TEST)), atol=1e-10
    )
    rows = list(csv.reader(io.StringIO(files["elements.csv"])))
    assert rows[0] == ["symbol", "number", "u_1", "u_2", "seen", "spread", "source"]
    assert [float(one) for one in rows[1][2:4]] == again.values[0].tolist()
    similarity = list(csv.reader(io.StringIO(files["similarity.csv"])))
    assert similarity[0] == ["", "Li", "F", "Na", "Cl"]
    losses = list(csv.reader(io.StringIO(files["losses.csv"])))
    assert losses[0] == ["loss", "third_mae", "noise", "gradient", "fold_1", "fold_2"]


def test_a_map_opens_in_the_explorer_as_a_data_set_of_elements(tmp_path):
    path = tmp_path / "elements-explorer.json"
    path.write_text(fitted(n_pseudo=3).files()[path.name])
    scene = load_scene(path)
    by_name = {one.name: one for one in scene.properties}
    assert list(by_name["element"].values) == ["Li", "F", "Na", "Cl"]
    assert {"axis 1", "axis 2", "axis 3", "group", "seen in structures"} <= set(by_name)


def test_what_is_not_known_of_an_element_is_missing_in_the_explorer(tmp_path):
    structures = clusters(12, elements=np.array([9, 17, 61]))
    values = np.array([[np.mean(one.numbers == 61)] for one in structures])
    path = tmp_path / "elements-explorer.json"
    path.write_text(fitted(structures, values).files()[path.name])
    by_name = {one.name: one for one in load_scene(path).properties}
    assert np.isnan(by_name["electronegativity"].values).tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "not a file of the format .*; take an elements.json"),
        ("{", "is no JSON"),
        ('{"format": "atomarium-elements", "version": 2}', "version 2 of the format"),
        ('{"format": "atomarium-elements", "version": 1}', "the map is damaged"),
        (
            (
                '{"format": "atomarium-elements", "version": 1, "symbols": ["H", "He"], '
                '"couplings": [[1]], "seen": [1, 1], "spreads": [0, 0]}'
            ),
            "couplings do not fit its elements",
        ),
    ],
)
def test_what_is_no_map_is_refused(tmp_path, text, message):
    path = tmp_path / "elements.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_map(path)
    with pytest.raises(InputError, match=r"cannot be opened: .*; take an elements.json"):
        read_map(tmp_path / "absent.json")


def test_a_dendrogram_joins_like_elements_first():
    part = fitted(clusters(150), learning=Learning(epochs=60)).parts[0]
    plain = plain_map(part.couplings)
    assert {frozenset(map(int, pair[:2])) for pair in plain["merges"][:2]} == {
        frozenset({0, 2}),
        frozenset({1, 3}),
    }
    np.testing.assert_allclose(cosines(part.couplings.values).diagonal(), 1.0)
    assert sorted(plain["order"]) == [0, 1, 2, 3]
    json.dumps(plain, allow_nan=False)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_pseudo": 0}, "n_pseudo must be at least 1, or 'auto', got 0"),
        ({"n_pseudo": "all"}, "n_pseudo must be at least 1, or 'auto', got 'all'"),
        ({"couplings": "fixed"}, "no couplings 'fixed'"),
        ({"learn_from": "others"}, "couplings cannot be learned from 'others'"),
        ({"zeta": 0}, "zeta must be at least 1"),
        ({"most_pseudo": 0}, "most_pseudo must be at least 1"),
        ({"noise": 0.0}, "noise must be above 0, or 'auto'"),
    ],
)
def test_senseless_settings_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        AlchemicalKrr(**settings)


def test_features_of_the_wrong_kind_are_refused():
    sums = SOAP.compute_compact(TRAIN).sum()
    with pytest.raises(InputError, match="needs features reduced by mean, got sum"):
        AlchemicalKrr().digest(sums, extensive=False)
    with pytest.raises(InputError, match="zeta above 1 and normalize need features of atoms"):
        AlchemicalKrr(zeta=2).digest(features_of(TRAIN), extensive=False)
