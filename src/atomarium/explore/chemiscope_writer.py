"""Write a scene as a file that chemiscope itself opens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.files import written_atomically
from atomarium.data.compressed import opened_to_write
from atomarium.explore.scene import CombinedShape, Property, Scene, Shape
from atomarium.explore.scene_structures import Residues

_ENDINGS = (".json", ".json.gz")
_MOST_PINS = 9
#: Settings that only we have, by where they stand; chemiscope refuses or passes over them.
_OUR_KEYS = {"perspective", "polyhedra", "reverse"}
_OUR_PALETTES = {
    *("batlow", "lajolla", "oslo", "vik", "roma", "romaO (periodic)", "turbo", "okabe-ito"),
}
_DIVERGING, _NEUTRAL = "seismic", "viridis"
#: chemiscope replaces this word everywhere before it reads a file, in texts as well.
_NAN_IN_TEXT = re.compile(r"\bNaN\b")


def write_chemiscope(path: Path | str, scene: Scene) -> tuple[str, ...]:
    """Write a scene to a `.json` or `.json.gz` file and return what had to be left out.

    Args:
        path: A file is replaced.
        scene: What to write.

    Raises:
        InputError: the name ends otherwise, or a property holds an infinite number.
    """
    path = Path(path).expanduser()
    if not path.name.endswith(_ENDINGS):
        raise InputError(f"{path}: expected a name that ends with {' or '.join(_ENDINGS)}")
    notes: list[str] = []
    with (
        written_atomically(path) as part,
        opened_to_write(part, path.name) as raw,
        TextIOWrapper(raw, encoding="utf-8", newline="\n") as stream,  # pyright: ignore[reportArgumentType]
    ):
        for piece in _pieces(scene, notes):
            stream.write(piece)
    counts = [
        sum(one.target == target and one.parameter is None for one in scene.properties)
        for target in ("structure", "atom")
    ]
    if max(counts) < 2:
        notes.append("chemiscope's map needs two properties; it shows this with mode='structure'")
    return tuple(notes)


def chemiscope_dict(scene: Scene) -> dict[str, Any]:
    """Return a scene as the dictionary that chemiscope's functions take.

    Raises:
        InputError: a property holds an infinite number.
    """
    return json.loads("".join(_pieces(scene, [])))


def _pieces(scene: Scene, notes: list[str]) -> Iterator[str]:
    """Yield the text of a file, a structure, property or shape at a time."""
    settings = _settings(scene.settings, notes)
    yield '{\n"meta": ' + _text(_meta(scene))
    if settings:
        yield ',\n"settings": ' + _text(settings)
    yield ',\n"structures": '
    yield from _listed(_structure(scene, i, notes) for i in range(len(scene.structures)))
    properties = ((one.name, _property(one)) for one in scene.properties)
    yield ',\n"properties": '
    yield from _mapped(_once(properties, notes))
    environments = _environments(scene)
    if environments is not None:
        yield ',\n"environments": '
        yield from _listed(environments)
    if scene.parameters:
        yield ',\n"parameters": '
        yield from _mapped(
            (key, _parameter(key, one)) for key, one in scene.parameters.items()
        )  # fmt: skip
    if scene.shapes:
        yield ',\n"shapes": '
        yield from _mapped((one.name.replace(",", ";"), _shape(one)) for one in scene.shapes)
    yield "\n}\n"


def _text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Within quotes, this spelling is the same to JSON and safe from chemiscope.
    return _QUOTED.sub(lambda quoted: _NAN_IN_TEXT.sub(r"\\u004eaN", quoted[0]), text)


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def _listed(items: Iterator[Any]) -> Iterator[str]:
    first = next(items, None)
    if first is None:
        yield "[]"
        return
    yield "[\n" + _text(first)
    for item in items:
        yield ",\n" + _text(item)
    yield "\n]"


def _mapped(items: Iterator[tuple[str, Any]]) -> Iterator[str]:
    start = "{\n"
    for key, value in items:
        yield f"{start}{_text(key)}: {_text(value)}"
        start = ",\n"
    yield "\n}" if start != "{\n" else "{}"


def _once(items: Iterator[tuple[str, Any]], notes: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield entries under names that occur once: chemiscope has one name for both targets."""
    seen: set[str] = set()
    for name, value in items:
        label = name if name not in seen else f"{name} ({value['target']})"
        if label != name:
            notes.append(f"properties.{name}: of atoms and structures; one is written as {label!r}")
        seen.add(label)
        yield label, value


def _meta(scene: Scene) -> dict[str, Any]:
    about = scene.about
    meta: dict[str, Any] = {"name": about.name or "<unknown>"}
    if about.description:
        meta["description"] = about.description
    if about.authors:
        meta["authors"] = list(about.authors)
    if about.references:
        meta["references"] = list(about.references)
    return meta


