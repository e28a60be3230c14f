"""The table [sweep]: what may stand in it, and what is said where it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from atomarium.core.errors import InputError
from atomarium.experiment.spec import StudyFile, parse_study

TEXT = """
name = "a"
[data]
source = "x"
[targets.gap]
[split]
{split}
[sweep]
{sweep}
[models.krr]
model = {model}
"""
OPEN = '{ kind = "krr", noise = { min = 1e-9, max = 1e-3, log = true } }'


def parse(sweep: str, *, split: str = "test = 4", model: str = OPEN, more: str = "") -> StudyFile:
    text = TEXT.format(sweep=sweep, split=split, model=model) + more
    return parse_study(text, name="a.toml", folder=Path())


def test_a_sweep_of_one_metric_has_one_goal():
    spec = parse('runs = 5\nmetric = "val_r2"\ngoal = "maximize"').spec.sweep
    assert spec is not None
    assert (spec.metrics, spec.goals) == (("val_r2",), ("maximize",))


def test_one_goal_counts_for_all_metrics():
    spec = parse('runs = 5\nmetric = ["val_mae", "seconds"]').spec.sweep
    assert spec is not None
    assert spec.goals == ("minimize", "minimize")


def test_studies_without_the_table_are_no_sweeps():
    text = TEXT.replace("[sweep]\n{sweep}\n", "").format(split="test = 4", model=OPEN)
    assert parse_study(text, name="a.toml", folder=Path()).spec.sweep is None


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        ("", "by random has no end: give runs, or seconds"),
        ("target = 0.1", "the target may never be reached"),
        ('runs = 5\nmetric = "val_los"', "no metric 'val_los'; did you mean 'val_loss'"),
        ("runs = 5\nmetric = []", "metric is empty"),
        ('runs = 5\nmetric = ["val_mae", "val_mae"]', "given twice"),
        ('runs = 5\nmetric = ["val_mae"]\ngoal = ["minimize", "maximize"]', "2 goals but 1 metric"),
        ('runs = 5\ngoal = "min"', "must be 'minimize' or 'maximize'"),
        ("runs = 2\nrepeats = 3", "runs = 2 is less than repeats = 3"),
        ('runs = 5\nmethod = "bayes"', "a.toml, line 10: sweep.method"),
        ("runs = 5\nhold_out = 1.0", "sweep.hold_out: must be less than 1"),
        ("runs = 5\nrun = 6", "unknown key 'run'; did you mean 'runs'"),
        ("runs = 5\nshuffle = true", "shuffle is for grids"),
        ("runs = -1", "greater than or equal to 0"),
        ("runs = 5\nseconds = inf", "finite number"),
        (
            'runs = 5\nmethod = "cma-es"\nmetric = ["val_mae", "seconds"]',
            "cma-es makes one metric small",
        ),
        (
            'runs = 5\nmetric = ["val_mae", "seconds"]\nprune = { kind = "median" }',
            "pruned with one metric only",
        ),
        ('runs = 5\nmetric = ["val_mae", "seconds"]\ntarget = 0.1', "target is for one metric"),
        ('runs = 5\nprune = { kind = "patience", warm_up = 3 }', "patience has no 'warm_up'"),
        ('runs = 5\nprune = { kind = "threshold" }', "needs above or below"),
        ('runs = 5\nprune = { kind = "medium" }', "must be 'median', 'hyperband'"),
        ('runs = 5\nprune = { kind = "median", warmup = 3 }', "did you mean 'warm_up'"),
        (
            'runs = 5\nprune = { kind = "hyperband", min_epochs = 9, max_epochs = 3 }',
            "min_epochs must be at most max_epochs",
        ),
        ("runs = 5\nlog = { wanbd = true }", "did you mean 'wandb'"),
    ],
)
def test_what_contradicts_itself_is_refused(sweep: str, message: str):
    with pytest.raises(InputError, match=message):
        parse(sweep)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"split": "repeats = 3"}, "line 7: split.repeats: a sweep has one split, not 3"),
        ({"split": "train = [10, 20]"}, r"split.train: a sweep has one size, got \[10, 20\]"),
        ({"more": "[search]\nruns = 5"}, "line 12: search: a sweep chooses the settings itself"),
        ({"more": "[intervals]"}, "intervals: runs of a sweep have no intervals"),
        ({"more": "[targets.other]"}, "targets: a sweep has one target, got gap, other"),
        ({"model": '{ kind = "krr" }'}, "models.krr: a sweep needs settings that are left open"),
        (
            {"model": '{ kind = "krr", noise = { values = [] } }'},
            "noise: values is empty; give at least one",
        ),
        (
            {"model": '{ kind = "krr", noise = { min = 3.0, max = 1.0 } }'},
            "min must be at most max",
        ),
    ],
)
def test_what_contradicts_a_sweep_is_refused(parts: dict[str, str], message: str):
    with pytest.raises(InputError, match=message):
        parse("runs = 5", **parts)
