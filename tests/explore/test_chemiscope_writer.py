"""What is written, chemiscope opens: compared with its rules, and with it where it is installed."""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.explore.example_scene import molecules_scene, small_scene

from atomarium.core.errors import InputError
from atomarium.data.compressed import read_bytes
from atomarium.explore.chemiscope_reader import read_chemiscope
from atomarium.explore.chemiscope_writer import chemiscope_dict, write_chemiscope
from atomarium.explore.packed import unpack
from atomarium.explore.scene import Property, Scene
from atomarium.explore.scene_payload import pack_block, pack_scene


def _as_chemiscope_reads(text: str) -> Any:
    """Read as chemiscope's page does: the word NaN is replaced everywhere, then plain JSON."""

    def refuse(word: str) -> Any:
        raise AssertionError(word)

    replaced = re.sub(r"\bNaN\b", '"***NaN***"', text)
    return json.loads(replaced, parse_constant=refuse)


def _check(content: Any) -> None:
    """Check a file by chemiscope's own rules; a slow and plain version of its validator."""
    assert set(content) <= {
        *("meta", "structures", "properties", "environments", "parameters", "shapes", "settings")
    }
    assert isinstance(content["meta"]["name"], str)
    for one in content["structures"]:
        for key in ("names", "x", "y", "z"):
            assert len(one[key]) == one["size"]
        assert "cell" not in one or len(one["cell"]) == 9
    n_atoms = sum(one["size"] for one in content["structures"])
    counts = {
        "structure": len(content["structures"]),
        "atom": len(content.get("environments", [0] * n_atoms)),
    }
    for one in content["properties"].values():
        assert len(one["values"]) == counts[one["target"]]
        kinds = {str if v == "***NaN***" else type(v) for v in one["values"]} - {str}
        assert kinds <= {int, float} or kinds == {list}
        assert isinstance(one.get("units", ""), str)
        if kinds == {list}:
            (parameter,) = one["parameters"]
            width = len(content["parameters"][parameter]["values"])
            assert {len(row) for row in one["values"]} == {width}
    for one in content.get("shapes", {}).values():
        for part in one.get("shapes", [one]):
            levels = part["parameters"]
            assert len(levels.get("structure", content["structures"])) == counts["structure"]
            assert len(levels.get("atom", [0] * n_atoms)) == n_atoms


@pytest.mark.parametrize("ending", [".json", ".json.gz"])
def test_what_is_written_is_read_again_as_it_was(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    assert write_chemiscope(path, small_scene()) == ()
    read = replace(read_chemiscope(path), warnings=small_scene().warnings)
    again = tmp_path / "again.json"
    write_chemiscope(again, read)
    contents = [json.loads(read_bytes(one), parse_constant=str) for one in (again, path)]
    assert contents[0] == contents[1]
    assert [one.name for one in read.properties] == [o.name for o in small_scene().properties]


@pytest.mark.parametrize("scene", [small_scene(), molecules_scene()], ids=["small", "molecules"])
def test_chemiscopes_rules_are_kept(tmp_path: Path, scene: Scene) -> None:
    path = tmp_path / "out.json"
    write_chemiscope(path, scene)
    _check(_as_chemiscope_reads(path.read_text("utf-8")))


def test_bonds_are_told_of_those_that_have_told_them(tmp_path: Path) -> None:
    some = replace(small_scene().structures, bonded=np.array([True, False, True]))
    write_chemiscope(tmp_path / "out.json", replace(small_scene(), structures=some))
    structures = json.loads((tmp_path / "out.json").read_text(), parse_constant=str)["structures"]
    assert ["bonds" in one for one in structures] == [True, False, True]
    read = read_chemiscope(tmp_path / "out.json").structures
    assert read.bonded is not None
    assert read.bonded.tolist() == [True, False, True]
    assert unpack(pack_block(read, 1, 3))["bonded"].tolist() == [0, 1]


def test_the_word_nan_in_texts_does_no_harm(tmp_path: Path) -> None:
    named = replace(small_scene().about, name='say "NaN", NaN\\NaN')
    path = tmp_path / "out.json"
    write_chemiscope(path, replace(small_scene(), about=named))
    content = _as_chemiscope_reads(path.read_text("utf-8"))
    assert content["meta"]["name"] == named.name
    assert "label NaN" in content["properties"]
    assert read_chemiscope(path).about.name == named.name


def test_a_name_of_both_targets_is_written_twice(tmp_path: Path) -> None:
    atoms = Property(name="n", target="atom", values=np.arange(3.0))
    scene = replace(
        small_scene(),
        properties=(small_scene().properties[1], small_scene().properties[0], atoms),
        settings={},
    )
    notes = write_chemiscope(tmp_path / "out.json", scene)
    assert notes == ("properties.n: of atoms and structures; one is written as 'n (atom)'",)
    assert list(chemiscope_dict(scene)["properties"]) == ["n", "energy", "n (atom)"]


def test_what_chemiscope_does_not_know_is_left_out_and_told(tmp_path: Path) -> None:
    settings = {
        "map": {"color": {"palette": "batlow", "reverse": True}},
        "structure": [{"perspective": True, "bonds": False}],
        "pinned": [0] * 12,
        "view": {},
    }
    path = tmp_path / "out.json"
    notes = write_chemiscope(path, replace(small_scene(), settings=settings))
    assert len(notes) == 5
    assert json.loads(path.read_text())["settings"] == {
        "map": {"color": {"palette": "viridis"}},
        "structure": [{"bonds": False}],
        "pinned": [0] * 9,
    }


def test_what_makes_no_map_in_chemiscope_is_told(tmp_path: Path) -> None:
    scene = replace(small_scene(), properties=(), settings={})
    (note,) = write_chemiscope(tmp_path / "out.json", scene)
    assert "mode='structure'" in note


def test_infinite_numbers_and_other_endings_are_refused(tmp_path: Path) -> None:
    wild = Property(name="wild", target="structure", values=np.array([0, np.inf, 0]))
    scene = replace(small_scene(), properties=(wild,), settings={})
    with pytest.raises(InputError, match=r"properties\.wild\.values\[1\]: is infinite"):
        write_chemiscope(tmp_path / "out.json", scene)
    with pytest.raises(InputError, match=r"ends with \.json or \.json\.gz"):
        write_chemiscope(tmp_path / "out.xyz", scene)
    assert not list(tmp_path.iterdir())


def test_real_files_survive_a_round(real_data: Path, tmp_path: Path) -> None:
    for path in sorted((real_data / "chemiscope").glob("*.json*")):
        scene = read_chemiscope(path)
        write_chemiscope(tmp_path / path.name, scene)
        again = read_chemiscope(tmp_path / path.name)
        assert pack_scene(again, embed=True) == pack_scene(scene, embed=True), path.name
        _check(_as_chemiscope_reads(read_bytes(tmp_path / path.name).decode()))


def test_chemiscope_itself_opens_what_is_written(tmp_path: Path) -> None:
    chemiscope = pytest.importorskip("chemiscope", reason="chemiscope is not installed")
    write_chemiscope(tmp_path / "out.json.gz", small_scene())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # outside of a notebook it says that it is
        chemiscope.show_input(str(tmp_path / "out.json.gz"))
