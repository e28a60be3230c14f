"""A scene crosses as the bytes of the golden file; what does not fit is refused by its path.

`python tests/explore/test_scene.py` writes the golden file anew; frontend/tests reads it too.
"""

from __future__ import annotations

import gzip
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.explore.example_scene import large_scene, small_scene

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.explore.formulas import formulas
from atomarium.explore.packed import pack, unpack
from atomarium.explore.scene import Property, Shape
from atomarium.explore.scene_payload import block_borders, pack_block, pack_scene, scene_payload
from atomarium.explore.scene_structures import Environments, SceneStructures

GOLDEN = Path(__file__).parent / "golden" / "scene.bin"
HEADER = {"format": "atomarium-test", "version": 1}


def test_a_scene_is_written_as_the_golden_file_has_it() -> None:
    written, golden = unpack(pack_scene(small_scene(), embed=True)), unpack(GOLDEN.read_bytes())
    # Versions of zlib compress differently; what is in the blocks is compared below.
    blocks = [content["structures"].pop("blocks") for content in (written, golden)]
    assert pack(written) == pack(golden)
    unzipped = {gzip.decompress(one["bytes"].tobytes()) for one in blocks}
    assert unzipped == {pack_block(small_scene().structures, 0, 3, planes=True)}


@pytest.mark.parametrize("planes", [False, True])
@pytest.mark.parametrize("dtype", ["|u1", "<u2", "<i4", "<f4", "<f8"])
def test_packed_columns_come_back(dtype: str, planes: bool) -> None:
    values = np.arange(24).reshape(2, 3, 4).astype(dtype)
    payload = {**HEADER, "many": [{"odd": np.zeros(3, dtype=np.uint8), "values": values}]}
    read = unpack(pack(payload, planes=planes))["many"][0]["values"]
    np.testing.assert_array_equal(read, values, strict=True)
    assert not read.flags.writeable


