"""A browser without a window, told what to do through a pair of pipes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from atomarium.core.errors import InputError

#: Names a program instead of those that are looked for.
VARIABLE = "ATOMARIUM_CHROMIUM"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_SECONDS = 120.0
#: Chromium listens on 3 and answers on 4, whatever numbers we have got; shells know one digit only.
_LAUNCH = """
import fcntl, os, sys
high = [fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3]]
os.dup2(high[0], 3)
os.dup2(high[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def find_chromium() -> str:
    """Return the Chromium or Chrome of this machine.

    Raises:
        InputError: there is none.
    """
    given = os.environ.get(VARIABLE)
    candidates = [given] if given else [*_PROGRAMS, *(_MAC if sys.platform == "darwin" else ())]
    for name in candidates:
        found = shutil.which(name)
        if found:
            return found
    if given:
        raise InputError(f"{VARIABLE} names {given!r}, which is no program")
    raise InputError(
        "pictures are drawn by Chromium or Chrome, and none is installed; install one "
        f"(apt-get install chromium), or set {VARIABLE} to where it is"
    )


class Browser:
    """Chromium with one page; its DevTools protocol is spoken through pipes, not through a port.

    Args:
        folder: Empty; for its profile and its words.

    Raises:
        InputError: there is no Chromium, it ends at once, or it does not answer.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = find_chromium()
        self._number = 0
        self._session = ""
        self._rest = b""

    def __enter__(self) -> Self:
        if sys.platform == "win32":
            raise InputError("pictures without a window are drawn on Linux and macOS only")
        their_input, self._to = os.pipe()
        self._from, their_output = os.pipe()
        # As root, Chromium starts without its sandbox only; what it opens is our own page.
        is_root = os.geteuid() == 0
        command = [
            self._program,
            "--headless=new",
            "--remote-debugging-pipe",
            *(["--no-sandbox"] if is_root else []),
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-dev-shm-usage",
            f"--user-data-dir={self._folder / 'profile'}",
            "about:blank",
        ]
        with (self._folder / "said.txt").open("wb") as said:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own browser
                [sys.executable, "-ISc", _LAUNCH, str(their_input), str(their_output), *command],
                pass_fds=(their_input, their_output),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        os.close(their_input)
        os.close(their_output)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._to)
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._from)

    def open(self, address: str, *, size: tuple[int, int], scale: float) -> None:
        """Open an address in a page of some size."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        self._session = attached["sessionId"]
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": scale, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", metrics)
        self.call("Page.navigate", {"url": address})

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression in the page, once it is settled."""
        options = {"expression": script, "awaitPromise": True, "returnByValue": True}
        return self.call("Runtime.evaluate", options).get("result", {}).get("value")

    def call(self, method: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the browser answers to a call.

        Raises:
            InputError: it ends, does not answer in time, or refuses.
        """
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        try:
            os.write(self._to, json.dumps(message).encode() + b"\0")
        except BrokenPipeError:
            raise InputError(self._complaint("has ended")) from None
        end = time.monotonic() + _SECONDS
        while True:
            answer = self._read(end)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise InputError(self._complaint(f"refuses {method}: {answer['error']}"))
                return answer["result"]

    def _read(self, end: float) -> dict[str, Any]:
        import select

        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise InputError(self._complaint(f"has not answered for {_SECONDS:.0f} s"))
            more = os.read(self._from, 2**20)
            if not more:
                raise InputError(self._complaint("has ended"))
            self._rest += more
        text, _, self._rest = self._rest.partition(b"\0")
        return json.loads(text)

    def _complaint(self, what: str) -> str:
        said = (self._folder / "said.txt").read_text(encoding="utf-8", errors="replace").strip()
        return f"{self._program} {what}{f'; it says: {said[-500:]}' if said else ''}"
