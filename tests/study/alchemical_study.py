"""A small alchemical study of clusters of four elements."""

from __future__ import annotations

from pathlib import Path

from tests.models.alchemical.crystals import clusters, values_of

from atomarium.core.dataset import Dataset, Target
from atomarium.data.formats import write
from atomarium.experiment.spec import read_study
from atomarium.study.plan import Plan, make_plan

STUDY = """
name = "small"
[data]
source = "clusters.npz"
[targets.energy]
unit = "eV"
extensive = false
[split]
test = 20
train = [15, 30]
aside = 25
repeats = 1
[models.apart]
representation = { kind = "soap", cutoff = 3.5, n_max = 2, l_max = 1 }
model = { kind = "alchemical-krr", couplings = "none" }
[models.others]
representation = { kind = "soap", cutoff = 3.5, n_max = 2, l_max = 1 }
baseline = "composition"
model = { kind = "alchemical-krr", n_pseudo = 2, learn_from = "aside", learning = { epochs = 5 } }
[models.same]
representation = { kind = "soap", cutoff = 3.5, n_max = 2, l_max = 1 }
model = { kind = "alchemical-krr", n_pseudo = 2, learning = { epochs = 5 } }
"""


def folder_with_clusters(folder: Path) -> Path:
    """Write the data of the study into a folder and return it."""
    structures = clusters(80)
    energy = Target(name="energy", values=values_of(structures), unit="eV")
    write(folder / "clusters.npz", Dataset(structures=structures, targets={"energy": energy}))
    return folder


def plan_of(folder: Path, text: str = STUDY) -> Plan:
    """Settle the study, or another text, in a folder that has the data."""
    (folder / "study.toml").write_text(text)
    return make_plan(read_study(folder / "study.toml"))
