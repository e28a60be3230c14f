"""Importers: published archives, each in its own form, become arrays.

Comes in: paths of downloaded files. Goes out: structures in Å and columns in published units.
Must not know: where files come from, what targets mean, the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from atomarium.core.errors import InputError, did_you_mean
from atomarium.data.importers.imported import Imported

__all__ = ["IMPORTERS", "Imported", "load_importer"]

Importer = Callable[[tuple[Path, ...], Mapping[str, str]], Imported]

#: Functions by the name that the catalog uses, as `module:function`.
IMPORTERS: Mapping[str, str] = {
    "ba10": "atomarium.data.importers.ba10:import_ba10",
    "elpasolites": "atomarium.data.importers.elpasolites:import_elpasolites",
    "elpasolites-idealized": (
        "atomarium.data.importers.elpasolites_idealized:import_idealized_elpasolites"
    ),
    "matminer-csv": "atomarium.data.importers.matminer:import_csv",
    "matminer-json": "atomarium.data.importers.matminer:import_json",
    "mp-perovskites": "atomarium.data.importers.mp_perovskites:import_mp_perovskites",
    "nmd18": "atomarium.data.importers.nmd18:import_nmd18",
    "qm7": "atomarium.data.importers.qm7:import_qm7",
    "qm9-archive": "atomarium.data.importers.qm9:import_archive",
    "qm9-wheel": "atomarium.data.importers.qm9_wheel:import_wheel",
    "rmd17": "atomarium.data.importers.rmd17:import_rmd17",
}


def load_importer(kind: str) -> Importer:
    """Return the importer of this name.

    Raises:
        InputError: there is none.
    """
    if kind not in IMPORTERS:
        raise InputError(f"no importer {kind!r}{did_you_mean(kind, IMPORTERS)}")
    module, _, function = IMPORTERS[kind].partition(":")
    return getattr(import_module(module), function)
