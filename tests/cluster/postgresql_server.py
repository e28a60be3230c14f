"""A PostgreSQL of the tests' own, on loopback, with its data in a temporary folder."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.processes import free_port

_PROGRAMS = ("initdb", "postgres", "createdb")


@dataclass
class PostgreSql:
    """A PostgreSQL that can be stopped and started.

    Args:
        folder: Of its data and its log.
        port: On 127.0.0.1.
        password: Of its user `atomarium`.
        process: It, while it runs.
    """

    folder: Path
    port: int
    password: str
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def url(self, database: str) -> str:
        """Return the address of a database, made when it is not there."""
        command = ["createdb", "--host=127.0.0.1", f"--port={self.port}", "--username=atomarium"]
        environment = {**os.environ, "PGPASSWORD": self.password}
        done = _call([*command, database], environment)
        assert done.returncode == 0 or "already exists" in done.stderr, done.stderr
        return f"postgresql://atomarium:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        assert self.process is None
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    _found("postgres"),
                    f"--port={self.port}",
                    "--listen_addresses=127.0.0.1",
                    f"--unix_socket_directories={self.folder}",
                    "--fsync=off",
                ],
                env={**os.environ, "PGDATA": str(self.folder / "data")},
                stdout=log,
                stderr=log,
                **_as_somebody(),
            )
        limit = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < limit, (self.folder / "log").read_text()
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it and cut every connection."""
        if self.process is not None:
            # What PostgreSQL calls its immediate shutdown.
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=30)
            self.process = None

    def _answers(self) -> bool:
        environment = {**os.environ, "PGPASSWORD": self.password, "PGCONNECT_TIMEOUT": "2"}
        command = ["psql", "--host=127.0.0.1", f"--port={self.port}", "--username=atomarium"]
        done = _call([*command, "--command=select 1", "postgres"], environment)
        return done.returncode == 0


def missing_programs() -> list[str]:
    """Return which programs of PostgreSQL this machine lacks."""
    return [name for name in (*_PROGRAMS, "psql") if _path_of(name) is None]


@contextmanager
def running_postgresql() -> Generator[PostgreSql]:
    """Start a PostgreSQL and end it with the block."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as name:
        folder = Path(name)
        password = secrets.token_hex(8)
        (folder / "password").write_text(password)
        if os.geteuid() == 0:
            for path in (folder, folder / "password"):
                shutil.chown(path, user=_somebody())
        command = [_found("initdb"), f"--pgdata={folder}/data", f"--pwfile={folder}/password"]
        subprocess.run(
            [*command, "--username=atomarium", "--auth=scram-sha-256", "--no-sync"],
            capture_output=True,
            check=True,
            **_as_somebody(),
        )
        server = PostgreSql(folder, free_port(), password)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _as_somebody() -> dict[str, object]:
    """Return whom to run as: PostgreSQL refuses to be root's."""
    if os.geteuid() != 0:
        return {}
    return {"user": _somebody(), "group": pwd.getpwnam(_somebody()).pw_gid, "extra_groups": []}


def _somebody() -> str:
    names = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _call(command: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_found(command[0]), *command[1:]],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def _path_of(program: str) -> str | None:
    # Debian keeps its programs beside the path, by version.
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    return shutil.which(program, path=path)


def _found(program: str) -> str:
    path = _path_of(program)
    assert path is not None, program
    return path
