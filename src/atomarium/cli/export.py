"""`atomarium export`: structures and properties as files of other programs."""

from __future__ import annotations

from pathlib import Path

from atomarium.core.errors import InputError
from atomarium.core.writable import refuse_unwritable_file


def export(*sources: str, chemiscope: Path | None = None, html: Path | None = None) -> None:
    """Write what `atomarium open` shows as a file.

    Args:
        chemiscope: File for chemiscope to write; ends with .json or .json.gz.
        html: Page to write that needs no network.
        sources: As for `atomarium open`: files, folders, runs or names of `atomarium data list`.

    Raises:
        InputError: nothing is named, or something cannot be read or written.
    """
    from atomarium.cli.open import save_page, scene_of
    from atomarium.explore.chemiscope_writer import write_chemiscope

    if not sources:
        raise InputError("name what to export: a file, a folder, or a data set of the catalog")
    if chemiscope is None and html is None:
        raise InputError("say where to write: --chemiscope OUT.json.gz or --html OUT.html")
    for path, named in ((chemiscope, "--chemiscope"), (html, "--html")):
        if path is not None:
            refuse_unwritable_file(path, named=named)
    scene = scene_of(sources)
    if chemiscope is not None:
        for note in write_chemiscope(chemiscope, scene):
            print(f"note: {note}")
        size = chemiscope.stat().st_size / 1e6
        print(f"{len(scene.structures):,} structures: {chemiscope} ({size:.1f} MB)")
    if html is not None:
        save_page(scene, html)
