"""A server for one reader on this machine: what every page that we serve relies on.

Nothing but this machine is answered, and of its programs only those that know the token, which
browsers keep to themselves in the part of the address after #.
"""

from __future__ import annotations

import errno
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atomarium.core.errors import InputError
from atomarium.explore.page import PageKind, read_static, server_page

HOST = "127.0.0.1"
#: Bytes of what a request may say before it is refused.
_LARGEST_HEAD = 16_384
#: Bytes of what a request may carry.
_LARGEST_BODY = 1_000_000
#: Letters of a path; all of ours are far shorter.
_LONGEST_PATH = 200
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
BYTES = "application/octet-stream"
#: Answers a request, given what it carries.
Answer = Callable[[Request, bytes], Response]


def local_app(routes: Sequence[Route], *, title: str, kind: PageKind) -> Starlette:
    """Return an application that hands out a page, its script and its style sheet, and more.

    Args:
        routes: What it hands out besides; each guarded.
        title: What the browser's tab is called.
        kind: Which page.

    Raises:
        InputError: the page's bundle was not built.
    """
    files = {
        "/": (server_page(title, kind), "text/html"),
        "/atomarium.js": (read_static("atomarium.js"), "text/javascript"),
        "/atomarium.css": (read_static("atomarium.css"), "text/css"),
    }
    shared = [Route(path, _file(*content), methods=["GET"]) for path, content in files.items()]
    middleware = [
        Middleware(_WithHeaders),
        # Another name for this machine is that of a page that wants to read what is here.
        Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),
        Middleware(_WithShortPaths),
    ]
    return Starlette(routes=[*shared, *routes], middleware=middleware)


def guarded(path: str, answer: Answer, *, token: str, method: str = "GET") -> Route:
    """Return a route that answers those alone who know the token, and who are brief.

    Args:
        path: As starlette has it.
        answer: Called in a thread of its own; what a user gave and cannot be used is told as 422.
        token: What requests must carry as `Authorization: Bearer …`.
        method: `GET` or `PATCH`.
    """
    expected = f"Bearer {token}".encode()

    async def send(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not secrets.compare_digest(given, expected):
            message = "this address lacks the token; open the one that atomarium has printed"
            return PlainTextResponse(message, status_code=403)
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > _LARGEST_BODY:
                message = f"expected at most {_LARGEST_BODY} bytes"
                return PlainTextResponse(message, status_code=413)
        try:
            return await run_in_threadpool(answer, request, bytes(body))
        except InputError as error:
            return PlainTextResponse(str(error), status_code=422)
        except OSError as error:
            # A full disk, a folder that is gone: the page tells, and the server goes on.
            return PlainTextResponse(error.strerror or str(error), status_code=507)

    return Route(path, send, methods=[method])


class LocalServer:
    """Serves an application from a thread for as long as a `with` block lasts.

    Args:
        make: Makes the application, given the token that its guarded routes ask for.
        port: 0 for one that is free.
    """

    def __init__(self, make: Callable[[str], Starlette], *, port: int = 0) -> None:
        import uvicorn

        from atomarium.explore.prompt_clients import PromptClients

        self.token = secrets.token_urlsafe(24)
        app = make(self.token)
        self._socket = _bind(port)
        config = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            http=PromptClients,
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


class _WithShortPaths:
    """Refuses paths so long that numbers in them are more than Python reads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if len(scope["path"]) > _LONGEST_PATH:
            app = PlainTextResponse(f"expected at most {_LONGEST_PATH} letters", status_code=414)
        await app(scope, receive, send)


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
