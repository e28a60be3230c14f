"""`atomarium sweep import`: from a sweep configuration of Weights & Biases to a study file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from atomarium.cli.places import refuse_existing
from atomarium.core.errors import InputError
from atomarium.core.writable import refuse_unwritable_file

if TYPE_CHECKING:
    from atomarium.study.sweep.wandb_import import Imported

_Several = Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=True)]


def import_sweep(
    file: Path,
    /,
    *,
    out: Path,
    data: str = "qm9-sample",
    target: str = "u0_atomization",
    unit: str | None = None,
    model: _Several = ("schnet",),
    representation: str = "",
    train: int = 1000,
    test: float = 0.2,
    metric: str = "",
    runs: int = 0,
    rename: _Several = (),
    ignore: _Several = (),
    variable: str = "",
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Make a study file of a sweep configuration of Weights & Biases, and of options.

    Args:
        file: A dict in a Python file or notebook, which is read and never run; JSON; YAML.
        out: Study file to write.
        data: A file, a folder or a catalog name.
        target: Name of what is learned.
        unit: Its unit; that of the data when left out.
        model: Kinds of models, where the configuration does not choose them.
        representation: Kind of the representation of models that take one; soap when left out.
        train: Training structures.
        test: Test structures, as a number or as a share below 1.
        metric: What is made small, in place of the metric of the configuration.
        runs: The most runs, where the configuration has no run_cap.
        rename: What parameters mean, as in hidden=model.width.
        ignore: Parameters to leave out.
        variable: Which dict of a Python file.
        overwrite: Whether it may take the place of an existing file.

    Raises:
        InputError: something has no counterpart; the message names the file and the key.
    """
    from atomarium.study.sweep.wandb_import import Surroundings, import_configuration

    _check_place(out, overwrite=overwrite)
    around = Surroundings(
        source=data,
        target=target,
        unit=_unit_of_sample(data, target) if unit is None else unit,
        models=model,
        representation=representation,
        n_train=train,
        n_test=int(test) if test >= 1 else test,
        metric=metric,
        runs=runs,
        renamed=_renamed(rename),
        ignored=ignore,
    )
    _write(import_configuration(file, around, variable=variable), out)


def _unit_of_sample(data: str, target: str) -> str:
    return "eV" if (data, target) == ("qm9-sample", "u0_atomization") else ""


def _check_place(out: Path, *, overwrite: bool) -> None:
    refuse_existing(out, overwrite=overwrite)
    refuse_unwritable_file(out, named="--out")


def _write(imported: Imported, out: Path) -> None:
    from atomarium.core.files import write_text

    write_text(out, imported.text)
    for note in imported.notes:
        print(f"note: {note}", file=sys.stderr)
    print(f"{out}: check it with atomarium run {out} --dry-run")


def _renamed(given: tuple[str, ...]) -> dict[str, str]:
    wrong = [one for one in given if "=" not in one.strip("=")]
    if wrong:
        raise InputError(f"--rename takes NAME=SETTING, got {wrong[0]!r}")
    return dict(one.split("=", 1) for one in given)
