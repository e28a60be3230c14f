"""Downloads from a server of our own that breaks off, lies and changes its mind."""

from __future__ import annotations

import hashlib
import http.server
import json
import sys
import threading
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from atomarium.core.errors import InputError
from atomarium.data import transfer
from atomarium.data.catalog import RemoteFile
from atomarium.data.fetch import data_folder, fetch, sha256_of

CONTENT = bytes(range(256)) * 4000
NAME = "data.bin"


@dataclass
class Server:
    """What the server gives, and what it was asked."""

    address: str = ""
    content: bytes = CONTENT
    etag: str = '"one"'
    knows_ranges: bool = True
    breaks_after: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.address}/{NAME}"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("ATOMARIUM_MIRROR", raising=False)
    monkeypatch.setattr(transfer, "_SECONDS_BETWEEN_ATTEMPTS", 0.0)
    state = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            state.asked.append(self.headers.get("Range", ""))
            status = state.statuses.pop(0) if state.statuses else 200
            if status != 200 or not self.path.endswith(NAME):
                self.send_error(status if status != 200 else 404)
                return
            start = self._start()
            if start is not None and start >= len(state.content):
                self.send_error(416)
                return
            body = state.content[start or 0 :]
            self.send_response(200 if start is None else 206)
            if start is not None:
                last = len(state.content) - 1
                self.send_header("Content-Range", f"bytes {start}-{last}/{last + 1}")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", state.etag)
            self.end_headers()
            self.wfile.write(body[: state.breaks_after.pop(0)] if state.breaks_after else body)

        def _start(self):
            asked = self.headers.get("Range")
            same = self.headers.get("If-Range", state.etag) == state.etag
            usable = asked and state.knows_ranges and same
            return int(asked.removeprefix("bytes=").rstrip("-")) if usable else None

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        state.address = f"http://127.0.0.1:{running.server_port}"
        yield state
        running.shutdown()
        thread.join()


def remote(*urls: str, known: bool = True, **changes: object) -> RemoteFile:
    facts = {"sha256": hashlib.sha256(CONTENT).hexdigest(), "n_bytes": len(CONTENT)}
    return RemoteFile(name=NAME, urls=urls, **{**(facts if known else {}), **changes})


def test_a_file_arrives_whole_and_verified(server, tmp_path):
    fetched = fetch(remote(server.url), tmp_path / "new", show=False)
    assert fetched.path.read_bytes() == CONTENT
    assert fetched.verified
    assert [path.name for path in fetched.path.parent.iterdir()] == [NAME]


def test_a_file_that_is_here_is_not_asked_for_again(server, tmp_path):
    fetch(remote(server.url), tmp_path, show=False)
    assert fetch(remote(server.url), tmp_path, show=False).verified
    assert len(server.asked) == 1


def test_a_damaged_file_is_got_again(server, tmp_path):
    (tmp_path / NAME).write_bytes(CONTENT[:-1] + b"x")
    assert fetch(remote(server.url), tmp_path, show=False).path.read_bytes() == CONTENT


def test_a_broken_transfer_goes_on_where_it_stopped(server, tmp_path):
    server.breaks_after = [300_000, 200_000]
    assert fetch(remote(server.url), tmp_path, show=False).path.read_bytes() == CONTENT
    assert server.asked == ["", "bytes=300000-", "bytes=500000-"]


def test_the_next_run_goes_on_where_the_last_one_stopped(server, tmp_path):
    server.breaks_after = [100_000] + [0] * 4
    with pytest.raises(InputError, match="broke off after 100000 bytes, 5 times"):
        fetch(remote(server.url), tmp_path, show=False)
    assert not (tmp_path / NAME).exists()
    assert fetch(remote(server.url), tmp_path, show=False).path.read_bytes() == CONTENT
    assert server.asked[-1] == "bytes=100000-"


def test_a_server_without_ranges_sends_it_anew(server, tmp_path):
    server.breaks_after = [300_000]
    server.knows_ranges = False
    assert fetch(remote(server.url), tmp_path, show=False).path.read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_is_got_anew(server, tmp_path):
    server.breaks_after = [300_000, 0, 0, 0, 0]
    server.content = bytes(1_000_000)
    with pytest.raises(InputError):
        fetch(remote(server.url, known=False), tmp_path, show=False)
    server.content, server.etag = CONTENT, '"two"'
    server.breaks_after = []
    fetched = fetch(remote(server.url, known=False), tmp_path, show=False)
    assert fetched.path.read_bytes() == CONTENT


def test_without_length_and_etag_nothing_is_continued(server, tmp_path):
    (tmp_path / f"{NAME}.part").write_bytes(b"something else")
    fetched = fetch(remote(server.url, known=False), tmp_path, show=False)
    assert fetched.path.read_bytes() == CONTENT


def test_more_than_the_server_has_is_thrown_away(server, tmp_path):
    (tmp_path / f"{NAME}.part").write_bytes(CONTENT + b"more")
    (tmp_path / f"{NAME}.part.etag").write_text('"one"')
    file = remote(server.url, n_bytes=0)
    assert fetch(file, tmp_path, show=False).path.read_bytes() == CONTENT


