"""Many-body tensor representations as their formulas read: every image, every pair, every triplet."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np

from atomarium.core.structures import Structures
from atomarium.represent.mbtr_terms import MbtrTerm

Samples = dict[tuple[int, ...], list[tuple[float, float]]]


def mbtr_blocks(
    structure: Structures, term: MbtrTerm, binning: str
) -> dict[tuple[int, ...], np.ndarray]:
    """Return the bins of each combination of elements: (A, B), A ≤ B, or (middle, A, B)."""
    samples: Samples = {}
    for center in range(structure.n_atoms):
        own = int(structure.numbers[center])
        around = list(neighbors_within(structure, center, term))
        if term.order == 2:
            for other, vector in around:
                key = tuple(sorted((own, other)))
                # Either atom of a pair lists it.
                sample = _pair(float(np.linalg.norm(vector)), term)
                samples.setdefault(key, []).append((sample[0], 0.5 * sample[1]))
        else:
            for (a, p), (b, q) in itertools.combinations(around, 2):
                key = (own, *sorted((a, b)))
                samples.setdefault(key, []).append(_triplet(p, q, term))
    return {key: spread(found, term, binning) for key, found in samples.items()}


def local_blocks(
    structure: Structures, center: int, term: MbtrTerm, binning: str
) -> dict[tuple[int, ...], np.ndarray]:
    """Return the bins that one atom, element 0, takes part in: (0, B), (0, A, B), (middle, 0, B)."""
    samples: Samples = {}
    around = list(neighbors_within(structure, center, term))
    if term.order == 2:
        for other, vector in around:
            samples.setdefault((0, other), []).append(_pair(float(np.linalg.norm(vector)), term))
    for (a, p), (b, q) in itertools.combinations(around, 2) if term.order == 3 else ():
        samples.setdefault((0, *sorted((a, b))), []).append(_triplet(p, q, term))
        samples.setdefault((a, 0, b), []).append(_triplet(-p, q - p, term))
        samples.setdefault((b, 0, a), []).append(_triplet(-q, p - q, term))
    return {key: spread(found, term, binning) for key, found in samples.items()}


def neighbors_within(
    structure: Structures, center: int, term: MbtrTerm
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the element of each neighbor and the vector to it."""
    reach = math.inf if term.reach is None else term.reach
    ranges = [range(-4, 5) if repeats else range(1) for repeats in structure.periodic[0]]
    for shift in itertools.product(*ranges):
        for atom in range(structure.n_atoms):
            if atom == center and not any(shift):
                continue
            place = structure.positions[atom] + np.array(shift) @ structure.cells[0]
            vector = place - structure.positions[center]
            if np.linalg.norm(vector) < reach:
                yield int(structure.numbers[atom]), vector


def _pair(distance: float, term: MbtrTerm) -> tuple[float, float]:
    place = {
        "distance": distance,
        "inverse_distance": 1 / distance,
        "inverse_dot": 1 / distance**2,
    }[term.geometry]
    if term.weighting == "exp":
        return place, math.exp(-scale_of(term) * distance)
    if term.weighting == "inverse_square":
        return place, 1 / distance**2
    return place, _weight_of_value(place, term)


def _weight_of_value(x: float, term: MbtrTerm) -> float:
    """Return the weight by its formula, for the weightings that go by the value."""
    length = math.nan if term.length is None else term.length
    formulas: dict[str, Callable[[], float]] = {
        "unity": lambda: 1.0,
        "identity": lambda: x,
        "square": lambda: x**2,
        "root": lambda: math.sqrt(x),
        "inverse": lambda: 1 / x,
        "delta_inverse": lambda: float(1 / x <= length),
        "exp_inverse": lambda: math.exp(-1 / (x * length)),
        "exp_inverse_square": lambda: math.exp(-1 / (x**2 * length)),
    }
    return formulas[term.weighting]()


def _triplet(p: np.ndarray, q: np.ndarray, term: MbtrTerm) -> tuple[float, float]:
    turn = math.atan2(float(np.linalg.norm(np.cross(p, q))), float(p @ q))
    place = {
        "angle": math.degrees(turn),
        "angle_radians": turn,
        "cosine": math.cos(turn),
        "scaled_cosine": float(p @ q) / float((p @ p) * (q @ q)),
    }[term.geometry]
    a, b, c = (float(np.linalg.norm(side)) for side in (p, q, p - q))
    if term.weighting == "exp":
        weight = math.exp(-scale_of(term) * (a + b + c))
        return place, weight if weight >= term.threshold else 0.0
    if term.weighting == "smooth_cutoff":
        assert term.cutoff is not None
        return place, _smooth(a / term.cutoff, term) * _smooth(b / term.cutoff, term)
    length = math.nan if term.length is None else term.length
    of_sides = {
        "inverse_sides": 1 / (a * b),
        "inverse_dots": 1 / (a * b) ** 2,
        "inverse_triangle": 1 / (a * b * c),
        "inverse_dot_triangle": 1 / (a * b * c) ** 2,
        "exp_triangle": math.exp(-a * b * c / length),
    }
    if term.weighting in of_sides:
        return place, of_sides[term.weighting]
    return place, _weight_of_value(place, term)


def scale_of(term: MbtrTerm) -> float:
    """Return the s of `exp`, from a cutoff where it has one."""
    if term.scale is not None:
        return term.scale
    assert term.cutoff is not None
    return -math.log(term.threshold) / (term.cutoff * (term.order - 1))


def _smooth(ratio: float, term: MbtrTerm) -> float:
    y = term.sharpness
    return 1 + y * ratio ** (y + 1) - (y + 1) * ratio**y if ratio < 1 else 0.0


def spread(samples: list[tuple[float, float]], term: MbtrTerm, binning: str) -> np.ndarray:
    """Return bins of Gaussians at places with weights."""
    n = term.n_bins
    spacing = (term.stop - term.start) / (n if binning == "mass" else n - 1)
    first = term.start - (0.0 if binning == "mass" else spacing / 2)
    bins = np.zeros(n)
    for place, weight in samples:
        for b in range(n):
            left, right = first + b * spacing, first + (b + 1) * spacing
            mass = _below(right, place, term.width) - _below(left, place, term.width)
            bins[b] += weight * mass
    if binning == "mass":
        return bins
    return bins / spacing * (term.width * math.sqrt(2 * math.pi) if binning == "height" else 1)


def _below(edge: float, place: float, width: float) -> float:
    return 0.5 * (1 + math.erf((edge - place) / (width * math.sqrt(2))))