def _structure(scene: Scene, index: int, notes: list[str]) -> dict[str, Any]:
    all_of, one = scene.structures, scene.structures.structures[index]
    start, stop = (int(n) for n in all_of.structures.offsets[index : index + 2])
    symbols = [SYMBOLS[z] for z in one.numbers.tolist()]
    names = symbols if all_of.names is None else list(all_of.names[start:stop])
    x, y, z = one.positions.T.tolist()
    out: dict[str, Any] = {"size": stop - start, "names": names, "x": x, "y": y, "z": z}
    if names != symbols:
        out["elements"] = symbols
    if np.linalg.matrix_rank(one.cells[0]) == 3:
        out["cell"] = one.cells[0].reshape(-1).tolist()
    elif one.cells.any() and not any(note.startswith("cells") for note in notes):
        notes.append("cells of one or two vectors are left out; chemiscope needs three")
    first = all_of.first_bonds
    told = all_of.bonded is None or bool(all_of.bonded[index])
    if all_of.bonds is not None and first is not None and told:
        mine = all_of.bonds[first[index] : first[index + 1]] - np.array([start, start, 0])
        out["bonds"] = mine.tolist()
    if all_of.residues is not None:
        out.update(_residues(all_of.residues, start, stop))
    return out


def _residues(residues: Residues, start: int, stop: int) -> dict[str, Any]:
    return {
        "resnames": list(residues.names[start:stop]),
        "resids": residues.ids[start:stop].tolist(),
        "chains": list(residues.chains[start:stop]),
        "hetatom": residues.hetero[start:stop].tolist(),
    }


def _property(one: Property) -> dict[str, Any]:
    values = one.values
    if isinstance(values, np.ndarray):
        infinite = np.isinf(values) if values.dtype.kind == "f" else np.zeros(0, dtype=bool)
        if infinite.any():
            wrong = int(np.argwhere(infinite)[0][0])
            raise InputError(
                f"properties.{one.name}.values[{wrong}]: is infinite, which chemiscope cannot read"
            )
    out: dict[str, Any] = {
        "target": one.target,
        "values": values.tolist() if isinstance(values, np.ndarray) else list(values),
    }
    if one.unit:
        out["units"] = one.unit
    if one.description:
        out["description"] = one.description
    if one.parameter is not None:
        out["parameters"] = [one.parameter]
    return out


def _parameter(key: str, one: Any) -> dict[str, Any]:
    out: dict[str, Any] = {"values": one.values.tolist()}
    if one.name and one.name != key:
        out["name"] = one.name
    if one.unit:
        out["units"] = one.unit
    return out


def _environments(scene: Scene) -> Iterator[dict[str, Any]] | None:
    """Return environments where there are any; all atoms have one where properties are of atoms."""
    if scene.environments is not None:
        rows = zip(
            scene.environments.structures.tolist(),
            scene.environments.centers.tolist(),
            scene.environments.cutoffs.tolist(),
            strict=True,
        )
    elif any(one.target == "atom" for one in scene.properties):
        sizes = scene.structures.structures.sizes.tolist()
        rows = chain.from_iterable(((s, c, 4.0) for c in range(n)) for s, n in enumerate(sizes))
    else:
        return None
    return ({"structure": s, "center": c, "cutoff": cutoff} for s, c, cutoff in rows)


def _shape(one: Shape | CombinedShape) -> dict[str, Any]:
    if isinstance(one, CombinedShape):
        return {"kind": "combined", "shapes": [_shape(part) for part in one.parts]}
    parameters: dict[str, Any] = {}
    if one.everywhere:
        parameters["global"] = _plain(one.everywhere)
    for level, rows in (("structure", one.by_structure), ("atom", one.by_atom)):
        if rows is not None:
            parameters[level] = list(_rows(rows))
    return {"kind": one.kind, "parameters": parameters}


def _rows(rows: Sequence[Mapping[str, Any]] | Mapping[str, np.ndarray]) -> Iterator[Any]:
    if not isinstance(rows, Mapping):
        yield from map(_plain, rows)
        return
    columns = {key: values.tolist() for key, values in rows.items()}
    n = len(next(iter(columns.values()), []))
    for i in range(n):
        yield {key: values[i] for key, values in columns.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _settings(settings: Mapping[str, Any], notes: list[str]) -> dict[str, Any]:
    """Return settings without what chemiscope would stumble over."""

    def kept(value: Any, place: str) -> Any:
        if isinstance(value, Mapping):
            inner = {
                key: kept(one, f"{place}.{key}")
                for key, one in value.items()
                if key not in _OUR_KEYS
            }
            return inner if len(inner) == len(value) else _noted(inner, value, place)
        if isinstance(value, list | tuple):
            return [kept(one, f"{place}[{i}]") for i, one in enumerate(value)]
        if place.endswith("palette") and value in _OUR_PALETTES:
            other = _DIVERGING if value in {"vik", "roma"} else _NEUTRAL
            notes.append(f"{place}: {value!r} is written as {other!r}, which chemiscope knows")
            return other
        return value

    def _noted(inner: dict[str, Any], given: Mapping[str, Any], place: str) -> dict[str, Any]:
        missing = ", ".join(sorted(given.keys() - inner.keys()))
        notes.append(f"{place}: {missing} left out, chemiscope has none")
        return inner

    written = {key: one for key, one in settings.items() if key != "view"}
    if len(written) < len(settings):
        notes.append("settings.view: left out, chemiscope has none")
    if len(written.get("pinned", ())) > _MOST_PINS:
        notes.append(f"settings.pinned: the first {_MOST_PINS} are written")
        written["pinned"] = list(written["pinned"])[:_MOST_PINS]
    return kept(written, "settings")
