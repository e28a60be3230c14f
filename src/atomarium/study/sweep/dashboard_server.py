"""Show a sweep in the browser of this machine while it goes on, and keep notes on it."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from atomarium.explore.local_server import BYTES, LocalServer, guarded, local_app
from atomarium.explore.packed import pack
from atomarium.study.sweep.dashboard import (
    FORMAT,
    VERSION,
    pack_dashboard,
    pack_details,
    target_of,
)
from atomarium.study.sweep.dashboard_predictions import prediction_entries
from atomarium.study.sweep.lost import lost_workers
from atomarium.study.sweep.notes import NOTES, Notes, keep_change, read_change, read_notes
from atomarium.study.sweep.runs import CURVES, RECORDS, Sweep, read_sweep

Part = Literal["sweep", "details"]
#: Columns come at once; what takes longer to gather has a request of its own.
_PARTS: dict[Part, Callable[[Sweep, Notes], bytes]] = {
    "sweep": partial(pack_dashboard, whole=False),
    "details": pack_details,
}
_NOT_MODIFIED, _NO_CONTENT, _UNSUPPORTED = 304, 204, 415
#: gzip's quickest: the reader sits at this machine.
_LEVEL = 1


def make_dashboard_app(folder: Path, *, token: str, title: str) -> Starlette:
    """Return an application that serves a sweep as it is whenever it is asked for.

    Args:
        folder: The run folder of the sweep; nothing else is read, and only notes are written.
        token: What requests for data must carry as `Authorization: Bearer …`.
        title: What the browser's tab is called.

    Raises:
        InputError: the page's bundle was not built.
    """
    latest = _Latest(folder)
    writing = threading.Lock()

    def send_sweep(request: Request, body: bytes) -> Response:
        version = latest.version()
        if request.headers.get("if-none-match") == version:
            return Response(status_code=_NOT_MODIFIED)
        content = latest.packed("sweep", version)
        return Response(content, media_type=BYTES, headers={"ETag": version})

    def send_details(request: Request, body: bytes) -> Response:
        return Response(latest.packed("details", latest.version()), media_type=BYTES)

    def send_predictions(request: Request, body: bytes) -> Response:
        sweep = read_sweep(folder)
        found = prediction_entries(folder, [request.path_params["number"]], target_of(sweep))
        if not found:
            return Response(status_code=_NO_CONTENT)
        content = {"format": FORMAT, "version": VERSION, "prediction": found[0]}
        return Response(pack(content), media_type=BYTES)

    def change_notes(request: Request, body: bytes) -> Response:
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return PlainTextResponse("expected application/json", status_code=_UNSUPPORTED)
        change = read_change(body)
        with writing:
            notes = keep_change(folder, change)
        return JSONResponse(asdict(notes))

    routes = [
        guarded("/sweep", send_sweep, token=token),
        guarded("/details", send_details, token=token),
        guarded("/predictions/{number:int}", send_predictions, token=token),
        guarded("/notes", change_notes, token=token, method="PATCH"),
    ]
    return local_app(routes, title=title, kind="sweep")


class DashboardServer(LocalServer):
    """Serves the dashboard of a sweep from a thread for as long as a `with` block lasts.

    Example:
        with DashboardServer(Path("runs/sweep"), title="sweep") as server:
            print(server.address)

    Args:
        folder: The run folder of the sweep.
        title: What the browser's tab is called.
        port: 0 for one that is free.
    """

    def __init__(self, folder: Path, *, title: str, port: int = 0) -> None:
        super().__init__(
            lambda token: make_dashboard_app(folder, token=token, title=title), port=port
        )


class _Latest:
    """A sweep as bytes, gathered again only when its files have changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks = {part: threading.Lock() for part in _PARTS}
        self._known: dict[str, tuple[str, bytes]] = {}

    def version(self) -> str:
        """Return what changes whenever a file of the sweep does."""
        told = "\n".join(sorted(self._told()))
        return f'"{hashlib.sha256(told.encode()).hexdigest()[:24]}"'

    def _told(self) -> Iterator[str]:
        single = (self._folder / NOTES, self._folder / "study.toml")
        for path in (
            *single,
            *(self._folder / RECORDS).glob("*.jsonl"),
            *(self._folder / CURVES).glob("*.jsonl"),
        ):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            yield f"{path.name} {status.st_size} {status.st_mtime_ns}"
        # What is not written any more changes what is shown, too.
        yield f"lost: {', '.join(lost_workers(self._folder))}"

    def packed(self, part: Part, version: str) -> bytes:
        """Return a part of it; whoever asks at the same time waits for the same bytes."""
        with self._locks[part]:
            known = self._known.get(part)
            if known is None or known[0] != version:
                sweep, notes = read_sweep(self._folder), read_notes(self._folder)
                content = _PARTS[part](sweep, notes)
                known = (version, gzip.compress(content, _LEVEL, mtime=0))
                self._known[part] = known
            return known[1]
