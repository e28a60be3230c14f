"""What the dashboard of a sweep gets: the same bytes on both sides, and nothing that is not told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.study.sweep.example_sweep import write_example
from tests.study.sweep.golden_sweep import (
    FOLDER,
    NOTES,
    golden_bytes,
    statistics_text,
    write_golden_folder,
)

from atomarium.core.errors import InputError
from atomarium.explore.packed import unpack
from atomarium.study.sweep.dashboard import (
    dashboard_payload,
    details,
    pack_dashboard,
    write_dashboard,
)
from atomarium.study.sweep.dashboard_columns import curve_columns, setting_entries, text_column
from atomarium.study.sweep.notes import Notes
from atomarium.study.sweep.runs import Curve, Sweep, read_sweep, record_curve


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    folder = tmp_path_factory.mktemp("golden") / "run"
    write_golden_folder(folder)
    return read_sweep(folder)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    folder = tmp_path_factory.mktemp("example")
    write_example(folder, 40)
    return read_sweep(folder)


def test_the_payload_is_that_of_the_golden_file(golden: Sweep) -> None:
    assert golden_bytes(golden.folder) == (FOLDER / "sweep.bin").read_bytes()


def test_numbers_that_the_page_is_compared_with_are_those_of_scipy() -> None:
    kept = json.loads((FOLDER / "statistics.json").read_text("utf-8"))
    for name, value in json.loads(statistics_text()).items():
        if name in {"line", "scipy"}:
            continue
        # Other builds of numpy and scipy round the last digits differently.
        np.testing.assert_allclose(kept[name], value, rtol=1e-9, err_msg=name)


def test_what_does_not_apply_to_a_run_is_missing_not_zero(golden: Sweep) -> None:
    entries = {entry["name"]: entry for entry in setting_entries(golden)}
    assert np.isnan(entries["noise"]["numbers"][[2, 3]]).all()
    assert entries["permutation"]["texts"]["codes"].tolist() == [0, 1, 65535, 65535, 0, 0]
    assert (entries["noise"]["log"], entries["noise"]["factors"]) == (True, True)


def test_a_list_of_growing_values_gets_a_logarithmic_axis_and_plain_statistics(
    example: Sweep,
) -> None:
    entries = {entry["name"]: entry for entry in setting_entries(example)}
    batch = entries["batch_size"]
    assert (batch["log"], batch["factors"], batch["whole"]) == (True, False, True)
    assert (batch["low"], batch["high"]) == (4, 64)


def test_yes_and_no_are_words_not_numbers(golden: Sweep) -> None:
    runs = tuple(replace(run, settings={"shuffle": run.number % 2 == 0}) for run in golden.runs)
    (entry,) = (e for e in setting_entries(replace(golden, runs=runs)) if e["name"] == "shuffle")
    assert entry["texts"]["categories"] == ["true", "false"]


def test_metrics_that_decide_come_first_and_memory_is_in_megabytes(golden: Sweep) -> None:
    metrics = dashboard_payload(golden, Notes())["metrics"]
    assert [(one["name"], one["goal"], one["unit"]) for one in metrics] == [
        ("val_mae", "minimize", "eV"),
        ("seconds", "minimize", "s"),
        ("peak_memory", None, "MB"),
    ]
    assert metrics[2]["numbers"][2] == 250


@pytest.mark.parametrize(
    ("states", "planned", "status"),
    [
        (["finished", "running"], 2, "running"),
        (["finished", "failed"], 2, "finished"),
        (["finished", "pruned"], 3, "stopped"),
        (["finished", "stopped"], 2, "stopped"),
        ([], 2, "stopped"),
    ],
)
def test_the_status_is_told_by_the_runs(
    golden: Sweep, states: list[str], planned: int, status: str
) -> None:
    from atomarium.study.sweep.dashboard import _status

    runs = [replace(golden.runs[0], number=i, state=s) for i, s in enumerate(states)]
    assert _status(runs, planned) == status


def test_very_many_curves_are_thinned_and_keep_their_ends(
    golden: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tuple(float(k) for k in range(400))
    record_curve(golden.folder, golden.runs[2], Curve({"epoch": rows, "val_mae": rows}))
    monkeypatch.setattr("atomarium.study.sweep.dashboard_columns._MOST_NUMBERS", 300)
    columns = curve_columns(golden)
    assert columns["numbers"].tolist() == [0, 1, 2]
    epochs = columns["values"][0][columns["offsets"][2] : columns["offsets"][3]]
    assert len(epochs) == 33  # 300 numbers for 3 curves of 3 columns
    assert (epochs[0], epochs[-1]) == (0, 399)


def test_predictions_are_those_of_the_best_and_of_starred_runs(
    example: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atomarium.study.sweep.dashboard._PREDICTED", 2)
    finished = [run for run in example.runs if run.state == "finished"]
    order = sorted(finished, key=lambda run: run.metrics["val_loss"])
    shown = details(example, Notes(stars=(order[-1].number,)))["predictions"]
    assert [one["number"] for one in shown] == [order[k].number for k in (0, 1, -1)]


def test_predictions_that_cannot_be_read_are_left_out(example: Sweep) -> None:
    number = min(
        (run for run in example.runs if run.state == "finished"),
        key=lambda run: run.metrics["val_loss"],
    ).number
    path = example.folder / "sweep/runs" / f"{number:05d}" / "predictions.npz"
    kept = path.read_bytes()
    path.write_bytes(kept[:100])
    shown = details(example, Notes())["predictions"]
    path.write_bytes(kept)
    assert number not in [one["number"] for one in shown]


def test_advice_and_importance_are_those_of_their_modules(example: Sweep) -> None:
    from atomarium.study.sweep.advice import advise
    from atomarium.study.sweep.importance import importance

    told = details(example, Notes())
    assert [one["text"] for one in told["advice"]] == [one.message for one in advise(example)]
    assert told["importance"]["val_loss"]["values"] == importance(example, "val_loss")


def test_a_sweep_without_any_run_has_a_page(golden: Sweep) -> None:
    empty = replace(golden, runs=())
    payload = unpack(pack_dashboard(empty, Notes()))
    assert payload["runs"]["number"].shape == (0,)
    assert payload["details"]["advice"] == []


def test_the_page_needs_nothing_else_and_runs_nothing_of_others(
    golden: Sweep, tmp_path: Path
) -> None:
    path = write_dashboard(golden.folder, tmp_path / "page.html")
    text = path.read_text("utf-8")
    assert "default-src 'none'" in text
    assert "connect-src" not in text
    assert write_dashboard(golden.folder) == golden.folder / "report.html"


def test_more_words_than_codes_are_refused() -> None:
    with pytest.raises(InputError, match="at most 65534 texts"):
        text_column([str(i) for i in range(65_535)])


def test_notes_go_into_the_page(golden: Sweep) -> None:
    told = dashboard_payload(golden, NOTES)["notes"]
    assert told == {"stars": [2], "runs": {"1": "odd"}, "texts": NOTES.texts}
