"""Importances of settings, on data whose law says what decides."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from tests.study.sweep.made_sweep import draw, made_sweep

from atomarium.core.errors import InputError
from atomarium.study.sweep.importance import importance


def _drawn(n: int) -> list[dict]:
    rng = np.random.default_rng(3)
    return [draw(rng) for _ in range(n)]


def _bowl(settings, rng) -> float:
    return (np.log10(settings["learning_rate"]) + 3) ** 2 + 0.01 * rng.normal()


@pytest.mark.parametrize("kind", ["ped-anova", "fanova"])
def test_a_bowl_that_has_no_correlation_is_found(kind) -> None:
    pytest.importorskip("sklearn")
    found = importance(made_sweep(_drawn(80), _bowl), "val_loss", kind=kind)
    assert next(iter(found)) == "learning_rate"
    assert found["learning_rate"] > 0.6
    assert sum(found.values()) == pytest.approx(1)


def test_importance_turns_with_the_goal() -> None:
    drawn = _drawn(120)

    def cliff(settings, rng) -> float:
        # Good is decided by the cutoff, bad by the batch size.
        bad = 5.0 if settings["batch_size"] == 32 else 0.0
        return bad + (0.0 if settings["cutoff"] > 5.5 else 1.0) + 0.01 * rng.normal()

    small = importance(made_sweep(drawn, cliff), "val_loss")
    large = importance(made_sweep(drawn, cliff, goal="maximize"), "val_loss")
    assert next(iter(small)) == "cutoff"
    assert next(iter(large)) == "batch_size"


def test_a_conditional_setting_counts_in_ped_anova_and_is_left_out_of_fanova() -> None:
    pytest.importorskip("sklearn")
    drawn = _drawn(60)
    for number, one in enumerate(drawn):
        if number % 2:
            del one["cutoff"]
    made = made_sweep(drawn, _bowl)
    assert "cutoff" in importance(made, "val_loss")
    assert "cutoff" not in importance(made, "val_loss", kind="fanova")


def test_too_few_runs_or_equal_settings_have_none() -> None:
    assert importance(made_sweep(_drawn(3), _bowl), "val_loss") == {}
    assert importance(made_sweep([_drawn(1)[0]] * 9, _bowl), "val_loss") == {}


def test_fanova_says_what_to_install(monkeypatch) -> None:
    from optuna.importance import FanovaImportanceEvaluator

    def missing(*_, **__):
        raise ImportError("sklearn")

    monkeypatch.setattr(FanovaImportanceEvaluator, "__init__", missing)
    with pytest.raises(InputError, match="pip install scikit-learn"):
        importance(made_sweep(_drawn(20), _bowl), "val_loss", kind="fanova")
    assert "optuna" in sys.modules
