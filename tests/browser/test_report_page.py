"""The page of a report, clicked through in Chromium; the claims stand in report_page.mjs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.explore.example_report import example_report

from atomarium.explore.page import write_page

HOSTILE = "<img src=x onerror=\"window.hacked='yes'\"></script><script>window.hacked='yes'</script>"


def test_the_page_works_in_chromium(try_claims: Callable[..., None], tmp_path: Path) -> None:
    for name, payload in _payloads().items():
        write_page(tmp_path / f"{name}.html", payload, title=name)
    report = tmp_path / "report.html"
    damaged = report.read_text(encoding="utf-8").replace('"n_train":100,', '"n_train":"many",', 1)
    (tmp_path / "damaged.html").write_text(damaged, encoding="utf-8")
    try_claims("report_page.mjs", PAGES=str(tmp_path))


def test_types_and_units_of_the_page_hold(run_node: Callable[..., None], repository: Path) -> None:
    modules = "node_modules"
    for command in (
        [f"{modules}/typescript/bin/tsc", "--noEmit"],
        [f"{modules}/vitest/vitest.mjs", "run"],
    ):
        run_node(*command, folder=repository / "frontend")


def _payloads() -> dict[str, dict[str, Any]]:
    report = example_report(n_copies=6)
    nothing_yet = {**report, "trials": [], "predictions": []}
    nothing_yet["study"] = {**report["study"], "status": "running"}
    return {
        "report": report,
        "running": nothing_yet,
        "newer": {**report, "version": 2},
        "unknown": {**report, "format": "constructor"},
        "hostile": _with_every_text(example_report(n_copies=1), lambda text: text + HOSTILE),
    }


def _with_every_text(report: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return a report whose names, units, ids, notes and file are all changed alike."""
    kept = {"format", "status", "state", "created"}

    def changed(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: changed(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [changed(item, key) for item in value]
        return change(value) if isinstance(value, str) and key not in kept else value

    return json.loads(json.dumps(changed(report, ""), default=_column))


def _column(value: Any) -> Any:
    from atomarium.explore.payload import to_column

    return to_column(value)


@pytest.fixture(autouse=True)
def _needs_the_bundle(repository: Path) -> None:
    if not (repository / "src/atomarium/explore/static/atomarium.js").is_file():
        pytest.fail("the page's bundle was not built: make frontend")
