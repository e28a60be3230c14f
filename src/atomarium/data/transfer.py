"""One file over HTTP, from where the last attempt stopped."""

from __future__ import annotations

import http.client
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import atomarium

_CHUNK = 1 << 16
_TIMEOUT = 60.0
_ATTEMPTS = 5
_SECONDS_BETWEEN_ATTEMPTS = 1.0
_TRY_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_NOT_THE_RANGE_ASKED_FOR = 416
_PARTIAL = 206


class Unavailable(Exception):
    """A place does not give the file; the message says why."""


class _Broken(Exception):
    """The transfer stopped early; trying again may help."""


def download(
    url: str, part: Path, *, n_bytes: int = 0, tell: Callable[[int], None] = lambda _: None
) -> None:
    """Bring a file to `part`; what stands there already is taken for its beginning.

    A server that does not know ranges, or whose file has changed since (by its ETag), sends it
    anew. A transfer that breaks off is taken up again a few times.

    Args:
        url: http or https.
        part: Keeps what has arrived also when the transfer breaks off.
        n_bytes: Expected length; 0 when it is not known.
        tell: Called with the number of bytes that are here.

    Raises:
        Unavailable: the server says no, cannot be reached, or keeps breaking off.
    """
    reason = ""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_SECONDS_BETWEEN_ATTEMPTS * 2 ** (attempt - 1))
        try:
            _attempt(url, part, n_bytes, tell)
        except _Broken as error:
            reason = str(error)
        else:
            _etag_file(part).unlink(missing_ok=True)
            return
    raise Unavailable(f"{reason}, {_ATTEMPTS} times")


def _attempt(url: str, part: Path, n_bytes: int, tell: Callable[[int], None]) -> None:
    have = _usable_bytes(part, n_bytes)
    if n_bytes and have == n_bytes:
        return
    try:
        with urllib.request.urlopen(_request(url, part, have), timeout=_TIMEOUT) as answer:  # noqa: S310 - only http(s) comes here
            continues = answer.status == _PARTIAL and _begins_at(answer, have)
            start = have if continues else 0
            _etag_file(part).write_text(answer.headers.get("ETag", ""), "utf-8")
            _receive(answer, part, start, tell)
    except urllib.error.HTTPError as error:
        if error.code == _NOT_THE_RANGE_ASKED_FOR:
            part.unlink(missing_ok=True)
            raise _Broken("the server has less than is here already") from None
        if error.code in _TRY_AGAIN:
            raise _Broken(f"HTTP {error.code} {error.reason}") from None
        raise Unavailable(f"HTTP {error.code} {error.reason}") from None
    except (TimeoutError, ConnectionError, ssl.SSLError, http.client.HTTPException) as error:
        raise _Broken(f"the transfer broke off ({error or type(error).__name__})") from None
    except urllib.error.URLError as error:
        raise Unavailable(f"cannot be reached ({error.reason})") from None


def _usable_bytes(part: Path, n_bytes: int) -> int:
    have = part.stat().st_size if part.exists() else 0
    known = bool(n_bytes) or _read_etag(part)
    # Without a length or an ETag nothing would tell that the file is another one by now.
    return have if known and (not n_bytes or have <= n_bytes) else 0


def _request(url: str, part: Path, have: int) -> urllib.request.Request:
    # Some servers refuse the name that Python gives itself.
    headers = {"User-Agent": f"atomarium/{atomarium.__version__}"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if etag := _read_etag(part):
            headers["If-Range"] = etag
    return urllib.request.Request(url, headers=headers)  # noqa: S310 - only http(s) comes here


def _receive(
    answer: http.client.HTTPResponse, part: Path, start: int, tell: Callable[[int], None]
) -> None:
    announced = answer.headers.get("Content-Length")
    received = 0
    with part.open("r+b" if start else "wb") as stream:
        stream.seek(start)
        while chunk := answer.read(_CHUNK):
            stream.write(chunk)
            received += len(chunk)
            tell(start + received)
    if announced is not None and received < int(announced):
        raise _Broken(f"the transfer broke off after {start + received} bytes")


def _begins_at(answer: http.client.HTTPResponse, have: int) -> bool:
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == have


def _etag_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")


def _read_etag(part: Path) -> str:
    path = _etag_file(part)
    etag = path.read_text("utf-8") if path.exists() else ""
    # If-Range takes strong validators only.
    return "" if etag.startswith("W/") else etag
