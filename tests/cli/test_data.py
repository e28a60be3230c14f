"""`atomarium data`, typed as a user types it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.data.small_mirror import put_perovskites

from atomarium.cli.data import app
from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.data.catalog import catalog
from atomarium.data.formats import read, write


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Keep everything in a folder of the test."""
    monkeypatch.setenv("ATOMARIUM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ATOMARIUM_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirror").mkdir()


def run(*words):
    return app(list(words), result_action="return_value", exit_on_error=False)


def few(path, *, boxed=False, **values):
    """Write water and carbon monoxide."""
    places = [[0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0], [0, 0, 0], [1.13, 0, 0]]
    cells = np.tile(np.eye(3) * 20, (2, 1, 1)) if boxed else None
    structures = Structures.from_arrays([8, 1, 1, 6, 8], places, cells=cells, offsets=[0, 3, 5])
    targets = {
        name: Target(name=name, values=np.array(column)[:, None], unit="eV")
        for name, column in values.items()
    }
    write(path, Dataset(structures=structures, targets=targets, ids=("water", "[co]")))
    return path


def test_list_shows_every_set_and_where_it_is(capsys):
    run("list")
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert all(any(line.startswith(f"{name} ") for line in lines) for name in catalog())
    sample = next(line for line in lines if line.startswith("qm9-sample"))
    assert "2,000" in sample
    assert "0.6 MB" in sample
    assert sample.endswith("packaged")
    qm9 = next(line for line in lines if line.startswith("qm9 "))
    assert ("87 MB" in qm9, "CC0" in qm9, qm9.endswith("to be downloaded")) == (True, True, True)


def test_info_of_a_name_shows_citation_checksums_and_targets(capsys):
    run("info", "qm9")
    out = capsys.readouterr().out
    assert "cite        R. Ramakrishnan" in out
    assert "3a63848ac80691bdb8d41834b575afad345b9300d7a2db0c38adb7f6eaa8360c" in out
    assert "u0_atomization           eV          extensive" in out


def test_info_of_a_file_shows_what_it_holds(tmp_path, capsys):
    run("info", str(few(tmp_path / "few.npz", gap=[1.0, np.nan])))
    out = capsys.readouterr().out
    assert "2 structures, 5 atoms, 2 to 3 atoms, 0 periodic" in out
    assert "elements H C O" in out
    assert "gap                      eV          per structure  1 missing" in out


def test_get_keeps_a_set_and_prints_what_it_could_not_verify(tmp_path, monkeypatch, capsys):
    put_perovskites(tmp_path, monkeypatch)
    run("get", "perovskites", "qm9-sample", "--quiet")
    out = capsys.readouterr().out
    assert "perovskites: 1 structures, kept in" in out
    assert "0 of 1 files verified against a published checksum" in out
    assert "not verified: no published checksum; seen " in out
    assert "cite: I. E. Castelli" in out
    assert "qm9-sample: comes with the package" in out
    run("get", "perovskites")
    assert "is here already" in capsys.readouterr().out
    run("get", "perovskites", "--again", "--quiet")
    assert "kept in" in capsys.readouterr().out
    run("info", "perovskites")
    assert "downloaded" in capsys.readouterr().out


def test_get_refuses_unknown_names_before_it_begins(tmp_path, monkeypatch):
    put_perovskites(tmp_path, monkeypatch)
    with pytest.raises(InputError, match="did you mean 'qm9'"):
        run("get", "perovskites", "qm99")
    with pytest.raises(InputError, match="name at least one"):
        run("get")
    assert not (tmp_path / "data").exists()


def test_convert_writes_another_format(tmp_path, capsys):
    source = few(tmp_path / "few.npz", gap=[1.0, 2.0])
    run("convert", str(source), str(tmp_path / "copy.npz"))
    assert read(tmp_path / "copy.npz").content_hash() == read(source).content_hash()
    assert "2 structures" in capsys.readouterr().out


def test_convert_does_not_write_over_a_file_unless_told_to(tmp_path):
    source = few(tmp_path / "few.npz", gap=[1.0, 2.0])
    other = few(tmp_path / "other.npz", gap=[3.0, 4.0])
    with pytest.raises(InputError, match="say --overwrite"):
        run("convert", str(source), str(other))
    run("convert", str(source), str(other), "--overwrite")
    assert read(other).target("gap").scalar.tolist() == [1.0, 2.0]


def test_check_ends_with_one_when_it_finds_something(tmp_path, capsys):
    assert run("check", str(few(tmp_path / "few.npz", gap=[1.0, np.nan]))) == 1
    out = capsys.readouterr().out
    assert "missing values" in out
    # Brackets in ids are no markup.
    assert "[co]" in out
    assert "2 structures: 1 warning" in out


def test_check_ends_with_zero_when_data_are_clean(tmp_path, capsys):
    assert run("check", str(few(tmp_path / "few.npz", gap=[1.0, 2.0]))) == 0
    assert capsys.readouterr().out == "2 structures: nothing found\n"


def test_check_does_not_count_notes(tmp_path, capsys):
    assert run("check", str(few(tmp_path / "few.npz", boxed=True, gap=[1.0, 2.0]))) == 0
    assert "2 structures: 1 note" in capsys.readouterr().out
