"""Files of chemiscope become scenes; the first fault of a bad one is named by its path."""

from __future__ import annotations

import copy
import gzip
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomarium.core.errors import InputError
from atomarium.data.compressed import read_bytes
from atomarium.explore.chemiscope_reader import read_chemiscope, scene_of_chemiscope
from atomarium.explore.json_stream import JsonStream
from atomarium.explore.scene import CombinedShape, Scene, Shape
from atomarium.explore.sources import load_scene

CONTENT: dict[str, Any] = {
    "meta": {"name": "Two", "description": "no NaN, no Infinity", "authors": ["A"]},
    "structures": [
        {"size": 2, "names": ["C1", "O1"], "elements": ["C", "O"], "x": [0, 1], "y": [0, 0],
         "z": [0, 0.5], "bonds": [[0, 1, 3]]},
        {"size": 1, "names": ["X"], "x": [0], "y": [0], "z": [0],
         "cell": [3, 0, 0, 0, 3, 0, 0, 0, 3]},
    ],
    "properties": {
        "energy": {"target": "structure", "values": [1.5, math.nan], "units": "eV"},
        "n": {"target": "structure", "values": [2, 1]},
        "kind": {"target": "structure", "values": ["NaN", "b"], "description": "texts"},
        "dos": {"target": "structure", "values": [[1, 2], [3, 4]], "parameters": ["e"]},
        "charge": {"target": "atom", "values": [0.5, -0.5]},
    },
    "environments": [{"structure": 1, "center": 0, "cutoff": 3.5},
                     {"structure": 0, "center": 1, "cutoff": 3}],
    "parameters": {"e": {"values": [0, 1], "units": "eV"}},
    "shapes": {
        "ball": {"kind": "sphere", "parameters": {"global": {"radius": 0.5, "color": "#FF663380"}}},
        "force": {"kind": "arrow", "parameters": {
            "atom": [{"vector": [1, 0, 0]}, {"vector": [0, 1, 0]}, {"vector": [0, 0, 1]}]}},
        "both": {"kind": "combined", "shapes": [
            {"kind": "sphere", "parameters": {"structure": [{"radius": 1}, {"radius": 2}]}}]},
    },
    "settings": {"target": "structure", "pinned": [1], "map": {
        "x": {"property": "energy", "min": math.nan}, "symbol": "kind",
        "color": {"select": {"mode": "category-hide", "category": "kind/b"}}},
        "structure": [{"shape": "ball,force", "supercell": {"0": 2, "1": 1, "2": 1},
                       "packedCell": False}]},
    "unknown": {"is": ["passed", "over"]},
}  # fmt: skip


def _read(tmp_path: Path, content: Any, name: str = "file.json") -> Scene:
    path = tmp_path / name
    text = content if isinstance(content, str) else json.dumps(content)
    raw = text.encode()
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return read_chemiscope(path)


@pytest.mark.parametrize("name", ["file.json", "file.json.gz"])
def test_everything_of_a_file_is_in_the_scene(tmp_path: Path, name: str) -> None:
    scene = _read(tmp_path, CONTENT, name)
    assert scene.about.description == "no NaN, no Infinity"
    structures = scene.structures
    assert structures.structures.numbers.tolist() == [6, 8, 0]
    assert structures.structures.positions[1].tolist() == [1.0, 0.0, 0.5]
    assert structures.structures.periodic.tolist() == [[False] * 3, [True] * 3]
    assert structures.names == ("C1", "O1", "X")
    assert structures.bonds is not None
    assert structures.bonds.tolist() == [[0, 1, 3]]
    assert structures.bonded is not None
    assert structures.bonded.tolist() == [True, False]
    by_name = {one.name: one for one in scene.properties}
    np.testing.assert_array_equal(by_name["energy"].values, [1.5, np.nan])
    assert np.asarray(by_name["n"].values).dtype.kind == "i"
    assert by_name["kind"].values == ("NaN", "b")
    assert by_name["dos"].parameter == "e"
    assert scene.environments is not None
    assert scene.environments.centers.tolist() == [0, 1]
    ball, force, both = scene.shapes
    assert isinstance(ball, Shape)
    assert isinstance(force, Shape)
    assert isinstance(force.by_atom, dict)
    assert force.by_atom["vector"].shape == (3, 3)
    assert isinstance(both, CombinedShape)
    assert scene.settings["map"]["x"] == {"property": "energy", "min": None}


