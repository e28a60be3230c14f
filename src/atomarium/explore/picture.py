"""A picture of a page, drawn by a browser without a window."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from atomarium.core.errors import InputError
from atomarium.core.files import written_atomically
from atomarium.explore.page import write_page

#: Names a program instead of those that are looked for.
VARIABLE = "ATOMARIUM_CHROMIUM"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_PNG = b"\x89PNG"
_SECONDS = 180
#: Milliseconds of the page's own clock, which runs ahead while nothing is left to do.
_DRAWING = 15_000


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
    program = find_chromium()
    with tempfile.TemporaryDirectory(prefix="atomarium-") as folder:
        page, picture = Path(folder) / "page.html", Path(folder) / "page.png"
        write_page(page, packed, title=title)
        said = _draw(program, Path(folder), page, picture, size=size, scale=scale)
        content = picture.read_bytes() if picture.is_file() else b""
        if not content.startswith(_PNG):
            raise InputError(f"{program} has drawn no picture: {said[-500:] or 'it says nothing'}")
        with written_atomically(path) as part:
            part.write_bytes(content)


def _draw(
    program: str,
    folder: Path,
    page: Path,
    picture: Path,
    *,
    size: tuple[int, int],
    scale: float,
) -> str:
    # As root, Chromium starts without its sandbox only; what it opens is our own page.
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    command = [
        program,
        "--headless=new",
        *(["--no-sandbox"] if is_root else []),
        "--hide-scrollbars",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-dev-shm-usage",
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={size[0]},{size[1]}",
        f"--force-device-scale-factor={scale:g}",
        f"--virtual-time-budget={_DRAWING}",
        f"--screenshot={picture}",
        page.as_uri(),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - the program is the user's own browser
            command, check=False, capture_output=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"{program} has drawn nothing for {_SECONDS} s") from None
    return done.stderr.decode(errors="replace").strip()
