from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint

import pytest

from atomarium.core import kinds
from atomarium.core.errors import InputError
from atomarium.core.kinds import Family


@dataclass(frozen=True)
class Ball:
    radius: float = 1.5
    colors: tuple[str, ...] = ("red",)


@dataclass(frozen=True)
class Cube:
    edge: float = 2.0


PLACE = f"{__name__}:Ball"
SHAPES = Family("shapes", {"ball": PLACE})


@pytest.fixture
def other_package(monkeypatch):
    """Another package that adds cubes, and balls of its own."""
    points = [
        EntryPoint("cube", f"{__name__}:Cube", "atomarium.shapes"),
        EntryPoint("ball", f"{__name__}:Cube", "atomarium.shapes"),
    ]
    asked = {"atomarium.shapes": points}
    monkeypatch.setattr(kinds, "entry_points", lambda group: asked[group])


def test_kinds_are_loaded_by_name():
    assert SHAPES.load("ball") is Ball


def test_settings_know_their_kind_and_describe_themselves():
    assert SHAPES.kind_of(Ball()) == "ball"
    assert SHAPES.describe(Ball(radius=2.0)) == {
        "kind": "ball",
        "radius": 2.0,
        "colors": ("red",),
    }


def test_misspelled_kinds_are_answered_with_the_right_one():
    with pytest.raises(InputError, match="no shape 'bal'; did you mean 'ball'"):
        SHAPES.load("bal")


@pytest.mark.usefixtures("other_package")
def test_other_packages_add_kinds_but_replace_none():
    assert SHAPES.load("cube") is Cube
    assert SHAPES.kind_of(Cube()) == "cube"
    assert SHAPES.load("ball") is Ball
    assert dict(SHAPES.all_places()) == {"ball": PLACE, "cube": f"{__name__}:Cube"}


@pytest.mark.parametrize("use", [SHAPES.kind_of, SHAPES.describe])
def test_what_is_of_no_kind_is_refused(use):
    with pytest.raises(InputError, match="Cube is not among the shapes"):
        use(Cube())
