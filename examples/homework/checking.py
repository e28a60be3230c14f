"""The autograder: asks what a student wrote for answers, and says in words what is amiss.

Numbers may be rounded, lists may be in any order, and arrays may be lists, arrays or tensors.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: What rounding to three decimals, or single precision, makes of numbers as large as one.
TOLERANCE = 2e-3


class NotYet(Exception):
    """An exercise that is not solved yet; notebooks show its message and nothing else."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Wrong(Exception):
    """What is amiss with an answer, in a sentence for the student."""


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Args:
        title: What it is about.
        points: What it counts.
        look: Looks at the answers and raises `Wrong`.
    """

    title: str
    points: int
    look: Callable[..., None]


#: By number.
EXERCISES: dict[str, Exercise] = {}


def exercise(
    number: str, title: str, points: int = 1
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function the judge of an exercise."""

    def enter(look: Callable[..., None]) -> Callable[..., None]:
        EXERCISES[number] = Exercise(title, points, look)
        return look

    return enter


class Grader:
    """Keeps the score."""

    def __init__(self) -> None:
        self.solved: set[str] = set()

    def check(self, number: str, *answers: Any) -> None:
        """Say whether an exercise is solved.

        Args:
            number: Of the exercise.
            answers: What the student gives.

        Raises:
            NotYet: it is not; the message says what is amiss, and not how to mend it.
        """
        one, amiss = EXERCISES[number], None
        self.solved.discard(number)
        try:
            one.look(*answers)
        except NotImplementedError:
            amiss = "still to be written. Replace the line `raise NotImplementedError`."
        except Wrong as wrong:
            amiss = str(wrong)
        except Exception as error:  # noqa: BLE001 - students' code may raise anything
            amiss = _in_words(error, one.look)
        if amiss is not None:
            # Not `from`: the message is for students, and says all they need.
            raise NotYet(f"✗ {number} {one.title}: {amiss}") from None
        self.solved.add(number)
        print(f"✓ {number} {one.title}")

    def report(self) -> str:
        """Return the points of every exercise, and their sum."""
        rows = [
            f"{'✓' if number in self.solved else '·'} {number:>4}  {one.points}  {one.title}"
            for number, one in EXERCISES.items()
        ]
        reached = sum(EXERCISES[number].points for number in self.solved)
        total = sum(one.points for one in EXERCISES.values())
        return "\n".join([*rows, f"{reached} of {total} points"])


def as_numbers(answer: Any, what: str, shape: Sequence[int] | None = None) -> np.ndarray:
    """Return an answer as an array of numbers.

    Args:
        answer: A number, list, array or tensor.
        what: It is called in messages.
        shape: That it must have; any if left out.

    Raises:
        Wrong: it is nothing, no numbers, or of another shape.
    """
    if answer is None or answer is ...:
        raise Wrong(f"{what} is missing: there is nothing to look at. Is a `return` missing?")
    detached = answer.detach().cpu() if hasattr(answer, "detach") else answer
    try:
        numbers = np.asarray(detached, dtype=np.float64)
    except (TypeError, ValueError):
        raise Wrong(f"{what} should be made of numbers, got {type(answer).__name__}") from None
    if shape is not None and numbers.shape != tuple(shape):
        raise Wrong(f"{what} should have shape {tuple(shape)}, got {numbers.shape}")
    if not np.isfinite(numbers).all():
        raise Wrong(f"{what} holds a number that is infinite or not a number")
    return numbers


def is_near(given: np.ndarray, right: np.ndarray) -> bool:
    """Say whether numbers are equal but for rounding."""
    return given.shape == right.shape and np.allclose(given, right, rtol=TOLERANCE, atol=TOLERANCE)


def need_near(given: Any, right: Any, message: str) -> None:
    """Make sure that numbers are equal but for rounding.

    Raises:
        Wrong: with the message, if they are not.
    """
    expected = np.asarray(right, dtype=np.float64)
    if not is_near(as_numbers(given, "the result", expected.shape), expected):
        raise Wrong(message)


def chosen_of(answer: Any, allowed: set[str], what: str) -> set[str]:
    """Return an answer that is a choice of words.

    Raises:
        Wrong: it is nothing, or has a word that is not among those allowed.
    """
    if answer is None or answer is ...:
        raise Wrong(f"{what} is still to be filled in")
    chosen = {answer} if isinstance(answer, str) else set(answer)
    if chosen - allowed:
        unknown = ", ".join(sorted(map(str, chosen - allowed)))
        raise Wrong(f"{what}: {unknown} is none of {', '.join(sorted(allowed))}")
    return chosen


def _in_words(error: Exception, look: Callable[..., None]) -> str:
    """Name what a student's code raised, and where."""
    ours = {look.__code__.co_filename, _in_words.__code__.co_filename}
    places = traceback.extract_tb(error.__traceback__)
    theirs = [place for place in places if place.filename not in ours]
    where = f" (line {theirs[0].lineno} of the cell, in `{theirs[0].name}`)" if theirs else ""
    return f"your code stopped with {type(error).__name__}: {error}{where}"
