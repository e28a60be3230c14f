"""A picture of a page, drawn by a browser without a window."""

from __future__ import annotations

import base64
import tempfile
import time
from pathlib import Path

from atomarium.core.errors import InputError
from atomarium.core.files import written_atomically
from atomarium.explore.browser import Browser
from atomarium.explore.page import write_page

_SECONDS = 90.0
#: Whether the page has read its data and drawn what it has begun with.
_DRAWN = """
new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(
  document.readyState === "complete" && document.querySelector("main") !== null
  && document.querySelector(".waiting") === null))))
"""


def save_picture(
    path: Path, packed: bytes, *, title: str, size: tuple[int, int], scale: float
) -> None:
    """Write a PNG file of a page.

    Args:
        path: A file is replaced.
        packed: The page's scene with its structures.
        title: What the page is called.
        size: Width and height of the page in its own pixels.
        scale: Pixels of the picture for each of the page.

    Raises:
        InputError: there is no Chromium, sizes are not above 0, or it does not draw.
    """
    if min(size) < 1 or not scale > 0:
        raise InputError(f"size and scale must be above 0, got {size} and {scale}")
    # What the browser writes while it ends may still appear while the folder goes.
    with tempfile.TemporaryDirectory(prefix="atomarium-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        write_page(folder / "page.html", packed, title=title)
        with Browser(folder) as browser:
            browser.open((folder / "page.html").as_uri(), size=size, scale=scale)
            content = _settled_picture(browser)
    with written_atomically(path) as part:
        part.write_bytes(content)


def _settled_picture(browser: Browser) -> bytes:
    """Return the picture that a page stays at."""
    end = time.monotonic() + _SECONDS
    before = b""
    while time.monotonic() < end:
        if browser.evaluate(_DRAWN):
            answer = browser.call("Page.captureScreenshot", {"format": "png"})
            content = base64.b64decode(answer["data"])
            if content == before:
                return content
            before = content
        time.sleep(0.2)
    if before:
        return before
    raise InputError(f"the browser has drawn nothing for {_SECONDS:.0f} s")
