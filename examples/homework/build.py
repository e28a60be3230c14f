"""Build both notebooks of the homework from their sources.

Run: python examples/homework/build.py [FOLDER]. Without a folder, the notebooks beside this file
are written anew; the same sources give the same bytes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from cells import Cell, Version, read_cells

HERE = Path(__file__).resolve().parent
NOTEBOOKS: dict[Version, str] = {
    "student": "crystal-graphs.ipynb",
    "solution": "crystal-graphs-solution.ipynb",
}


def main(arguments: list[str]) -> None:
    """Write both notebooks and say where they are."""
    folder = Path(arguments[0]) if arguments else HERE
    for version, name in NOTEBOOKS.items():
        path = folder / name
        path.write_text(notebook_text(version), encoding="utf-8", newline="\n")
        print(path)


def notebook_text(version: Version) -> str:
    """Return a notebook as the text of its file."""
    document = {
        "cells": [_as_json(cell) for cell in read_cells(HERE, version)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _as_json(cell: Cell) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if cell.tags:
        metadata["tags"] = list(cell.tags)
    if "folded" in cell.tags:
        metadata["jupyter"] = {"source_hidden": True}
        metadata["cellView"] = "form"  # what Colab calls it
    lines = cell.text.rstrip("\n").splitlines(keepends=True)
    common = {"cell_type": cell.kind, "id": cell.name, "metadata": metadata, "source": lines}
    return common if cell.kind == "markdown" else common | {"execution_count": None, "outputs": []}


if __name__ == "__main__":
    main(sys.argv[1:])
