"""Whatever comes to the local servers, they answer others, tell nothing, and let nobody stay."""

from __future__ import annotations

import gzip
import itertools
import json
import socket
import time
from collections.abc import Generator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from tests.explore.example_scene import molecules_scene
from tests.study.sweep.golden_sweep import write_golden_folder

from atomarium.explore import prompt_clients
from atomarium.explore.local_server import HOST, LocalServer
from atomarium.explore.server import SceneServer
from atomarium.study.sweep.dashboard_server import DashboardServer
from atomarium.study.sweep.notes import read_notes

_SECRET = b"a secret of the user"
#: Paths behind the token, of either server.
_GUARDED = {SceneServer: "/scene", DashboardServer: "/sweep"}
_UPWARDS = (
    "/../secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/..%5csecret.txt",
    "/%252e%252e%252fsecret.txt",
    "/%c0%ae%c0%ae/secret.txt",
    "/atomarium.js/../../secret.txt",
    "/predictions/..%2f..%2fsecret.txt",
    "/structures/..%2f..%2fsecret.txt",
    "/notes.json",
    "/%00",
    "//etc/passwd",
    "/file:///etc/passwd",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("served")
    (root / "secret.txt").write_bytes(_SECRET)
    write_golden_folder(root / "run")
    return root / "run"


@pytest.fixture(scope="module", params=[SceneServer, DashboardServer], ids=["scene", "sweep"])
def server(request: pytest.FixtureRequest, folder: Path) -> Generator[LocalServer]:
    if request.param is SceneServer:
        made: LocalServer = SceneServer(molecules_scene(), title="")
    else:
        made = DashboardServer(folder, title="")
    with made as running:
        yield running


@pytest.fixture(scope="module")
def sweep(folder: Path) -> Generator[DashboardServer]:
    with DashboardServer(folder, title="") as running:
        yield running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let servers wait for parts of a second, so that tests need not."""
    monkeypatch.setattr(prompt_clients, "SECONDS_TO_ASK", 0.3)
    monkeypatch.setattr(prompt_clients, "SECONDS_TO_TAKE", 0.3)


def _connected(server: LocalServer) -> socket.socket:
    return socket.create_connection((HOST, server.port), timeout=20)


def _request(
    server: LocalServer, path: str, *, method: str = "GET", body: bytes = b"", **headers: str
) -> bytes:
    """Return the bytes of a request with the token; `host=""` and `token=""` leave these out."""
    told = {"host": f"{HOST}:{server.port}", "authorization": f"Bearer {server.token}", **headers}
    lines = [f"{method} {path} HTTP/1.1", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in told.items() if value]
    if body and "transfer_encoding" not in headers:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def _answer(connection: socket.socket) -> tuple[int, bytes]:
    """Read until the server hangs up; 0 if it does so without a word."""
    said = b""
    try:
        while more := connection.recv(65_536):
            said += more
    except ConnectionResetError:  # it may hang up while we are still talking
        pass
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/") else 0, said


def _ask(server: LocalServer, request: bytes) -> tuple[int, bytes]:
    with _connected(server) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
        return _answer(connection)


def _serves(server: LocalServer) -> bool:
    """Tell whether others get what they ask for."""
    return _ask(server, _request(server, _GUARDED[type(server)]))[0] == 200


@pytest.mark.parametrize("path", _UPWARDS)
def test_no_path_leads_out_of_what_is_shown(server: LocalServer, path: str) -> None:
    status, said = _ask(server, _request(server, path))
    assert status in {400, 404}
    assert _SECRET not in said
    assert b"root:" not in said


@pytest.mark.parametrize("path", ["/structures/", "/predictions/"])
@pytest.mark.parametrize(("n_digits", "expected"), [(5_000, 414), (150, 204)])
def test_numbers_longer_than_python_reads_are_refused(
    server: LocalServer, path: str, n_digits: int, expected: int
) -> None:
    status, said = _ask(server, _request(server, path + "9" * n_digits))
    assert status in {404, expected}
    assert b"Traceback" not in said


def test_every_other_token_is_wrong(server: LocalServer) -> None:
    right = server.token
    wrong = ["", "Bearer", right, f"bearer {right}", f"Bearer {right[:-1]}", f"Bearer {right}x"]
    wrong += [
        f"Bearer {right.swapcase()}",
        f"Bearer  {right}x",
        "Bearer \xff",
        "Bearer " + "x" * 9_000,
    ]
    for one in wrong:
        status, said = _ask(server, _request(server, _GUARDED[type(server)], authorization=one))
        assert status in {400, 403}, one
        assert right.encode() not in said
    in_address = f"{_GUARDED[type(server)]}?token={right}"
    assert _ask(server, _request(server, in_address, authorization=""))[0] == 403


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example", "evil.example:80", "[::1]", "0.0.0.0", "127.1"],
)
def test_other_names_of_this_machine_are_refused(server: LocalServer, host: str) -> None:
    for path in ("/", _GUARDED[type(server)]):
        assert _ask(server, _request(server, path, host=host))[0] == 400


@pytest.mark.parametrize(
    "request_line",
    [
        *(b"", b"\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x00" * 1_000),
        *(b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"G\xffT / HTTP/1.1\r\n\r\n"),
        b"GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost\r\n" + b"a: b\r\n" * 100_000 + b"\r\n",
        b"GET /" + b"a" * 1_000_000,
    ],
    ids=lambda line: repr(line[:30]),
)
@pytest.mark.usefixtures("impatient")
def test_what_is_no_request_harms_nobody(server: LocalServer, request_line: bytes) -> None:
    assert _ask(server, request_line)[0] in {0, 400}
    assert _serves(server)


@pytest.mark.usefixtures("impatient")
def test_a_client_of_few_bytes_blocks_nobody_and_is_sent_away(server: LocalServer) -> None:
    request = _request(server, _GUARDED[type(server)])
    with _connected(server) as slow:
        sent = 0
        deadline = time.monotonic() + 30
        try:
            for sent in itertools.count(1):
                slow.sendall(request[sent : sent + 1])
                assert sent < len(request) - 1, "it may dawdle as long as it wants"
                assert time.monotonic() < deadline
                if sent == 1:
                    assert _serves(server)
                time.sleep(0.05)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert _answer(slow)[0] == 0
    assert sent < len(request) - 1
    assert _serves(server)


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: localhost\r\na: "])
@pytest.mark.usefixtures("impatient")
def test_many_who_only_hold_the_line_block_nobody(server: LocalServer, begun: bytes) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(_connected(server)) for _ in range(60)]
        for one in silent:
            one.sendall(begun)
        assert _serves(server)
        assert {_answer(one)[0] for one in silent} == {0}
    assert not server._server.server_state.connections


@pytest.mark.usefixtures("impatient")
def test_a_body_that_never_ends_is_not_waited_for(sweep: DashboardServer) -> None:
    whole = _request(sweep, "/notes", method="PATCH", body=b"x" * 100, content_type="text/plain")
    assert _ask(sweep, whole[:-50])[0] == 0
    # Nor after the answer: this one is refused before its body has come.
    refused = whole.replace(sweep.token.encode(), b"wrong")
    assert _ask(sweep, refused[:-50])[0] == 403
    assert not sweep._server.server_state.connections


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_nobody_takes_is_given_up(
    sweep: DashboardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Larger than what the system buffers between two sockets.
    large = b"x" * 30_000_000
    monkeypatch.setattr("atomarium.study.sweep.dashboard_server._Latest.packed", lambda *_: large)
    with _connected(sweep) as deaf:
        deaf.sendall(_request(sweep, "/details"))
        deadline = time.monotonic() + 20
        while not sweep._server.server_state.connections and time.monotonic() < deadline:
            time.sleep(0.01)
        while sweep._server.server_state.connections and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not sweep._server.server_state.connections
    status, said = _ask(sweep, _request(sweep, "/details"))
    assert (status, len(said.partition(b"\r\n\r\n")[2])) == (200, len(large))


def _notes(server: DashboardServer, body: bytes, **headers: str) -> tuple[int, bytes]:
    kind = {"content_type": "application/json", **headers}
    return _ask(server, _request(server, "/notes", method="PATCH", body=body, **kind))


@pytest.mark.parametrize(
    "body",
    [
        *(b"\xff\xfe", b"\x00", b"nul", b"[]", b"1", b'"x"', b"null", b"NaN", b"{}{}"),
        *(b"[" * 200_000, b'{"stars":' * 100_000, b'{"stars": ' + b"[" * 900 + b"]" * 900 + b"}"),
        *(b'{"stars": {"1": 1}}', b'{"stars": {"1": ' + b"9" * 5_000 + b"}}", b'{"stars": [1]}'),
        *(b'{"runs": {"-1": "x"}}', b'{"runs": {"1e9": "x"}}', b'{"runs": {"9999999999": "x"}}'),
        *(b'{"runs": {"1": null}}', b'{"runs": {"\\u0661": "x"}}', b'{"other": 1}'),
        *(b'{"texts": {"a": "\\ud800"}}', b'{"texts": {"\\udfff": 1}}', b'{"\\ud800": 1}'),
        b'{"texts": {"a": "' + b"x" * 100_001 + b'"}}',
        b'{"texts": {"' + b"x" * 201 + b'": "b"}}',
        b'{"texts": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}",
    ],
    ids=lambda body: repr(body[:30]),
)
def test_notes_that_are_none_are_refused_in_a_sentence(
    sweep: DashboardServer, folder: Path, body: bytes
) -> None:
    status, said = _notes(sweep, body)
    assert status == 422
    told = said.partition(b"\r\n\r\n")[2].decode()
    assert 0 < len(told) < 300
    assert "Traceback" not in told
    assert not (folder / "notes.json").exists()


@pytest.mark.parametrize("chunked", [False, True])
def test_huge_notes_are_refused_before_they_have_come(
    sweep: DashboardServer, folder: Path, *, chunked: bool
) -> None:
    content = b'{"texts": {"a": "' + b"x" * 5_000_000 + b'"}}'
    if chunked:
        body = b"%x\r\n" % len(content) + content + b"\r\n0\r\n\r\n"
        status, _ = _notes(sweep, body, transfer_encoding="chunked")
    else:
        status, _ = _notes(sweep, content)
    # It hangs up on who goes on talking, and its answer may be lost with the line.
    assert status in {0, 413}
    assert not (folder / "notes.json").exists()
    assert _serves(sweep)


def test_packed_notes_are_not_unpacked(sweep: DashboardServer, folder: Path) -> None:
    bomb = gzip.compress(b'{"texts": {"a": "' + b"x" * 50_000_000 + b'"}}')
    assert _notes(sweep, bomb, content_encoding="gzip")[0] == 422
    assert not (folder / "notes.json").exists()


def test_whole_letters_of_any_script_are_kept(folder: Path, tmp_path: Path) -> None:
    write_golden_folder(tmp_path / "run")
    with DashboardServer(tmp_path / "run", title="") as server:
        text = "Größe 大きさ \U0001f600 \x00"
        status, _ = _notes(server, json.dumps({"runs": {"1": text}}).encode())
    assert status == 200
    assert read_notes(tmp_path / "run").runs == {"1": text}