def test_a_dictionary_is_read_like_a_file(tmp_path: Path) -> None:
    from atomarium.explore.scene_payload import pack_scene

    read, given_ = _read(tmp_path, CONTENT), scene_of_chemiscope(CONTENT)
    assert pack_scene(read, embed=True) == pack_scene(given_, embed=True)


def _changed(*keys: Any, to: Any) -> dict[str, Any]:
    content = copy.deepcopy(CONTENT)
    inner = content
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = to
    return content


FAULTS = [
    (("meta",), None, r"meta: expected an object, got null"),
    (("meta", "name"), 3, r"meta\.name: expected text, got 3"),
    (("meta", "authors"), ["a", None], r"meta\.authors\[1\]: expected text, got null"),
    (("structures",), {}, r"structures: expected a list, got an object"),
    (("structures", 1), 3, r"structures\[1\]: expected an object, got 3"),
    (("structures", 1, "size"), -1, r"structures\[1\]\.size: expected a whole number of at least"),
    (("structures", 1, "size"), 2, r"structures\[1\]\.names: expected 2 values, got 1"),
    (("structures", 0, "x", 1), "1", r"structures\[0\]\.x\[1\]: expected number, got '1'"),
    (("structures", 0, "y", 0), math.nan, r"structures\[0\]\.y\[0\]: expected a finite number, go"),
    (("structures", 0, "z"), None, r"structures\[0\]\.z: expected a list, got null"),
    (("structures", 1, "cell"), [1] * 6, r"structures\[1\]\.cell: expected 9 values, got 6"),
    (("structures", 0, "elements"), ["C"], r"structures\[0\]\.elements: expected 2 values, got 1"),
    (("structures", 0, "bonds", 0, 1), 2, r"structures\[0\]\.bonds\[0\]\[1\]: expected an atom"),
    (("structures", 0, "bonds", 0, 2), 9, r"bonds\[0\]\[2\]: expected an order of 1 … 4, got 9"),
    (("structures", 0, "bonds", 0), [0, 1], r"bonds\[0\]: expected 3 values, got 2"),
    (("structures", 0, "resids"), [1, 1], r"structures\[0\]: has resids but no resnames, chains"),
    (("properties", "energy"), [1, 2], r"properties\.energy: expected an object, got a list of 2"),
    (("properties", "energy", "target"), "x", r"properties\.energy\.target: expected one of struct"),
    (("properties", "energy", "values", 1), None, r"energy\.values\[1\]: expected number, got null"),
    (("properties", "energy", "values", 1), True, r"energy\.values\[1\]: expected number, got true"),
    (("properties", "energy", "values", 1), "a", r"energy\.values\[1\]: expected number, got 'a'"),
    (("properties", "kind", "values", 1), 1, r"properties\.kind\.values\[1\]: expected text, got 1"),
    (("properties", "energy", "values"), [1], r"energy\.values: expected 2, one for each structure"),
    (("properties", "energy", "values"), [1, 10**400], r"energy\.values: expected numbers below"),
    (("properties", "charge", "values"), [1], r"charge\.values: expected 2, one for each atom, got"),
    (("properties", "dos", "values", 1), [3], r"dos\.values\[1\]: expected 2 values, got 1"),
    (("properties", "dos", "values", 1), 3, r"dos\.values\[1\]: expected a list of numbers, as bef"),
    (("properties", "dos", "parameters"), ["f"], r"dos\.parameter: expected one of e, got 'f'"),
    (("properties", "dos", "parameters"), ["e"] * 2, r"dos\.parameters: expected 1 values, got 2"),
    (("properties", "dos", "parameters"), None, r"dos\.parameters: lists of numbers need the name"),
    (("parameters", "e", "values"), [1], r"dos\.values: expected 1 numbers in each"),
    (("environments", 0, "center"), 1, r"environments\[0\]\.center: no atom 1 in a structure of 1"),
    (("environments", 0, "structure"), 7, r"environments\[0\]\.structure: no structure 7"),
    (("environments", 1, "cutoff"), None, r"environments\[1\]\.cutoff: expected number, got null"),
    (("shapes", "ball", "kind"), "cone", r"shapes\.ball\.kind: expected one of sphere"),
    (("shapes", "both", "shapes"), [], r"shapes\.both\.shapes: expected a list of one or more"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "to", "message"), FAULTS)
