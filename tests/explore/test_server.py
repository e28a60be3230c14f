"""The server answers this machine alone, and of it only who knows the token."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Generator

import numpy as np
import pytest
from tests.explore.example_scene import large_scene, molecules_scene

from atomarium.core.errors import InputError
from atomarium.explore.packed import unpack
from atomarium.explore.scene_payload import block_borders, pack_block
from atomarium.explore.server import HOST, SceneServer

SCENE = molecules_scene()


@pytest.fixture(scope="module")
def server() -> Generator[SceneServer]:
    with SceneServer(SCENE, title="<script>alert(1)</script>") as running:
        yield running


def _ask(
    server: SceneServer, path: str, method: str = "GET", **headers: str
) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=20)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def _known(server: SceneServer) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.token}"}


def test_who_knows_the_token_gets_columns_and_then_structures(server: SceneServer) -> None:
    status, body, _ = _ask(server, "/scene", **_known(server))
    assert status == 200
    payload = unpack(body)
    assert payload["about"]["name"] == SCENE.about.name
    assert payload["structures"]["blocks"] is None
    borders = block_borders(SCENE.structures).tolist()
    assert payload["structures"]["borders"].tolist() == borders
    status, body, _ = _ask(server, "/structures/0", **_known(server))
    assert (status, body) == (200, pack_block(SCENE.structures, borders[0], borders[1]))


@pytest.mark.parametrize("path", ["/scene", "/structures/0"])
@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "Basic {}", "{}", "Bearer é"])
def test_a_wrong_token_gets_nothing(server: SceneServer, path: str, given: str) -> None:
    headers = {"Authorization": given.format(server.token)} if given else {}
    status, body, _ = _ask(server, path, **headers)
    assert status == 403
    assert b"ATOMPACK" not in body
    assert server.token.encode() not in body


def test_the_page_itself_tells_nothing_and_runs_nothing_of_others(server: SceneServer) -> None:
    status, body, headers = _ask(server, "/")
    assert status == 200
    assert b"<script>alert" not in body
    assert b"&lt;script&gt;alert" in body
    assert server.token.encode() not in body
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "script-src 'self';", "connect-src 'self'", "frame-ancesto"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize(
    "path",
    [
        *("/../pyproject.toml", "/..%2f..%2fpage.py", "/static/../server.py", "/%2e%2e/page.py"),
        *("/structures/..%2f0", "/structures/-1", "/structures/1e9", "/structures/99999999999"),
        *("/structures/", "/structures/0/1", "//etc/passwd", "/page.py", "/favicon.ico"),
    ],
)
def test_there_are_no_other_paths(server: SceneServer, path: str) -> None:
    status, body, headers = _ask(server, path, **_known(server))
    assert status == 404
    assert len(body) < 200
    assert headers["Content-Security-Policy"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_can_be_changed(server: SceneServer, method: str) -> None:
    assert _ask(server, "/scene", method, **_known(server))[0] == 405


def test_another_name_of_this_machine_is_refused(server: SceneServer) -> None:
    assert _ask(server, "/", Host="evil.example")[0] == 400
    assert _ask(server, "/scene", Host="evil.example", **_known(server))[0] == 400


def test_a_huge_request_is_refused_and_harms_nobody(server: SceneServer) -> None:
    with socket.create_connection((HOST, server.port), timeout=20) as connection:
        connection.sendall(b"GET /" + b"a" * 100_000)
        answer = b""
        try:
            while more := connection.recv(4096):
                answer += more
        except ConnectionResetError:  # it may hang up while we are still talking
            pass
        assert b" 200 " not in answer
    assert _ask(server, "/")[0] == 200


def test_it_listens_on_this_machine_only(server: SceneServer) -> None:
    assert server.address.startswith(f"http://127.0.0.1:{server.port}/#token=")
    assert server._socket.getsockname()[0] == "127.0.0.1"


def test_every_server_has_its_own_token() -> None:
    tokens = set()
    for _ in range(3):
        with SceneServer(large_scene(3), title="") as server:
            tokens.add(server.token)
    assert len(tokens) == 3
    assert min(map(len, tokens)) >= 32


def test_a_port_in_use_is_told() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} is in use"):
            SceneServer(large_scene(3), title="", port=port)
    with pytest.raises(InputError, match=r"port must lie in 0 … 65535, got 70000"):
        SceneServer(large_scene(3), title="", port=70_000)


def test_it_ends_when_it_is_told_to() -> None:
    server = SceneServer(large_scene(3), title="").start()
    assert _ask(server, "/")[0] == 200
    port = server.port
    server.stop()
    with pytest.raises(ConnectionRefusedError), socket.create_connection((HOST, port)):
        pass


def test_only_what_is_asked_for_is_read_from_a_store(tmp_path, monkeypatch) -> None:
    import atomarium
    from atomarium.core.dataset import Dataset
    from atomarium.explore.sources import load_scene

    many = SCENE.structures.structures.take(np.arange(3_000) % 162)
    atomarium.write(tmp_path / "many.atoms", Dataset(structures=many))
    scene = load_scene(tmp_path / "many.atoms")
    read: list[tuple[int, int]] = []

    def counted(structures, first, last, **options):
        read.append((first, last))
        return pack_block(structures, first, last, **options)

    monkeypatch.setattr("atomarium.explore.server.pack_block", counted)
    with SceneServer(scene, title="") as server:
        assert _ask(server, "/scene", **_known(server))[0] == 200
        assert read == []
        assert _ask(server, "/structures/2", **_known(server))[0] == 200
        assert read == [(2_000, 3_000)]
