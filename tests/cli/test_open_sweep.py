"""`atomarium open` of a sweep, as a user types it."""

from __future__ import annotations

import gzip
import http.client
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.processes import started
from tests.study.sweep.golden_sweep import write_golden_folder

from atomarium.explore.packed import unpack


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    write_golden_folder(tmp_path / "run")
    return tmp_path / "run"


def _open(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "atomarium", "open", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_a_sweep_is_saved_as_one_page(sweep: Path, tmp_path: Path) -> None:
    done = _open(sweep, "--save", tmp_path / "page.html")
    assert done.returncode == 0, done.stderr
    assert "needs no network" in done.stdout
    assert "atomarium-payload" in (tmp_path / "page.html").read_text("utf-8")


def test_a_port_in_use_is_told_in_one_line(sweep: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = _open(sweep, "--no-browser", "--port", other.getsockname()[1])
    assert done.returncode == 2
    assert done.stderr.startswith("error: port ")
    assert "is in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_sweep_is_served_until_it_is_told_to_stop(sweep: Path) -> None:
    command = [sys.executable, "-m", "atomarium", "open", str(sweep), "--no-browser"]
    with started(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        place, _, token = address.partition("/#token=")
        connection = http.client.HTTPConnection(place.removeprefix("http://"), timeout=60)
        connection.request("GET", "/details", headers={"Authorization": f"Bearer {token}"})
        content = connection.getresponse().read()
        connection.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        process.stdout.read()
    assert unpack(gzip.decompress(content))["details"]["curves"]["numbers"].tolist() == [0, 1]
