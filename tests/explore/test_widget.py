"""The widget keeps three traits in step, sends structures when asked, and refuses by exceptions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.explore.example_scene import small_scene

from atomarium.core.errors import InputError
from atomarium.explore.packed import unpack
from atomarium.explore.scene_payload import pack_block

pytest.importorskip("anywidget", reason="anywidget is not installed")

import atomarium
from atomarium.explore.widget import Widget


@pytest.fixture
def widget() -> Any:
    made = atomarium.show(small_scene(), height=500)
    assert isinstance(made, Widget)
    return made


def test_it_carries_payload_settings_and_style(widget: Any) -> None:
    assert unpack(widget.payload)["about"]["name"] == "Three of all"
    assert widget.settings == dict(small_scene().settings)
    assert ".explorer" in widget.style
    assert widget.height == 500


def test_a_selection_is_told_and_can_be_set(widget: Any) -> None:
    told: list[Any] = []
    stop = widget.on_select(told.append)
    chosen = {"target": "structure", "points": np.array([2]), "active": 0, "chosen": None}
    widget.selection = chosen
    assert told == [{**chosen, "points": [2]}]
    stop()
    widget.selection = {"target": "atom", "points": [np.int64(1)], "active": 0, "chosen": [0, 2]}
    assert len(told) == 1


@pytest.mark.parametrize(
    ("trait", "value", "message"),
    [
        ("selection", {"target": "no"}, r"selection\.target: expected one of structure, atom"),
        (
            "selection",
            {"target": "atom", "points": [3]},
            r"selection\.points\[0\]: expected a numb",
        ),
        (
            "selection",
            {"target": "atom", "chosen": [0, "a"]},
            r"selection\.chosen\[1\]: expected a",
        ),
        ("settings", {"foo": 1}, r"settings\.foo: there is no such setting"),
        ("settings", {"map": {"x": {"property": "z"}}}, r"settings\.map\.x\.property: there is no"),
    ],
)
def test_what_cannot_be_is_an_exception(widget: Any, trait: str, value: Any, message: str) -> None:
    before = getattr(widget, trait)
    with pytest.raises(InputError, match=message):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


def test_structures_are_sent_when_they_are_asked_for(
    widget: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(
        widget, "send", lambda content, buffers=None: sent.append((content, buffers))
    )
    widget._answer(widget, {"kind": "structures", "block": 0}, [])
    widget._answer(widget, {"kind": "structures", "block": 7}, [])
    widget._answer(widget, {"kind": "structures", "block": "0"}, [])
    widget._answer(widget, {"kind": "other"}, [])
    expected = pack_block(small_scene().structures, 0, 3)
    assert sent[0] == ({"kind": "structures", "block": 0}, [expected])
    assert [content["error"] for content, _ in sent[1:]] == [
        "there is no block 7", "there is no block '0'"
    ]  # fmt: skip


def test_what_the_page_shows_is_what_is_saved(widget: Any, tmp_path: Path) -> None:
    widget.settings = {"target": "atom", "view": {"target": "atom"}}
    assert widget.scene.settings == widget.settings
    widget.save_html(tmp_path / "page.html")
    assert widget.save_chemiscope(tmp_path / "out.json") == (
        "settings.view: left out, chemiscope has none",
    )
