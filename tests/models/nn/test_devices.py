"""Training and predicting on other devices, and where memory is small."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.lesson import Lesson

torch = pytest.importorskip("torch", reason="networks need torch")

from tests.models.nn.training_samples import trainer

from atomarium.models.nn.devices import choose_device
from atomarium.models.nn.predicting import predict
from atomarium.models.nn.randomness import exact


def memory_for(network: Any, most: int) -> None:
    """Let a network run out of memory when a batch has more than so many structures."""
    forward = network.forward

    def limited(batch: Any) -> Any:
        if len(batch) > most:
            raise torch.OutOfMemoryError
        return forward(batch)

    network.forward = limited


def test_batch_that_does_not_fit_gets_one_that_does_suggested(
    graphs: Graphs, lesson: Lesson
) -> None:
    some = trainer(graphs, lesson, batch_size=16)
    memory_for(some.network, 5)
    with pytest.raises(InputError, match="for 16 structures at a time, 4 fit: set batch_size = 4"):
        some.run()
    none = trainer(graphs, lesson, batch_size=16)
    memory_for(none.network, 0)
    with pytest.raises(InputError, match="too little memory for one structure at a time"):
        none.run()


def test_predictions_take_smaller_batches_where_memory_is_small(
    graphs: Graphs, lesson: Lesson
) -> None:
    some = trainer(graphs, lesson, epochs=1)
    some.run()
    expected = predict(some.network, graphs, some.scales, batch_size=40)
    memory_for(some.network, 3)
    found = predict(some.network, graphs, some.scales, batch_size=40)
    for name, rows in expected.items():
        # float64: sums over other batches.
        np.testing.assert_allclose(found[name], rows, rtol=1e-10, atol=1e-12)
    memory_for(some.network, 0)
    with pytest.raises(InputError, match="too little memory for structure 0 of 2 atoms"):
        predict(some.network, graphs, some.scales, batch_size=40)


def test_deterministic_training_asks_torch_for_it_while_it_lasts(
    graphs: Graphs, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = trainer(graphs, lesson, epochs=1, deterministic=True)
    forward, seen = some.network.forward, []

    def watched(batch: Any) -> Any:
        seen.append(torch.are_deterministic_algorithms_enabled())
        return forward(batch)

    some.network.forward = watched
    some.run()
    assert set(seen) == {True}
    assert not torch.are_deterministic_algorithms_enabled()
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    with (
        pytest.raises(InputError, match="needs CUBLAS_WORKSPACE_CONFIG=:4096:8"),
        exact(torch.device("cuda")),
    ):
        pass


def test_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="no device 'gpu'"):
        choose_device("gpu")


@pytest.mark.gpu
def test_the_gpu_learns_what_the_cpu_learns(graphs: Graphs, lesson: Lesson) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    here, there = (trainer(graphs, lesson, device=device) for device in ("cpu", "cuda"))
    for one, other in zip(here.run(), there.run(), strict=True):
        # float64; sums in another order, over some 20 steps.
        assert other.train["loss"] == pytest.approx(one.train["loss"], rel=1e-6)
    assert next(there.network.parameters()).device.type == "cuda"
    found = predict(there.network, graphs, there.scales, batch_size=40)
    expected = predict(here.network, graphs, here.scales, batch_size=40)
    for name, rows in expected.items():
        np.testing.assert_allclose(found[name], rows, rtol=1e-5, atol=1e-7)


@pytest.mark.gpu
def test_the_host_does_not_wait_for_the_gpu_in_a_step(graphs: Graphs, lesson: Lesson) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    some = trainer(graphs, lesson, device="cuda")
    chosen = np.arange(8)
    some._step(chosen, 1e-3)  # the first makes what the optimizer keeps
    torch.cuda.set_sync_debug_mode("error")
    try:
        some._step(chosen, 1e-3)
    finally:
        torch.cuda.set_sync_debug_mode("default")
