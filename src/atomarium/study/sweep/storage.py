"""Where workers agree on who runs what: a journal in the run folder, or a database."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from atomarium.core.errors import InputError
from atomarium.experiment.sweep_spec import Goal

if TYPE_CHECKING:
    from optuna import Study

    from atomarium.study.sweep.database import Database

JOURNAL = "sweep.journal"
_PASSWORD = re.compile(r"(://[^:/@]*):[^@/]*@")


def open_study(folder: Path, name: str, goals: tuple[Goal, ...], *, url: str = "") -> Study:
    """Return what Optuna knows of a sweep, a new one where it knows nothing yet.

    Args:
        folder: The run folder.
        name: Of the sweep; tells several in one database apart.
        goals: `minimize` or `maximize`, one for each metric.
        url: Of a database, as in `postgresql://user@host/name`; left out, a journal in the folder.

    Raises:
        InputError: the database cannot be reached, its driver is not installed, or it holds a sweep
            of this name with other goals.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = open_database(url) if url else _journal(folder / JOURNAL)
    study = optuna.create_study(
        storage=storage, study_name=name, directions=list(goals), load_if_exists=True
    )
    known = tuple(one.name.lower() for one in study.directions)
    if known != goals:
        place = without_password(url) or str(folder / JOURNAL)
        raise InputError(
            f"{place} holds a sweep {name!r} with goals {', '.join(known)}, not {', '.join(goals)}"
        )
    return study


def without_password(url: str) -> str:
    """Return an address that may be shown."""
    return _PASSWORD.sub(r"\1:…@", url)


def _journal(path: Path):  # noqa: ANN202 - a storage of Optuna, which is slow to import
    from optuna.storages import JournalStorage

    from atomarium.study.sweep.journal import Journal

    return JournalStorage(Journal(path))


def open_database(url: str) -> Database:
    """Return a database that sweeps are, or will be, in.

    Args:
        url: As in `postgresql://user:password@host:5432/name`.

    Raises:
        InputError: it cannot be reached, or its driver is not installed.
    """
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    from atomarium.study.sweep.database import Database

    shown = without_password(url)
    # The driver that comes with `atomarium[cluster]`; SQLAlchemy would take an older one.
    named = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)
    try:
        return Database(named, shown=shown)
    except (ArgumentError, NoSuchModuleError):
        right = "postgresql://user:password@host:5432/name"
        raise InputError(f"{shown} is no address of a database; right is {right}") from None
    except ImportError as error:
        raise InputError(
            f"{shown} needs a driver that is not installed ({error}): "
            "pip install atomarium[cluster]"
        ) from None
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise InputError(f"cannot reach {shown}: {reason}") from None
