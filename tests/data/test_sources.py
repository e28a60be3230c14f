"""From a word to a data set, and the sets of the catalog on this machine."""

from __future__ import annotations

import subprocess
import urllib.error

import numpy as np
import pytest
from tests.data.small_mirror import put_perovskites

from atomarium.core.dataset import Dataset
from atomarium.core.errors import InputError
from atomarium.data.catalog import find_entry
from atomarium.data.formats import write
from atomarium.data.library import kept_at, load_entry, names_on_disk, obtain, state_of
from atomarium.data.samples import load_sample
from atomarium.data.sources import load_dataset


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Let data and mirror be empty folders, and no way lead elsewhere."""
    monkeypatch.setenv("ATOMARIUM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ATOMARIUM_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirror").mkdir()

    def offline(*_, **__):
        raise urllib.error.URLError("no network in this test")

    monkeypatch.setattr("urllib.request.OpenerDirector.open", offline)
    refused = subprocess.CompletedProcess([], 1, "", "ERROR: no network in this test")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: refused)


def test_a_file_is_read(tmp_path):
    sample = load_sample("mp-elastic").take(np.arange(3))
    write(tmp_path / "some.npz", sample)
    assert load_dataset(tmp_path / "some.npz").content_hash() == sample.content_hash()


def test_a_name_of_the_catalog_is_loaded():
    assert load_dataset("mp-elastic").provenance.name == "mp-elastic"


def test_a_file_or_folder_wins_over_a_name(tmp_path):
    (tmp_path / "qm7").mkdir()
    with pytest.raises(InputError, match="a folder of no known format"):
        load_dataset("qm7")


def test_a_set_that_is_not_here_says_how_to_get_it():
    with pytest.raises(InputError, match=r"not on this machine.*atomarium data get qm9 \(87 MB\)"):
        load_dataset("qm9")


def test_a_misspelled_name_gets_the_nearest_one():
    with pytest.raises(InputError, match="did you mean 'qm9-sample'"):
        load_dataset("qm9-smaple")


def test_a_misspelled_file_gets_the_nearest_one(tmp_path):
    (tmp_path / "perovskites.extxyz").touch()
    with pytest.raises(
        InputError, match=r"no file 'perovskite.extxyz'; did you mean 'perovskites.ext"
    ):
        load_dataset("perovskite.extxyz")


def test_a_missing_file_or_folder_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no file 'my.extxyz' in"):
        load_dataset("my.extxyz")
    with pytest.raises(InputError, match="there is no folder"):
        load_dataset("elsewhere/my.extxyz")


def test_states_follow_what_is_on_disk(tmp_path, monkeypatch):
    put_perovskites(tmp_path, monkeypatch)
    entry = find_entry("perovskites")
    assert state_of(find_entry("qm9-sample")) == "packaged"
    assert state_of(entry) == "to be downloaded"
    obtain(entry, show=False)
    assert state_of(entry) == "downloaded"
    assert names_on_disk() == ("qm9-sample", "mp-elastic", "perovskites")


def test_a_set_that_was_got_is_kept_with_its_meaning(tmp_path, monkeypatch):
    put_perovskites(tmp_path, monkeypatch)
    obtained = obtain(find_entry("perovskites"), show=False)
    assert not obtained.files[0].verified
    kept = load_dataset("perovskites")
    assert isinstance(kept, Dataset)
    assert kept.target("e_form").extensive
    assert kept.target("e_form").unit == "eV"
    assert kept.provenance.sha256 == obtained.files[0].sha256
    assert "ndownloader" in kept.provenance.source
    assert "Castelli" in kept.provenance.citation
    assert kept.content_hash() == obtained.dataset.content_hash()
    assert load_entry(find_entry("perovskites")).ids == ("Po",)


def test_a_set_can_be_got_twice(tmp_path, monkeypatch):
    put_perovskites(tmp_path, monkeypatch)
    first = obtain(find_entry("perovskites"), show=False)
    assert obtain(find_entry("perovskites"), show=False).path == first.path


def test_a_set_that_cannot_be_got_names_every_source_and_its_home_page():
    with pytest.raises(InputError, match=r"dsgdb9nsd.xyz.tar.bz2 could not be got") as refusal:
        obtain(find_entry("qm9"), show=False)
    assert "qm9pack-1.0.3-py3-none-any.whl could not be got" in str(refusal.value)
    assert "described at https://doi.org" in str(refusal.value)
    assert not kept_at(find_entry("qm9")).exists()


def test_notes_of_the_catalog_are_told_when_a_set_cannot_be_got():
    with pytest.raises(InputError, match="The address follows the naming of the home page"):
        obtain(find_entry("ba10"), show=False)


def test_a_set_that_comes_with_the_package_is_not_downloaded():
    with pytest.raises(InputError, match="comes with the package"):
        obtain(find_entry("mp-elastic"), show=False)


def test_an_archive_that_cannot_be_read_leaves_nothing_behind(tmp_path, monkeypatch):
    put_perovskites(tmp_path, monkeypatch).write_bytes(b"not a table")
    with pytest.raises(InputError, match="is not a table of matminer"):
        obtain(find_entry("perovskites"), show=False)
    assert state_of(find_entry("perovskites")) == "to be downloaded"
