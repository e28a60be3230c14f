"""Ranges of the numbers that SOAP is set by, and the choices there are."""

from __future__ import annotations

import math
from typing import Any

from atomarium.core.errors import InputError, did_you_mean

_WHOLE = {"n_max": (1, 64), "l_max": (0, 20)}
_CHOICES = {
    "average": ("none", "inner", "inner-sum", "outer"),
    "layout": ("kernel", "featomic", "dscribe", "quippy"),
    "dtype": ("float64", "float32"),
}


def check_ranges(settings: Any) -> None:
    """Do nothing when all numbers of settings are in range, and all choices are there.

    Args:
        settings: Of `Soap`.

    Raises:
        InputError: one is not.
    """
    for name in ("cutoff", "width"):
        value = getattr(settings, name)
        if not (math.isfinite(value) and value > 0):
            raise InputError(f"{name} must be above 0 Å, got {value}")
    if not 0 <= settings.cutoff_width <= settings.cutoff:
        raise InputError(
            f"cutoff_width must be between 0 and the cutoff, {settings.cutoff} Å, "
            f"got {settings.cutoff_width}"
        )
    for name in ("center_weight", "padding"):
        value = getattr(settings, name)
        if not (math.isfinite(value) and value >= 0):
            raise InputError(f"{name} must be at least 0, got {value}")
    for name, (least, most) in _WHOLE.items():
        value = getattr(settings, name)
        if not (isinstance(value, int) and least <= value <= most):
            raise InputError(f"{name} must be {least} to {most}, a whole number, got {value}")
    for name, choices in _CHOICES.items():
        value = getattr(settings, name)
        if value not in choices:
            raise InputError(f"no {name} {value!r}{did_you_mean(str(value), choices)}")
