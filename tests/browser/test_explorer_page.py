"""The explorer, clicked through in Chromium; the claims stand in explorer_page.mjs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.explore.example_scene import large_scene, molecules_scene, small_scene

from atomarium.explore.page import write_page
from atomarium.explore.scene import About, Scene
from atomarium.explore.scene_payload import pack_block, pack_scene, scene_payload

HOSTILE = "<img src=x onerror=\"window.hacked='yes'\"></script><script>window.hacked='yes'</script>"


def test_the_explorer_works_in_chromium(
    try_claims: Callable[..., None], tmp_path: Path, repository: Path
) -> None:
    bundle = repository / "src/atomarium/explore/static"
    if not (bundle / "atomarium.js").is_file():
        pytest.fail("the page's bundle was not built: make frontend")
    write_everything(tmp_path)
    try_claims("explorer_page.mjs", PAGES=str(tmp_path), BUNDLE=str(bundle))


def write_everything(folder: Path) -> None:
    """Write the pages that are tried, and what a server would send."""
    for name, payload in _payloads().items():
        write_page(folder / f"{name}.html", payload, title=name)
    scene = molecules_scene()
    served = pack_scene(scene, embed=False)
    for name in ("scene", "widget.bin"):
        (folder / f"remote-{name}.bin").write_bytes(served)
    block = pack_block(scene.structures, 0, len(scene.structures))
    (folder / "remote-structures-0.bin").write_bytes(block)


def _payloads() -> dict[str, bytes | dict[str, Any]]:
    damaged = scene_payload(small_scene(), embed=True)
    damaged["properties"][0]["kind"] = "smell"
    return {
        "molecules": pack_scene(molecules_scene(), embed=True),
        "many": pack_scene(large_scene(200_000), embed=True),
        "hostile": pack_scene(_hostile(molecules_scene()), embed=True),
        "damaged": damaged,
    }


def _hostile(scene: Scene) -> Scene:
    """Return a scene whose names, units and texts are all dangerous if they are ever run."""
    properties = tuple(
        replace(
            one,
            name=one.name + HOSTILE,
            unit=one.unit + HOSTILE,
            description=HOSTILE,
            values=one.values
            if not isinstance(one.values, (list, tuple))
            else [text + HOSTILE for text in one.values],
        )
        for one in scene.properties
    )
    about = About(
        name=scene.about.name + HOSTILE,
        description=HOSTILE + "\n\n[press](javascript:window.hacked='yes') <https://example.org>",
        authors=(HOSTILE,),
        references=("[x](data:text/html,<script>1</script>)",),
    )
    return replace(scene, properties=properties, about=about)
