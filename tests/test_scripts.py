"""The checks of our own that `make check` runs."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

_SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, _SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check_docstrings = _load("check_docstrings")

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
    assert list(check_docstrings.faults(source)) == []


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
    ((line, fault),) = check_docstrings.faults(source)
    assert line > 1
    assert named in fault


def test_the_checks_find_nothing_here():
    assert check_docstrings.main() == 0
