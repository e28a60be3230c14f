"""Names of what settings of networks choose from, and checks of their ranges; without torch."""

from __future__ import annotations

import math

from atomarium.core.errors import InputError, did_you_mean

ACTIVATION_NAMES = (
    "shifted-softplus",
    "softplus",
    "silu",
    "relu",
    "gelu",
    "tanh",
    "sigmoid",
)
BASIS_NAMES = ("gaussian", "bessel")
FILTER_NAMES = ("auto", "exact", "tabulated")
CUTOFF_NAMES = ("cosine", "mollifier", "switch")


def check_choice(name: str, given: str, known: tuple[str, ...]) -> None:
    """Make sure that a setting is one of those known.

    Raises:
        InputError: it is not.
    """
    if given not in known:
        raise InputError(f"no {name} {given!r}{did_you_mean(str(given), known)}")


def check_count(name: str, given: int, least: int, most: int) -> None:
    """Make sure that a setting is a whole number in a range.

    Raises:
        InputError: it is not.
    """
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise InputError(f"{name} must be {least} to {most}, a whole number, got {given}")


def check_length(name: str, given: float) -> None:
    """Make sure that a setting is a length.

    Raises:
        InputError: it is not above 0, or not finite.
    """
    if not (math.isfinite(given) and given > 0):
        raise InputError(f"{name} must be above 0 Å, got {given}")
