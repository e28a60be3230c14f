"""Which settings decide about a metric, whatever the shape and sign of what they do."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Literal

from atomarium.core.errors import InputError
from atomarium.experiment.space import Open
from atomarium.study.sweep.optuna_spaces import distribution_of
from atomarium.study.sweep.runs import Sweep, SweepRun
from atomarium.study.sweep.setting_columns import scored_runs

ImportanceKind = Literal["ped-anova", "fanova"]
#: Fewer runs say nothing about several settings.
_LEAST_RUNS = 4


def importance(
    sweep: Sweep, metric: str, *, kind: ImportanceKind = "ped-anova", seed: int = 0
) -> dict[str, float]:
    """Return the share of each setting in what decides about a metric, the largest first.

    PED-ANOVA asks what sets the best tenth of the runs apart from all others, conditional
    settings included. fANOVA asks what explains the variance over the whole space; settings that
    some runs lack are left out.

    Source: S. Watanabe, A. Bansal, F. Hutter, IJCAI 2023, 4389 (PED-ANOVA); F. Hutter, H. Hoos,
        K. Leyton-Brown, PMLR 32, 754 (2014) (fANOVA); both as Optuna has them.

    Args:
        sweep: Its finished runs count.
        metric: `val_loss`, `seconds` …
        kind: `ped-anova`, or `fanova`, which takes longer and needs scikit-learn.
        seed: Of the trees of fANOVA.

    Returns:
        Shares that add up to 1 by setting; empty where runs are too few or all alike.

    Raises:
        InputError: no run reports the metric, or scikit-learn is missing.
    """
    runs = scored_runs(sweep, metric)
    names = _varied(runs, sweep.opened)
    if kind == "fanova":
        names = [name for name in names if all(name in run.settings for run in runs)]
    if len(runs) < _LEAST_RUNS or not names:
        return {}
    goal = dict(zip(sweep.metrics, sweep.goals, strict=True)).get(metric, "minimize")
    study = _as_optuna(runs, names, metric, sweep.opened, goal)
    from optuna.importance import get_param_importances

    with warnings.catch_warnings():
        # Few runs, or equal ones: what comes out says so by itself.
        warnings.simplefilter("ignore")
        found = get_param_importances(study, evaluator=_evaluator(kind, seed), params=names)
    return {name: float(share) for name, share in found.items()}


def _varied(runs: Sequence[SweepRun], opened: dict[str, Open]) -> list[str]:
    names = dict.fromkeys([*opened, *(name for run in runs for name in run.settings)])
    return [
        name
        for name in names
        if len({run.settings[name] for run in runs if name in run.settings}) > 1
    ]


def _as_optuna(
    runs: Sequence[SweepRun], names: list[str], metric: str, opened: dict[str, Open], goal: str
) -> Any:
    import optuna

    spaces = {name: distribution_of(runs, name, opened.get(name)) for name in names}
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction=optuna.study.StudyDirection[goal.upper()])
    optuna.logging.set_verbosity(verbosity)
    study.add_trials(
        [
            optuna.trial.create_trial(
                params={name: run.settings[name] for name in names if name in run.settings},
                distributions={name: spaces[name] for name in names if name in run.settings},
                value=run.metrics[metric],
            )
            for run in runs
        ]
    )
    return study


def _evaluator(kind: ImportanceKind, seed: int) -> Any:
    from optuna import importance as evaluators

    if kind == "ped-anova":
        return evaluators.PedAnovaImportanceEvaluator()
    try:
        return evaluators.FanovaImportanceEvaluator(seed=seed)
    except ImportError:
        raise InputError("fanova needs scikit-learn: pip install scikit-learn") from None
