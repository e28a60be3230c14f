"""What the autograder asks about results: comparisons, rules of neighbors, blindness, classes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
from checking import Wrong, as_numbers, chosen_of, exercise, is_near, need_near
from crystal_checks import askew_crystal, rock_salt, surroundings

from atomarium.core.structures import Structures
from atomarium.models.nn.graph_rules import CutoffGraph, NearestGraph, ShellGraph


@exercise("6.1", "is one better than the other?", 2)
def look_at_verdict(verdict: Callable[..., Any]) -> None:
    """Give errors that differ clearly, and errors that do not."""
    clear, noisy = np.array([0.30, 0.33, 0.31, 0.32]), np.array([0.25, 0.41, 0.30, 0.36])
    words = {"first", "second", "cannot tell"}
    for first, second, right, why in (
        (clear, clear + np.array([0.1, 0.11, 0.1, 0.09]), "first", "the second always errs more"),
        (
            noisy + np.array([0.02, 0.03, 0.02, 0.02]),
            noisy,
            "second",
            "the second errs less on every split",
        ),
        (clear, noisy, "cannot tell", "differences go both ways"),
        (noisy, noisy[::-1], "cannot tell", "the means are equal"),
    ):
        given = chosen_of(verdict(first, second), words, "the verdict")
        if given != {right}:
            raise Wrong(f"errors {first.round(3)} and {second.round(3)}: {why}")


@exercise("7.1", "the same crystal, written down twice", 2)
def look_at_supercell(supercell: Callable[..., Any]) -> None:
    """Compare the surroundings of all atoms."""
    for crystal in (rock_salt(), askew_crystal()):
        large = supercell(crystal)
        if not isinstance(large, Structures):
            raise Wrong("the result should be `Structures`")
        if large.n_atoms != 2 * crystal.n_atoms:
            raise Wrong(f"twice {crystal.n_atoms} atoms are not {large.n_atoms}")
        before, after = surroundings(crystal), surroundings(large)
        if {kind: 2 * count for kind, count in before.items()} != dict(after):
            raise Wrong(
                "some atoms have other neighbors now. Where do the new atoms go, and how "
                "long is the cell?"
            )


@exercise("7.2", "which rules survive", 2)
def look_at_rules(survivors: Any) -> None:
    """See which rules give the same edges after moving atoms by next to nothing."""
    rules = {
        "nearest": NearestGraph(n_neighbors=12),
        "shells": ShellGraph(n_neighbors=12),
        "cutoff": CutoffGraph(cutoff=4.5, fade=0.3, mutual=False),
    }
    given = chosen_of(survivors, set(rules), "the set of rules")
    salt = rock_salt()
    noise = 1e-4 * np.random.default_rng(0).standard_normal(salt.positions.shape)
    moved = Structures.from_arrays(salt.numbers, salt.positions + noise, cells=salt.cells)
    right = {
        name
        for name, rule in rules.items()
        if _edge_sums(rule.join(salt)) == _edge_sums(rule.join(moved))
    }
    if given != right:
        raise Wrong("look at the table above once more: which changes are as small as rounding?")


def _edge_sums(graphs: Any) -> Counter[tuple[int, int, float]]:
    """Return how much each two atoms are joined, as their convolution sees it."""
    sums: Counter[tuple[int, int, float]] = Counter()
    totals: dict[tuple[int, int], float] = defaultdict(float)
    for i, j, weight in zip(graphs.centers, graphs.neighbors, graphs.weights, strict=True):
        totals[int(i), int(j)] += float(weight)
    for (i, j), total in totals.items():
        sums[i, j, round(total, 1)] += 1
    return sums


@exercise("8.1", "what composition alone cannot know", 2)
def look_at_blindness(blind_error: Callable[..., Any]) -> None:
    """Try every answer that who sees only the formula could give."""
    for values, formulas in (
        ([1.0, 2.0, 6.0, 5.0], ["C", "C", "C", "NaCl"]),
        ([1.0, 2.0, 3.0, 7.0, 4.0, 4.5], ["A", "B", "A", "B", "B", "C"]),
    ):
        numbers = np.array(values)
        right = [
            min(np.abs(numbers[where] - guess).sum() for guess in numbers[where])
            for formula in sorted(set(formulas))
            if len(where := [k for k, one in enumerate(formulas) if one == formula]) > 1
        ]
        n_shared = sum(formulas.count(one) > 1 for one in formulas)
        need_near(
            blind_error(numbers, list(formulas)),
            sum(right) / n_shared,
            f"values {values} of {formulas}: there is a better answer for each formula, or "
            "crystals are counted whose formula no other has",
        )


@exercise("9.1", "the loss of a classifier", 2)
def look_at_cross_entropy(cross_entropy: Callable[..., Any]) -> None:
    """Compare with torch's, for small and for huge numbers."""
    import torch

    logits = torch.tensor([[0.2, -1.0], [3.0, 2.0], [-1.0, 4.0]])
    classes = torch.tensor([0, 1, 1])
    for scale in (1.0, 300.0):
        right = torch.nn.functional.cross_entropy(scale * logits, classes)
        answer = cross_entropy(scale * logits, classes)
        if scale > 1 and not np.isfinite(float(answer)):
            raise Wrong("large numbers become infinite: exp(800) is beyond what a computer holds")
        need_near(
            answer,
            right,
            "it differs from −log of the probability of the right class, on average over the rows",
        )


@exercise("9.2", "the area under the curve", 2)
def look_at_area(area: Callable[..., Any]) -> None:
    """Count pairs of one of each class."""
    rng = np.random.default_rng(1)
    for scores in (rng.random(30), rng.integers(0, 4, 30) / 4, np.zeros(30)):
        truths = np.arange(30) % 3 == 0
        positive, negative = scores[truths][:, None], scores[~truths][None]
        right = (positive > negative).mean() + 0.5 * (positive == negative).mean()
        tied = len(set(scores.tolist())) < len(scores)
        hint = (
            "Of two equal scores, each is before the other half of the time"
            if tied
            else ("It is the share of pairs, one of each class, that are in the right order")
        )
        need_near(area(scores, truths), right, hint)


@exercise("10.1", "what the network has seen", 2)
def look_at_rarity(times_seen: Callable[..., Any]) -> None:
    """Count crystals by hand."""
    train = [[11, 17], [11, 11, 8], [8, 8], [26, 8]]
    test = [[11, 17], [8, 8, 8], [26, 11], [92, 8]]
    given = as_numbers(times_seen(train, test), "the list of counts", (4,))
    if is_near(given, np.array([1.0, 4, 1, 0])):
        raise Wrong("a crystal counts once, however many atoms of an element it has")
    need_near(
        given,
        [1, 3, 1, 0],
        "it is not the number of training crystals that have the rarest element of each crystal",
    )
