"""The dashboard is served to this machine alone, follows its sweep, and writes notes, nothing else."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Generator
from pathlib import Path

import pytest
from tests.study.sweep.golden_sweep import golden_runs, write_golden_folder

from atomarium.core.errors import InputError
from atomarium.explore.local_server import HOST
from atomarium.explore.packed import unpack
from atomarium.study.sweep.dashboard_server import DashboardServer
from atomarium.study.sweep.notes import read_notes
from atomarium.study.sweep.runs import record_run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_golden_folder(tmp_path / "run")
    return tmp_path / "run"


@pytest.fixture
def server(folder: Path) -> Generator[DashboardServer]:
    with DashboardServer(folder, title="<script>alert(1)</script>") as running:
        yield running


def _ask(
    server: DashboardServer,
    path: str,
    method: str = "GET",
    body: str | None = None,
    *,
    known: bool = True,
    **headers: str,
) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
    token = {"Authorization": f"Bearer {server.token}"} if known else {}
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers={**token, **named})
        answer = connection.getresponse()
        return answer.status, _whole(answer), answer.headers
    finally:
        connection.close()


def _whole(answer: http.client.HTTPResponse) -> bytes:
    import gzip

    content = answer.read()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def _change(server: DashboardServer, change: object, **options: object) -> tuple[int, bytes]:
    headers = {"Content_Type": "application/json", **options}
    status, body, _ = _ask(server, "/notes", "PATCH", json.dumps(change), **headers)  # pyright: ignore[reportArgumentType]
    return status, body


def test_columns_come_at_once_and_details_when_they_are_asked_for(server: DashboardServer) -> None:
    status, body, _ = _ask(server, "/sweep")
    payload = unpack(body)
    assert (status, payload["format"], payload["details"]) == (200, "atomarium-sweep", None)
    assert payload["runs"]["number"].tolist() == [0, 1, 2, 3, 4, 5]
    _, body, _ = _ask(server, "/details")
    assert unpack(body)["details"]["curves"]["numbers"].tolist() == [0, 1]


def test_only_what_has_changed_is_sent_again(server: DashboardServer, folder: Path) -> None:
    _, _, headers = _ask(server, "/sweep")
    version = headers["ETag"]
    assert _ask(server, "/sweep", If_None_Match=version)[:2] == (304, b"")
    record_run(folder, golden_runs()[5].__class__(**{**vars(golden_runs()[5]), "number": 6}))
    status, body, headers = _ask(server, "/sweep", If_None_Match=version)
    assert status == 200
    assert unpack(body)["runs"]["number"].tolist()[-1] == 6
    assert headers["ETag"] != version


def test_predictions_of_a_run_are_sent_and_others_have_none(server: DashboardServer) -> None:
    status, body, _ = _ask(server, "/predictions/0")
    assert status == 200
    assert unpack(body)["prediction"]["reference"].tolist() == [1.0, 2.0, 4.0]
    assert _ask(server, "/predictions/1")[0] == 204
    assert _ask(server, "/predictions/..%2f0")[0] == 404


def test_a_note_is_written_at_once_and_sent_back(server: DashboardServer, folder: Path) -> None:
    status, body = _change(server, {"stars": {"2": True}, "texts": {"runs": "<b>bold</b>"}})
    assert status == 200
    assert json.loads(body) == {"stars": [2], "runs": {}, "texts": {"runs": "<b>bold</b>"}}
    assert read_notes(folder).stars == (2,)


def test_readers_who_write_at_once_lose_nothing(server: DashboardServer, folder: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda n: _change(server, {"runs": {str(n): f"run {n}"}}), range(24)))
    assert {status for status, _ in told} == {200}
    assert read_notes(folder).runs == {str(n): f"run {n}" for n in range(24)}


@pytest.mark.parametrize(
    ("path", "method"),
    [("/sweep", "GET"), ("/details", "GET"), ("/predictions/0", "GET"), ("/notes", "PATCH")],
)
def test_without_the_token_nothing_is_told_or_written(
    server: DashboardServer, folder: Path, path: str, method: str
) -> None:
    status, body, _ = _ask(server, path, method, '{"stars": {"1": true}}', known=False)
    assert status == 403
    assert server.token.encode() not in body
    assert not (folder / "notes.json").exists()


def test_other_sites_cannot_write(server: DashboardServer, folder: Path) -> None:
    # A page of another site may send such a request only after it was allowed to, and is not.
    status, _, headers = _ask(
        server, "/notes", "OPTIONS", Origin="https://evil.example", known=False
    )
    assert status == 405
    assert headers["Access-Control-Allow-Origin"] is None
    assert _change(server, {"stars": {"1": True}}, Host="evil.example")[0] == 400
    assert not (folder / "notes.json").exists()


@pytest.mark.parametrize(
    ("body", "kind", "status", "message"),
    [
        ("{", "application/json", 422, b"expected JSON"),
        ('{"stars": {"../../x": true}}', "application/json", 422, b"expected the number"),
        ("{}", "text/plain", 415, b"expected application/json"),
        ('{"texts": {"a": "' + "x" * 1_000_001 + '"}}', "application/json", 413, b"at most"),
    ],
)
def test_what_is_no_note_is_refused_with_a_reason(
    server: DashboardServer, folder: Path, body: str, kind: str, status: int, message: bytes
) -> None:
    given, told, _ = _ask(server, "/notes", "PATCH", body, Content_Type=kind)
    assert given == status
    assert message in told
    assert not (folder / "notes.json").exists()


def test_a_full_disk_is_told_and_the_server_goes_on(
    server: DashboardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("atomarium.study.sweep.notes.write_json", full)
    assert _change(server, {"stars": {"1": True}}) == (507, b"No space left on device")
    monkeypatch.undo()
    assert _change(server, {"stars": {"1": True}})[0] == 200


def test_a_folder_that_is_gone_is_told(server: DashboardServer, folder: Path) -> None:
    (folder / "study.toml").unlink()
    status, body, _ = _ask(server, "/sweep")
    assert status in {422, 507}
    assert b"study.toml" in body or b"No such file" in body


@pytest.mark.parametrize(
    "path", ["/study.toml", "/../study.toml", "/..%2f..%2fetc/passwd", "/notes.json", "/sweep/runs"]
)
def test_no_file_is_handed_out_by_its_name(server: DashboardServer, path: str) -> None:
    status, body, headers = _ask(server, path)
    assert status == 404
    assert len(body) < 100
    assert headers["Content-Security-Policy"]


def test_the_page_runs_nothing_of_others(server: DashboardServer) -> None:
    status, body, headers = _ask(server, "/", known=False)
    assert status == 200
    assert b"&lt;script&gt;alert" in body
    assert b"<script>alert" not in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert server.token.encode() not in body


def test_a_port_in_use_is_told(folder: Path) -> None:
    with (
        socket.create_server((HOST, 0)) as other,
        pytest.raises(InputError, match="is in use; choose another one"),
    ):
        DashboardServer(folder, title="", port=other.getsockname()[1])
