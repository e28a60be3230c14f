"""Units of slopes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.study.sweep.made_sweep import made_sweep

from atomarium.study.sweep.setting_units import unit_of_metric, unit_of_setting


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        ("val_mae", "eV"),
        ("val_rmse", "eV"),
        ("val_force_mae", "eV/Å"),
        ("val_mae_per_atom", "eV/atom"),
        ("seconds", "s"),
        ("val_loss", "val_loss"),
    ],
)
def test_errors_are_in_the_unit_of_the_target_and_losses_have_none(metric: str, unit: str) -> None:
    assert unit_of_metric(made_sweep([], lambda *_: 0.0), metric) == unit


def test_a_target_without_unit_gives_none() -> None:
    sweep = made_sweep([], lambda *_: 0.0)
    bare = {
        name: one.model_copy(update={"unit": None})
        for name, one in sweep.study.spec.targets.items()
    }
    spec = sweep.study.spec.model_copy(update={"targets": bare})
    assert (
        unit_of_metric(replace(sweep, study=replace(sweep.study, spec=spec)), "val_mae")
        == "val_mae"
    )


def test_settings_are_counted_in_what_they_are() -> None:
    assert unit_of_setting("model.cutoff") == "Å"
    assert unit_of_setting("epochs") == "epoch"
    assert unit_of_setting("training.momentum") == "momentum"
