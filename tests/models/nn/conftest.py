"""What the loop learns from in several files; made when a test asks, as it needs torch."""

from __future__ import annotations

import pytest

from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.lesson import Lesson


@pytest.fixture(scope="module")
def graphs() -> Graphs:
    """Stretched CO molecules."""
    from tests.models.nn.training_samples import stretched_graphs

    return stretched_graphs()


@pytest.fixture(scope="module")
def lesson(graphs: Graphs) -> Lesson:
    """Their energies and forces."""
    from tests.models.nn.training_samples import spring_lesson

    return spring_lesson(graphs)
