"""The checks of our own that `make check` runs."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

_SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, _SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look up the module that they stand in.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


check_docstrings = _load("check_docstrings")
try_versions = _load("try_versions")

FUNCTION = '''
def move({signature}):
    """Move.

    Args:
        structure: What moves.
        vectors: Å. Where to; a line may
            go on, and name: a colon.
        *others: More of it.

    Raises:
        InputError: nowhere to go.
    """
'''
SETTINGS = '''
@dataclass(frozen=True)
class Ball:
    """A ball.

    Args:
        radius: Å.
    """

    {fields}
    _area: float = 0.0
    count: ClassVar[int] = 0
'''


@pytest.mark.parametrize(
    "source",
    [
        FUNCTION.format(signature="structure, vectors, *others"),
        FUNCTION.format(signature="self, structure, *others, vectors")
        .replace("def", "async def")
        .replace("vectors: Å", "vectors: Å"),
        SETTINGS.format(fields="radius: float"),
        'def move(structure):\n    """Move; no more to say."""',
        "class Plain:\n    size: int",
    ],
)
def test_docstrings_that_tell_the_same_story_pass(source):
    assert list(check_docstrings.faults(source, {})) == []


@pytest.mark.parametrize(
    ("source", "named"),
    [
        (FUNCTION.format(signature="structure, *others"), "vectors"),
        (FUNCTION.format(signature="structure, vectors, *others, speed"), "speed"),
        (FUNCTION.format(signature="vectors, structure, *others"), "move describes"),
        (SETTINGS.format(fields="width: float"), "width"),
        (SETTINGS.format(fields="radius: float\n    color: str"), "color"),
    ],
)
def test_docstrings_that_tell_another_story_are_found(source, named):
    ((line, fault),) = check_docstrings.faults(source, {})
    assert line > 1
    assert named in fault


def test_fields_of_bases_are_described_all_or_none():
    base = SETTINGS.format(fields="radius: float")
    inherited = check_docstrings.fields_of_dataclasses([base])
    both = SETTINGS.replace("radius: Å.", "color: Its.\n        radius: Å.")
    for text, n_faults in ((both, 0), (SETTINGS, 1), (SETTINGS.replace("radius", "color"), 0)):
        source = text.format(fields="color: str").replace("class Ball:", "class Red(Ball):")
        assert len(list(check_docstrings.faults(source, inherited))) == n_faults


def test_the_checks_find_nothing_here():
    assert check_docstrings.main() == 0


def test_lowest_versions_are_those_that_the_project_names():
    entries = ["numpy>=1.26", "psycopg[binary]>=3.1", "torch>=2.4"]
    assert try_versions.lowest_versions(entries, {"torch"}) == ["numpy==1.26", "psycopg==3.1"]
    with pytest.raises(SystemExit, match="names no lowest version: metatensor-operations"):
        try_versions.lowest_versions(["metatensor-operations"])


def test_every_dependency_names_its_lowest_version():
    lowest = try_versions.lowest_of_project(["nn", "notebook", "cluster", "tables"])
    assert any(one.startswith("numpy==") for one in lowest)
    # Settled by constraints.txt.
    assert not any(one.startswith("torch==") for one in lowest)


def test_pythons_are_found_by_what_they_say_of_themselves():
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    program = try_versions.find_python(here)
    if program is None:
        pytest.skip(f"no python{here} on the path")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith(f"Python {here}.")
    assert try_versions.find_python("3.99") is None
