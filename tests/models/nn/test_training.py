"""The loop: it learns, resumes to the bit, stops when asked, and refuses what cannot work."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from atomarium.core import stopping
from atomarium.core.errors import InputError
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.history import read_history
from atomarium.models.nn.lesson import Lesson, check_lesson
from atomarium.models.nn.order import batches_of, held_out
from atomarium.models.nn.readouts import Classes, Extensive, Intensive
from atomarium.models.nn.scales import measure_scales
from atomarium.models.nn.schedules import Schedule
from atomarium.models.nn.training import Training

torch = pytest.importorskip("torch", reason="networks need torch")

from tests.models.nn.training_samples import ENERGY, SMALL, trainer

from atomarium.models.nn import loop
from atomarium.models.nn.loop import Trainer
from atomarium.models.nn.predicting import predict


def weights_of(some: Trainer) -> np.ndarray:
    """Return all weights as one row."""
    return np.concatenate([one.detach().numpy().ravel() for one in some.network.parameters()])


def test_energies_and_forces_are_learned(graphs: Graphs, lesson: Lesson) -> None:
    some = trainer(graphs, lesson, epochs=60, learning_rate=2e-2)
    epochs = some.run()
    assert epochs[-1].train["forces"] < 0.3 * epochs[0].train["forces"]
    said = predict(some.network, graphs, some.scales, batch_size=7)
    error = np.abs(said["energy"] - lesson.values["energy"]).mean()
    assert error < 0.3 * np.std(lesson.values["energy"])
    # What was watched is what is said: the mean error of the held-out part, in the target's unit.
    held = some.validation
    best = min(epochs, key=lambda one: one.validation["loss"])
    expected = np.abs(said["energy"][held] - lesson.values["energy"][held]).mean()
    assert best.validation["energy"] == pytest.approx(expected)


@pytest.mark.parametrize("schedule", ["plateau", "cosine", "step"])
def test_stopped_training_goes_on_to_the_same_bits(
    graphs: Graphs,
    lesson: Lesson,
    schedule: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = {"schedule": schedule, "averaging": 0.9, "warm_up": 5, "patience": 2}
    whole = trainer(graphs, lesson, **settings)
    whole.run()
    for steps in (3, 7):  # in the middle of epochs, twice
        asked = iter([False] * steps + [True])
        monkeypatch.setattr(loop, "is_stop_asked", lambda asked=asked: next(asked))
        with pytest.raises(stopping.Stopped):
            trainer(graphs, lesson, tmp_path, **settings).run()
    monkeypatch.setattr(loop, "is_stop_asked", lambda: False)
    resumed = trainer(graphs, lesson, tmp_path, **settings)
    epochs = resumed.run()
    assert np.array_equal(weights_of(resumed), weights_of(whole))
    losses = [(one.train, one.validation) for one in whole.state.progress.epochs]
    assert [(one.train, one.validation) for one in epochs] == losses
    assert [one.train for one in read_history(tmp_path / "history.jsonl")] == [
        one.train for one in epochs
    ]


def test_checkpoint_of_another_training_is_refused(
    graphs: Graphs, lesson: Lesson, tmp_path: Path
) -> None:
    one = trainer(graphs, lesson, tmp_path)
    one._keep(now=True)
    with pytest.raises(InputError, match="other settings or data; remove it"):
        trainer(graphs, lesson, tmp_path, batch_size=4).run()
    (tmp_path / "checkpoint.safetensors").write_bytes(b"nothing")
    with pytest.raises(InputError, match="is not a checkpoint"):
        trainer(graphs, lesson, tmp_path).run()


def test_missing_values_teach_nothing_and_the_rest_is_learned(
    graphs: Graphs, lesson: Lesson
) -> None:
    energies = lesson.values["energy"].copy()
    energies[::2] = np.nan
    masked = Lesson(values={"energy": energies})
    check_lesson(masked, graphs, (ENERGY,), masked={"energy"})
    epochs = trainer(graphs, masked, epochs=3).run()
    assert np.isfinite([one.train["loss"] for one in epochs]).all()
    with pytest.raises(InputError, match="20 of 40 rows, the first is row 0; leave these out"):
        check_lesson(masked, graphs, (ENERGY,))


def test_early_stopping_and_plateau_follow_the_held_out_error() -> None:
    schedule = Schedule(Training(patience=2, stop_after=3, factor=0.1, learning_rate=1.0))
    assert schedule.note(0, 1.0)
    assert not schedule.note(1, 1.5)
    assert schedule.rate(2, 0.0, 10) == 1.0
    assert not schedule.note(2, 1.2)
    assert schedule.rate(3, 0.0, 10) == pytest.approx(0.1)
    assert not schedule.is_over(2)
    assert schedule.is_over(3)


def test_rates_of_schedules() -> None:
    cosine = Schedule(Training(schedule="cosine", epochs=10, learning_rate=2.0, warm_up=4))
    assert cosine.rate(0, 0.0, 0) == pytest.approx(0.5)
    assert cosine.rate(5, 0.0, 100) == pytest.approx(1.0)
    step = Schedule(Training(schedule="step", patience=3, factor=0.5, learning_rate=1.0))
    assert [step.rate(epoch, 0.5, 9) for epoch in (2, 3, 6)] == [1.0, 0.5, 0.25]


def test_batches_hold_every_structure_once_and_no_more_atoms_than_allowed(graphs: Graphs) -> None:
    settings = Training(batch_size=7, batch_atoms=10)
    train, validation = held_out(len(graphs), settings)
    assert sorted([*train, *validation]) == list(range(40))
    batches = batches_of(train, graphs, settings, epoch=3)
    assert sorted(np.concatenate(batches)) == list(train)
    assert max(graphs.sizes[one].sum() for one in batches) <= 10
    again = batches_of(train, graphs, settings, epoch=4)
    assert not all(np.array_equal(a, b) for a, b in zip(batches, again, strict=False))


def test_too_large_a_rate_is_said(graphs: Graphs, lesson: Lesson) -> None:
    with pytest.raises(InputError, match=r"loss is not a number.*learning rate, 1e\+200"):
        trainer(graphs, lesson, learning_rate=1e200, clip=0.0).run()


def test_scales_are_of_training_values_per_atom(graphs: Graphs) -> None:
    values = 3.0 * graphs.sizes[:, None] + np.random.default_rng(0).normal(size=(40, 1))
    (scale,) = measure_scales(Lesson(values={"y": values}), graphs, (Extensive(name="y"),)).values()
    assert scale.center == pytest.approx(values.sum() / graphs.n_atoms)
    down = scale.down(values, graphs)
    assert down.std() == pytest.approx(1.0)
    np.testing.assert_allclose(scale.up(down, graphs), values, rtol=1e-13)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((40, 1)), "all 40 structures are of class 0"),
        (np.full((40, 1), 2.0), "classes are numbers from 0 to 1, got 2"),
        (np.zeros((3, 1)), "3 rows of 'metal'"),
    ],
)
def test_unfit_classes_are_refused(graphs: Graphs, values: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_lesson(Lesson(values={"metal": values}), graphs, (Classes(name="metal"),))


def test_classes_are_learned(graphs: Graphs) -> None:
    long = np.linalg.norm(graphs.positions[1::2] - graphs.positions[::2], axis=1) > 1.15
    lesson = Lesson(values={"long": long[:, None].astype(float)})
    readouts = (Classes(name="long"),)
    network = SMALL.build(readouts, seed=0)
    scales = measure_scales(lesson, graphs, readouts)
    settings = Training(epochs=60, batch_size=8, learning_rate=2e-2)
    Trainer(network, graphs, lesson, scales, settings).run()
    said = predict(network, graphs, {}, batch_size=40)["long"]
    assert ((said[:, 1] > said[:, 0]) == long).mean() > 0.9


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs must be 1 to"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"optimizer": "adm"}, "no optimizer 'adm'; did you mean 'adam'"),
        ({"validation": 1.0}, "validation must be 0 to below 1"),
        ({"validation": 0.0}, "no error to watch"),
        ({"factor": 1.0}, "factor must be between 0 and 1"),
        ({"weight_decay": -1.0}, "weight_decay must be 0 or above"),
    ],
)
def test_unfit_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Training(**settings)


def test_unknown_names_of_values_are_refused(graphs: Graphs, lesson: Lesson) -> None:
    with pytest.raises(InputError, match="returns gap, not 'energy'"):
        check_lesson(lesson, graphs, (Intensive(name="gap"),))


def test_history_is_lines_of_json(graphs: Graphs, lesson: Lesson, tmp_path: Path) -> None:
    trainer(graphs, lesson, tmp_path, epochs=2).run()
    lines = (tmp_path / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [0, 1]


def test_one_structure_leaves_none_to_hold_out(graphs: Graphs) -> None:
    with pytest.raises(InputError, match="1 training structures leave none to hold out"):
        held_out(1, Training())
    train, validation = held_out(1, replace(Training(schedule="cosine", validation=0.0)))
    assert (len(train), len(validation)) == (1, 0)
