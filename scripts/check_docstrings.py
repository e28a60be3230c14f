"""Compare the arguments that docstrings describe with those of functions and settings.

Ruff sees whether a function's arguments are described; this sees the fields of dataclasses too,
and the order of both. Prints `file:line: what is wrong` and ends with 1 when there is any.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_SECTION = re.compile(r"^Args:\n(?P<body>(?:    .*\n|\n)+)", re.MULTILINE)
_ENTRY = re.compile(r"^    \*{0,2}(?P<name>\w+):", re.MULTILINE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> int:
    """Check every module of the package and return the exit code."""
    n_faults = 0
    for path in sorted((_ROOT / "src" / "atomarium").rglob("*.py")):
        for line, fault in faults(path.read_text(encoding="utf-8")):
            print(f"{path.relative_to(_ROOT)}:{line}: {fault}")
            n_faults += 1
    return 1 if n_faults else 0


def faults(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the description of every docstring that tells another story."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            expected = _parameters(node)
        elif isinstance(node, ast.ClassDef) and _is_dataclass(node):
            expected = _fields(node)
        else:
            continue
        described = described_arguments(ast.get_docstring(node) or "")
        if described is not None and described != expected:
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
