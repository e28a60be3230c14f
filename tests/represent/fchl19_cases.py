"""Settings and molecules for which qmllib's FCHL19 is kept."""

from __future__ import annotations

from typing import Any

import numpy as np

#: Settings of `Fchl19` and what qmllib calls them.
SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "default": ({}, {}),
    "short": (
        {"cutoff": 3.0, "angular_cutoff": 2.5, "n_radial": 11, "n_angular": 9, "n_fourier": 1},
        {"rcut": 3.0, "acut": 2.5, "nRs2": 11, "nRs3": 9, "nFourier": 1},
    ),
    "other": (
        {
            "radial_width": 0.2,
            "angular_width": 1.3,
            "zeta": 1.7,
            "radial_decay": 2.1,
            "angular_decay": 0.9,
            "angular_weight": 5.0,
        },
        {
            "eta2": 0.2,
            "eta3": 1.3,
            "zeta": 1.7,
            "two_body_decay": 2.1,
            "three_body_decay": 0.9,
            "three_body_weight": 5.0,
        },
    ),
}
ELEMENTS = [1, 6, 7, 8]


def molecules() -> list[tuple[np.ndarray, np.ndarray]]:
    """Return charges and places in Å of a bent chain, of water and of one atom."""
    chain = np.array([8, 6, 7, 1, 1])
    places = [
        [0.1, 0.0, 0.2],
        [1.2, 0.3, 0.0],
        [2.1, -0.6, 0.4],
        [1.5, 1.3, -0.2],
        [2.9, -0.2, 0.9],
    ]
    water = np.array([[0.0, 0.1, 0.0], [0.9, 0.4, 0.2], [-0.7, 0.7, 0.0]])
    return [
        (chain, np.array(places)),
        (np.array([8, 1, 1]), water),
        (np.array([7]), np.zeros((1, 3))),
    ]
