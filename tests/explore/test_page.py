"""A page is one whole file that nothing in its data can break out of."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.explore.example_report import example_report

from atomarium.core.errors import InputError
from atomarium.explore import page
from atomarium.explore.page import escape_json, escape_script, write_page

HOSTILE = "</script><script>alert(1)</script><!-- \u2028 & \" ' <b>"


class _Elements(HTMLParser):
    """Collect what a browser would see: scripts, styles, and anything that is fetched."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: str | None = None
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.contents: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))
        self.open = tag

    def handle_endtag(self, tag: str) -> None:
        self.open = None

    def handle_data(self, data: str) -> None:
        if self.open is not None:
            self.contents.append((self.open, data))

    def texts(self, tag: str) -> list[str]:
        return [text for name, text in self.contents if name == tag]


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a small bundle in the place of the built one."""
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "atomarium.js").write_text('const s = "</script><!--"; export {s};', "utf-8")
    (folder / "atomarium.css").write_text("body { color: red }", "utf-8")
    (folder / "licenses.txt").write_text("three (MIT) <https://threejs.org>", "utf-8")
    monkeypatch.setattr(page, "_STATIC", folder)
    return folder


def write(path: Path, **extra: object) -> str:
    write_page(path, {"format": "atomarium-test", "version": 1, **extra}, title=HOSTILE)
    return path.read_text(encoding="utf-8")


def test_hostile_text_stays_text(bundle: Path, tmp_path: Path) -> None:
    del bundle
    text = write(tmp_path / "page.html", name=HOSTILE)
    elements = _Elements(text)
    assert [tag for tag, _ in elements.attributes].count("script") == 3
    assert elements.texts("title") == [HOSTILE]
    payload, licenses, _ = elements.texts("script")
    assert json.loads(payload)["name"] == HOSTILE
    assert json.loads(licenses) == "three (MIT) <https://threejs.org>"
    assert "\u2028" not in payload


def test_only_the_two_inline_parts_may_act(bundle: Path, tmp_path: Path) -> None:
    del bundle
    elements = _Elements(write(tmp_path / "page.html"))
    policy = next(
        a["content"]
        for tag, a in elements.attributes
        if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    for directive, content in (
        ("script-src", elements.texts("script")[-1]),
        ("style-src", elements.texts("style")[0]),
    ):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert directives[directive] == f"'sha256-{digest}'"
    assert "http" not in policy.replace("http-equiv", "")


def test_nothing_is_fetched(bundle: Path, tmp_path: Path) -> None:
    del bundle
    elements = _Elements(write(tmp_path / "page.html"))
    fetched = [a for _, a in elements.attributes if {"src", "href", "srcset"} & a.keys()]
    assert fetched == []


def test_a_refused_payload_leaves_the_old_page(bundle: Path, tmp_path: Path) -> None:
    del bundle
    path = tmp_path / "page.html"
    old = write(path)
    with pytest.raises(InputError, match=r"payload\.x: nan is not JSON"):
        write(path, x=float("nan"))
    assert path.read_text(encoding="utf-8") == old
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["page.html"]


def test_a_missing_bundle_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "_STATIC", tmp_path / "nothing")
    with pytest.raises(InputError, match="make frontend"):
        write(tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_escaped_json_is_the_same_json() -> None:
    escaped = escape_json(json.dumps(HOSTILE, ensure_ascii=False))
    assert json.loads(escaped) == HOSTILE
    assert not re.search("[<\u2028\u2029]", escaped)


def test_escaped_script_keeps_every_other_less_than() -> None:
    assert escape_script('a<b; "</ScRiPt>"; c <!--d') == 'a<b; "\\x3c/ScRiPt>"; c \\x3c!--d'


@pytest.mark.skipif(
    not (page._STATIC / "atomarium.js").is_file(), reason="the bundle was not built"
)
def test_the_built_bundle_holds_nothing_that_ends_its_element() -> None:
    script = escape_script((page._STATIC / "atomarium.js").read_text(encoding="utf-8"))
    assert not re.search(r"</script|<!--", script, re.IGNORECASE)
    style = (page._STATIC / "atomarium.css").read_text(encoding="utf-8")
    assert "</style" not in style.lower()


@pytest.mark.skipif(
    not (page._STATIC / "atomarium.js").is_file(), reason="the bundle was not built"
)
def test_a_report_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_page(path, example_report(n_copies=1), title="Example")
    payload = json.loads(_Elements(path.read_text(encoding="utf-8")).texts("script")[0])
    assert payload["format"] == "atomarium-report"
