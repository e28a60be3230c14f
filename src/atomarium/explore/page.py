"""One HTML file that shows a payload anywhere: no server, no network, no other file."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from atomarium.core.errors import InputError
from atomarium.core.files import write_text
from atomarium.explore.payload import encode

_STATIC = Path(__file__).parent / "static"

# Nothing may be fetched or sent; only the one script and the one style sheet below may act.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '{script_hash}'; \
style-src '{style_hash}'; img-src data: blob:; font-src data:; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="atomarium">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div data-atomarium><noscript>This page draws itself with JavaScript, which is off.</noscript></div>
<script type="{kind}" id="atomarium-payload">{payload}</script>
<script type="application/json" id="atomarium-licenses">{licenses}</script>
<script type="module">{script}</script>
</body>
</html>
"""

# The same, where a server of ours hands out each part.
_SERVER_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="atomarium">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="atomarium.css">
<title>{title}</title>
</head>
<body>
<div data-atomarium="{kind}">\
<noscript>This page draws itself with JavaScript, which is off.</noscript></div>
<script type="application/json" id="atomarium-licenses">{licenses}</script>
<script type="module" src="atomarium.js"></script>
</body>
</html>
"""


#: What a server hands out: a scene with its structures, or a sweep that goes on.
PageKind = Literal["server", "sweep"]


def server_page(title: str, kind: PageKind = "server") -> str:
    """Return the page of a server that hands out script, style sheet and data.

    Args:
        title: What the browser's tab is called.
        kind: Which data.

    Raises:
        InputError: the page's bundle was not built.
    """
    licenses = json.dumps(read_static("licenses.txt"), ensure_ascii=False)
    parts = {"title": html.escape(title), "licenses": escape_json(licenses)}
    return _SERVER_PAGE.format(kind=kind, **parts)


def write_page(path: Path | str, payload: Mapping[str, Any] | bytes, *, title: str) -> None:
    """Write a self-contained page that shows a payload; it replaces an older one at once.

    Args:
        path: The HTML file to write.
        payload: As `payload.encode` takes it, or bytes as `packed.pack` makes them; `format` and
            `version` choose what is shown.
        title: What the browser's tab is called.

    Raises:
        InputError: the page's bundle was not built, or the payload cannot be encoded.
    """
    script = escape_script(read_static("atomarium.js"))
    style = read_static("atomarium.css")
    licenses = json.dumps(read_static("licenses.txt"), ensure_ascii=False)
    packed = isinstance(payload, bytes)
    text = _PAGE.format(
        title=html.escape(title),
        style=style,
        style_hash=_hash(style),
        kind="application/octet-stream" if packed else "application/json",
        payload=_zipped(payload) if packed else escape_json(encode(payload)),
        licenses=escape_json(licenses),
        script=script,
        script_hash=_hash(script),
    )
    write_text(path, text)


def _zipped(packed: bytes) -> str:
    return base64.b64encode(gzip.compress(packed, 6, mtime=0)).decode("ascii")


def escape_json(text: str) -> str:
    r"""Return JSON that cannot end the script element around it.

    `<` becomes `\u003c`, which is the same to a JSON parser; the two line separators that old
    parsers trip over are escaped as well.
    """
    for character in "<\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def escape_script(text: str) -> str:
    r"""Return a bundle that cannot end the script element around it.

    In a bundle, `</script` and `<!--` occur within text only (esbuild sees to it), where `\x3c`
    is the same as `<`; everywhere else `<` must stay.
    """
    return re.sub(r"<(?=/script|!--)", r"\\x3c", text, flags=re.IGNORECASE)


def _hash(text: str) -> str:
    """Return the hash by which the policy knows an inline element."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def read_static(name: str) -> str:
    """Return the text of a built part of the page.

    Raises:
        InputError: it was not built.
    """
    path = _STATIC / name
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(
            f"the page's bundle was not built: {path} is missing; run `make frontend` in the "
            "source folder, or install without ATOMARIUM_SKIP_FRONTEND"
        ) from None
