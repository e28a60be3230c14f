"""Constraints are arithmetic, and nothing but arithmetic."""

from __future__ import annotations

import pytest

from atomarium.core.errors import InputError
from atomarium.experiment.constraints import Constraint, check_names

SETTINGS = {"batch_size": 16, "training.epochs": 20, "rate": 1e-3, "kind": "soap", "flag": True}


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("batch_size * 10 <= 320", True),
        ("batch_size * training.epochs <= 300", False),
        ("8 <= batch_size < 32", True),
        ("8 <= batch_size < 16", False),
        ("kind == 'soap' and rate < 1e-2", True),
        ("not flag or batch_size % 3 == 0", False),
        ("log10(rate) + 3 == 0", True),
        ("max(batch_size, 64) // 10 == 6", True),
        ("-batch_size ** 2 < -255", True),
        ("batch_size / 5 == 3.2", True),
    ],
)
def test_conditions_are_worked_out(text: str, right: bool):
    assert Constraint(text).holds(SETTINGS) is right


def test_what_is_said_of_absent_settings_is_satisfied():
    assert Constraint("cutoff > 3 and batch_size > 1000").holds(SETTINGS)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "().__class__.__bases__[0]",
        "(lambda: 1)()",
        "[x for x in (1, 2)]",
        "batch_size if flag else 2",
        "open('/etc/passwd')",
        "max(batch_size, key=abs)",
        "max(*kind)",
        "f'{batch_size}' == '16'",
        "batch_size := 3",
        "(batch_size).real.__class__(3)",
        "batch_size @ 2",
        "batch_size << 1000000",
        "kind in 'soap'",
        "b'x' == 1",
        "1j * 2 == 0",
        "'a'.upper() == 'A'",
    ],
)
def test_code_is_refused(text: str):
    with pytest.raises(InputError, match=r"not allowed|cannot be read"):
        Constraint(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("batch_size / 0 > 1", "division by zero"),
        ("kind * 1000000000 == 'x'", "'soap' is not a number"),
        ("'%1000000000d' % batch_size == 'x'", "is not a number"),
        ("9.0 ** 9 ** 9 ** 9 > rate", "range|Result too large|too large"),
        ("log(rate - 1) > 0", "domain|expected a positive"),
        ("kind < batch_size", "not supported"),
    ],
)
def test_what_cannot_be_worked_out_says_so(text: str, reason: str):
    with pytest.raises(InputError, match=reason):
        Constraint(text).holds(SETTINGS)


def test_constraints_are_of_bounded_length_and_depth():
    with pytest.raises(InputError, match="1,000 characters"):
        Constraint("1 + " * 400 + "1 > 0")
    with pytest.raises(InputError, match="cannot be read"):
        Constraint("(" * 300 + "1" + ")" * 300)


def test_unknown_settings_are_named_with_the_nearest():
    constraint = Constraint("batchsize <= 4")
    assert constraint.names == ("batchsize",)
    with pytest.raises(InputError, match="no setting 'batchsize'; did you mean 'batch_size'"):
        check_names(constraint, set(SETTINGS))
