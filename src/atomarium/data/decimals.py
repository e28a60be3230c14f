"""Turn decimal numbers that stand in a text into float64, many at a time and correctly rounded.

A number of at most 8 digits before and 16 behind its point, 18 together, is the whole number of its
digits divided by a power of ten. Below 2^53 both are exact in float64, and one division rounds
correctly. Above, the remainder of the division is added; where that leaves the last bit in doubt,
and for every other number, Python's own float() decides.

Source: W. D. Clinger, PLDI 1990, 92 (1990), the exact case; T. J. Dekker, Numer. Math. 18, 224
(1971), exact products; D. Lemire, Software: Practice and Experience 51, 1700 (2021), section 6,
eight digits in three multiplications.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt8, UInt64

_PLUS, _MINUS, _POINT = b"+-."
_UNDERSCORE = b"_"
_MARGIN = 8
_ZEROS = np.uint64(0x3030303030303030)
_ABOVE_NINE = np.uint64(0x7676767676767676)
_HIGH_BITS = np.uint64(0x8080808080808080)
_PAIR = np.uint64(0x000000FF000000FF)
_WEIGHTS_1, _WEIGHTS_2 = np.uint64(0x000F424000000064), np.uint64(0x0000271000000001)
_POWERS = 10 ** np.arange(17, dtype=np.uint64)


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
    hard = np.flatnonzero(~easy)
    spans = zip(starts[hard].tolist(), ends[hard].tolist(), strict=True)
    words = [text[start:end] for start, end in spans]
    try:
        # float() reads 1_000 as a thousand; in a table of numbers it is a slip.
        if _UNDERSCORE not in b"".join(words):
            values[hard] = np.fromiter(map(float, words), np.float64, len(words))
            return values, np.zeros(0, dtype=np.int64)
    except ValueError:
        pass
    values[hard] = [_one_number(word) for word in words]
    is_named = np.array([word.lower().lstrip(b"+-") == b"nan" for word in words])
    return values, hard[np.isnan(values[hard]) & ~is_named]


def _one_number(word: bytes) -> float:
    try:
        return np.nan if _UNDERSCORE in word else float(word)
    except ValueError:
        return np.nan


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
    whole, easy = _eight_digits(characters, points, n_whole)
    decimals, are_digits = _eight_digits(characters, ends, np.minimum(n_decimals, 8))
    easy &= are_digits & (n_whole + n_decimals > 0) & (n_whole + n_decimals <= 18)
    if np.any(n_decimals > 8):
        before, are_digits = _eight_digits(characters, ends - 8, np.maximum(n_decimals - 8, 0))
        decimals += before * _POWERS[8]
        easy &= are_digits
    scale = _POWERS[np.minimum(n_decimals, 16)]
    values, sure = _quotients(whole * scale + decimals, scale)
    np.negative(values, out=values, where=negative)
    return values, easy & sure


def _quotients(
    numerators: UInt64[np.ndarray, "numbers"], powers: UInt64[np.ndarray, "numbers"]
) -> tuple[Float64[np.ndarray, "numbers"], Bool[np.ndarray, "numbers"]]:
    """Divide numbers below 10^18 by powers of ten, and say where the rounding is sure."""
    divisors = powers.astype(np.float64)
    rounded = numerators.astype(np.float64)
    quotients = rounded / divisors
    large = np.flatnonzero(numerators >= 2**53)
    sure = np.ones(len(quotients), dtype=np.bool_)
    if not len(large):
        return quotients, sure
    first, divisor, high = quotients[large], divisors[large], rounded[large]
    lost = (numerators[large] - high.astype(np.uint64)).astype(np.int64)
    product, error = _exact_product(first, divisor)
    correction = (high - product - error + lost) / divisor
    quotient = first + correction
    beyond = first - quotient + correction
    half = np.spacing(quotient) / 2
    # What is beyond the last digit, known to 2^-50 of it, must be clearly below one half; and
    # below a power of two the digits are finer.
    is_power = np.frexp(quotient)[0] == 0.5
    quotients[large] = quotient
    sure[large] = (np.abs(beyond) < half * (1 - 2.0**-40)) & ~is_power
    return quotients, sure


def _exact_product(
    first: Float64[np.ndarray, "numbers"], second: Float64[np.ndarray, "numbers"]
) -> tuple[Float64[np.ndarray, "numbers"], Float64[np.ndarray, "numbers"]]:
    """Return the rounded product and what it is short of the exact one."""
    product = first * second
    (a, b), (c, d) = _halves(first), _halves(second)
    return product, a * c - product + a * d + b * c + b * d


def _halves(
    numbers: Float64[np.ndarray, "numbers"],
) -> tuple[Float64[np.ndarray, "numbers"], Float64[np.ndarray, "numbers"]]:
    scaled = numbers * (2.0**27 + 1)
    high = scaled - (scaled - numbers)
    return high, numbers - high


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
