"""Whole files of every format that is read, small ones, to be spoiled."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from pathlib import Path

import ase.io
import numpy as np

from atomarium.core.dataset import Dataset, Target
from atomarium.core.structures import Structures
from atomarium.data.formats import write


def small_data() -> Dataset:
    """Return molecules and crystals with targets of every kind, and labels."""
    structures = Structures.from_arrays(
        [8, 1, 1, 11, 17, 6, 8],
        [
            [0, 0, 0],
            [0.96, 0, 0],
            [-0.24, 0.93, 0],
            [0, 0, 0],
            [2.82, 2.82, 2.82],
            [0, 0, 0],
            [0, 0, 1.128],
        ],
        cells=[np.zeros((3, 3)), 2.82 * (1 - np.eye(3)), np.diag([4.0, 4.0, 8.0])],
        offsets=[0, 3, 5, 7],
    )
    forces = np.arange(21, dtype=np.float64).reshape(7, 3) / 7
    return Dataset(
        structures=structures,
        targets={
            "energy": Target(name="energy", values=np.array([[-14.2], [-7.0], [np.nan]])),
            "forces": Target(name="forces", values=forces, rows="atoms", per="atom"),
        },
        ids=("water", "salt", "carbon monoxide"),
        labels={"kind": np.array(["molecule", "crystal", "slab"])},
    )


def crystals() -> Dataset:
    """Return what fits into CIF files and POSCARs."""
    salt = small_data().take(np.array([1]))
    return Dataset(
        structures=Structures.concatenate([salt.structures, salt.structures]),
        targets={"gap": Target(name="gap", values=np.array([[5.0], [4.5]]))},
        ids=("one", "two"),
    )


_PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def write_seeds(folder: Path) -> dict[str, Path]:
    """Write a file, or a folder, of every format; return them by a name for tests."""
    data = small_data()
    seeds = {}
    for name in ("data.extxyz", "data.db", "data.npz", "data.atoms"):
        write(folder / name, data)
        seeds[name] = folder / name
    plain = (folder / "data.extxyz").read_bytes()
    for ending, pack in _PACKERS.items():
        seeds[f"data.extxyz.{ending}"] = folder / f"data.extxyz.{ending}"
        seeds[f"data.extxyz.{ending}"].write_bytes(pack(plain))
    write(folder / "cif", crystals(), format="cif")
    seeds["cif folder"] = folder / "cif"
    (one,) = (path for path in (folder / "cif").glob("*.cif") if "one" in path.name)
    seeds["one.cif"] = folder / "one.cif"
    seeds["one.cif"].write_bytes(one.read_bytes())
    (salt,) = crystals().structures[:1].to_ase()
    for name in ("POSCAR", "salt.traj", "salt.json", "salt.gen", "salt.xsf"):
        seeds[name] = folder / name
        ase.io.write(folder / name, salt)
    return seeds


def chemiscope_text() -> str:
    """Return a file of chemiscope with a part of every kind."""
    return json.dumps(
        {
            "meta": {"name": "a", "authors": ["b"], "references": [], "description": "c"},
            "structures": [
                {
                    "size": 2,
                    "names": ["Na", "Cl"],
                    "x": [0, 2.8],
                    "y": [0, 0],
                    "z": [0, 0.1],
                    "cell": [5.6, 0, 0, 0, 5.6, 0, 0, 0, 5.6],
                    "bonds": [[0, 1, 1]],
                },
                {"size": 1, "names": ["H"], "x": [0], "y": [0], "z": [1e-3]},
            ],
            "properties": {
                "energy": {"target": "structure", "values": [1.5, 2], "units": "eV"},
                "kind": {"target": "structure", "values": ["salt", "gas"]},
                "charge": {"target": "atom", "values": [0.5, -0.5, 0]},
                "curve": {"target": "structure", "values": [[1, 2], [3, 4]], "parameters": ["t"]},
            },
            "parameters": {"t": {"values": [0, 1], "name": "time", "units": "s"}},
            "environments": [
                {"structure": 0, "center": 0, "cutoff": 3.5},
                {"structure": 0, "center": 1, "cutoff": 3.5},
                {"structure": 1, "center": 0, "cutoff": 3.5},
            ],
            "shapes": {
                "ball": {
                    "kind": "sphere",
                    "parameters": {
                        "global": {"radius": 0.3},
                        "structure": [{"color": 0xFF0000}, {}],
                        "atom": [{"radius": 1}, {}, {"radius": 2}],
                    },
                },
                "arrows": {
                    "kind": "arrow",
                    "parameters": {
                        "global": {"baseRadius": 0.1, "headRadius": 0.2, "headLength": 0.3},
                        "atom": [
                            {"vector": [1, 0, 0]},
                            {"vector": [0, 1, 0]},
                            {"vector": [0, 0, 1]},
                        ],
                    },
                },
            },
            "settings": {
                "target": "structure",
                "map": {"x": {"property": "energy"}, "color": {"property": "energy"}},
                "structure": [{"bonds": True, "supercell": [1, 1, 1], "keepOrientation": False}],
            },
        }
    )