def test_columns_begin_where_any_number_may() -> None:
    packed = pack({**HEADER, "a": np.zeros(3, dtype=np.uint8), "b": np.zeros(2)})
    assert len(packed) % 8 == 0
    assert len(packed[packed.index(b"}", packed.index(b'"b"')) :]) % 8 in range(8)
    assert unpack(packed)["b"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda _: b"", "expected bytes that begin with"),
        (lambda raw: b"{" + raw[1:], "expected bytes that begin with"),
        (lambda raw: raw[:8] + b"\x02\0\0\0" + raw[12:], "expected layout 1, got 2"),
        (lambda raw: raw[:20], "damaged header"),
        (lambda raw: raw[:-8], r"payload\.x: 32 bytes at 0 of 24 are not there"),
        (lambda raw: raw.replace(b'"at":0', b'"at":1'), r"payload\.x: 32 bytes at 1 of 32"),
        (lambda raw: raw.replace(b'"<f8"', b'"<f9"'), r"payload\.x\.dtype: expected one of"),
    ],
)
def test_damaged_bytes_are_refused(damage: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        unpack(damage(pack({**HEADER, "x": np.arange(4.0)})))


def test_blocks_cover_all_structures_once_and_stay_small() -> None:
    sizes = np.array([5, 30_000, 7, 7, *[1] * 2_500])
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    flat = Structures.from_arrays(
        np.ones(offsets[-1]),
        np.random.default_rng(0).normal(size=(offsets[-1], 3)),
        offsets=offsets,
    )
    structures = SceneStructures(structures=flat)
    borders = block_borders(structures).tolist()
    assert borders == [0, 1, 2, 1002, 2002, 2504]
    blocks = [unpack(pack_block(structures, a, b)) for a, b in pairwise(borders)]
    np.testing.assert_allclose(
        np.concatenate([block["positions"] for block in blocks]), flat.positions, rtol=1e-6
    )  # float32 of float64
    assert [block["first"] for block in blocks] == borders[:-1]


def test_formulas_are_in_the_order_of_hill() -> None:
    flat = Structures.from_arrays(
        [8, 1, 1, 1, 6, 9, 17, 1, 11, 17],
        np.zeros((10, 3)) + np.arange(10)[:, None],
        offsets=[0, 3, 8, 8, 10],
    )
    said = formulas(flat)
    assert [said["categories"][code] for code in said["codes"]] == ["H2O", "CH2ClF", "", "ClNa"]
    assert formulas(Structures.empty())["categories"] == []


def test_a_map_needs_no_structures() -> None:
    payload = scene_payload(large_scene(100), embed=True)
    assert payload["structures"]["borders"].tolist() == [0]
    assert len(payload["properties"]) == 5


def _with_property(**change: Any) -> Any:
    one = replace(small_scene().properties[0], **change)
    return lambda: replace(small_scene(), properties=(one,))


def _with_environments(**change: Any) -> Any:
    environments = small_scene().environments
    assert isinstance(environments, Environments)
    return lambda: replace(small_scene(), environments=replace(environments, **change))


def _with_bonds(*bonds: tuple[int, int, int]) -> Any:
    return lambda: replace(small_scene().structures, bonds=np.array(bonds, dtype=np.int32))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            _with_property(values=np.zeros(4)),
            r"properties\.energy\.values: expected 3, one for each",
        ),
        (
            _with_property(parameter="t"),
            r"properties\.energy\.parameter: expected one of e, got 't'",
        ),
        (
            _with_property(values=np.zeros((3, 2))),
            r"properties\.energy\.parameter: expected one of",
        ),
        (_with_property(parameter="e"), r"values: expected 2 numbers in each"),
        (
            lambda: replace(small_scene(), properties=small_scene().properties[:1] * 2),
            "'energy' of structures occurs twice",
        ),
        (
            _with_environments(centers=np.zeros(2, dtype=int)),
            r"environments\.centers: expected 3, got 2",
        ),
        (
            _with_environments(structures=np.array([0, 3, 0])),
            r"environments\[1\]\.structure: no structure 3",
        ),
        (
            _with_environments(centers=np.array([0, 0, 3])),
            r"environments\[2\]\.center: no atom 3 in a structure of 3",
        ),
        (_with_bonds((0, 9, 1)), r"bonds\[0\]: no such atom; there are 7 atoms"),
        (_with_bonds((0, 1, 1), (0, 4, 1)), r"bonds\[1\]: its atoms belong to two structures"),
        (_with_bonds((0, 1, 5)), r"bonds\[0\]: the order must lie in 1…4"),
        (_with_bonds((5, 6, 1), (0, 1, 1)), r"bonds\[1\]: bonds must be sorted by structure"),
        (
            lambda: replace(small_scene().structures, bonded=np.ones(2, dtype=bool)),
            "bonded: expected 3, got 2",
        ),
        (
            lambda: replace(small_scene().structures, names=("A",)),
            "names: expected 7, one for each atom, got 1",
        ),
        (
            lambda: replace(
                small_scene().structures,
                residues=replace(small_scene().structures.residues, names=("A",)),
            ),
            r"residues\.names: expected 7",
        ),
        (
            lambda: replace(small_scene(), shapes=(Shape(name="s", kind="cone"),)),
            r"shapes\.s\.kind: expected one of sphere",
        ),
        (
            lambda: replace(small_scene(), shapes=(Shape(name="s", kind="sphere", by_atom=[{}]),)),
            r"shapes\.s\.parameters\.atom: expected 7, got \[1\]",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_its_path(make: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


def test_counts_beyond_32_bits_become_doubles() -> None:
    big = Property(name="big", target="structure", values=np.array([2**40, 1, 2]))
    payload = scene_payload(replace(small_scene(), properties=(big,)), embed=True)
    assert payload["properties"][0]["values"].tolist() == [2.0**40, 1.0, 2.0]


if __name__ == "__main__":
    GOLDEN.write_bytes(pack_scene(small_scene(), embed=True))