def test_a_busy_server_is_asked_again(server, tmp_path):
    server.statuses = [503, 429]
    assert fetch(remote(server.url), tmp_path, show=False).path.read_bytes() == CONTENT


def test_a_wrong_checksum_is_refused_and_nothing_stays(server, tmp_path):
    with pytest.raises(InputError, match=r"sha256 is [0-9a-f]{64}, expected 0000"):
        fetch(remote(server.url, sha256="0" * 64), tmp_path, show=False)
    assert not list(tmp_path.iterdir())


def test_a_wrong_length_is_refused(server, tmp_path):
    server.content = CONTENT[:-10]
    with pytest.raises(InputError, match="1023990 bytes, expected 1024000"):
        fetch(remote(server.url), tmp_path, show=False)


def test_what_is_missing_is_refused_with_every_place(server, tmp_path):
    other = f"{server.address}/elsewhere"
    with pytest.raises(InputError, match=r"elsewhere: HTTP 404") as refusal:
        fetch(remote(other, f"{other}/too"), tmp_path, show=False)
    assert "elsewhere/too: HTTP 404" in str(refusal.value)
    assert "ATOMARIUM_MIRROR" in str(refusal.value)
    assert len(server.asked) == 2


def test_the_second_address_is_asked_when_the_first_fails(server, tmp_path):
    file = remote(f"{server.address}/elsewhere", server.url)
    assert fetch(file, tmp_path, show=False).path.read_bytes() == CONTENT


def test_a_server_that_is_not_there_is_refused_at_once(server, tmp_path):
    with pytest.raises(InputError, match="cannot be reached"):
        fetch(remote("http://127.0.0.1:9/data.bin"), tmp_path, show=False)


def test_a_mirror_folder_is_asked_first(server, tmp_path, monkeypatch):
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / NAME).write_bytes(CONTENT)
    monkeypatch.setenv("ATOMARIUM_MIRROR", str(mirror))
    assert fetch(remote(server.url), tmp_path / "here", show=False).verified
    assert not server.asked


def test_a_mirror_url_is_asked_first(server, tmp_path, monkeypatch):
    monkeypatch.setenv("ATOMARIUM_MIRROR", f"{server.address}/copies/")
    assert fetch(remote("http://127.0.0.1:9/data.bin"), tmp_path, show=False).verified


def test_what_a_mirror_lacks_or_has_wrong_is_got_elsewhere(server, tmp_path, monkeypatch):
    monkeypatch.setenv("ATOMARIUM_MIRROR", str(tmp_path / "mirror"))
    (tmp_path / "mirror").mkdir()
    assert fetch(remote(server.url), tmp_path / "one", show=False).verified
    (tmp_path / "mirror" / NAME).write_bytes(b"wrong")
    assert fetch(remote(server.url), tmp_path / "two", show=False).verified


def test_a_checksum_that_nobody_publishes_is_remembered(server, tmp_path):
    file = remote(server.url, known=False)
    fetched = fetch(file, tmp_path, show=False)
    assert not fetched.verified
    assert fetched.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert json.loads((tmp_path / "checksums-seen.json").read_text()) == {NAME: fetched.sha256}
    fetched.path.unlink()
    server.content = b"published anew"
    with pytest.raises(InputError, match=r"when it was first downloaded.*\n.*delete its line"):
        fetch(file, tmp_path, show=False)


def test_a_damaged_list_of_checksums_is_refused(server, tmp_path):
    (tmp_path / "checksums-seen.json").write_text("[]")
    with pytest.raises(InputError, match=r"checksums-seen\.json is damaged: .*; delete it"):
        fetch(remote(server.url, known=False), tmp_path, show=False)


def test_a_bar_counts_megabytes(server, tmp_path, capsys):
    fetch(remote(server.url), tmp_path, show=True)
    assert "Traceback" not in capsys.readouterr().err


def test_pip_brings_a_file_of_a_package(tmp_path, monkeypatch):
    pytest.importorskip("pip")
    wheel = tmp_path / "links" / "tinything-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    about = "tinything-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: tinything\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{about}/RECORD", "")
    monkeypatch.delenv("ATOMARIUM_MIRROR", raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    file = RemoteFile(name=wheel.name, package="tinything==1.0", sha256=sha256_of(wheel))
    assert fetch(file, tmp_path / "here", show=False).verified
    missing = RemoteFile(name="other-1.0-py3-none-any.whl", package="other==1.0")
    with pytest.raises(InputError, match=r"pip failed: .*other"):
        fetch(missing, tmp_path / "here", show=False)
    assert [path.name for path in (tmp_path / "here").iterdir()] == [wheel.name]


def test_the_data_folder_is_the_one_given_or_the_platforms(monkeypatch, tmp_path):
    monkeypatch.setenv("ATOMARIUM_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    monkeypatch.delenv("ATOMARIUM_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert data_folder() == tmp_path / "cache" / "atomarium"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert data_folder() == Path.home() / ".cache" / "atomarium"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert data_folder() == Path.home() / "Library" / "Caches" / "atomarium"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert data_folder() == tmp_path / "local" / "atomarium" / "Cache"
