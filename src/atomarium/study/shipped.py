"""The studies that come with the package, by name."""

from __future__ import annotations

from pathlib import Path

import atomarium
from atomarium.core.errors import InputError, did_you_mean


def shipped_studies() -> dict[str, Path]:
    """Return the files of the studies that come with the package, by name."""
    package = Path(atomarium.__file__).parent
    # The wheel has them inside the package, a checkout beside its sources.
    for folder in (package / "studies", package.parents[1] / "studies"):
        found = sorted(folder.glob("*.toml"))
        if found:
            return {path.stem: path for path in found}
    return {}


def study_file(given: Path) -> Path:
    """Return the study file that a path or the name of a shipped study stands for.

    A file that exists wins over a name.

    Args:
        given: What was typed.

    Raises:
        InputError: it is a bare word that names neither.
    """
    if given.is_file() or given.suffix or given.parent != Path():
        return given
    shipped = shipped_studies()
    if given.name not in shipped:
        raise InputError(
            f"no study file and no study {given.name!r}{did_you_mean(given.name, shipped)}"
        )
    return shipped[given.name]
