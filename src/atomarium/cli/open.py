"""`atomarium open`: show a page."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from atomarium.core.errors import InputError


def open_page(
    path: Path, /, *, browser: Annotated[bool, Parameter(negative="--no-browser")] = True
) -> None:
    """Show the report of a study in the browser.

    Args:
        path: Folder of a study or of one of its trials, or a page.
        browser: Whether to open the browser; the address is printed in any case.
    """
    page = find_page(path)
    address = page.resolve().as_uri()
    print(address)
    if browser and not webbrowser.open(address):
        print("no browser here; open the address above in one")


def find_page(path: Path) -> Path:
    """Return the page that a path stands for.

    Raises:
        InputError: there is none.
    """
    if path.is_file() and path.suffix == ".html":
        return path
    if not path.exists():
        raise InputError(f"no file or folder {path}")
    for folder in (path, path.parent.parent):
        if (folder / "report.html").is_file():
            return folder / "report.html"
    if (path / "study.toml").is_file():
        raise InputError(
            f"the study in {path} has no report yet; run it again: "
            f"atomarium run {path / 'study.toml'} --out {path}"
        )
    raise InputError(f"nothing to show in {path}: no report.html")
