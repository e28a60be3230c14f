"""Shapes of chemiscope's files: checked parameter by parameter, long lists made columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from atomarium.core.errors import InputError, did_you_mean
from atomarium.explore.expected import (
    finite_at,
    is_number,
    list_at,
    number_at,
    object_at,
    one_of_at,
    refuse,
    whole_at,
)
from atomarium.explore.json_stream import JsonNode, PlainJson
from atomarium.explore.scene import SHAPE_KINDS, CombinedShape, Shape

Check = Callable[[str, Any], None]
Rows = list[Mapping[str, Any]] | Mapping[str, np.ndarray]

_COLOR = re.compile(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?|[a-zA-Z]+")
#: How far the squared length of a quaternion may be from 1.
_ROUNDING = 1e-6
_ROWS_AT_ONCE = 10_000


def read_shapes(node: JsonNode) -> tuple[Shape | CombinedShape, ...]:
    """Read all shapes of a file.

    Raises:
        InputError: one of them has a parameter that is missing, unknown or of another type.
    """
    return tuple(_shape(name, f"shapes.{name}", one) for name, one in node.members("shapes"))


def _shape(name: str, place: str, node: JsonNode) -> Shape | CombinedShape:
    kind, parts, rows = None, None, {}
    for key, one in node.members(place):
        if key == "kind":
            kind = one_of_at(f"{place}.kind", one.value(), (*SHAPE_KINDS, "combined"))
        elif key == "shapes":
            parts = [
                _shape(f"{name} {i}", f"{place}.shapes[{i}]", PlainJson(part))
                for i, part in enumerate(one.items(f"{place}.shapes"))
            ]
        elif key == "parameters":
            rows = _levels(f"{place}.parameters", one)
        else:
            one.value()
    if kind is None:
        refuse(f"{place}.kind", f"one of {', '.join(SHAPE_KINDS)}, combined", None)
    if kind == "combined":
        return _combined(name, place, parts)
    shape = Shape(
        name=name,
        kind=kind,
        everywhere=rows.get("global", {}),
        by_structure=rows.get("structure"),
        by_atom=rows.get("atom"),
    )
    check_shape(shape, place)
    return shape


def _combined(name: str, place: str, parts: list[Any] | None) -> CombinedShape:
    if not parts:
        refuse(f"{place}.shapes", "a list of one or more shapes", parts)
    for i, part in enumerate(parts):
        if not isinstance(part, Shape):
            refuse(f"{place}.shapes[{i}].kind", "a shape that is not combined itself", "combined")
    return CombinedShape(name=name, parts=tuple(parts))


def _levels(place: str, node: JsonNode) -> dict[str, Any]:
    levels: dict[str, Any] = {}
    for key, one in node.members(place):
        if key == "global":
            levels[key] = object_at(f"{place}.global", one.value())
        elif key in {"structure", "atom"}:
            levels[key] = _rows(f"{place}.{key}", one.items(f"{place}.{key}"))
        else:
            known = ("global", "structure", "atom")
            raise InputError(f"{place}.{key}: no such level{did_you_mean(key, known)}")
    return levels


def _rows(place: str, items: Iterable[Any]) -> Rows:
    """Return rows as columns where all of them are alike, else as they are."""
    runs: list[Rows] = []
    run: list[Mapping[str, Any]] = []
    for i, item in enumerate(items):
        run.append(object_at(f"{place}[{i}]", item))
        if len(run) == _ROWS_AT_ONCE:
            runs.append(_columns(run))
            run = []
    runs.append(_columns(run))
    if len(runs) > 1 and not run:
        runs.pop()
    columns = [one for one in runs if isinstance(one, dict)]
    if len(columns) == len(runs) and len({_form(one) for one in columns}) == 1:
        return {key: np.concatenate([one[key] for one in columns]) for key in columns[0]}
    rows: list[Mapping[str, Any]] = []
    for one in runs:
        rows.extend(one if isinstance(one, list) else _as_rows(one))
    return rows


def _columns(rows: list[Mapping[str, Any]]) -> Rows:
    if not rows or not rows[0] or any(row.keys() != rows[0].keys() for row in rows):
        return rows
    columns: dict[str, np.ndarray] = {}
    for key in rows[0]:
        values = [row[key] for row in rows]
        if not all(_is_short(value) for value in values):
            return rows
        try:
            columns[key] = np.array(values, dtype=np.float64)
        except ValueError:
            return rows
    return columns


def _is_short(value: Any) -> bool:
    """Return whether a value is a number or a few numbers."""
    return is_number(value) or (
        isinstance(value, list | tuple) and len(value) <= 4 and all(map(is_number, value))
    )


def _form(columns: Mapping[str, np.ndarray]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple((key, values.shape[1:]) for key, values in columns.items())


def _as_rows(columns: Mapping[str, np.ndarray]) -> list[Mapping[str, Any]]:
    n = len(next(iter(columns.values())))
    return [{key: values[i].tolist() for key, values in columns.items()} for i in range(n)]


def check_shape(shape: Shape, place: str) -> None:
    """Check the parameters of a shape.

    Raises:
        InputError: one is missing, unknown, or of another type.
    """
    known, required = _PARAMETERS[shape.kind]
    levels = (("global", [shape.everywhere]), *_given_levels(shape))
    present: set[str] = set()
    for level, rows in levels:
        place_of = f"{place}.parameters.{level}"
        if isinstance(rows, Mapping):
            present |= rows.keys()
            for key, column in rows.items():
                _check_column(f"{place_of}[0].{key}", known, key, column)
            continue
        keys: set[str] = set(rows[0]) if rows else set()
        for i, row in enumerate(rows):
            here = place_of if level == "global" else f"{place_of}[{i}]"
            for key, value in row.items():
                _find(f"{here}.{key}", known, key)(f"{here}.{key}", value)
            keys &= row.keys()
        present |= keys
    for key in required:
        if key not in present:
            n_rows = {len(next(iter(r.values()), ())) if isinstance(r, Mapping) else len(r)
                      for level, r in levels[1:]}  # fmt: skip
            if n_rows == {0}:
                continue
            raise InputError(f"{place}.parameters: a {shape.kind} needs {key!r} everywhere")


def _given_levels(shape: Shape) -> list[tuple[str, Any]]:
    both = (("structure", shape.by_structure), ("atom", shape.by_atom))
    return [(level, rows) for level, rows in both if rows is not None]


def _check_column(place: str, known: Mapping[str, Check], key: str, column: np.ndarray) -> None:
    check = _find(place, known, key)
    if not len(column):
        return
    check(place, column[0].tolist())
    if not np.isfinite(column).all():
        wrong = int(np.argwhere(~np.isfinite(column))[0][0])
        refuse(place.replace("[0]", f"[{wrong}]"), "finite numbers", column[wrong].tolist())
    if check is _quaternion:
        for i in np.flatnonzero(np.abs((column**2).sum(axis=1) - 1) > _ROUNDING)[:1].tolist():
            _quaternion(place.replace("[0]", f"[{i}]"), column[i].tolist())


def _find(place: str, known: Mapping[str, Check], key: str) -> Check:
    if key not in known:
        raise InputError(f"{place}: no such parameter{did_you_mean(key, known)}")
    return known[key]


def _vector(place: str, given: Any) -> None:
    finite_at(place, given, 3)


def _vectors(place: str, given: Any) -> None:
    for i, one in enumerate(list_at(place, given)):
        finite_at(f"{place}[{i}]", one, 3)


def _number(place: str, given: Any) -> None:
    number_at(place, given)


def _number_or_many(place: str, given: Any) -> None:
    if not is_number(given):
        finite_at(place, given)


def _quaternion(place: str, given: Any) -> None:
    values = finite_at(place, given, 4)
    if abs(float((values**2).sum()) - 1) > _ROUNDING:
        length = float(np.linalg.norm(values))
        raise InputError(f"{place}: expected a quaternion of length 1, got length {length:.6g}")


def _color(place: str, given: Any) -> None:
    if is_number(given):
        whole_at(place, given)
    elif isinstance(given, Mapping):
        for channel in "rgb":
            number_at(f"{place}.{channel}", given.get(channel))
    elif not isinstance(given, str) or not _COLOR.fullmatch(given):
        refuse(place, "a color: a name, '#RRGGBB', '#RRGGBBAA', {r, g, b, a} or a number", given)


def _color_or_many(place: str, given: Any) -> None:
    many = isinstance(given, list | tuple | np.ndarray)
    for i, one in enumerate(given if many else (given,)):
        _color(f"{place}[{i}]" if many else place, one)


def _simplices(place: str, given: Any) -> None:
    rows = list_at(place, given)
    for i, row in enumerate(rows):
        for k, vertex in enumerate(list_at(f"{place}[{i}]", row, 3)):
            whole_at(f"{place}[{i}][{k}]", vertex)


_EVERY: dict[str, Check] = {"position": _vector, "scale": _number, "color": _color}
_TURNED: dict[str, Check] = {**_EVERY, "orientation": _quaternion}
#: Of each kind, the parameters that it may have and those that it must have.
_PARAMETERS: dict[str, tuple[dict[str, Check], tuple[str, ...]]] = {
    "sphere": ({**_EVERY, "radius": _number}, ("radius",)),
    "ellipsoid": ({**_TURNED, "semiaxes": _vector}, ("semiaxes",)),
    "cylinder": ({**_EVERY, "vector": _vector, "radius": _number}, ("vector",)),
    "arrow": (
        {
            **_EVERY,
            "vector": _vector,
            "baseRadius": _number,
            "headRadius": _number,
            "headLength": _number,
        },
        ("vector",),
    ),
    "cylinders": (
        {
            **_EVERY,
            "vectors": _vectors,
            "bases": _vectors,
            "radii": _number_or_many,
            "colors": _color_or_many,
        },
        ("vectors",),
    ),
    "spheres": (
        {**_EVERY, "centers": _vectors, "radii": _number_or_many, "colors": _color_or_many},
        ("centers",),
    ),
    "custom": ({**_TURNED, "vertices": _vectors, "simplices": _simplices}, ("vertices",)),
}
