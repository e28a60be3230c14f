"""Notes are kept one change at a time; what cannot be one is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atomarium.core.errors import InputError
from atomarium.study.sweep.notes import Notes, keep_change, read_change, read_notes


def _keep(folder: Path, **change: object) -> Notes:
    return keep_change(folder, read_change(json.dumps(change).encode()))


def test_nobody_has_written_anything_yet(tmp_path: Path) -> None:
    assert read_notes(tmp_path) == Notes()


def test_a_change_leaves_alone_what_it_does_not_name(tmp_path: Path) -> None:
    _keep(tmp_path, stars={"3": True, "1": True}, runs={"3": "odd"})
    _keep(tmp_path, texts={"curves": "# Seen"})
    after = _keep(tmp_path, stars={"3": False})
    assert after == Notes(stars=(1,), runs={"3": "odd"}, texts={"curves": "# Seen"})
    assert read_notes(tmp_path) == after


def test_an_empty_text_takes_the_note_away(tmp_path: Path) -> None:
    _keep(tmp_path, runs={"3": "odd", "4": "even"})
    assert _keep(tmp_path, runs={"3": "  \n"}).runs == {"4": "even"}


def test_a_failed_write_keeps_the_old_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _keep(tmp_path, runs={"3": "odd"})

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(OSError, match="No space left"):
        _keep(tmp_path, runs={"4": "new"})
    monkeypatch.undo()
    assert read_notes(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["notes.json"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (b"[]", "expected an object, got list"),
        (b"{", "expected JSON"),
        (b'{"star": {}}', "unknown key 'star'; known are stars, runs, texts"),
        (b'{"stars": {"3": 1}}', "stars.3: expected true or false, got int"),
        (b'{"stars": {"../x": true}}', "expected the number of a run, got '../x'"),
        (b'{"runs": {"-1": "a"}}', "expected the number of a run, got '-1'"),
        (b'{"runs": {"1": 5}}', "runs.1: expected text, got int"),
        (b'{"texts": 3}', "texts: expected an object, got int"),
        (b'{"texts": {"a": "%s"}}' % (b"x" * 100_001), "at most 100,000 letters, got 100,001"),
    ],
)
def test_what_is_no_change_is_refused(change: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_change(change)


def test_a_damaged_file_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text('{"stars": ["one"]}', "utf-8")
    with pytest.raises(
        InputError, match=r"notes\.json: stars: expected numbers of runs, got 'one'"
    ):
        _keep(tmp_path, stars={"1": True})
    assert (tmp_path / "notes.json").read_text("utf-8") == '{"stars": ["one"]}'


def test_there_is_an_end_to_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atomarium.study.sweep.notes._MOST", 2)
    _keep(tmp_path, stars={"1": True, "2": True})
    with pytest.raises(InputError, match="at most 2 notes"):
        _keep(tmp_path, stars={"3": True})