def test_the_first_fault_is_named_by_its_path(
    tmp_path: Path, keys: tuple[Any, ...], to: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        _read(tmp_path, _changed(*keys, to=to))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"file\.json: not JSON: line 1, column 1: expecting value"),
        ('{"meta": {"name": "a"},\n "structures": [', r"line 2, column 17: expecting value"),
        ('{"meta": {"name": "a"}\n "structures": []}', r"line 2, column 2: expected ',' or '}'"),
        ('{"meta": {"name": "a}', r"line 1, column \d+: unterminated string"),
        ('{"meta" 1}', r"line 1, column 9: expected ':'"),
        ("{1: 2}", r"expected a name in double quotes"),
        ("[]", r"the file: expected an object, got a list of 0"),
        ('{"meta": {"name": "a"}, "structures": []} x', r"column 43: expected the end of the file"),
        ('{"meta": {"name": "a"}}', r"structures: expected a list, but it is missing"),
        ('{"structures": []}', r"meta: expected an object, but it is missing"),
        ('{"structures": [], "structures": []}', r"structures: occurs twice"),
        ('{"meta": ' + "[" * 100_000, r"not JSON: .*nested too deeply"),
        ('{"meta": ' + "1" * 5000 + "}", r"not JSON: .*exceeds the limit"),
    ],
)
def test_what_is_no_json_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        _read(tmp_path, text)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"meta": "\xff"}')
    with pytest.raises(InputError, match=r"a\.json: not UTF-8 text"):
        read_chemiscope(tmp_path / "a.json")


def test_nothing_may_follow_or_be_missing_in_a_compressed_file(tmp_path: Path) -> None:
    raw = gzip.compress(json.dumps(CONTENT).encode())
    (tmp_path / "cut.json.gz").write_bytes(raw[:-20])
    with pytest.raises(InputError, match="cut off or broken"):
        read_chemiscope(tmp_path / "cut.json.gz")


def test_structures_in_files_beside_are_read_and_no_others(tmp_path: Path) -> None:
    content = copy.deepcopy(CONTENT)
    inner = content["structures"][0]
    folder = tmp_path / "set"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "s.json").write_text(json.dumps(inner))
    (tmp_path / "secret.json").write_text(json.dumps(inner))
    content["structures"][0] = {"size": 2, "data": "inner/s.json"}
    assert _read(folder, content).structures.names == ("C1", "O1", "X")
    for data, message in (
        ("../secret.json", r"structures\[0\]\.data: .* lies outside the folder"),
        (str(tmp_path / "secret.json"), r"lies outside the folder"),
        ("none.json", r"structures\[0\]\.data: no file 'none\.json' beside the data set"),
        (3, r"structures\[0\]\.data: expected the name of a file, got 3"),
    ):
        content["structures"][0] = {"size": 2, "data": data}
        with pytest.raises(InputError, match=message):
            _read(folder, content)
    with pytest.raises(InputError, match="structures in other files cannot be read here"):
        scene_of_chemiscope(content)


def test_all_real_files_open(real_data: Path) -> None:
    paths = sorted((real_data / "chemiscope").glob("*.json*"))
    assert len(paths) == 11
    for path in paths:
        scene = load_scene(path)
        plain = json.loads(read_bytes(path))
        assert len(scene.structures) == len(plain["structures"])
        assert [one.name for one in scene.properties] == list(plain["properties"])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(), st.lists(_JSON)), st.integers(1, 7), st.sampled_from([None, 1]))
def test_pieces_of_any_size_give_what_the_whole_gives(
    content: dict[str, Any], size: int, indent: int | None
) -> None:
    raw = json.dumps(content, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        raw.decode()
    except UnicodeDecodeError:  # half of a letter alone is no text
        return
    place = 0

    def read(most: int) -> bytes:
        nonlocal place
        piece = raw[place : place + min(size, most)]
        place += len(piece)
        return piece

    stream = JsonStream(read, "it")
    found = {key: list(one.items(key)) for key, one in stream.members("it")}
    stream.finish()
    assert found == json.loads(raw)
