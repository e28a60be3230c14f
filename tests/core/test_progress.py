from __future__ import annotations

import pytest

from atomarium.core.progress import progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes when told to: `clock.now += 3`."""

    class Clock:
        now = 100.0

    monkeypatch.setattr("atomarium.core.progress.time.monotonic", lambda: Clock.now)
    return Clock


def test_steps_and_notes_are_counted():
    with progress("train", 10, show=False) as bar:
        bar.advance()
        bar.advance(3, "KRR")
        bar.advance()
        assert (bar.done, bar.total, bar.note) == (5, 10, "KRR")


def test_silence_is_silent(clock, capsys):
    with progress("train", 10, show=False) as bar:
        clock.now += 1000
        bar.advance()
    assert capsys.readouterr() == ("", "")


def test_short_work_prints_nothing_into_a_log(clock, capsys):
    with progress("train", 10) as bar:
        clock.now += 1
        bar.advance(10)
    assert capsys.readouterr() == ("", "")


def test_long_work_prints_a_line_now_and_then_into_a_log(clock, capsys):
    with progress("train", 60) as bar:
        for second in range(60):
            clock.now += 1
            bar.advance(note="KRR" if second > 30 else "")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "train: 2 of 60",
        "train: 17 of 60",
        "train: 32 of 60 KRR",
        "train: 47 of 60 KRR",
    ]


def test_a_terminal_shows_a_bar(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress("train", 4) as bar:
        bar.advance(3, "KRR")
    shown = capsys.readouterr().err
    assert "train" in shown
    assert "3/4" in shown
