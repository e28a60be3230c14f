"""Lines of keys in TOML."""

from __future__ import annotations

import pytest

from atomarium.experiment.places import line_of_key

TEXT = """# comment
name = "x"
[data]
source = "name = 3"
[models.soap]
model = { kind = "krr", noise = 1 }
[models.soap.representation]
kind = "soap"
[models."with space"]
model.kind = "mean"
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("name",), 2),
        (("data",), 3),
        (("data", "source"), 4),
        (("models", "soap", "model", "noise"), 6),
        (("models", "soap", "representation", "kind"), 8),
        (("models", "soap", "representation", "absent"), 7),
        (("models", "with space", "model", "kind"), 10),
        (("absent",), None),
    ],
)
def test_deepest_key_is_found(place: tuple[str, ...], line: int | None) -> None:
    assert line_of_key(TEXT, place) == line
