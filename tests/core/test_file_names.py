from __future__ import annotations

import pytest

from atomarium.core.file_names import fault_of_name


@pytest.mark.parametrize(
    "name", ["qm9-sample", "con2", "console", "com", "a b", "Prüfung", "分子", "x.y", "-", "_"]
)
def test_names_that_every_system_takes_have_no_fault(name):
    assert fault_of_name(name) == ""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "it is empty"),
        (" a", "begins or ends with a blank or a dot"),
        ("a.", "begins or ends with a blank or a dot"),
        (".hidden", "begins or ends with a blank or a dot"),
        ("con", "con is a device on Windows"),
        ("NUL.toml", "NUL is a device on Windows"),
        ("Com1.v2.toml", "Com1 is a device on Windows"),
        ("a:b", "it holds ':'"),
        ("a/b", "it holds '/'"),
        ("what?", "it holds '?'"),
        ("a\nb", r"it holds '\n'"),
        ("\udcc3", r"it holds '\udcc3'"),
        ("ü" * 101, "longer than 200 bytes"),
    ],
)
def test_names_that_some_system_refuses_are_told_why(name, fault):
    assert fault in fault_of_name(name)
