"""Run a notebook from top to bottom without Jupyter, and print what its cells say.

Run: python examples/homework/run.py NOTEBOOK [NAME=VALUE …]. Values replace those of the cell
tagged "parameters". Drawings are written into the folder "drawings".
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ran:
    """A cell that was run.

    Args:
        name: Of the cell.
        shown: What its last line shows; None if nothing.
    """

    name: str
    shown: object


def main(arguments: list[str]) -> None:
    """Run a notebook."""
    path, *settings = arguments
    parameters = {
        name: ast.literal_eval(value) for name, _, value in (one.partition("=") for one in settings)
    }
    try:
        _run_and_draw(Path(path), parameters)
    except Exception as error:
        # What the autograder has to say is for reading; all else has a traceback.
        if hasattr(error, "_render_traceback_"):
            sys.exit(str(error))
        raise


def _run_and_draw(path: Path, parameters: Mapping[str, object]) -> None:
    drawings = Path("drawings")
    for ran in run_notebook(path, parameters):
        if hasattr(ran.shown, "_repr_svg_"):
            drawings.mkdir(exist_ok=True)
            goal = drawings / f"{ran.name}.svg"
            goal.write_text(ran.shown._repr_svg_(), encoding="utf-8")
            print(f"[drawing: {goal}]")
        elif ran.shown is not None:
            print(repr(ran.shown))


def run_notebook(
    path: Path, parameters: Mapping[str, object], names: dict[str, Any] | None = None
) -> Iterator[Ran]:
    """Run one code cell after the other and tell of each.

    Args:
        path: Of a notebook.
        parameters: Values that replace those of the cell tagged "parameters".
        names: What is defined so far; cells add to it.
    """
    defined = {"__name__": "__main__"} if names is None else names
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        yield Ran(cell["id"], run_cell("".join(cell["source"]), defined, name=cell["id"]))
        if "parameters" in cell["metadata"].get("tags", ()):
            defined.update(parameters)


def run_cell(code: str, names: dict[str, Any], *, name: str) -> object:
    """Run a cell as a notebook does and return the value of its last line, if it is one."""
    tree = ast.parse(code, filename=name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), names)  # noqa: S102 - this is what a notebook is for
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), name, "eval"), names)  # noqa: S307 - likewise


if __name__ == "__main__":
    main(sys.argv[1:])
