"""Turn decimal numbers that stand in a text into float64, many at a time and correctly rounded.

A number of at most 8 digits before and 8 behind its point is the whole number of its digits
divided by a power of ten. Both are exact in float64 below 2^53 and 10^22, and then one division
rounds correctly; every other number goes through Python's own float().

Source: W. D. Clinger, PLDI 1990, 92 (1990), the exact case; eight digits in three
multiplications: D. Lemire, Software: Practice and Experience 51, 1700 (2021), section 6.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt8, UInt64

_PLUS, _MINUS, _POINT, _UNDERSCORE = b"+-._"
_MARGIN = 8
_ZEROS = np.uint64(0x3030303030303030)
_ABOVE_NINE = np.uint64(0x7676767676767676)
_HIGH_BITS = np.uint64(0x8080808080808080)
_PAIR = np.uint64(0x000000FF000000FF)
_WEIGHTS_1, _WEIGHTS_2 = np.uint64(0x000F424000000064), np.uint64(0x0000271000000001)
_POWERS = 10 ** np.arange(9, dtype=np.uint64)


def parse_decimals(
    text: bytes, starts: Int64[np.ndarray, "numbers"], ends: Int64[np.ndarray, "numbers"]
) -> tuple[Float64[np.ndarray, "numbers"], Int64[np.ndarray, "wrong"]]:
    """Return the value of every number, and which of them are no numbers at all (NaN there).

    Args:
        text: Where the numbers stand.
        starts: First byte of each number.
        ends: The byte after the last of each.
    """
    values, easy = _parse_easy(text, starts, ends)
    wrong = []
    for n in np.flatnonzero(~easy).tolist():
        word = text[starts[n] : ends[n]]
        try:
            # float() reads 1_000 as a thousand; in a table of numbers it is a slip.
            values[n] = np.nan if _UNDERSCORE in word else float(word)
        except ValueError:
            values[n] = np.nan
        if np.isnan(values[n]) and word.lower().lstrip(b"+-") != b"nan":
            wrong.append(n)
    return values, np.array(wrong, dtype=np.int64)


def _parse_easy(
    text: bytes, starts: Int64[np.ndarray, "numbers"], ends: Int64[np.ndarray, "numbers"]
) -> tuple[Float64[np.ndarray, "numbers"], Bool[np.ndarray, "numbers"]]:
    characters = np.frombuffer(b"0" * _MARGIN + text, dtype=np.uint8)
    starts, ends = starts + _MARGIN, ends + _MARGIN
    signs = characters[starts]
    negative = signs == _MINUS
    points = _points(characters, starts, ends)
    n_whole = points - starts - (negative | (signs == _PLUS))
    n_decimals = np.maximum(ends - points - 1, 0)
    whole, digits_before = _eight_digits(characters, points, n_whole)
    decimals, digits_behind = _eight_digits(characters, ends, n_decimals)
    easy = digits_before & digits_behind & (n_whole + n_decimals > 0)
    scale = _POWERS[np.minimum(n_decimals, 8)]
    mantissa = whole * scale + decimals
    easy &= mantissa < 2**53
    values = mantissa.astype(np.float64) / scale
    np.negative(values, out=values, where=negative)
    return values, easy


def _points(
    characters: UInt8[np.ndarray, "bytes"],
    starts: Int64[np.ndarray, "numbers"],
    ends: Int64[np.ndarray, "numbers"],
) -> Int64[np.ndarray, "numbers"]:
    """Return where the first point of each number stands, or its end where it has none."""
    points = np.append(np.flatnonzero(characters == _POINT), len(characters))
    if len(points) == len(starts) + 1 and np.all((starts <= points[:-1]) & (points[:-1] < ends)):
        return points[:-1]
    return np.minimum(points[np.searchsorted(points, starts)], ends)


def _eight_digits(
    characters: UInt8[np.ndarray, "bytes"],
    ends: Int64[np.ndarray, "numbers"],
    n_digits: Int64[np.ndarray, "numbers"],
) -> tuple[UInt64[np.ndarray, "numbers"], Bool[np.ndarray, "numbers"]]:
    """Return the whole number of the last 0 to 8 characters before each end, and if it is one."""
    eights = np.ndarray((len(characters) - 7,), dtype="<u8", buffer=characters, strides=(1,))
    # Digits become 0 to 9, whatever stands before the number becomes 0.
    before = (8 * (8 - np.clip(n_digits, 0, 8))).astype(np.uint64)
    one_less = np.minimum(before, np.uint64(56))
    digits = eights[ends - 8] ^ _ZEROS
    digits = np.where(before > 56, np.uint64(0), digits >> one_less << one_less)
    are_digits = ((digits + _ABOVE_NINE) | digits) & _HIGH_BITS == 0
    pairs = digits * np.uint64(10) + (digits >> np.uint64(8))
    low, high = (pairs & _PAIR) * _WEIGHTS_1, (pairs >> np.uint64(16) & _PAIR) * _WEIGHTS_2
    return (low + high) >> np.uint64(32), are_digits & (n_digits >= 0) & (n_digits <= 8)
