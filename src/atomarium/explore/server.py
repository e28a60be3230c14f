"""Show a scene in the browser of this machine: columns at once, structures when they are asked for."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from atomarium.explore.local_server import BYTES, HOST, LocalServer, guarded, local_app
from atomarium.explore.scene import Scene
from atomarium.explore.scene_payload import block_borders, pack_block, pack_scene

__all__ = ["HOST", "SceneServer", "make_app"]


def make_app(scene: Scene, *, token: str, title: str) -> Starlette:
    """Return an application that serves one scene.

    Args:
        scene: What to show; its structures may be memory-mapped.
        token: What requests for data must carry as `Authorization: Bearer …`.
        title: What the browser's tab is called.

    Raises:
        InputError: the page's bundle was not built.
    """
    payload = pack_scene(scene, embed=False)
    borders = block_borders(scene.structures).tolist()

    def send_scene(request: Request, body: bytes) -> Response:
        return Response(payload, media_type=BYTES)

    def send_block(request: Request, body: bytes) -> Response:
        block = request.path_params["block"]
        if block >= len(borders) - 1:
            message = f"expected a block of 0 … {len(borders) - 2}, got {block}"
            return PlainTextResponse(message, status_code=404)
        packed = pack_block(scene.structures, borders[block], borders[block + 1])
        return Response(packed, media_type=BYTES)

    routes = [
        guarded("/scene", send_scene, token=token),
        guarded("/structures/{block:int}", send_block, token=token),
    ]
    return local_app(routes, title=title, kind="server")


class SceneServer(LocalServer):
    """Serves a scene from a thread for as long as a `with` block lasts.

    Example:
        with SceneServer(scene, title="Molecules") as server:
            print(server.address)

    Args:
        scene: What to show.
        title: What the browser's tab is called.
        port: 0 for one that is free.
    """

    def __init__(self, scene: Scene, *, title: str, port: int = 0) -> None:
        super().__init__(lambda token: make_app(scene, token=token, title=title), port=port)
