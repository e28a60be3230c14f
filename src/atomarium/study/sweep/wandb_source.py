"""Read a sweep configuration of Weights & Biases: JSON, YAML, or a dict in a Python file.

Nothing of a Python file is ever run: its syntax tree is read, and only literals, names that were
given literals, arithmetic of numbers and `dict`, `list`, `range` and a few logarithms are understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import yaml

from atomarium.core.errors import InputError
from atomarium.core.files import parse_json, parse_object
from atomarium.study.sweep.python_literals import Unreadable, read_assignments

_PYTHON = (".py", ".ipynb")
_YAML = (".yaml", ".yml")
#: What every configuration has.
_NEEDED = "parameters"
_MOST_BYTES = 10_000_000


def read_configuration(path: Path | str, *, variable: str = "") -> dict[str, Any]:
    """Return a sweep configuration as plain tables, lists and values.

    Args:
        path: A `.json`, `.yaml`, `.py` or `.ipynb` file.
        variable: Which dict of a Python file; needed where several could be meant.

    Raises:
        InputError: the file cannot be read, holds no configuration or several, or what belongs to
            it is no literal.
    """
    path = Path(path)
    found = _found(path, _text(path), variable)
    if not isinstance(found, dict):
        raise InputError(f"{path}: expected a table with method and parameters, got {found!r:.60}")
    table = cast("dict[str, Any]", found)
    try:
        _refuse_unreadable(table, str(path), ())
    except RecursionError:
        raise InputError(f"{path}: a table in it holds itself") from None
    if not isinstance(table.get(_NEEDED), Mapping) or not table[_NEEDED]:
        raise InputError(f"{path}: parameters: missing; a sweep configuration lists what it varies")
    return table


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise InputError(f"{path}: {size:,} bytes are too many for a sweep configuration")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"no file {path}") from None
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise InputError(f"{path} is not text: {error}") from None


def _found(path: Path, text: str, variable: str) -> Any:
    ending = path.suffix.lower()
    if ending in _PYTHON:
        return _of_python(path, _code(path, text), variable)
    if variable:
        raise InputError(f"{path}: only Python files have variables, got --variable {variable}")
    try:
        if ending == ".json":
            return parse_json(text)
        if ending in _YAML:
            return yaml.load(text, Loader=_Numbers)  # noqa: S506 - a safe loader
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise InputError(f"{path}: {error}") from None
    raise InputError(f"{path}: expected .py, .ipynb, .json, .yaml or .yml, got {ending!r}")


class _Numbers(yaml.SafeLoader):
    """Reads 1e-4 as the number that it is; YAML 1.1 asks for 1.0e-4."""


_Numbers.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+$"),
    list("-+0123456789."),
)


def _code(path: Path, text: str) -> str:
    """Return the code of a Python file, or of all cells of a notebook without its magic."""
    if path.suffix.lower() == ".py":
        return text
    try:
        cells = parse_object(text)["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not a notebook: {error}") from None
    return re.sub(r"(?m)^\s*[%!?].*$", "", "\n".join(code))


def _of_python(path: Path, code: str, variable: str) -> Any:
    try:
        found = read_assignments(code)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: not valid Python: {error}") from None
    if variable:
        if variable not in found:
            raise InputError(f"{path}: no variable {variable!r} at the top of the file")
        return found[variable]
    tables = {name: one for name, one in found.items() if isinstance(one, dict) and _NEEDED in one}
    fitting = {name: one for name, one in tables.items() if "method" in one} or tables
    if not fitting:
        raise InputError(f"{path}: no dict with the keys method and parameters")
    # The same dict under two names is one.
    if len({id(one) for one in fitting.values()}) > 1:
        raise InputError(f"{path}: several sweeps; say --variable {' or '.join(fitting)}")
    return next(iter(fitting.values()))


def _refuse_unreadable(one: Any, name: str, place: tuple[str, ...]) -> None:
    if isinstance(one, Unreadable):
        where = f"{name}, line {one.line}: {'.'.join(place)}"
        raise InputError(f"{where}: {one.code} is no literal and is not run; write its value")
    if isinstance(one, dict):
        for key, value in cast("dict[Any, Any]", one).items():
            _refuse_unreadable(value, name, (*place, str(key)))
    elif isinstance(one, list | tuple):
        for number, value in enumerate(cast("list[Any]", one)):
            _refuse_unreadable(value, name, (*place, str(number)))
