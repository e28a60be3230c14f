"""The explorer in a notebook: a widget for Jupyter, VS Code, Colab and marimo.

Needs the extra `notebook`; `atomarium.explore.show` imports this where it is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget  # pyright: ignore[reportMissingImports]
import traitlets  # pyright: ignore[reportMissingImports]

from atomarium.core.errors import InputError
from atomarium.explore.chemiscope_settings import finite_settings
from atomarium.explore.expected import list_at, one_of_at, whole_at
from atomarium.explore.inputs import with_settings
from atomarium.explore.page import read_static
from atomarium.explore.scene import Scene
from atomarium.explore.scene_payload import block_borders, pack_block, pack_scene
from atomarium.explore.view import View

#: Structures of so many atoms are kept within a saved notebook; others are sent when looked at.
_MOST_ATOMS_WITHIN = 200_000


class Widget(anywidget.AnyWidget):
    """The explorer; three traits are in step with the page: payload, selection and settings.

    `selection` is a dictionary: `target`, "structure" or "atom"; `points`, one for each viewer;
    `active`, which viewer; `chosen`, points within a lasso or box, None without one. Setting it
    moves the page. `settings` takes chemiscope's words and, under `view`, all that this explorer
    saves; what the page has is written there.

    Args:
        scene: What to show.
        height: Pixels.

    Raises:
        InputError: a selection or setting cannot be, or the page's bundle was not built.
    """

    payload = traitlets.Bytes().tag(sync=True)
    selection = traitlets.Dict().tag(sync=True)
    settings = traitlets.Dict().tag(sync=True)
    style = traitlets.Unicode().tag(sync=True)
    height = traitlets.Int(640).tag(sync=True)

    def __init__(self, scene: Scene, *, height: int = 640) -> None:
        self._view = View(scene)
        self._borders = block_borders(scene.structures).tolist()
        within = scene.structures.structures.n_atoms <= _MOST_ATOMS_WITHIN
        super().__init__(
            _esm=read_static("atomarium.js"),
            style=read_static("atomarium.css"),
            payload=pack_scene(scene, embed=within),
            settings=dict(scene.settings),
            height=height,
        )
        self.on_msg(self._answer)

    @property
    def scene(self) -> Scene:
        """What is shown, with the settings that the page has now."""
        return self._now().scene

    def on_select(self, callback: Callable[[Mapping[str, Any]], object]) -> Callable[[], None]:
        """Call back with the selection whenever it changes; what is returned stops that.

        Args:
            callback: Gets the dictionary that `selection` then is.
        """

        def tell(change: Any) -> None:
            callback(change["new"])

        self.observe(tell, names="selection")
        return lambda: self.unobserve(tell, names="selection")

    def save_html(self, path: Path | str, **options: Any) -> None:
        """Write one HTML file that needs nothing else; options as for `View.save_html`."""
        self._now().save_html(path, **options)

    def save_png(self, path: Path | str, **options: Any) -> None:
        """Write a picture of the page; options as for `View.save_png`."""
        self._now().save_png(path, **options)

    def save_chemiscope(self, path: Path | str) -> tuple[str, ...]:
        """Write a file that chemiscope opens, and return what had to be left out."""
        return self._now().save_chemiscope(path)

    def _now(self) -> View:
        return View(with_settings(self._view.scene, self.settings))

    @traitlets.validate("settings")
    def _check_settings(self, proposal: Any) -> dict[str, Any]:
        return dict(with_settings(self._view.scene, proposal["value"]).settings)

    @traitlets.validate("selection")
    def _check_selection(self, proposal: Any) -> dict[str, Any]:
        given = finite_settings(proposal["value"])
        if not given:
            return given
        target = one_of_at("selection.target", given.get("target"), ("structure", "atom"))
        count = self._view.scene.count(target)  # pyright: ignore[reportArgumentType]
        for key in ("points", "chosen"):
            for i, point in enumerate(list_at(f"selection.{key}", given.get(key) or ())):
                if whole_at(f"selection.{key}[{i}]", point) >= count:
                    raise InputError(
                        f"selection.{key}[{i}]: expected a number from 0 to {count - 1}, got {point}"
                    )
        return given

    def _answer(self, widget: object, content: Any, buffers: object) -> None:
        """Send a block of structures that the page asks for."""
        if not isinstance(content, dict) or content.get("kind") != "structures":
            return
        block = content.get("block")
        reply = {"kind": "structures", "block": block}
        if type(block) is not int or not 0 <= block < len(self._borders) - 1:
            self.send({**reply, "error": f"there is no block {block!r}"})
            return
        first, last = self._borders[block : block + 2]
        self.send(reply, buffers=[pack_block(self._view.scene.structures, first, last)])
