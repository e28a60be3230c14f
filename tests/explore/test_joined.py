"""Several data sets stand side by side: one map, one table, and where each row comes from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.explore.example_scene import molecules_scene, small_scene

from atomarium.core.dataset import Dataset, Target
from atomarium.core.structures import Structures
from atomarium.data.store_writer import write
from atomarium.explore.dataset_scene import scene_of_dataset
from atomarium.explore.joined import join_scenes
from atomarium.explore.scene_payload import pack_scene
from atomarium.explore.sources import load_scenes
from atomarium.explore.summary import summary


def test_properties_of_one_name_and_unit_become_one() -> None:
    one = small_scene()
    other = replace(
        one,
        properties=(
            replace(one.properties[0], values=np.array([7.0, 8, 9])),
            replace(one.properties[1], unit="mol"),
            one.properties[3],
        ),
    )
    joined = join_scenes([one, other], ["a", "b"])
    pack_scene(joined, embed=True)
    found = {(p.target, p.name): p for p in joined.properties}
    np.testing.assert_array_equal(
        found["structure", "energy"].values, np.float64([-1.5, np.nan, 3e-30, 7, 8, 9])
    )
    np.testing.assert_array_equal(found["structure", "n"].values, [3, 2, 2] + [np.nan] * 3)
    np.testing.assert_array_equal(found["structure", "n (mol)"].values[3:], [3, 2, 2])
    assert found["structure", "kind"].values == ("wet", "salt", "wet", "", "", "")
    assert found["structure", "data set"].values == ("a",) * 3 + ("b",) * 3
    assert found["structure", "dos"].values.shape == (6, 2)
    assert joined.structures.names == one.structures.names * 2
    assert joined.structures.bonds is not None
    assert joined.structures.bonds[:, 0].tolist() == [0, 0, 5, 7, 7, 12]
    assert joined.environments is not None
    assert joined.environments.structures.tolist() == [2, 0, 0, 5, 3, 3]
    assert "shapes.ball: left out where several data sets are shown together" in joined.warnings


def test_a_set_without_environments_has_those_of_all_atoms() -> None:
    joined = join_scenes([small_scene(), molecules_scene()], ["a", "b"])
    n_atoms = molecules_scene().structures.structures.n_atoms
    assert joined.count("atom") == 3 + n_atoms
    assert joined.structures.bonded is not None
    assert joined.structures.bonded.tolist() == [True] * 3 + [False] * 162
    assert joined.warnings[-1] == "residues: left out where several data sets are shown together"
    values = {p.name: p.values for p in joined.properties if p.target == "atom"}["atomic number"]
    np.testing.assert_array_equal(
        values, [np.nan] * 3 + molecules_scene().structures.structures.numbers.tolist()
    )


def test_curves_over_other_parameters_are_left_out_and_told() -> None:
    one = small_scene()
    wider = replace(one.parameters["e"], values=np.array([0.0, 0.7]))
    joined = join_scenes([one, replace(one, parameters={"e": wider})], ["a", "b"])
    assert "dos" not in {p.name for p in joined.properties}
    assert "properties.dos: left out, data sets disagree about it" in joined.warnings


def test_files_are_called_by_their_names(tmp_path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write(
            tmp_path / folder / "x.atoms", Dataset(structures=small_scene().structures.structures)
        )
    scene = load_scenes([tmp_path / "one/x.atoms", "mp-elastic"])
    names = {p.name: p.values for p in scene.properties}["data set"]
    assert list(dict.fromkeys(names)) == ["x.atoms", "mp-elastic"]
    twins = load_scenes([tmp_path / "one/x.atoms", tmp_path / "two/x.atoms"])
    names = {p.name: p.values for p in twins.properties}["data set"]
    assert names[0] == str(tmp_path / "one/x.atoms")


def test_targets_labels_and_vectors_of_a_data_set_are_shown() -> None:
    structures = small_scene().structures.structures
    dataset = Dataset(
        structures=structures,
        targets={
            "energy": Target(name="energy", values=np.ones((3, 1)), unit="eV", per="atom"),
            "dipole": Target(name="dipole", values=np.ones((3, 3)), unit="D"),
            "forces": Target(
                name="forces", values=np.ones((7, 3)), unit="eV/Å", rows="atoms", per="atom"
            ),
        },
        ids=("a", "b", "c"),
        labels={"energy": np.array(["x", "y", "z"]), "group": np.array([1, 2, 3])},
    )
    scene = scene_of_dataset(dataset)
    found = [(p.target, p.name, p.unit) for p in scene.properties]
    assert found == [
        ("structure", "id", ""),
        ("structure", "energy", "eV/atom"),
        *(("structure", f"dipole[{k}]", "D") for k in (1, 2, 3)),
        *(("atom", f"forces[{k}]", "eV/Å") for k in (1, 2, 3)),
        ("structure", "energy (label)", ""),
        ("structure", "group", ""),
    ]
    assert [one.name for one in scene.shapes] == ["forces"]


def test_atoms_beyond_what_a_browser_takes_are_left_out_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("atomarium.explore.dataset_scene._MOST_ATOMS", 6)
    values = Target(name="q", values=np.ones((7, 1)), rows="atoms", per="atom")
    structures: Structures = small_scene().structures.structures
    scene = scene_of_dataset(Dataset(structures=structures, targets={"q": values}))
    assert scene.properties == ()
    assert scene.warnings == ("q: left out, values of more than 6 atoms are not shown",)
    assert summary(scene)[-1].startswith("warning: q: left out")
