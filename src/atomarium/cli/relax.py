"""`atomarium relax`: atoms to where a trained potential has its nearest minimum."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from cyclopts import Parameter
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from atomarium.core.errors import InputError

if TYPE_CHECKING:
    from atomarium.core.dataset import Dataset
    from atomarium.experiment.relaxation import Relaxed
    from atomarium.experiment.saved_potential import SavedPotential

_FAILED = 1
_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Limits:
    """When relaxation is over; see `experiment.relaxation.relax`."""

    largest_force: float
    most_steps: int
    cells: bool


def relax(
    *files: str,
    model: Path,
    out: Path = Path("relaxed.extxyz"),
    largest_force: float = 0.05,
    most_steps: int = 500,
    cells: Annotated[bool, Parameter(negative=())] = False,
    target: str | None = None,
    batch_atoms: int = 20_000,
    quiet: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Relax structures with a trained potential, all of them at once.

    Atoms move by FIRE until every force is below the limit; cells stay unless --cells.

    Args:
        model: Folder of a study (its best model is taken), of a trial or of a model; an energy
            learned by schnet, painn, or sparse-forces.
        out: Where relaxed structures are written, with energies (eV), forces and stress; the
            ending says how: .extxyz, .npz, .db …
        largest_force: eV/Å. What every force shall be below.
        most_steps: Steps after which a structure is given up.
        cells: Relax cells, too.
        target: Which property, when the study has several.
        batch_atoms: Atoms that are relaxed together at most.
        quiet: No progress.
        files: Structures, in any format that can be read, or names of `atomarium data list`.

    Returns:
        0, or 1 when a structure has not converged.

    Raises:
        InputError: nothing is named, or something cannot be read, relaxed or written.
    """
    from atomarium.data.formats import refuse_unwritable, write
    from atomarium.experiment.saved_potential import SavedPotential
    from atomarium.study.choose import find_model

    if batch_atoms < 1:
        raise InputError(f"--batch-atoms must be at least 1, got {batch_atoms}")
    refuse_unwritable(out, named="--out")
    dataset = _load(files)
    potential = SavedPotential.load(find_model(model, target))
    potential.model.fitted.refuse_unseen(dataset.structures, dataset.ids)
    limits = Limits(largest_force=largest_force, most_steps=most_steps, cells=cells)
    found = _relaxed(potential, dataset, limits, batch_atoms=batch_atoms, show=not quiet)
    write(out, _as_dataset(dataset, found))
    _print(dataset, found, out)
    return 0 if found.converged.all() else _FAILED


def _load(files: tuple[str, ...]) -> Dataset:
    """Return the structures of all files; of several, ids say which file they are from."""
    from atomarium.core.dataset import Dataset
    from atomarium.core.structures import Structures
    from atomarium.data.sources import load_dataset

    if not files:
        raise InputError("name what to relax: a file, a folder, or a data set of the catalog")
    datasets = [load_dataset(name) for name in files]
    structures = Structures.concatenate([one.structures for one in datasets])
    if not len(structures):
        raise InputError("there is no structure to relax")
    several = len(files) > 1
    ids = [
        f"{Path(name).name}:{one}" if several else one
        for name, dataset in zip(files, datasets, strict=True)
        for one in dataset.ids
    ]
    return Dataset(structures=structures, ids=tuple(ids))


def _relaxed(
    potential: SavedPotential, dataset: Dataset, limits: Limits, *, batch_atoms: int, show: bool
) -> Relaxed:
    from atomarium.core.progress import progress
    from atomarium.core.structures import Structures
    from atomarium.experiment.relaxation import Relaxed
    from atomarium.experiment.relaxation import relax as relax_all
    from atomarium.represent.streaming import runs_of_atoms

    with progress("relax", len(dataset), show=show) as bar:
        parts = [
            relax_all(potential, run, **asdict(limits), advance=bar.advance)
            for run in runs_of_atoms(dataset.structures, batch_atoms)
        ]
    names = ("energies", "forces", "stress", "converged", "steps")
    arrays = {name: np.concatenate([getattr(one, name) for one in parts]) for name in names}
    structures = Structures.concatenate([one.structures for one in parts])
    return Relaxed(structures=structures, **arrays)


def _as_dataset(dataset: Dataset, found: Relaxed) -> Dataset:
    from atomarium.experiment.predictions import predicted_targets

    targets = predicted_targets("energy", "eV", found.energies, found.forces, found.stress)
    labels = {"converged": np.where(found.converged, "yes", "no")}
    return replace(dataset, structures=found.structures, targets=targets, labels=labels)


def _print(dataset: Dataset, found: Relaxed, out: Path) -> None:
    table = Table(
        "structure",
        "formula",
        Column("energy, eV", justify="right"),
        Column("largest force, eV/Å", justify="right"),
        Column("steps", justify="right"),
        Column("converged"),
        box=SIMPLE,
    )
    lengths = np.linalg.norm(found.forces, axis=1)
    largest = np.maximum.reduceat(lengths, dataset.structures.offsets[:-1])
    for row, formula in enumerate(dataset.structures.formulas()[:_SHOWN]):
        table.add_row(
            dataset.ids[row],
            formula,
            f"{found.energies[row]:.6f}",
            f"{largest[row]:.2g}",
            str(found.steps[row]),
            "yes" if found.converged[row] else "no",
        )
    console = Console(highlight=False)
    console.print(table)
    if len(dataset) > _SHOWN:
        console.print(f"… and {len(dataset) - _SHOWN:,} more")
    done = int(found.converged.sum())
    console.print(f"{done:,} of {len(dataset):,} structures converged: {out}", soft_wrap=True)
