"""The comment lines of extended XYZ: `key=value key="several words" key=[1, 2] flag`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from atomarium.core.errors import InputError
from atomarium.data.row_error import RowError

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_SINGLE = r"'(?:[^'\\]|\\.)*'"
_BRACES = r"\{[^{}]*\}"
_BRACKETS = r"\[(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*\]"
# Behind the others: SMILES may begin with a bracket.
_BARE = r"""[^\s"]\S*"""
_KEY = rf"""{_QUOTED}|[^\s"'{{}}\[\]=]+"""
_VALUE = rf"{_QUOTED}|{_SINGLE}|{_BRACES}|{_BRACKETS}|{_BARE}|"
_ENTRY = re.compile(rf"\s*(?P<key>{_KEY})(?:\s*=\s*(?P<value>{_VALUE})(?=\s|$)|(?=\s|$))")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL = re.compile(r"""[\s"'{}\[\]=\\]""")
_PLAIN_QUOTED = r'"([^"\\]*)"'
_PLAIN_BARE = r"""([^\s"'{}\[\]]\S*)"""
_EXTENDED = re.compile(r"(?:^|\s)(?:properties|lattice)\s*=", re.IGNORECASE)
#: Keys that say how a structure is laid out, whatever their letters' case.
_OUR_KEYS = {key.lower(): key for key in ("Lattice", "Properties", "pbc")}
COMMENT = "comment"


def parse_comment(comment: str) -> dict[str, str]:
    """Return the entries of one comment line as text; a key alone means T.

    A line without Properties and Lattice in which something is no `key=value` is free text and
    becomes the one entry `comment`.

    Raises:
        InputError: the line has Properties or Lattice and something in it cannot be read.
    """
    entries: dict[str, str] = {}
    free, position, end = False, 0, len(comment.rstrip())
    while position < end:
        match = _ENTRY.match(comment, position)
        if match is None:
            break
        key = _unquoted(match["key"])
        key = _OUR_KEYS.get(key.lower(), key)
        if key in entries:
            raise InputError(f"the key {key!r} comes twice")
        free |= match["value"] is None
        entries[key] = "T" if match["value"] is None else _unquoted(match["value"])
        position = match.end()
    extended = _EXTENDED.search(comment) is not None
    if position < end and extended:
        raise InputError(f"cannot read {comment[position:].strip()[:60]!r}; write key=value")
    if (position < end or free) and not extended:
        return {COMMENT: comment.strip()}
    return entries


def _unquoted(text: str) -> str:
    if text[:1] in {'"', "'"} and text[-1:] == text[:1] and len(text) > 1:
        return _ESCAPED.sub(lambda m: "\n" if m[1] == "n" else m[1], text[1:-1])
    return text[1:-1].strip() if text[:1] == "{" and text[-1] == "}" else text


def quoted(text: str) -> str:
    """Return text as it stands in a comment line."""
    if text and not _SPECIAL.search(text):
        return text
    escaped = text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'"{escaped}"'


def parse_comments(comments: Sequence[str]) -> dict[str, list[str]]:
    """Return the words of every key, one for each line, empty where a line has no such key.

    Most files repeat the keys in one order; then a pattern made from one line reads the next.

    Raises:
        RowError: a line cannot be read.
    """
    columns: dict[str, list[str]] = {}
    first = 0
    while first < len(comments):
        try:
            entries = parse_comment(comments[first])
        except InputError as error:
            raise RowError(first, str(error)) from error
        rows = [tuple(entries.values())]
        pattern = _pattern_of(comments[first], entries)
        for row in range(first + 1, len(comments) if pattern else 0):
            match = pattern.fullmatch(comments[row]) if pattern else None
            if match is None:
                break
            rows.append(match.groups())
        for key, words in zip(entries, zip(*rows, strict=True), strict=True):
            column = columns.setdefault(key, [""] * len(comments))
            column[first : first + len(rows)] = words
        first += len(rows)
    return columns


@lru_cache(maxsize=64)
def _pattern_from(keys: tuple[str, ...], in_quotes: tuple[bool, ...]) -> re.Pattern[str]:
    values = [_PLAIN_QUOTED if quotes else _PLAIN_BARE for quotes in in_quotes]
    parts = [rf"{re.escape(key)}={value}" for key, value in zip(keys, values, strict=True)]
    return re.compile(r"\s*" + r"\s+".join(parts) + r"\s*")


def _pattern_of(comment: str, entries: dict[str, str]) -> re.Pattern[str] | None:
    """Return a pattern that reads this line and those that differ from it in plain values."""
    in_quotes = tuple(f'{key}="' in comment for key in entries)
    pattern = _pattern_from(tuple(entries), in_quotes)
    match = pattern.fullmatch(comment)
    return pattern if match and match.groups() == tuple(entries.values()) else None
