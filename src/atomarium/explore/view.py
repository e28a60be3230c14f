"""A scene in the hands of a Python program: saved as a page or picture, or opened in the browser."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atomarium.explore.inputs import with_settings
from atomarium.explore.page import write_page
from atomarium.explore.scene import Scene
from atomarium.explore.scene_payload import pack_scene


class View:
    """What `atomarium.show` returns where there are no widgets; widgets can do all of it too.

    Args:
        scene: What is shown.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def __repr__(self) -> str:
        n = len(self.scene.structures)
        return f"<atomarium view of {n:,} structures: .save_html(path), .save_png(path), .open()>"

    @property
    def title(self) -> str:
        """What a page of it is called."""
        return self.scene.about.name or "atomarium"

    def save_html(self, path: Path | str, *, settings: Mapping[str, Any] | None = None) -> None:
        """Write one HTML file that needs nothing else; it can be sent to anyone.

        Args:
            path: A file is replaced.
            settings: How the page begins; as shown now when left out.

        Raises:
            InputError: a setting cannot be, or the page's bundle was not built.
        """
        write_page(path, pack_scene(self._begun(settings), embed=True), title=self.title)

    def save_png(
        self,
        path: Path | str,
        *,
        settings: Mapping[str, Any] | None = None,
        size: tuple[int, int] = (1280, 800),
        scale: float = 2.0,
    ) -> None:
        """Write a picture of the page, drawn by an installed Chromium or Chrome.

        Args:
            path: A file is replaced.
            settings: How the page begins; as shown now when left out.
            size: Width and height of the page in its own pixels.
            scale: Pixels of the picture for each of the page.

        Raises:
            InputError: a setting cannot be, there is no Chromium, or it does not draw.
        """
        from atomarium.explore.picture import save_picture

        packed = pack_scene(self._begun(settings), embed=True)
        save_picture(Path(path), packed, title=self.title, size=size, scale=scale)

    def save_chemiscope(self, path: Path | str) -> tuple[str, ...]:
        """Write a file that chemiscope opens, and return what had to be left out.

        Args:
            path: Ends with `.json` or `.json.gz`.
        """
        from atomarium.explore.chemiscope_writer import write_chemiscope

        return write_chemiscope(path, self._begun(None))

    def open(self, *, port: int = 0, browser: bool = True) -> Any:
        """Serve the page to this machine until the returned server's `stop()`, and open it.

        Args:
            port: One that is free when 0.
            browser: Whether to open the browser; `server.address` says where it is.
        """
        import webbrowser

        from atomarium.explore.server import SceneServer

        server = SceneServer(self._begun(None), title=self.title, port=port).start()
        if browser:
            webbrowser.open(server.address)
        return server

    def _begun(self, settings: Mapping[str, Any] | None) -> Scene:
        return self.scene if settings is None else with_settings(self.scene, settings)
