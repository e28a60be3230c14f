"""Ways to spoil a file: cut it, flip bits, repeat and swap pieces, replace numbers and words."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

#: What stands where a number was: huge, tiny, not a number, of another kind.
ODD = (
    b"-1",
    b"0",
    b"nan",
    b"inf",
    b"-Infinity",
    b"1e400",
    b"1e308",
    b"99999999999",
    b"123456789012345678901234567890",
    b"3.5",
    b"7" * 5000,  # more digits than Python reads
    b"true",
    b"null",
    b'""',
    b"[]",
    b"{}",
    b"\xff\xfe",
    b"\x00",
    "\u0661".encode(),  # a digit that Python takes for one
    b"",
)
_NUMBER = re.compile(rb"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?")
_WORD = re.compile(rb"[A-Za-z_]{2,}")


def spoil(content: bytes, dice: random.Random) -> bytes:
    """Return a file with one to three faults in it.

    Args:
        content: What the file holds.
        dice: Which faults.
    """
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        content = dice.choice(_FAULTS)(content, dice)
    return content


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def _flip(content: bytes, dice: random.Random) -> bytes:
    spoiled = bytearray(content)
    for _ in range(min(dice.randint(1, 4), len(spoiled))):
        spoiled[dice.randrange(len(spoiled))] ^= 1 << dice.randrange(8)
    return bytes(spoiled)


def _overwrite(content: bytes, dice: random.Random) -> bytes:
    spoiled, n = bytearray(content), dice.randint(1, 8)
    place = dice.randrange(len(content) + 1)
    spoiled[place : place + n] = dice.choice((bytes(n), b"\xff" * n, dice.randbytes(n)))
    return bytes(spoiled)


def _leave_out(content: bytes, dice: random.Random) -> bytes:
    first, last = _piece(content, dice)
    return content[:first] + content[last:]


def _repeat(content: bytes, dice: random.Random) -> bytes:
    first, last = _piece(content, dice)
    return content[:last] + content[first:last] * dice.randint(1, 3) + content[last:]


def _move(content: bytes, dice: random.Random) -> bytes:
    first, last = _piece(content, dice)
    rest = content[:first] + content[last:]
    place = dice.randrange(len(rest) + 1)
    return rest[:place] + content[first:last] + rest[place:]


def _change_number(content: bytes, dice: random.Random) -> bytes:
    return _change_match(_NUMBER, content, dice.choice(ODD), dice)


def _change_word(content: bytes, dice: random.Random) -> bytes:
    words = _WORD.findall(content) or [b"word"]
    other = dice.choice((dice.choice(words), dice.choice(ODD), b"x" * dice.randint(1, 300)))
    return _change_match(_WORD, content, other, dice)


def _change_match(
    what: re.Pattern[bytes], content: bytes, other: bytes, dice: random.Random
) -> bytes:
    found = list(what.finditer(content))
    if not found:
        return content + other
    one = dice.choice(found)
    return content[: one.start()] + other + content[one.end() :]


def _leave_out_line(content: bytes, dice: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    if lines:
        del lines[dice.randrange(len(lines))]
    return b"".join(lines)


def _swap_lines(content: bytes, dice: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) > 1:
        i, j = dice.randrange(len(lines)), dice.randrange(len(lines))
        lines[i], lines[j] = lines[j], lines[i]
    return b"".join(lines)


def _nest(content: bytes, dice: random.Random) -> bytes:
    place, deep = dice.randrange(len(content) + 1), dice.choice((3, 2000, 100_000))
    return content[:place] + dice.choice((b"[", b'{"a":', b"(", b"[[")) * deep + content[place:]


def _piece(content: bytes, dice: random.Random) -> tuple[int, int]:
    first = dice.randrange(len(content) + 1)
    return first, min(len(content), first + dice.choice((1, 2, 8, 40, 400)))


_FAULTS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut,
    _flip,
    _flip,
    _overwrite,
    _leave_out,
    _repeat,
    _move,
    _change_number,
    _change_number,
    _change_number,
    _change_word,
    _leave_out_line,
    _swap_lines,
    _nest,
)
