"""The one place that says what to install for networks and for learning with gradients."""

from __future__ import annotations

from importlib.util import find_spec

from atomarium.core.errors import InputError


def need_torch() -> None:
    """Make sure that torch can be imported.

    Raises:
        InputError: it is not installed.
    """
    if find_spec("torch") is None:
        raise InputError('torch is needed and not installed: pip install "atomarium[nn]"')
