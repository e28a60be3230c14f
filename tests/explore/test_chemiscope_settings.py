"""Settings that chemiscope refuses are refused by their path; what it passes over is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.explore.example_scene import small_scene

from atomarium.core.errors import InputError
from atomarium.explore.chemiscope_settings import check_settings
from atomarium.explore.expected import said

STRUCTURES = {"target": "structure"}


def _map(**content: Any) -> dict[str, Any]:
    return {**STRUCTURES, "map": content}


def _viewer(**content: Any) -> dict[str, Any]:
    return {**STRUCTURES, "structure": [content]}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"foo": 1}, r"settings\.foo: there is no such setting"),
        ({"target": "atoms"}, r"settings\.target: expected one of structure, atom"),
        ({"pinned": []}, r"settings\.pinned: expected 1 to 16 numbers"),
        ({"pinned": [9]}, r"settings\.pinned\[0\]: expected a number from 0 to 2, got 9"),
        ({"pinned": [0.5]}, r"settings\.pinned\[0\]: expected a whole number"),
        ({"structure": {}}, r"settings\.structure: expected a list, got an object"),
        ({"structure": []}, r"settings\.structure: expected one entry or more"),
        ({"view": []}, r"settings\.view: expected an object"),
        (
            _map(x={"property": "enrgy"}),
            r"map\.x\.property: there is no such property 'enrgy'; did",
        ),
        (_map(x={"property": "dos"}), r"map\.x\.property: there is no such property 'dos'"),
        (_map(y={"scale": "log10"}), r"map\.y\.scale: expected one of linear, log, got 'log10'"),
        (_map(y={"min": "a"}), r"map\.y\.min: expected number, got 'a'"),
        (_map(symbol="n"), r"map\.symbol: there is no such property of texts 'n'"),
        (_map(color={"palette": "tab20bc"}), r"map\.color\.palette: expected one of"),
        (_map(palette="none"), r"map\.palette: expected one of"),
        (_map(color={"opacity": 0}), r"map\.color\.opacity: expected 1 … 100, got 0"),
        (_map(color={"select": {"category": "kind"}}), r"select\.category: expected 'property/val"),
        (_map(size={"mode": "cube"}), r"map\.size\.mode: expected one of"),
        (_map(markerOutline=1), r"map\.markerOutline: expected true or false, got 1"),
        (_map(camera={"eye": [1, 1, 1]}), r"map\.camera\.eye: expected an object, got a list of 3"),
        (
            _map(
                camera={**{k: dict.fromkeys("xyz", 1) for k in ("eye", "center", "up")}, "zoom": 0}
            ),
            r"camera\.zoom: expected a number above 0",
        ),
        (_viewer(supercell=[0, 1, 1]), r"structure\[0\]\.supercell\[0\]: expected a whole number"),
        (_viewer(axes="abcd"), r"structure\[0\]\.axes: expected one of off, abc, xyz"),
        (_viewer(shape="ball,none"), r"shape: there is no shape 'none'"),
        (_viewer(labelsProperty="no"), r"labelsProperty: there is no such property of atoms 'no'"),
        (_viewer(color={"property": "n"}), r"color\.property: there is no such property of atoms"),
        (_viewer(environments={"cutoff": "4"}), r"environments\.cutoff: expected number, got '4'"),
    ],
)
def test_what_chemiscope_refuses_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_settings(settings, small_scene())


def test_atoms_cannot_be_shown_without_their_properties() -> None:
    from dataclasses import replace

    scene = replace(small_scene(), properties=small_scene().properties[:2])
    with pytest.raises(InputError, match=r"settings\.target: 'atom', but no property is of atoms"):
        check_settings({"target": "atom"}, scene)


def test_unknown_keys_inside_are_passed_over_and_told() -> None:
    settings = {**_map(glow=True), "structure": [{"packedCell": True, "shade": 1}]}
    assert check_settings(settings, small_scene()) == (
        "settings.map.glow: there is no such setting",
        "settings.structure[0].packedCell: packed cells are not drawn",
        "settings.structure[0].shade: there is no such setting",
    )


def test_old_keys_are_understood() -> None:
    settings = _map(
        palette="hsv (periodic)",
        color={"scale": "log", "select": {"mode": "range"}},
        size={"mode": "constant"},
    )
    assert check_settings(settings, small_scene()) == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (False, "false"),
        ("a" * 99, repr("a" * 60 + "…")),
        (np.float64(1), "float64"),
    ],
)
def test_values_are_told_in_the_words_of_json(value: Any, text: str) -> None:
    assert said(value) == text
