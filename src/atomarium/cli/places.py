"""Where commands write, looked at before they begin."""

from __future__ import annotations

import os
from pathlib import Path

from atomarium.core.errors import InputError
from atomarium.core.writable import refuse_unwritable_folder


def run_folder(out: Path | None, name: str) -> Path:
    """Return the folder of a run: what `--out` says, or runs/NAME.

    Args:
        out: What was typed.
        name: Of the study.

    Raises:
        InputError: nothing can be written there.
    """
    folder = out or Path("runs") / name
    refuse_unwritable_folder(folder, named="the run folder" if out is None else "--out")
    return folder


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Refuse to write over something unless told to.

    Args:
        path: Of what is to be written.
        overwrite: Whether it may take the place of what is there.

    Raises:
        InputError: there is something.
    """
    if not overwrite and os.path.lexists(path):
        raise InputError(f"{path} exists; choose another name or say --overwrite")
