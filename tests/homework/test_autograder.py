"""The autograder takes every right answer, and answers wrong ones in words, not with solutions."""

from __future__ import annotations

import re
from functools import cache

import network_checks  # noqa: F401 - knows exercises
import numpy as np
import pytest
import result_checks  # noqa: F401 - likewise
from build import HERE
from cells import read_cells
from checking import EXERCISES, Grader, NotYet
from run import run_cell

_NUMBER = re.compile(r"^check\(\"([\d.]+)\"", re.MULTILINE)
#: Parts from here on need torch.
_FIRST_WITH_TORCH = 4


@cache
def _exercises(version):
    """Return the cell of each exercise, and the cells that come with it."""
    cells = [cell for cell in read_cells(HERE, version) if cell.kind == "code"]
    return {match[1]: cell.text for cell in cells if (match := _NUMBER.search(cell.text))}


def _until_checked(code):
    """Return a cell up to the check, which is what an exercise needs."""
    found = re.search(r"^check\(.*\)\n", code, re.MULTILINE)
    assert found
    return code[: found.end()]


def _needs_torch(number):
    return _FIRST_WITH_TORCH <= int(number.partition(".")[0]) <= 9


def _names(check):
    """Return what cells above the exercises define, without training anything."""
    from itertools import product

    from crystal_checks import rock_salt

    import atomarium
    from atomarium import Structures
    from atomarium.models.nn.atom_tables import bit_table

    names = {
        "np": np,
        "check": check,
        "table": bit_table(),
        "salt": rock_salt(),
        "product": product,
        "Structures": Structures,
        "atomarium": atomarium,
    }
    if _has_torch():
        import torch

        names |= {"torch": torch, "softplus": torch.nn.functional.softplus}
    return names


def _has_torch():
    try:
        import torch  # noqa: F401
    except ImportError:
        return False
    return True


def _solved_up_to(number, grader):
    """Return the names that solutions before an exercise define, as far as it needs them."""
    names = _names(grader.check)
    for other in ("2.1", "4.1"):
        if other < number and not (_needs_torch(other) and not _has_torch()):
            run_cell(_until_checked(_exercises("solution")[other]), names, name=other)
    return names


def _skip_without_torch(number):
    if _needs_torch(number):
        pytest.importorskip("torch", reason="networks need torch: pip install 'atomarium[nn]'")


@pytest.mark.parametrize("number", sorted(set(EXERCISES) - {"5.3"}))
def test_an_untouched_exercise_gets_a_friendly_word(number):
    _skip_without_torch(number)
    grader = Grader()
    names = _solved_up_to(number, grader)
    if number == "5.1":
        names |= {"values": np.zeros(3), "train": np.arange(2)}
    with pytest.raises(NotYet, match=rf"^✗ {number} ") as caught:
        run_cell(_until_checked(_exercises("student")[number]), names, name=number)
    message = str(caught.value)
    assert any(w in message for w in ("to be written", "to be filled", "missing", "nothing to"))
    assert "Traceback" not in message
    assert caught.value._render_traceback_() == [message]
    assert number not in grader.solved


@pytest.mark.parametrize("number", sorted(set(EXERCISES) - {"5.3"}))
def test_the_solution_of_each_exercise_is_taken(number):
    _skip_without_torch(number)
    grader = Grader()
    run_cell(
        _until_checked(_exercises("solution")[number]), _solved_up_to(number, grader), name=number
    )
    assert number in grader.solved


def _answer(number, answer, *more):
    grader = Grader()
    try:
        grader.check(number, answer, *more)
    except NotYet as wrong:
        return str(wrong)
    return ""


def _solution(number, name):
    names = _solved_up_to(number, Grader())
    run_cell(_until_checked(_exercises("solution")[number]), names, name=number)
    return names[name]


