"""Archives as they are published, made small, and importers run on them."""

from __future__ import annotations

import io
import tarfile
import zipfile

from atomarium.data.importers import load_importer


def tar(path, members, mode="w:bz2"):
    """Write texts or bytes by name into a tar, and return its path."""
    with tarfile.open(path, mode) as archive:
        for name, text in members.items():
            content = text if isinstance(text, bytes) else text.encode()
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return path


def zipped(path, members):
    """Write texts or bytes by name into a zip, and return its path."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def run(kind, *files, **options):
    """Return what the importer of a kind makes of files."""
    return load_importer(kind)(tuple(files), options)
