"""Read the sources of the homework: Markdown with code blocks, solutions marked in both.

### solution          in code: what the solution says,
### student           what the student finds instead; left out, the exercise raises
### end               NotImplementedError

<!-- solution -->     in text: an answer,
<!-- end -->          where the student finds room for their own
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Version = Literal["student", "solution"]

_FENCE = re.compile(
    r"^```(?P<kind>\w+)(?: (?P<words>[^\n]+))?\n(?P<code>.*?)^```\n", re.MULTILINE | re.DOTALL
)
_MARKED = re.compile(
    r"^(?P<indent> *)### solution\n(?P<solution>.*?)"
    r"(?:^ *### student\n(?P<student>.*?))?^ *### end\n",
    re.MULTILINE | re.DOTALL,
)
_ANSWER = re.compile(
    r"^<!-- solution -->\n(?P<answer>.*?)^<!-- end -->\n", re.MULTILINE | re.DOTALL
)
_ROOM = "*Your answer:*\n"
#: Modules in one cell: what they import from each other is above, and this stands only once.
_FROM_EACH_OTHER = re.compile(
    r"^from (?:__future__|checking|crystal_checks|network_checks|result_checks|drawings) import (?:\([^)]*\)|[^\n]*)\n",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook.

    Args:
        kind: "markdown" or "code".
        text: What it holds.
        name: Unlike that of any other, and the same in both versions.
        tags: "parameters" for settings that a program may replace, "folded" for long code that
            nobody needs to read.
    """

    kind: Literal["markdown", "code"]
    text: str
    name: str
    tags: tuple[str, ...] = ()


def read_cells(folder: Path, version: Version) -> list[Cell]:
    """Return the cells of all sources of a folder, in the order of the files' names.

    Args:
        folder: With `source/*.md`, and the modules that they include.
        version: Whose cells.

    Raises:
        ValueError: a source has a mark that does not belong where it is.
    """
    return [
        cell
        for path in sorted((folder / "source").glob("*.md"))
        for cell in _cells_of(path, folder, version)
    ]


def _cells_of(path: Path, folder: Path, version: Version) -> Iterator[Cell]:
    text, end = path.read_text(encoding="utf-8"), 0
    for number, match in enumerate(_FENCE.finditer(text)):
        yield from _prose(text[end : match.start()], f"{path.stem}-text-{number}", version)
        end = match.end()
        name, words = f"{path.stem}-code-{number}", (match["words"] or "").split()
        if match["kind"] == "include":
            code = "\n\n\n".join(_module(folder / word) for word in match["code"].split())
            yield Cell("code", f"{code}\n", name, ("folded",))
        elif match["kind"] == "python":
            yield Cell("code", _chosen(match["code"], version, path), name, tuple(words))
        else:
            raise ValueError(f"{path.name}: no cell is made of a block of {match['kind']!r}")
    yield from _prose(text[end:], f"{path.stem}-text-end", version)


def _prose(text: str, name: str, version: Version) -> Iterator[Cell]:
    def choose(match: re.Match[str]) -> str:
        return f"**Solution.** {match['answer']}" if version == "solution" else _ROOM

    chosen = _ANSWER.sub(choose, text).strip()
    if "<!--" in chosen or "```" in chosen:
        raise ValueError(f"{name}: a mark or a block is not closed")
    if chosen:
        yield Cell("markdown", chosen, name)


def _chosen(code: str, version: Version, path: Path) -> str:
    def choose(match: re.Match[str]) -> str:
        if version == "solution":
            return match["solution"]
        if match["student"] is None:
            return f"{match['indent']}raise NotImplementedError  # your turn\n"
        return match["student"]

    chosen = _MARKED.sub(choose, code)
    if "###" in chosen:
        raise ValueError(f"{path.name}: a mark is not closed in\n{code}")
    return chosen


def _module(path: Path) -> str:
    return _FROM_EACH_OTHER.sub("", path.read_text(encoding="utf-8")).strip()
