"""Whatever is in a file, it is read or refused with a message: no crash, no hang, little memory."""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import random
import shutil
import sqlite3
import zipfile

import hypothesis.strategies as st
import pytest
from hypothesis import given, note
from mutations import ODD, spoil
from restrained import bytes_in, fuzzed, needs_timer, read_or_refuse
from seeds import chemiscope_text, write_seeds

from atomarium.data.compressed import most_bytes
from atomarium.data.formats import read
from atomarium.explore.chemiscope_reader import read_chemiscope

pytestmark = needs_timer

_NAMES = (
    "data.extxyz",
    "data.extxyz.gz",
    "data.extxyz.bz2",
    "data.extxyz.xz",
    "data.db",
    "data.npz",
    "data.atoms",
    "cif folder",
    "one.cif",
    "POSCAR",
    "salt.json",
    "salt.gen",
    "salt.xsf",
)
_SEED = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    return write_seeds(tmp_path_factory.mktemp("seeds"))


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("work")


def _read(path):
    read_or_refuse(lambda: read(path), size=bytes_in(path))


def test_whole_files_are_read(seeds):
    assert set(_NAMES) <= set(seeds)
    for name in _NAMES:
        assert read_or_refuse(lambda path=seeds[name]: read(path), size=bytes_in(seeds[name])), name


@pytest.mark.parametrize("name", _NAMES)
@fuzzed
@given(seed=_SEED)
def test_a_spoiled_file_is_read_or_refused(seeds, work, name, seed):
    dice, whole = random.Random(seed), seeds[name]
    path = work / whole.name
    if whole.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(whole, path)
        file = dice.choice(sorted(one for one in path.rglob("*") if one.is_file()))
        file.write_bytes(spoil(file.read_bytes(), dice))
    else:
        path.write_bytes(spoil(whole.read_bytes(), dice))
    _read(path)


@fuzzed
@given(seed=_SEED)
def test_a_spoiled_array_in_an_npz_file_is_read_or_refused(seeds, work, seed):
    """The zip file is whole, so that what is in it is looked at."""
    dice = random.Random(seed)
    with zipfile.ZipFile(seeds["data.npz"]) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    name = dice.choice([*members, *["about.npy"] * len(members)])
    members[name] = spoil(members[name], dice)
    if dice.random() < 0.2:
        del members[dice.choice(sorted(members))]
    path = work / "inside.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    _read(path)


@fuzzed
@given(seed=_SEED)
def test_a_spoiled_value_in_a_database_is_read_or_refused(seeds, work, seed):
    dice, path = random.Random(seed), work / "inside.db"
    shutil.copy(seeds["data.db"], path)
    database = sqlite3.connect(path)
    columns = [row[1] for row in database.execute("PRAGMA table_info(systems)")]
    places = [("systems", column) for column in columns] + [("information", "value")] * 6
    table, column = dice.choice(places)
    rows = database.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
    row, before = dice.choice(rows)
    content = before if isinstance(before, bytes) else str(before).encode()
    after = dice.choice((spoil(content, dice), spoil(content, dice), dice.choice(ODD), None, 7))
    if isinstance(after, bytes) and isinstance(before, str):
        after = after.decode(errors="replace")
    note(f"{table}.{column} of row {row} is {after!r}")
    with database, contextlib.suppress(sqlite3.IntegrityError):  # an id can only be a number
        database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (after, row))
    database.close()
    _read(path)


@pytest.mark.parametrize("ending", ["", ".gz"])
@fuzzed
@given(seed=_SEED)
def test_a_spoiled_file_of_chemiscope_is_read_or_refused(work, ending, seed):
    dice, path = random.Random(seed), work / f"set.json{ending}"
    content = spoil(chemiscope_text().encode(), dice)
    path.write_bytes(gzip.compress(content) if ending else content)
    # A packed file may hold many times its size, and so may what is read.
    read_or_refuse(lambda: read_chemiscope(path), size=len(content))


@fuzzed
@given(content=st.binary(max_size=200), name=st.sampled_from(_NAMES))
def test_any_bytes_are_read_or_refused(work, content, name):
    path = work / f"any-{name.replace(' ', '-')}"
    path.write_bytes(content)
    _read(path)
    read_or_refuse(lambda: read_chemiscope(path), size=len(content))


_PACKERS = {
    "gz": gzip.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize(
    ("name", "ending"),
    [("set.extxyz", "gz"), ("set.extxyz", "xz"), ("set.cif", "gz"), ("set.json", "gz")],
)
def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch, name, ending):
    monkeypatch.setattr("atomarium.data.compressed.ALWAYS_ALLOWED", 2**22)
    path = tmp_path / f"{name}.{ending}"
    # 128 MiB of blanks: formats that skip them must not skip them without end.
    path.write_bytes(_PACKERS[ending](b" " * 2**27))
    assert path.stat().st_size < 2**20
    look = read_chemiscope if name.endswith("json") else read
    # What a packed file may hold bounds the memory that it takes.
    assert not read_or_refuse(lambda: look(path), size=most_bytes(path) // 10)


def test_a_zip_bomb_is_refused_by_what_it_says_it_holds(tmp_path):
    path = tmp_path / "set.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.npy", bytes(2**28 + 2**20))
    assert not read_or_refuse(lambda: read(path), size=bytes_in(path))


def test_a_zip_file_that_lies_about_what_it_holds_is_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.npy", bytes(2**27))
    content = buffer.getvalue()
    true, said = (2**27).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert content.count(true) >= 2  # before the content and in the list at the end
    path = tmp_path / "set.npz"
    path.write_bytes(content.replace(true, said))
    assert not read_or_refuse(lambda: read(path), size=bytes_in(path))


@pytest.mark.parametrize(
    "definition",
    [
        # A table that counts without end, and one whose values are larger than the file.
        (
            "CREATE VIEW systems AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) "
            "SELECT id FROM n"
        ),
        (
            "CREATE TABLE systems (id INTEGER PRIMARY KEY, pbc INTEGER, key_value_pairs TEXT, "
            "positions BLOB, cell BLOB, data BLOB, "
            "numbers BLOB GENERATED ALWAYS AS (zeroblob(900000000)))"
        ),
    ],
    ids=["endless view", "huge values"],
)
def test_a_database_that_computes_is_refused(tmp_path, seeds, definition):
    path = tmp_path / "set.db"
    shutil.copy(seeds["data.db"], path)
    database = sqlite3.connect(path)
    columns = [row[1] for row in database.execute("PRAGMA table_info(systems)")]
    with database:
        database.execute("DROP TABLE systems")
        database.execute(definition)
        if definition.startswith("CREATE TABLE"):
            known = {row[1] for row in database.execute("PRAGMA table_info(systems)")}
            for column in set(columns) - known - {"numbers"}:
                database.execute(f"ALTER TABLE systems ADD COLUMN {column}")
            database.execute("INSERT INTO systems (id) VALUES (1)")
    database.close()
    assert not read_or_refuse(lambda: read(path), size=bytes_in(path))
