"""Find the line on which a key of a TOML text stands."""

from __future__ import annotations

import re

_TABLE = re.compile(r"^\s*\[+\s*(?P<name>[^\[\]]+?)\s*\]+\s*(?:#.*)?$")


def line_of_key(text: str, place: tuple[str, ...]) -> int | None:
    """Return the line, counted from 1, of the deepest key of a path that can be found.

    Args:
        text: TOML.
        place: Keys from the top, as in `("models", "soap", "representation", "cutoff")`.
    """
    best: tuple[int, int] | None = None
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _TABLE.match(line)
        if header:
            table = _parts(header["name"])
            depth = _common(table, place) if len(table) <= len(place) else 0
            depth = depth if depth == len(table) else 0
        elif _common(table, place) == len(table):
            depth = _depth_on_line(line, place, len(table))
        else:
            continue
        if depth and (best is None or depth > best[0]):
            best = (depth, number)
    return best[1] if best else None


def _depth_on_line(line: str, place: tuple[str, ...], start: int) -> int:
    """Count how many keys of the path, from `start` on, are assigned on this line in this order."""
    depth, position = 0, 0
    for key in place[start:]:
        pattern = re.compile(rf"(?:^|[\s{{,.\"']){re.escape(key)}[\"']?\s*[=.]")
        found = pattern.search(line, position)
        if found is None or (depth == 0 and line[: found.start()].strip(" \t\"'")):
            break
        depth, position = depth + 1, found.end() - 1
    return start + depth if depth else 0


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip(" \"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.]+", name))


def _common(table: tuple[str, ...], place: tuple[str, ...]) -> int:
    depth = 0
    for ours, theirs in zip(table, place, strict=False):
        if ours != theirs:
            break
        depth += 1
    return depth
