"""Real servers for tests, where their programs are; nothing is ever installed."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cluster import postgresql_server, slurm_server
from tests.cluster.postgresql_server import PostgreSql, running_postgresql
from tests.cluster.slow_plugin import slow_study
from tests.cluster.slurm_server import Slurm, running_slurm


@pytest.fixture(scope="module")
def slurm() -> Generator[Slurm]:
    """A SLURM of one node, which programs that are started find."""
    with _slurm() as running:
        yield running


@pytest.fixture
def slurm_to_harm() -> Generator[Slurm]:
    """Another one, which no other test will need."""
    with _slurm() as running:
        yield running


@contextmanager
def _slurm() -> Generator[Slurm]:
    if missing := slurm_server.missing_programs():
        pytest.skip(f"no SLURM on this machine: {', '.join(missing)}")
    with (
        tempfile.TemporaryDirectory(prefix="slurm-") as folder,
        running_slurm(Path(folder)) as running,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in running.environment.items():
            patch.setenv(name, value)
        yield running


@pytest.fixture(scope="module")
def postgresql() -> Generator[PostgreSql]:
    """A PostgreSQL on loopback."""
    if missing := postgresql_server.missing_programs():
        pytest.skip(f"no PostgreSQL on this machine: {', '.join(missing)}")
    pytest.importorskip("psycopg", reason="needs the extra `cluster`")
    with running_postgresql() as running:
        yield running


__all__ = ["postgresql", "slow_study", "slurm", "slurm_to_harm"]
