"""The explorer as the server hands it out, and pictures of it, in Chromium."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.browser.test_explorer_page import HOSTILE
from tests.explore.example_scene import molecules_scene, small_scene

from atomarium.explore.browser import Browser
from atomarium.explore.server import SceneServer
from atomarium.explore.view import View

SIZE = (1000, 700)


@pytest.fixture
def browser(chromium: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Browser]:
    monkeypatch.setenv("ATOMARIUM_CHROMIUM", chromium)
    with Browser(tmp_path) as running:
        yield running


def _wait_for(browser: Browser, script: str) -> object:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = browser.evaluate(script)
        if found:
            return found
        time.sleep(0.1)
    return pytest.fail(f"never true: {script}; the page says {browser.evaluate(_TEXT)!r}")


_TEXT = "document.body.innerText"


def test_a_served_page_fetches_what_is_looked_at(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = molecules_scene()
    asked: list[int] = []
    pack_block: Callable[..., bytes] = __import__(
        "atomarium.explore.scene_payload", fromlist=["pack_block"]
    ).pack_block

    def counted(structures: object, first: int, last: int) -> bytes:
        asked.append(first)
        return pack_block(structures, first, last)

    monkeypatch.setattr("atomarium.explore.server.pack_block", counted)
    with SceneServer(scene, title="G2") as server:
        browser.open(server.address, size=SIZE, scale=1.0)
        _wait_for(browser, "document.querySelector('canvas.map-points[data-way]') !== null")
        _wait_for(browser, f"{_TEXT}.includes('162 structures')")
        end = time.monotonic() + 60
        while not asked and time.monotonic() < end:
            time.sleep(0.1)
    assert asked == [0]


def test_without_the_token_the_page_says_why_it_is_empty(browser: Browser) -> None:
    with SceneServer(molecules_scene(), title="G2") as server:
        browser.open(server.address.partition("#")[0], size=SIZE, scale=1.0)
        _wait_for(browser, f"{_TEXT}.includes('lacks the token')")


def test_names_of_strangers_are_text_in_a_served_page(browser: Browser) -> None:
    scene = small_scene()
    about = replace(scene.about, name=HOSTILE, description=HOSTILE)
    properties = tuple(replace(p, unit=HOSTILE) for p in scene.properties)
    with SceneServer(replace(scene, about=about, properties=properties), title=HOSTILE) as server:
        browser.open(server.address, size=SIZE, scale=1.0)
        _wait_for(browser, f"{_TEXT}.includes('onerror')")
        assert browser.evaluate("window.hacked === undefined && document.title.includes('<img')")


def test_a_picture_has_the_size_asked_for(
    chromium: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOMARIUM_CHROMIUM", chromium)
    View(molecules_scene()).save_png(tmp_path / "a.png", size=(600, 400), scale=1.5)
    content = (tmp_path / "a.png").read_bytes()
    assert struct.unpack(">II", content[16:24]) == (900, 600)
    assert len(content) > 20_000  # an empty page has a tenth of it
