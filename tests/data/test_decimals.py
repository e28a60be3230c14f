from __future__ import annotations

import random

import numpy as np

from atomarium.data.decimals import parse_decimals


def _parse(words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    text = " ".join(words).encode() + b" "
    ends = np.cumsum([len(word) + 1 for word in words]) - 1
    return parse_decimals(text, ends - [len(word) for word in words], ends)


def test_every_number_is_rounded_as_python_rounds_it() -> None:
    chosen = random.Random(0)
    forms = ["%.8f", "%.3f", "%.0f", "%d", "%r", "%.15g", "%e", "%.9f", "%+.6f", "%16.8f"]
    words = [
        (chosen.choice(forms) % chosen.gauss(0, 10.0 ** chosen.randint(-5, 9))).strip()
        for _ in range(20_000)
    ]
    words += [".5", "5.", "-.5", "+1", "-0.0", "00012.50", "90071992.54740993", "1e400", "inf"]
    values, wrong = _parse(words)
    assert not len(wrong)
    assert values.tobytes() == np.array([float(word) for word in words]).tobytes()


def test_numbers_of_many_digits_are_rounded_as_python_rounds_them() -> None:
    chosen = random.Random(1)
    words = []
    for _ in range(40_000):
        digits = "".join(chosen.choices("0123456789", k=chosen.randint(9, 19)))
        place = chosen.randint(1, min(8, len(digits)))
        words.append(f"{chosen.choice(['', '-'])}{digits[:place]}.{digits[place:]}")
    # At and around powers of two, where the distance between numbers changes.
    for power in range(-6, 27):
        words += [f"{2.0**power + shift * 2.0 ** (power - 53):.17g}" for shift in (-2, -1, 0, 1, 2)]
        words += [f"{2.0**power + shift * 10.0**-14:.15f}"[:19] for shift in (-1, 0, 1)]
    values, wrong = _parse(words)
    assert not len(wrong)
    assert values.tobytes() == np.array([float(word) for word in words]).tobytes()


def test_what_is_no_number_is_told() -> None:
    words = ["1.0", "", "-", ".", "1.2.3", "0x10", "1_0", "--1", "abc", "1-2", "1e", "2.0", "nan"]
    values, wrong = _parse(words)
    assert wrong.tolist() == list(range(1, 11))
    assert values[[0, 11]].tolist() == [1.0, 2.0]
    assert np.isnan(values[12])


def test_no_numbers_are_no_numbers() -> None:
    none = np.zeros(0, dtype=np.int64)
    values, wrong = parse_decimals(b"", none, none)
    assert (len(values), len(wrong)) == (0, 0)
