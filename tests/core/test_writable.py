from __future__ import annotations

import errno
import os
import tempfile

import pytest

from atomarium.core.errors import InputError
from atomarium.core.files import write_text
from atomarium.core.writable import (
    folder_of_variable,
    refuse_unwritable_file,
    refuse_unwritable_folder,
)

BOTH = pytest.mark.parametrize("refuse", [refuse_unwritable_file, refuse_unwritable_folder])


@BOTH
@pytest.mark.parametrize("name", ["new", "deep/down/new"])
def test_places_that_are_free_pass_and_stay_as_they_are(refuse, name, tmp_path):
    refuse(tmp_path / name, named="--out")
    assert not list(tmp_path.iterdir())


@BOTH
def test_places_below_files_and_links_to_nowhere_are_refused(refuse, tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "link"):
        with pytest.raises(InputError, match=rf"^--out '.*new' cannot .*{name}' is no folder"):
            refuse(tmp_path / name / "new", named="--out")


@BOTH
def test_places_where_nobody_may_write_are_refused(refuse, tmp_path, monkeypatch):
    def refuse_to_open(**_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse_to_open)
    with pytest.raises(InputError, match=r"nothing can be written in '.*' \(Permission denied\)"):
        refuse(tmp_path / "new", named="--out")


@BOTH
def test_a_full_disk_is_no_fault_of_the_name(refuse, tmp_path, monkeypatch):
    def find_it_full(**_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "TemporaryFile", find_it_full)
    with pytest.raises(OSError, match="No space left on device"):
        refuse(tmp_path / "new", named="--out")


@BOTH
def test_names_that_no_disk_takes_are_refused(refuse, tmp_path):
    with pytest.raises(InputError, match=r"cannot be written: .*too long"):
        refuse(tmp_path / ("n" * 5000), named="--out")


def test_a_folder_is_no_place_for_a_file(tmp_path):
    with pytest.raises(InputError, match="is a folder; give the name of a file"):
        refuse_unwritable_file(tmp_path, named="--out")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such thing")
def test_nothing_takes_the_place_of_a_device(tmp_path):
    # A pipe stands for /dev/null, which a test that fails must not replace.
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=r"^--out .*pipe' is no ordinary file"):
        refuse_unwritable_file(tmp_path / "pipe", named="--out")
    with pytest.raises(InputError, match=r"^'.*pipe' is no ordinary file"):
        write_text(tmp_path / "pipe", "x")
    assert (tmp_path / "pipe").is_fifo()


def test_variables_name_folders_that_are_or_may_come(tmp_path, monkeypatch):
    assert folder_of_variable("ATOMARIUM_TEST") is None
    monkeypatch.setenv("ATOMARIUM_TEST", str(tmp_path / "new"))
    assert folder_of_variable("ATOMARIUM_TEST") == tmp_path / "new"
    (tmp_path / "new").write_text("x")
    with pytest.raises(InputError, match=r"ATOMARIUM_TEST must name a folder, and '.*' is none"):
        folder_of_variable("ATOMARIUM_TEST")
