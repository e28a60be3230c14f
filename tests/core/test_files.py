from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from atomarium.core.files import (
    parse_json,
    read_object,
    write_json,
    write_text,
    written_atomically,
)


def test_text_is_written_as_utf8_with_line_feeds(tmp_path):
    write_text(tmp_path / "deep" / "down" / "text.txt", "Å\nν\n")
    assert (tmp_path / "deep/down/text.txt").read_bytes() == "Å\nν\n".encode()


def test_json_round_trips_and_ends_with_a_line_feed(tmp_path):
    content = {"energy": 1.25, "unit": "eV/Å", "ids": ["a"]}
    write_json(tmp_path / "one.json", content)
    text = (tmp_path / "one.json").read_text(encoding="utf-8")
    assert json.loads(text) == content
    assert "Å" in text
    assert text.endswith("}\n")


def test_nan_is_no_json_and_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "one.json", {"mae": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "result.txt"
    write_text(path, "old")

    def fill_the_disk() -> None:
        with written_atomically(path) as part:
            part.write_text("half of the n", encoding="utf-8")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match="No space left"):
        fill_the_disk()
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_program_leaves_the_old_file(tmp_path):
    path = tmp_path / "result.txt"
    write_text(path, "old")
    program = (
        "import os, signal, sys\n"
        "from atomarium.core.files import written_atomically\n"
        "with written_atomically(sys.argv[1]) as part:\n"
        "    part.write_text('half of the n')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, path], check=False)
    assert ended.returncode == -9
    assert path.read_text(encoding="utf-8") == "old"


def test_the_new_file_takes_the_place_of_the_old_when_all_is_written(tmp_path):
    path = tmp_path / "result.txt"
    write_text(path, "old")
    with written_atomically(path) as part:
        part.write_text("new", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "old"
        assert part.parent == path.parent, "a rename is atomic within one folder"
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_others_may_read_what_the_umask_lets_them(tmp_path):
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "mine.txt", "")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "mine.txt").stat().st_mode) == 0o640


def test_paths_may_be_text(tmp_path):
    write_text(str(tmp_path / "a b.txt"), "x")
    assert Path(tmp_path / "a b.txt").exists()


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000])
def test_texts_nested_too_deeply_are_refused(text):
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json(text)


def test_an_object_is_read_and_nothing_else(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"name": "Å"}', encoding="utf-8")
    assert read_object(path) == {"name": "Å"}
    path.write_text("[1, 2]")
    with pytest.raises(ValueError, match=r"expected an object, \{…\}, got list"):
        read_object(path)
