"""A scene as the payload that the browser reads: columns at once, structures in blocks on demand."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Int64

from atomarium.explore.formulas import formulas
from atomarium.explore.packed import pack
from atomarium.explore.scene import (
    CombinedShape,
    Parameter,
    Property,
    Scene,
    Shape,
)
from atomarium.explore.scene_structures import Residues, SceneStructures

FORMAT = "atomarium-scene"
VERSION = 1
BLOCK_FORMAT = "atomarium-structures"
BLOCK_VERSION = 1

#: A block is what the browser loads at once: small enough to come within a blink.
_ATOMS_OF_BLOCK = 20_000
_STRUCTURES_OF_BLOCK = 1_000


def pack_scene(scene: Scene, *, embed: bool) -> bytes:
    """Return a scene as the bytes that a page reads.

    Args:
        scene: What to show.
        embed: Whether structures travel along, compressed, for a page that stands alone; a server
            sends each with `pack_block` when it is asked for.
    """
    return pack(scene_payload(scene, embed=embed))


def scene_payload(scene: Scene, *, embed: bool) -> dict[str, Any]:
    """Return a scene as a payload; arguments as for `pack_scene`."""
    environments = scene.environments
    return {
        "format": FORMAT,
        "version": VERSION,
        "about": {
            "name": scene.about.name,
            "description": scene.about.description,
            "authors": list(scene.about.authors),
            "references": list(scene.about.references),
        },
        "structures": _structures(scene.structures, embed=embed),
        "environments": None
        if environments is None
        else {
            "structures": environments.structures.astype(np.uint32),
            "centers": environments.centers.astype(np.uint32),
            "cutoffs": environments.cutoffs.astype(np.float32),
        },
        "properties": [_property(one) for one in scene.properties],
        "parameters": {key: _parameter(key, one) for key, one in scene.parameters.items()},
        "shapes": [_shape(one) for one in scene.shapes],
        "settings": scene.settings,
        "warnings": list(scene.warnings),
    }


def block_borders(structures: SceneStructures) -> Int64[np.ndarray, "borders"]:
    """Return the first structure of each block, and the number of structures."""
    offsets = structures.structures.offsets
    borders = [0]
    while borders[-1] < len(structures):
        first = borders[-1]
        room = int(np.searchsorted(offsets, offsets[first] + _ATOMS_OF_BLOCK, side="right")) - 1
        borders.append(min(max(room, first + 1), first + _STRUCTURES_OF_BLOCK, len(structures)))
    return np.array(borders, dtype=np.int64)


def pack_block(
    structures: SceneStructures, first: int, last: int, *, planes: bool = False
) -> bytes:
    """Return some structures as the bytes that the browser reads.

    Args:
        structures: Of the whole scene.
        first: The first structure of the block.
        last: The structure after the block's last.
        planes: As for `packed.pack`.
    """
    flat = structures.structures
    start, stop = flat.offsets[first], flat.offsets[last]
    atoms = slice(start, stop)
    names = structures.names
    payload = {
        "format": BLOCK_FORMAT,
        "version": BLOCK_VERSION,
        "first": first,
        "offsets": (flat.offsets[first : last + 1] - start).astype(np.uint32),
        "numbers": flat.numbers[atoms].astype(np.uint8),
        "positions": flat.positions[atoms].astype(np.float32),
        "cells": flat.cells[first:last].reshape(-1, 9).astype(np.float32),
        "periodic": flat.periodic[first:last],
        "names": None if names is None else _texts(names[start:stop]),
        "residues": None
        if structures.residues is None
        else _residues(structures.residues, int(start), int(stop)),
        **_bonds(structures, first, last),
    }
    return pack(payload, planes=planes)


def _structures(structures: SceneStructures, *, embed: bool) -> dict[str, Any]:
    borders = block_borders(structures)
    payload: dict[str, Any] = {
        "offsets": structures.structures.offsets.astype(np.uint32),
        "borders": borders.astype(np.uint32),
        "formulas": formulas(structures.structures),
        "blocks": None,
    }
    if embed:
        blocks = [
            gzip.compress(pack_block(structures, a, b, planes=True), 6, mtime=0)
            for a, b in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True)
        ]
        payload["blocks"] = {
            "offsets": np.cumsum([0, *map(len, blocks)]).astype(np.uint32),
            "bytes": np.frombuffer(b"".join(blocks), dtype=np.uint8),
        }
    return payload


def _bonds(structures: SceneStructures, first: int, last: int) -> dict[str, Any]:
    """Return the bonds of a block, atoms counted within their structure."""
    begins = structures.first_bonds
    if structures.bonds is None or begins is None:
        return {"bonds": None, "bond_offsets": None}
    chosen = structures.bonds[begins[first] : begins[last]].astype(np.int32)
    counts = np.diff(begins[first : last + 1])
    shifts = np.repeat(structures.structures.offsets[first:last], counts)
    chosen[:, :2] -= shifts[:, None].astype(np.int32)
    offsets = (begins[first : last + 1] - begins[first]).astype(np.uint32)
    told = {} if structures.bonded is None else {"bonded": structures.bonded[first:last]}
    return {"bonds": chosen, "bond_offsets": offsets, **told}


def _residues(residues: Residues, start: int, stop: int) -> dict[str, Any]:
    return {
        "names": _texts(residues.names[start:stop]),
        "ids": residues.ids[start:stop].astype(np.int32),
        "chains": _texts(residues.chains[start:stop]),
        "hetero": residues.hetero[start:stop],
    }


def _property(one: Property) -> dict[str, Any]:
    plain = {
        "name": one.name,
        "target": one.target,
        "unit": one.unit,
        "description": one.description,
    }
    if not isinstance(one.values, np.ndarray):
        return {**plain, "kind": "category", **_texts(one.values)}
    # Counts beyond 32 bits are told as the nearest double.
    wide = one.values.dtype.kind in "iu" and one.values.dtype.itemsize == 8
    values = one.values.astype(np.float64) if wide else one.values
    if one.parameter is None:
        return {**plain, "kind": "number", "values": values}
    return {**plain, "kind": "curve", "values": values, "parameter": one.parameter}


def _texts(texts: Sequence[str]) -> dict[str, Any]:
    """Return texts as codes and categories, in the order in which they first occur."""
    code_of: dict[str, int] = {}
    codes = np.array([code_of.setdefault(text, len(code_of)) for text in texts], dtype=np.uint32)
    width = np.uint8 if len(code_of) < 256 else np.uint16 if len(code_of) < 65_536 else np.uint32
    return {"codes": codes.astype(width), "categories": list(code_of)}


def _parameter(key: str, one: Parameter) -> dict[str, Any]:
    return {"name": one.name or key, "unit": one.unit, "values": one.values}


def _shape(one: Shape | CombinedShape) -> dict[str, Any]:
    if isinstance(one, CombinedShape):
        return {"name": one.name, "kind": "combined", "parts": [_shape(part) for part in one.parts]}
    return {
        "name": one.name,
        "kind": one.kind,
        "global": one.everywhere,
        "structure": _rows(one.by_structure),
        "atom": _rows(one.by_atom),
    }


def _rows(rows: Sequence[Mapping[str, Any]] | Mapping[str, np.ndarray] | None) -> Any:
    """Return parameters as a list of objects, or as an object of columns."""
    return dict(rows) if isinstance(rows, Mapping) else rows
