"""Show a scene in the browser of this machine: columns at once, structures when they are asked for.

Nothing but this machine is answered, and of its programs only those that know the token, which
browsers keep to themselves in the part of the address after #.
"""

from __future__ import annotations

import errno
import secrets
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atomarium.core.errors import InputError
from atomarium.explore.page import read_static, server_page
from atomarium.explore.scene import Scene
from atomarium.explore.scene_payload import block_borders, pack_block, pack_scene

HOST = "127.0.0.1"
#: Bytes of what a request may say before it is refused.
_LARGEST_HEAD = 16_384
_SECONDS_TO_START = 30.0
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_BYTES = "application/octet-stream"


def make_app(scene: Scene, *, token: str, title: str) -> Starlette:
    """Return an application that serves one scene.

    Args:
        scene: What to show; its structures may be memory-mapped.
        token: What requests for data must carry as `Authorization: Bearer …`.
        title: What the browser's tab is called.

    Raises:
        InputError: the page's bundle was not built.
    """
    page = server_page(title)
    files = {
        "/": (page, "text/html"),
        "/atomarium.js": (read_static("atomarium.js"), "text/javascript"),
        "/atomarium.css": (read_static("atomarium.css"), "text/css"),
    }
    payload = pack_scene(scene, embed=False)
    borders = block_borders(scene.structures).tolist()

    def send_scene(request: Request) -> Response:
        return Response(payload, media_type=_BYTES)

    def send_block(request: Request) -> Response:
        block = request.path_params["block"]
        if block >= len(borders) - 1:
            message = f"expected a block of 0 … {len(borders) - 2}, got {block}"
            return PlainTextResponse(message, status_code=404)
        packed = pack_block(scene.structures, borders[block], borders[block + 1])
        return Response(packed, media_type=_BYTES)

    routes = [
        *(Route(path, _file(*content), methods=["GET"]) for path, content in files.items()),
        Route("/scene", _guarded(send_scene, token), methods=["GET"]),
        Route("/structures/{block:int}", _guarded(send_block, token), methods=["GET"]),
    ]
    middleware = [
        Middleware(_WithHeaders),
        # Another name for this machine is that of a page that wants to read what is here.
        Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),
    ]
    return Starlette(routes=routes, middleware=middleware)


class SceneServer:
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
        import uvicorn

        self.token = secrets.token_urlsafe(24)
        app = make_app(scene, token=self.token, title=title)
        self._socket = _bind(port)
        config = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            http="h11",
            h11_max_incomplete_event_size=_LARGEST_HEAD,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._socket.getsockname()[1]

    @property
    def address(self) -> str:
        """What to open in the browser; whoever knows it may look."""
        return f"http://{HOST}:{self.port}/#token={self.token}"

    def start(self) -> Self:
        """Begin to answer, without a `with` block; `stop` ends it."""
        self._thread.start()
        waited = 0.0
        pause = threading.Event()
        while not self._server.started and self._thread.is_alive() and waited < _SECONDS_TO_START:
            pause.wait(0.01)
            waited += 0.01
        return self

    def stop(self) -> None:
        """Answer no more."""
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _bind(port: int) -> socket.socket:
    if not 0 <= port <= 65_535:
        raise InputError(f"port must lie in 0 … 65535, got {port}")
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} is in use; choose another one, or none to get one that is free"
        else:
            message = f"port {port} cannot be used: {error.strerror}"
        raise InputError(message) from None


def _file(content: str, media_type: str) -> Callable[[Request], Response]:
    def send(request: Request) -> Response:
        return Response(content, media_type=media_type)

    return send


def _guarded(answer: Callable[[Request], Response], token: str) -> Callable[[Request], Response]:
    expected = f"Bearer {token}".encode()

    def send(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not secrets.compare_digest(given, expected):
            message = "this address lacks the token; open the one that atomarium has printed"
            return PlainTextResponse(message, status_code=403)
        return answer(request)

    return send


class _WithHeaders:
    """Puts the same headers on every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = [(key.lower().encode(), one.encode()) for key, one in _HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *more]}
            await send(message)

        await self._app(scope, receive, send_with_headers)
