"""Compare the arguments that docstrings describe with those of functions and settings.

Ruff sees whether a function's arguments are described; this sees the fields of dataclasses too,
and the order of both. Prints `file:line: what is wrong` and ends with 1 when there is any.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_SECTION = re.compile(r"^Args:\n(?P<body>(?:    .*\n|\n)+)", re.MULTILINE)
_ENTRY = re.compile(r"^    \*{0,2}(?P<name>\w+):", re.MULTILINE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> int:
    """Check every module of the package and return the exit code."""
    n_faults = 0
    sources = {
        path: path.read_text(encoding="utf-8")
        for path in sorted((_ROOT / "src" / "atomarium").rglob("*.py"))
    }
    inherited = fields_of_dataclasses(sources.values())
    for path, source in sources.items():
        for line, fault in faults(source, inherited):
            print(f"{path.relative_to(_ROOT)}:{line}: {fault}")
            n_faults += 1
    return 1 if n_faults else 0


def fields_of_dataclasses(sources: Iterable[str]) -> dict[str, list[str]]:
    """Return the fields that each dataclass itself names, by the name of the class."""
    return {
        node.name: _fields(node)
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef) and _is_dataclass(node)
    }


def faults(source: str, inherited: Mapping[str, list[str]]) -> Iterator[tuple[int, str]]:
    """Yield the line and the description of every docstring that tells another story.

    A class may describe the fields of a base that is a dataclass too, all of them, in any order.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            expected = _parameters(node)
        elif isinstance(node, ast.ClassDef) and _is_dataclass(node):
            expected = _fields(node)
        else:
            continue
        described = described_arguments(ast.get_docstring(node) or "")
        if described is None or described == expected:
            continue
        of_bases = [field for base in _bases(node) for field in inherited.get(base, ())]
        if not of_bases or set(described) != {*of_bases, *expected}:
            yield node.lineno, f"{node.name} describes {described}, but takes {expected}"


def described_arguments(docstring: str) -> list[str] | None:
    """Return the names in a docstring's Args section, or None when it has no such section."""
    section = _SECTION.search(f"{docstring}\n")
    return _ENTRY.findall(section["body"]) if section else None


def _parameters(function: Function) -> list[str]:
    listed = function.args
    named = [*listed.posonlyargs, *listed.args, *listed.kwonlyargs]
    names = [argument.arg for argument in named if argument.arg not in {"self", "cls"}]
    starred = [argument.arg for argument in (listed.vararg, listed.kwarg) if argument]
    return [*names, *starred]


def _is_dataclass(node: ast.ClassDef) -> bool:
    return any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)


def _bases(node: Function | ast.ClassDef) -> list[str]:
    return [ast.unparse(base) for base in node.bases] if isinstance(node, ast.ClassDef) else []


def _fields(node: ast.ClassDef) -> list[str]:
    return [
        line.target.id
        for line in node.body
        if isinstance(line, ast.AnnAssign)
        and isinstance(line.target, ast.Name)
        and not line.target.id.startswith("_")
        and "ClassVar" not in ast.unparse(line.annotation)
    ]


if __name__ == "__main__":
    sys.exit(main())
