"""JSON read piece by piece, so that memory holds one item of a long list and not all of them.

`NaN`, `Infinity` and `-Infinity` stand for themselves, as Python writes them; texts that hold these
words stay as they are.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, Protocol, Self, runtime_checkable

import numpy as np

from atomarium.core.errors import InputError
from atomarium.explore.expected import refuse

_CHUNK = 2**20
_DECODER = json.JSONDecoder()
_END_OF_SPACE = re.compile(r"[^ \t\r\n]|\Z")
#: What a number goes on with; nothing at all counts as well.
_OF_NUMBERS = "0123456789.eE+-"
#: An error so near to the end of what was read may be gone when more is read.
_NEAR_END = 32


@runtime_checkable
class JsonNode(Protocol):
    """A value of JSON that is looked into once, from its beginning to its end."""

    def value(self) -> Any:
        """Return all of it."""
        ...

    def members(self, place: str) -> Iterator[tuple[str, Self]]:
        """Yield the keys and values of an object; each value must be looked at before the next."""
        ...

    def items(self, place: str) -> Iterator[Any]:
        """Yield the items of a list."""
        ...


class PlainJson:
    """A value that is in memory already.

    Args:
        value: Made of mappings, lists, tuples, arrays, texts, numbers and None.
    """

    def __init__(self, value: Any) -> None:
        self._value = value

    def value(self) -> Any:
        """Return all of it."""
        return self._value

    def members(self, place: str) -> Iterator[tuple[str, PlainJson]]:
        """Yield the keys and values of an object.

        Raises:
            InputError: it is no object.
        """
        if not isinstance(self._value, Mapping):
            refuse(place, "an object", self._value)
        for key, value in self._value.items():
            yield str(key), PlainJson(value)

    def items(self, place: str) -> Iterator[Any]:
        """Yield the items of a list.

        Raises:
            InputError: it is no list.
        """
        if not isinstance(self._value, list | tuple | np.ndarray):
            refuse(place, "a list", self._value)
        yield from self._value


class JsonStream:
    """A value in a file.

    Args:
        read: Gives up to so many bytes, none at the end.
        where: Names the file in errors.
    """

    def __init__(self, read: Callable[[int], bytes], where: str) -> None:
        self._read, self._where = read, where
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._text, self._at, self._ended = "", 0, False
        self._lines, self._column = 1, 1

    def value(self) -> Any:
        """Return the value that comes next.

        Raises:
            InputError: it is not JSON.
        """
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._ended or not self._may_be_cut(error):
                    self._fail(error.msg, error.pos)
            except RecursionError:
                self._fail("nested too deeply", self._at)
            except ValueError as error:
                self._fail(str(error), self._at)
            else:
                # A number at the end of what was read may go on.
                if self._ended or self._text[end : end + 1] not in _OF_NUMBERS:
                    self._at = end
                    return value
            self._more()

    def members(self, place: str) -> Iterator[tuple[str, JsonStream]]:
        """Yield keys; the value of each must be read before the next is asked for.

        Raises:
            InputError: it is no object, or not JSON.
        """
        if self._next() != "{":
            refuse(place, "an object", self.value())
        for _ in self._entries("}"):
            if self._next() != '"':
                self._fail("expected a name in double quotes", self._at)
            key = self.value()
            if self._next() != ":":
                self._fail("expected ':'", self._at)
            self._at += 1
            yield key, self

    def items(self, place: str) -> Iterator[Any]:
        """Yield the items of a list, one by one.

        Raises:
            InputError: it is no list, or not JSON.
        """
        if self._next() != "[":
            refuse(place, "a list", self.value())
        for _ in self._entries("]"):
            yield self.value()

    def finish(self) -> None:
        """Make sure that nothing follows.

        Raises:
            InputError: something does.
        """
        if self._next():
            self._fail("expected the end of the file", self._at)

    def _entries(self, closing: str) -> Iterator[None]:
        self._at += 1
        if self._next() == closing:
            self._at += 1
            return
        while True:
            yield
            sign = self._next()
            if sign not in {",", closing}:
                self._fail(f"expected ',' or '{closing}'", self._at)
            self._at += 1
            if sign == closing:
                return

    def _next(self) -> str:
        """Return the next sign that is no space, and stay before it; empty at the end."""
        while True:
            text = self._text
            # Not sign by sign: a small packed file may hold a quarter of a gigabyte of blanks.
            self._at = at = _first_sign(text, self._at)
            if at < len(text):
                return text[at]
            if self._ended:
                return ""
            self._more()

    def _more(self) -> None:
        """Read as much again as is not used yet, and forget what is used."""
        used = self._text[: self._at]
        n_lines = used.count("\n")
        self._lines += n_lines
        self._column = len(used) - used.rfind("\n") if n_lines else self._column + len(used)
        rest = self._text[self._at :]
        raw = self._read(max(_CHUNK, len(rest)))
        self._ended = not raw
        try:
            self._text = rest + self._decode(raw, self._ended)
        except UnicodeDecodeError as error:
            raise InputError(f"{self._where}: not UTF-8 text: {error}") from error
        self._at = 0

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _NEAR_END

    def _fail(self, message: str, at: int) -> NoReturn:
        before = self._text[:at]
        n_lines = before.count("\n")
        column = len(before) - before.rfind("\n") if n_lines else self._column + len(before)
        message = message[0].lower() + message[1:]
        raise InputError(
            f"{self._where}: not JSON: line {self._lines + n_lines}, column {column}: {message}"
        )


def _first_sign(text: str, start: int) -> int:
    """Return where blanks end."""
    found = _END_OF_SPACE.search(text, start)
    assert found
    return found.start()
