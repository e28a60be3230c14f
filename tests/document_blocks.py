"""Code blocks of documents: what each says of itself, and where it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)(?P<said>[^\n]*)\n(?P<code>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_KNOWN = {"title", "not_run", "needs", "without", "quick"}
_SAID = re.compile(r'([\w-]+)="([^"]*)"')


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block of a document.

    Args:
        language: The word behind the fence.
        code: What it holds.
        line: Of the document, where the code begins.
        file: Name that the block has by `title`, or by the line before it in backticks.
        not_run: Why it is not executed; empty when it is.
        needs: Module that it needs.
        without: Module that must seem to be missing.
        quick: Settings that make a study file short enough for a test: `data.limit=60 …`.
        unknown: What else the line of the fence says.
    """

    language: str
    code: str
    line: int
    file: str = ""
    not_run: str = ""
    needs: str = ""
    without: str = ""
    quick: str = ""
    unknown: tuple[str, ...] = ()

    def study(self) -> dict[str, Any]:
        """Return the study file of this block as a table, with its quick settings."""
        table = tomllib.loads(self.code)
        for change in self.quick.split():
            path, _, value = change.partition("=")
            _put(table, path.split("."), tomllib.loads(f"value = {value}")["value"])
        return table


def blocks_of(document: Path) -> Iterator[Block]:
    """Yield the blocks of a document, in their order."""
    text = document.read_text(encoding="utf-8")
    for match in _BLOCK.finditer(text):
        said = dict(_SAID.findall(match["said"]))
        before = text[: match.start()].rstrip().splitlines()[-1:]
        named = re.findall(r"`([\w.-]+)`:$", before[0]) if before else []
        yield Block(
            language=match["language"],
            code=re.sub(rf"^{match['indent']}", "", match["code"], flags=re.MULTILINE),
            line=text[: match.start()].count("\n") + 2,
            file=said.get("title", named[0] if named else ""),
            not_run=said.get("not_run", ""),
            needs=said.get("needs", ""),
            without=said.get("without", ""),
            quick=said.get("quick", ""),
            unknown=tuple(set(said) - _KNOWN),
        )


def without_blocks(text: str) -> str:
    """Return a document without its blocks."""
    return _BLOCK.sub("", text)


def _put(table: dict[str, Any], path: list[str], value: object) -> None:
    """Set one setting; `*` stands for every table at its place."""
    first, *rest = path
    if first == "*":
        for inner in table.values():
            _put(inner, rest, value)
    elif rest:
        _put(table.setdefault(first, {}), rest, value)
    else:
        table[first] = value
