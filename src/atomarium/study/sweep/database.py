"""A database that many workers share, and that may be away for a while."""

from __future__ import annotations

import functools
import sys
import time
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)

from atomarium.core.errors import InputError

Result = TypeVar("Result")
#: A database that is away for longer is taken to be lost.
SECONDS_OF_PATIENCE = 300.0
_SECONDS_BETWEEN_TRIES = 0.5, 10.0
_TRIES_TO_BEGIN = 10
_REPEATED = (
    "create_new_study",
    "get_study_id_from_name",
    "get_study_name_from_id",
    "get_study_directions",
    "get_study_user_attrs",
    "get_study_system_attrs",
    "get_all_studies",
    "set_study_user_attr",
    "set_study_system_attr",
    "create_new_trial",
    "set_trial_param",
    "get_trial_id_from_study_id_trial_number",
    "set_trial_state_values",
    "set_trial_intermediate_value",
    "set_trial_user_attr",
    "set_trial_system_attr",
    "get_trial",
    "get_all_trials",
    "_get_trials",
)


class Database(RDBStorage):
    """Optuna's storage in a database; what fails for want of a connection is tried again.

    Repeating is safe: a trial that was made twice is found to be nobody's, and what has been
    finished cannot be finished again.

    Args:
        url: Of the database, with its driver.
        shown: The same, fit to be shown.
    """

    def __init__(self, url: str, *, shown: str) -> None:
        self._shown = shown
        try:
            self._begin(url)
        finally:
            engine = getattr(self, "engine", None)
            if engine is not None:
                # Connections are closed with the last study that uses them, and at the end.
                weakref.finalize(self, engine.dispose)

    def _begin(self, url: str) -> None:
        for left in reversed(range(_TRIES_TO_BEGIN)):
            try:
                super().__init__(url, engine_kwargs={"pool_pre_ping": True})
            except (IntegrityError, ProgrammingError):
                # Others are making the same tables at this moment.
                if not left:
                    raise
                self.engine.dispose()
                time.sleep(_SECONDS_BETWEEN_TRIES[0])
            else:
                return

    def patiently(self, call: Callable[[], Result]) -> Result:
        """Return what a call returns, once the database can be reached.

        Raises:
            InputError: it is away for too long.
            StorageInternalError: it refuses what was asked.
            DBAPIError: likewise.
        """
        began, pause = time.monotonic(), _SECONDS_BETWEEN_TRIES[0]
        while True:
            try:
                found = call()
            except (StorageInternalError, DBAPIError) as error:
                if not is_lost(error):
                    raise
                away = time.monotonic() - began
                if away > SECONDS_OF_PATIENCE:
                    raise InputError(
                        f"{self._shown} cannot be reached for {away:.0f} s; everything finished "
                        "is kept, the same command goes on from here"
                    ) from None
                if pause == _SECONDS_BETWEEN_TRIES[0]:
                    sys.stderr.write(f"{self._shown} cannot be reached; waiting for it\n")
                time.sleep(min(pause, _SECONDS_BETWEEN_TRIES[1]))
                pause *= 2
            else:
                if pause > _SECONDS_BETWEEN_TRIES[0]:
                    sys.stderr.write(f"{self._shown} can be reached again\n")
                return found


def is_lost(error: BaseException | None) -> bool:
    """Tell whether an error is that of a connection, and not of what was asked."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            return True
        if isinstance(error, DBAPIError):
            return error.connection_invalidated
        error = error.__cause__
    return False


def _repeated(name: str) -> Callable[..., Any]:
    plain = getattr(RDBStorage, name)

    @functools.wraps(plain)
    def method(self: Database, *arguments: Any, **named: Any) -> Any:
        return self.patiently(lambda: plain(self, *arguments, **named))

    return method


for _name in _REPEATED:
    setattr(Database, _name, _repeated(_name))
