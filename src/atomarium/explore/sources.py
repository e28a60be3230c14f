"""From what a user wrote, a file, a folder or a name, to a scene; several make one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from atomarium.data.compressed import name_without_suffix, opened
from atomarium.data.sources import load_dataset
from atomarium.explore.chemiscope_reader import looks_like_chemiscope, read_chemiscope
from atomarium.explore.dataset_scene import scene_of_dataset
from atomarium.explore.joined import join_scenes
from atomarium.explore.scene import Scene

#: ASE's databases in JSON begin with the number of a row.
_ASE_JSON = re.compile(rb'\s*\{\s*"(\d+|ids|nextid)"')


def load_scene(source: Path | str) -> Scene:
    """Return what an explorer shows of a file, a folder or a data set of the catalog.

    Args:
        source: A file of chemiscope, or anything that `atomarium.read` reads.

    Raises:
        InputError: there is nothing of this name, or it cannot be read; the message names the
            first fault.
    """
    path = Path(source).expanduser()
    if path.is_file() and looks_like_chemiscope(path) and not _is_ase_json(path):
        return read_chemiscope(path)
    return scene_of_dataset(load_dataset(source), name=path.stem)


def load_scenes(sources: Sequence[Path | str]) -> Scene:
    """Return one scene of several files, folders or names.

    Raises:
        InputError: as for `load_scene`.
    """
    if len(sources) == 1:
        return load_scene(sources[0])
    names = [name_without_suffix(Path(source)) for source in sources]
    twice = {name for name in names if names.count(name) > 1}
    labels = [
        str(source) if name in twice else name
        for name, source in zip(names, sources, strict=True)
    ]  # fmt: skip
    return join_scenes([load_scene(source) for source in sources], labels)


def _is_ase_json(path: Path) -> bool:
    with opened(path) as source:
        return _ASE_JSON.match(source.read(4096)) is not None