def test_neighbors_may_come_in_any_order_and_rounded():
    neighbors_of = _solution("2.1", "neighbors_of")

    def shuffled(*crystal):
        edges = [[i, j, round(float(d), 3)] for i, j, d in neighbors_of(*crystal)]
        return list(np.random.default_rng(1).permutation(edges))

    assert not _answer("2.1", shuffled)
    assert not _answer("2.1", lambda *crystal: np.array(neighbors_of(*crystal))[::-1])
    assert not _answer("2.1", lambda *crystal: iter(neighbors_of(*crystal)))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda edges: [e for e in edges if e[0] < e[1]], "half|too few|own image"),
        (lambda edges: [e for e in edges if e[0] != e[1]], "own image"),
        (lambda edges: [*edges, (0, 0, 0.0)], "distance zero"),
        (lambda edges: [*edges, (0, 1, 50.0)], "farther away"),
        (lambda edges: edges[:-1], "too few"),
        (lambda edges: [*edges, edges[0]], "too many"),
        (lambda edges: [(i, j, 0.9 * d) for i, j, d in edges], "distances are not"),
        (lambda edges: [(i, j) for i, j, _ in edges], "three numbers"),
        (lambda *_: None, "return"),
        (lambda *_: ["a"], "numbers"),
        (lambda *_: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_wrong_list_of_neighbors_is_told_what_is_amiss(spoil, message):
    neighbors_of = _solution("2.1", "neighbors_of")
    said = _answer("2.1", lambda *crystal: spoil(neighbors_of(*crystal)))
    assert re.search(message, said), said


@pytest.mark.parametrize(
    ("number", "answers", "message"),
    [
        ("1.1", ({"moved"}, {"moved"}), "on the wrong side"),
        ("1.1", ({"turnd"}, set()), "turnd is none of"),
        ("1.2", (10,), "too small"),
        ("1.2", (float("nan"),), "not a number"),
        ("1.3", (lambda n, w: (n * w) ** 2, lambda *_: 1), "bias"),
        (
            "1.3",
            (lambda n, w: (n * w) ** 2 + n * w, lambda w, g: (2 * w + g) * w + w),
            "one matrix",
        ),
        ("2.2", (lambda d: [(x, 1) for x in d],), "too many shells"),
        ("2.3", (12, 1), "second shell"),
        ("2.3", (6, 6), "ways"),
        ("3.1", (lambda *given: np.ones(given[-1]),), "exactly one bit"),
        ("3.1", (lambda v, low, high, n: np.eye(n)[int((v - low) / (high - low) * n)],), "border"),
        ("3.2", ([[57, 58]],), "1 of your 1 groups"),
        ("3.2", ([[57]],), "two elements"),
        ("3.3", (lambda *_: np.zeros((5, 3)),), "shape"),
        (
            "3.3",
            (
                lambda d, r, s: np.exp(
                    -((d[:, None] - s * np.arange(round(r / s) + 1)) ** 2) / 2 / s**2
                ),
            ),
            "too wide",
        ),
        ("5.1", (lambda v, *_: (v.mean(), v.std()),), "not trained on"),
        ("5.1", (lambda v, t: (v[t].mean(), v[t].var()),), "mean and spread"),
        ("5.3", (0.3, 0.3), "hardly better"),
        ("6.1", (lambda a, b: "first" if a.mean() < b.mean() else "second",), "both ways"),
        ("6.1", (lambda *_: "both",), "none of"),
        ("7.1", (lambda s: s,), "twice"),
        ("7.1", (lambda *_: None,), "Structures"),
        ("8.1", (lambda v, *_: np.abs(v - v.mean()).mean(),), "formula"),
        ("9.2", (lambda s, t: (s[t][:, None] > s[~t]).mean(),), "Of two equal"),
        ("10.1", (lambda *_: [1, 4, 1, 0],), "counts once"),
    ],
)
def test_common_mistakes_have_hints_of_their_own(number, answers, message):
    said = _answer(number, *answers)
    assert message in said, said


def test_mistakes_in_convolutions_have_hints_of_their_own():
    torch = pytest.importorskip("torch", reason="networks need torch: pip install 'atomarium[nn]'")
    sums = _solution("4.1", "sum_by_center")
    shared, gated = _solution("4.2", "shared_convolution"), _solution("4.3", "gated_convolution")

    def inverse(x):
        return x + torch.log(-torch.expm1(-x))

    def overflowing(logits, classes):
        shares = logits.exp() / logits.exp().sum(dim=1, keepdim=True)
        return -shares.log()[torch.arange(len(classes)), classes].mean()

    hints = {
        "starting where edges lead to": ("4.1", lambda r, c, n: sums(r, c, n) * 0 + 1),
        "no g": ("4.2", lambda *given: inverse(shared(*given).double())),
        "lost": ("4.3", lambda v, *given: gated(v, *given) - v),
        "for each other": ("4.3", lambda v, u, c, n, w: gated(v, u, n, c, w)),
        "twice as large": ("4.4", sums),
        "infinite": ("9.1", overflowing),
    }
    assert "zero" in _answer(*hints.pop("starting where edges lead to"))
    for hint, (number, answer) in hints.items():
        said = _answer(number, answer)
        assert hint in said, (hint, said)


def test_forgetting_to_clear_the_slope_is_noticed():
    torch = pytest.importorskip("torch", reason="networks need torch: pip install 'atomarium[nn]'")

    def never_cleared(network, batches, optimizer):
        losses = [torch.mean((network(x) - y) ** 2) for x, y in batches[:0]]
        for x, y in batches:
            losses.append(torch.mean((network(x) - y) ** 2))
            losses[-1].backward()
            optimizer.step()
        return torch.stack(losses).mean()

    assert "first batch" in _answer("5.2", never_cleared)
    assert "not changed" in _answer("5.2", lambda *_: 1.0)


def test_hints_hold_no_solution():
    """What the student's cells leave out stands in no message."""
    said = " ".join(
        constant
        for one in EXERCISES.values()
        for constant in one.look.__code__.co_consts
        if isinstance(constant, str)
    )
    for code in ("index_add", "sigmoid(z", "torch.cat", "zero_grad", "np.median", "searchsorted"):
        assert code not in said


def test_a_solved_exercise_that_is_spoiled_loses_its_points():
    grader = Grader()
    grader.check("2.3", 6, 924)
    assert "1 of 45 points" in grader.report()
    with pytest.raises(NotYet):
        grader.check("2.3", 6, 925)
    assert "0 of 45 points" in grader.report()
