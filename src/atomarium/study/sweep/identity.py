"""Who works: a name for this process, and whether another one of this machine still lives."""

from __future__ import annotations

import os
import platform
import socket
import sys
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from atomarium.core.errors import InputError
from atomarium.core.file_names import fault_of_name


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A process that takes runs.

    Args:
        name: Unlike that of any other worker; file names are made of it.
        machine: Where its process number means something: machine, boot and container.
        process: Its number there.
        born: When it began, as the machine counts; numbers of processes are used again.
    """

    name: str
    machine: str
    process: int
    born: str

    def plain(self) -> dict[str, Any]:
        """Return it as plain text form."""
        return asdict(self)


def this_worker(name: str = "") -> Worker:
    """Return who this process is.

    Args:
        name: What it is called; left out, by machine and process.

    Raises:
        InputError: no file can have this name.
    """
    process = os.getpid()
    host = socket.gethostname().split(".")[0]
    own = name or f"{host}-{process}"
    fault = fault_of_name(own)
    if fault:
        raise InputError(f"files are named by the worker {own!r}, and cannot be: {fault}")
    return Worker(name=own, machine=_machine(), process=process, born=_born(process))


def is_gone(plain: dict[str, Any]) -> bool:
    """Tell whether a worker of this machine lives no more; of other machines nobody can tell."""
    if not plain or plain.get("machine") != _machine():
        return False
    process = int(plain["process"])
    if sys.platform == "win32":
        return False  # where asking so would interrupt it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass  # it lives, and belongs to somebody else
    return _born(process) != plain["born"]


@lru_cache(maxsize=1)
def _machine() -> str:
    """Name the machine since its last start; containers have process numbers of their own."""
    parts = [platform.node()]
    for place in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        path = Path(place)
        try:
            parts.append(str(path.readlink()) if path.is_symlink() else path.read_text().strip())
        except OSError:
            continue
    return " ".join(parts)


def _born(process: int) -> str:
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # Names of programs may hold blanks and brackets; what follows the last bracket is fixed.
    return text.rpartition(")")[2].split()[19]
