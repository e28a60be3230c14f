"""Code is understood as far as it can be without running any of it."""

from __future__ import annotations

import math

import pytest

from atomarium.study.sweep.python_literals import Unreadable, read_assignments


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("-3", -3),
        ("2 * 10**-4", 2e-4),
        ("1 / 4 - 1", -0.75),
        ("(1, 'a', None, True)", [1, "a", None, True]),
        ("dict(a=1, **{'b': 2})", {"a": 1}),
        ("dict({'a': 1}, b=2)", {"a": 1, "b": 2}),
        ("list(range(2, 8, 3))", [2, 5]),
        ("sorted([3, 1])", [1, 3]),
        ("math.log(2)", math.log(2)),
        ("{**{'a': 1}, 'b': 2}", {"a": 1, "b": 2}),
    ],
)
def test_literals_and_arithmetic_are_read(code: str, expected: object) -> None:
    assert read_assignments(f"x = {code}")["x"] == expected


@pytest.mark.parametrize(
    "code",
    [
        "__import__('os').system('touch ran')",
        "open('ran', 'w')",
        "[i for i in range(3)]",
        "9 ** 9 ** 9",
        "range(10**9)",
        "1 / 0",
        "unknown",
        "'a' * 10**9",
        "{'a': 1}['b']",
        "math.log(-1)",
        "f'{1}'",
    ],
)
def test_everything_else_is_unreadable_and_not_run(tmp_path, monkeypatch, code: str) -> None:
    monkeypatch.chdir(tmp_path)
    found = read_assignments(f"import math\nx = {code}")["x"]
    assert isinstance(found, Unreadable)
    assert found.line == 2
    assert not list(tmp_path.iterdir())


def test_names_are_followed_and_the_last_value_counts() -> None:
    found = read_assignments("a = 1\nb: int = a + 1\nc = [a, b]\na = 5\n")
    assert (found["a"], found["b"], found["c"]) == (5, 2, [1, 2])


def test_dicts_grow_by_keys_and_updates_inside_functions_too() -> None:
    code = "def f():\n  t = {'x': {}}\n  t['x']['y'] = 1\n  t.update(z=2)\n  t.update({'w': 3})\n"
    assert read_assignments(code)["t"] == {"x": {"y": 1}, "z": 2, "w": 3}


def test_a_dict_handed_to_a_call_is_named_after_it() -> None:
    assert read_assignments("id = wandb.sweep({'method': 'grid'})")["wandb.sweep"] == {
        "method": "grid"
    }
