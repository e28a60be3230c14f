"""Write a study file as a person would: tables for what is large, one line for what is open."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

_PLAIN_KEY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
#: Tables with one of these keys leave a setting open, and stand on one line.
_OPEN = ({"values"}, {"min", "max"}, {"mean", "std"}, {"alpha", "beta"})
_ON_ONE_LINE = frozenset({"prune"})


def study_text(plain: Mapping[str, Any], *, comments: tuple[str, ...] = ()) -> str:
    """Return TOML.

    Args:
        plain: Tables, lists, words, numbers.
        comments: Lines that stand above all.
    """
    head = "".join(f"# {line}\n" for comment in comments for line in comment.splitlines())
    return head + "".join(_lines(plain, ()))


def _lines(table: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[str]:
    inner = {key: one for key, one in table.items() if _stands_alone(key, one)}
    own = {key: one for key, one in table.items() if key not in inner}
    if place and (own or not inner):
        yield f"\n[{'.'.join(_key(part) for part in place)}]\n"
    for key, one in own.items():
        yield f"{_key(key)} = {_value(one)}\n"
    for key, one in inner.items():
        yield from _lines(one, (*place, key))


def _stands_alone(key: str, one: Any) -> bool:
    if not isinstance(one, Mapping) or key in _ON_ONE_LINE:
        return False
    return not any(form <= set(cast("Mapping[str, Any]", one)) for form in _OPEN)


def _value(one: Any) -> str:
    if isinstance(one, bool):
        return "true" if one else "false"
    if isinstance(one, str):
        return json.dumps(one, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(one, int | float):
        return repr(one)
    if isinstance(one, Mapping):
        table = cast("Mapping[str, Any]", one)
        return f"{{ {', '.join(f'{_key(k)} = {_value(v)}' for k, v in table.items())} }}"
    return f"[{', '.join(_value(part) for part in one)}]"


def _key(name: str) -> str:
    return name if name and set(name) <= _PLAIN_KEY else json.dumps(name, ensure_ascii=False)
