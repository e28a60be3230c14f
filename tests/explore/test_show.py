"""What Python gives is shown; what does not fit is an exception that names its place."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase.build import bulk, molecule
from tests.explore.example_scene import small_scene

import atomarium
from atomarium.core.dataset import Dataset, Target
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.explore.chemiscope_writer import chemiscope_dict
from atomarium.explore.scene import Scene, Shape
from atomarium.explore.vectors import arrows
from atomarium.explore.view import View

ATOMS = [molecule("H2O"), bulk("NaCl", "rocksalt", 5.64), molecule("CO")]


@pytest.fixture(autouse=True)
def _without_widgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)


def _view(function: Any, *given: Any, **more: Any) -> View:
    with pytest.warns(UserWarning, match=r"pip install 'atomarium\[notebook\]'"):
        view = function(*given, **more)
    assert isinstance(view, View)
    return view


def _scene(*given: Any, **more: Any) -> Scene:
    return _view(atomarium.show, *given, **more).scene


def _values(scene: Scene, name: str) -> list[Any]:
    (one,) = [one for one in scene.properties if one.name == name]
    return one.values.tolist() if isinstance(one.values, np.ndarray) else list(one.values)


@pytest.mark.parametrize(
    ("structures", "count"),
    [
        (ATOMS, 3),
        ((one for one in ATOMS), 3),
        (ATOMS[0], 1),
        (Structures.from_ase(ATOMS), 3),
        (Dataset(structures=Structures.from_ase(ATOMS)), 3),
        (small_scene(), 3),
        (small_scene().structures, 3),
        (chemiscope_dict(small_scene()), 3),
        (chemiscope_dict(small_scene())["structures"], 3),
        (chemiscope_dict(small_scene())["structures"][0], 1),
        (None, 0),
        ("mp-elastic", 1181),
    ],
)
def test_structures_come_in_many_forms(structures: Any, count: int) -> None:
    assert len(_scene(structures).structures) == count


def test_properties_find_their_target_by_their_number() -> None:
    scene = _scene(
        ATOMS,
        properties={
            "energy": np.array([1.0, np.nan, 3]),
            "kind": ["a", "b", "a"],
            "charge": range(7),
            "place": np.arange(9).reshape(3, 3),
            "dos": {"target": "structure", "values": np.ones((3, 2)), "parameters": ["e"]},
            "gap": Target(name="gap", values=np.ones((3, 1)), unit="eV"),
            "told": {"target": "structure", "values": [1, 2, 3], "units": "u"},
        },
        parameters={"e": [0.0, 1.0]},
        metadata={"name": "Three", "authors": ["A"]},
    )
    found = {one.name: (one.target, one.unit) for one in scene.properties}
    assert found == {
        "energy": ("structure", ""),
        "kind": ("structure", ""),
        "charge": ("atom", ""),
        **{f"place[{k}]": ("structure", "") for k in (1, 2, 3)},
        "dos": ("structure", ""),
        "gap": ("structure", "eV"),
        "told": ("structure", "u"),
    }
    assert _values(scene, "place[2]") == [1, 4, 7]
    assert scene.about.name == "Three"


def test_environments_choose_among_the_atoms_of_data() -> None:
    forces = Target(name="f", values=np.arange(7.0)[:, None], rows="atoms", per="atom")
    dataset = Dataset(structures=Structures.from_ase(ATOMS)).with_targets(forces)
    scene = _scene(
        dataset, environments=[(2, 1, 3.5), {"structure": 0, "center": 0, "cutoff": 3.5}]
    )
    assert _values(scene, "f") == [6.0, 0.0]
    given = _scene(ATOMS, environments=[(0, 1, 3.0)], properties={"q": {"target": "atom",
                   "values": [5]}})  # fmt: skip
    assert _values(given, "q") == [5]


def test_shapes_are_those_of_chemiscope_or_of_ours() -> None:
    scene = _scene(
        ATOMS,
        shapes={
            "ball": {"kind": "sphere", "parameters": {"global": {"radius": 1}}},
            "force": arrows("any", np.ones((7, 3)), target="atom"),
        },
        settings={"structure": [{"shape": "ball,force"}]},
    )
    assert [one.name for one in scene.shapes] == ["ball", "force"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"properties": {"a": [1, 2]}}, r"a\.values: expected 3 for structures or 7 for atoms, got 2"),
        ({"properties": {"a": [1, None, 2]}}, r"a\.values\[1\]: expected number, got null"),
        ({"properties": {"a": 3}}, r"a\.values: expected a list or an array, got int"),
        ({"properties": {"a": np.ones((3, 2, 2))}}, r"a\.values: expected one or two axes, got 3"),
        ({"environments": [(0, 9, 3.5)]}, r"environments\[0\]\.center: no atom 9"),
        ({"environments": [(0, 1)]}, r"environments\[0\]: expected structure, center, cutoff, got 2"),
        ({"shapes": {"s": {"kind": "cube"}}}, r"shapes\.s\.kind: expected one of"),
        ({"shapes": {"s": {"kind": "sphere", "parameters": {"global": {}}}}}, "needs 'radius'"),
        ({"settings": {"mapp": {}}}, r"settings\.mapp: there is no such setting; did you mean 'map'"),
        ({"metadata": {"name": 3}}, r"meta\.name: expected text, got 3"),
        ({"parameters": {"e": ["a"]}}, r"parameters\.e\.values\[0\]: expected number, got 'a'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_an_exception(more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        atomarium.show(ATOMS, **more)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"global": {"radius": "a"}}, r"global\.radius: expected number, got 'a'"),
        ({"global": {"radius": 1, "size": 2}}, r"global\.size: no such parameter"),
        ({"global": {"radius": 1, "color": "#12"}}, r"global\.color: expected a color"),
        ({"global": {"radius": 1, "orientation": [0, 0, 0, 1]}}, r"orientation: no such parameter"),
        ({"atom": [{"radius": 1}] * 6}, r"parameters\.atom: expected 7, got \[6\]"),
        ({"structure": [{"radius": 1}, {}, {"radius": 2}]}, "a sphere needs 'radius' everywhere"),
        ({"structure": [{"radius": 1}, 3, 4]}, r"structure\[1\]: expected an object, got 3"),
        ({"atoms": []}, r"parameters\.atoms: no such level; did you mean 'atom'"),
    ],
)
def test_parameters_of_shapes_are_checked_one_by_one(parameters: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        atomarium.show(ATOMS, shapes={"s": {"kind": "sphere", "parameters": parameters}})


def test_an_orientation_is_a_quaternion_of_length_1() -> None:
    rows = [{"orientation": [0, 0, 0, 1]}, {"orientation": [0, 0, 0, 2]}] * 4
    shape = {"kind": "ellipsoid", "parameters": {"global": {"semiaxes": [1, 1, 1]},
             "atom": rows[:7]}}  # fmt: skip
    with pytest.raises(InputError, match=r"atom\[1\]\.orientation: expected a quaternion"):
        atomarium.show(ATOMS, shapes={"s": shape})


@pytest.mark.parametrize("given", [3, [1], [ATOMS[0], "x"]])
def test_what_is_no_structure_is_refused(given: Any) -> None:
    with pytest.raises(InputError, match=r"structures(\[\d\])?: expected"):
        atomarium.show(given)


def test_pages_and_files_are_written(tmp_path: Path) -> None:
    view = _view(atomarium.show, small_scene())
    view.save_html(tmp_path / "page.html", settings={"target": "atom"})
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "<title>Three of all</title>" in text
    assert view.save_chemiscope(tmp_path / "out.json") == ()
    with pytest.raises(InputError, match=r"settings\.target"):
        view.save_html(tmp_path / "page.html", settings={"target": "no"})
    assert "3 structures" in repr(view)


def test_explore_makes_a_map_and_puts_it_on_the_axes() -> None:
    many = [molecule(name) for name in ("H2O", "CO", "CH4", "C2H6", "C2H4", "CH3OH", "NH3")]
    masses = [one.get_masses().sum() for one in many]
    scene = _view(
        atomarium.explore, many, properties={"mass": masses}, settings={"map": {"symbol": ""}}
    ).scene
    assert [one.name for one in scene.properties] == ["PCA[1]", "PCA[2]", "mass"]
    assert scene.settings["map"]["y"] == {"property": "PCA[2]"}
    assert scene.settings["map"]["color"]["property"] == "mass"
    assert scene.settings["map"]["symbol"] == ""
    from atomarium.explore.embed import pca
    from atomarium.represent.soap import Soap

    rows = Soap(cutoff=5.0, n_max=6, l_max=4).compute(Structures.from_ase(many)).mean().values
    expected = pca(np.asarray(rows), 2)[0]
    np.testing.assert_allclose(_values(scene, "PCA[1]"), expected[:, 0], atol=1e-9)


def test_explore_takes_targets_functions_rows_and_atoms() -> None:
    structures = Structures.from_ase(ATOMS)
    of_target = _view(
        atomarium.explore, ATOMS, representation="composition",
        properties={"e": [1.0, 2, 3]}, target="e",
    ).scene  # fmt: skip
    assert of_target.properties[0].name == "PCovR[1]"
    of_function = _view(
        atomarium.explore, ATOMS, representation=lambda s: s.composition(s.species), dimensions=3
    ).scene
    assert len(of_function.properties) == 3
    of_rows = _view(atomarium.explore, structures, representation=np.eye(3), reduce="kpca").scene
    assert of_rows.properties[0].name == "KPCA[1]"
    of_atoms = _view(atomarium.explore, structures, per="atom", environments=[(0, 0, 4.0), (0, 1, 4),
                     (1, 1, 4.0)]).scene  # fmt: skip
    assert of_atoms.properties[0].target == "atom"
    assert len(of_atoms.properties[0].values) == 3
    assert of_atoms.settings["target"] == "atom"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"representation": "sope"}, "no representation 'sope'; did you mean 'soap'"),
        ({"representation": 3}, "representation: expected a kind"),
        ({"representation": np.eye(2)}, r"representation: expected 3 rows of features, got \(2, 2\)"),
        ({"representation": "mbtr", "per": "atom"}, "Mbtr has no rows for atoms"),
        ({"reduce": "tsne"}, "there is no method 'tsne'"),
        ({"target": "none"}, "target: no property 'none' of structures"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("unchecked")
def test_maps_that_cannot_be_made_say_why(more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        atomarium.explore(ATOMS, **more)


def test_a_target_must_be_a_number() -> None:
    with pytest.raises(InputError, match="target: 'k' is not one number for each structure"):
        atomarium.explore(ATOMS, properties={"k": ["a", "b", "c"]}, target="k")
    with pytest.raises(InputError, match="a map of structures needs structures"):
        atomarium.explore(None)


def test_the_room_of_this_name_can_be_called_and_holds_its_files() -> None:
    import atomarium.explore.vectors as inner

    assert callable(atomarium.explore)
    assert atomarium.explore.vectors is inner


def test_pictures_need_a_browser_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = View(replace(small_scene(), shapes=(Shape(name="s", kind="sphere"),), settings={}))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("atomarium.explore.browser._MAC", ())
    with pytest.raises(InputError, match="none is installed"):
        view.save_png(tmp_path / "a.png")
    monkeypatch.setenv("ATOMARIUM_CHROMIUM", "nowhere")
    with pytest.raises(InputError, match="ATOMARIUM_CHROMIUM names 'nowhere', which is no program"):
        view.save_png(tmp_path / "a.png")
    with pytest.raises(InputError, match="size and scale must be above 0"):
        view.save_png(tmp_path / "a.png", size=(0, 10))
