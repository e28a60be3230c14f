"""Maps of elements as files: to read in programs, in spreadsheets, in the explorer, and back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64

from atomarium.core.elements import NUMBERS, SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.own_files import read_own
from atomarium.models.alchemical.couplings import Couplings
from atomarium.models.alchemical.prior import properties_of
from atomarium.models.nn.element_data import ELEMENT_DATA

_FORMAT, _VERSION = "atomarium-elements", 1


def map_files(couplings: Couplings) -> dict[str, str]:
    """Return texts by file name.

    `elements.json` is the map with all that is known of how it came about, `elements.csv` its
    table, `similarity.csv` how alike elements are, `losses.csv` the course of learning, and
    `elements-explorer.json` a data set of elements, one atom each, for `atomarium open`.
    """
    plain = plain_map(couplings)
    files = {
        "elements.json": _json(plain),
        "elements.csv": _csv(_table(plain)),
        "similarity.csv": _csv(
            [["", *plain["symbols"]]]
            + [[s, *row] for s, row in zip(plain["symbols"], plain["similarity"], strict=True)]
        ),
        # Chemiscope reads and writes NaN for what is missing.
        "elements-explorer.json": _json(_chemiscope(plain), allow_nan=True),
    }
    if len(couplings.history):
        files["losses.csv"] = _csv([plain["history_columns"], *plain["history"]])
    return files


def plain_map(couplings: Couplings) -> dict[str, Any]:
    """Return a map as plain numbers and words.

    `order` and `merges` are those of a dendrogram: clusters by average linkage of 1 − similarity,
    counted from the elements on.
    """
    similarity = cosines(couplings.values)
    order, merges = _dendrogram(similarity)
    elements = couplings.elements
    properties = properties_of(elements)
    n_folds = max(0, couplings.history.shape[1] - 4)
    folds = [f"fold_{k + 1}" for k in range(n_folds)]
    return {
        "format": _FORMAT,
        "version": _VERSION,
        "symbols": [SYMBOLS[z] for z in elements.tolist()],
        "numbers": elements.tolist(),
        "groups": ELEMENT_DATA.groups[elements].tolist(),
        "periods": ELEMENT_DATA.periods[elements].tolist(),
        "blocks": [ELEMENT_DATA.blocks[z] for z in elements.tolist()],
        "electronegativity": _without_nan(properties[:, 0]),
        "radius": _without_nan(properties[:, 1]),
        "couplings": couplings.values.tolist(),
        "seen": couplings.seen.tolist(),
        "spreads": couplings.spreads.tolist(),
        "singular_values": np.linalg.norm(couplings.values, axis=0).tolist(),
        "similarity": np.round(similarity, 6).tolist(),
        "order": order,
        "merges": merges,
        "history_columns": ["loss", "third_mae", "noise", "gradient", *folds],
        "history": [_without_nan(row) for row in couplings.history],
        "best_step": couplings.best_step,
        "selection": couplings.selection.tolist(),
    }


def cosines(
    couplings: Float64[np.ndarray, "elements pseudo"],
) -> Float64[np.ndarray, "elements elements"]:
    """Return how alike elements are, U Uᵀ with a diagonal of one."""
    lengths = np.linalg.norm(couplings, axis=1)
    directions = couplings / np.where(lengths > 0, lengths, 1.0)[:, None]
    return directions @ directions.T


def read_map(path: Path) -> Couplings:
    """Return the couplings in `elements.json`.

    Raises:
        InputError: there is no such file, or it is not a map of elements.
    """
    plain = read_own(path, _FORMAT, _VERSION, hint="take an elements.json of a trial")
    try:
        elements = np.array([NUMBERS[symbol] for symbol in plain["symbols"]], dtype=np.int64)
        values = np.array(plain["couplings"], dtype=np.float64)
        seen = np.array(plain["seen"], dtype=np.int64)
        spreads = np.array(plain["spreads"], dtype=np.float64)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: the map is damaged: {error!r}") from None
    whole = values.ndim == 2 and len(values) == len(elements) == len(seen) == len(spreads)
    if not whole or not np.isfinite(values).all() or (np.diff(elements) <= 0).any():
        raise InputError(f"{path}: the map is damaged: couplings do not fit its elements")
    return Couplings(elements=elements, values=values, seen=seen, spreads=spreads)


def _table(plain: dict[str, Any]) -> list[list[Any]]:
    n_pseudo = len(plain["singular_values"])
    head = [
        "symbol",
        "number",
        *(f"u_{k + 1}" for k in range(n_pseudo)),
        "seen",
        "spread",
        "source",
    ]
    rows = zip(
        plain["symbols"],
        plain["numbers"],
        plain["couplings"],
        plain["seen"],
        plain["spreads"],
        strict=True,
    )
    return [head] + [
        [symbol, number, *place, count, spread, "learned" if count else "prior"]
        for symbol, number, place, count, spread in rows
    ]


def _chemiscope(plain: dict[str, Any]) -> dict[str, Any]:
    """Return elements as a data set of the explorer: single atoms and their properties."""
    n_pseudo = len(plain["singular_values"])
    axes = {f"axis {k + 1}": [place[k] for place in plain["couplings"]] for k in range(n_pseudo)}
    numbers = {
        **axes,
        "electronegativity": _with_nan(plain["electronegativity"]),
        "covalent radius / Å": _with_nan(plain["radius"]),
        "atomic number": plain["numbers"],
        "group": plain["groups"],
        "period": plain["periods"],
        "seen in structures": plain["seen"],
        "spread": plain["spreads"],
    }
    words = {"element": plain["symbols"], "block": plain["blocks"]}
    properties = {
        name: {"target": "structure", "values": values}
        for name, values in (numbers | words).items()
    }
    second = "axis 2" if n_pseudo > 1 else "atomic number"
    return {
        "meta": {
            "name": "Elements",
            "description": "Elements by their couplings to pseudo-elements, along principal axes.",
        },
        "structures": [
            {"size": 1, "names": [symbol], "x": [0.0], "y": [0.0], "z": [0.0]}
            for symbol in plain["symbols"]
        ],
        "properties": properties,
        "settings": {
            "target": "structure",
            "map": {
                "x": {"property": "axis 1"},
                "y": {"property": second},
                "color": {"property": "group", "palette": "turbo"},
                "symbol": "block",
            },
        },
    }


def _dendrogram(
    similarity: Float64[np.ndarray, "elements elements"],
) -> tuple[list[int], list[list[float]]]:
    """Return the order of leaves, and which two clusters merge at which distance."""
    if len(similarity) < 2:
        return list(range(len(similarity))), []
    from scipy.cluster import hierarchy
    from scipy.spatial.distance import squareform

    apart = np.maximum(1 - (similarity + similarity.T) / 2, 0.0)
    np.fill_diagonal(apart, 0.0)
    linkage = hierarchy.linkage(squareform(apart, checks=False), "average", optimal_ordering=True)
    return hierarchy.leaves_list(linkage).tolist(), linkage[:, :3].tolist()


def _without_nan(values: Float64[np.ndarray, "numbers"]) -> list[float | None]:
    return [float(one) if np.isfinite(one) else None for one in values]


def _with_nan(values: list[float | None]) -> list[float]:
    return [np.nan if one is None else one for one in values]


def _json(plain: object, *, allow_nan: bool = False) -> str:
    return json.dumps(plain, ensure_ascii=False, allow_nan=allow_nan) + "\n"


def _csv(rows: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
