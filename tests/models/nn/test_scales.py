"""Scales, means and references of atoms; tables of atoms."""

from __future__ import annotations

import json

import numpy as np
import pytest

from atomarium.core.errors import InputError
from atomarium.models.nn.atom_tables import (
    alike_elements,
    bit_table,
    property_table,
    read_atom_table,
)
from atomarium.models.nn.graphs import Graphs
from atomarium.models.nn.lesson import Lesson
from atomarium.models.nn.readouts import Dipole, Extensive, Intensive
from atomarium.models.nn.scales import Scale, measure_scales


def graphs_of(numbers: list[int], offsets: list[int]) -> Graphs:
    """Return graphs without edges."""
    n = len(offsets) - 1
    return Graphs(
        numbers=np.array(numbers, dtype=np.int32),
        positions=np.zeros((len(numbers), 3)),
        cells=np.zeros((n, 3, 3)),
        offsets=np.array(offsets),
        centers=np.zeros(0, dtype=np.int32),
        neighbors=np.zeros(0, dtype=np.int32),
        vectors=np.zeros((0, 3)),
        weights=np.zeros(0),
        edge_offsets=np.zeros(n + 1, dtype=np.int64),
        mutual=True,
    )


#: H2O and CH.
SOME = graphs_of([1, 8, 1, 6, 1], [0, 3, 5])


def test_references_and_means_are_taken_off_and_put_back():
    references = np.zeros((9, 1))
    references[[1, 6, 8], 0] = [-13.6, -1029.0, -2041.0]
    values = np.array([[-2070.0], [-1045.0]])
    lesson = Lesson(values={"e": values})
    sums = np.array([[2 * -13.6 - 2041.0], [-1029.0 - 13.6]])
    for readout, counts in ((Extensive(name="e"), [[3], [2]]), (Intensive(name="e"), [[1], [1]])):
        scale = measure_scales(lesson, SOME, (readout,), {"e": references})["e"]
        own = sums if readout == Extensive(name="e") else sums / [[3], [2]]
        center = (values - own).sum() / np.sum(counts)
        assert scale.center == pytest.approx(center)
        np.testing.assert_allclose(
            scale.down(values, SOME), (values - own - np.array(counts) * center) / scale.spread
        )
        np.testing.assert_allclose(scale.up(scale.down(values, SOME), SOME), values, rtol=1e-14)
        assert scale.down(values, SOME).std() == pytest.approx(1.0)
    atoms = measure_scales(lesson, SOME, (Extensive(name="e"),), {"e": references})["e"]
    lone = atoms.up(np.zeros((1, 1)), graphs_of([8], [0, 1]))
    assert lone[0, 0] == pytest.approx(-2041.0 + atoms.center[0])


def test_missing_values_do_not_count_and_equal_ones_have_no_deviation():
    lesson = Lesson(values={"gap": np.array([[3.0], [np.nan]])})
    scale = measure_scales(lesson, SOME, (Intensive(name="gap"),))["gap"]
    assert (scale.center[0], scale.spread) == (3.0, 1.0)


def test_moments_are_not_shifted_and_derivatives_have_no_constant():
    lesson = Lesson(values={"mu": np.array([[3.0], [5.0]]), "e": np.array([[30.0], [10.0]])})
    readouts = (Dipole(name="mu", magnitude=True), Extensive(name="e", forces="f", stress="s"))
    scales = measure_scales(lesson, SOME, readouts)
    assert scales["mu"].center == 0.0
    for name in ("f", "s"):
        assert (scales[name].center, scales[name].spread) == (0.0, scales["e"].spread)


def test_unfit_scales_are_refused():
    with pytest.raises(InputError, match="spread must be above 0, got 0"):
        Scale(np.zeros(1), 0.0, per_atom=False)
    lesson = Lesson(values={"e": np.ones((2, 1))})
    with pytest.raises(InputError, match="references must be a row of 1"):
        measure_scales(lesson, SOME, (Extensive(name="e"),), {"e": np.zeros((9, 2))})


def test_bits_are_one_of_each_block_that_is_known():
    table = bit_table()
    blocks = np.split(table[1:], [19, 26, 36, 46, 58, 68, 78, 82], axis=1)
    for block in blocks:
        assert set(block.sum(axis=1)) <= {0.0, 1.0}
    # Of the published table, counted: 92 rows differ among 100 elements.
    assert len(np.unique(table[1:], axis=0)) == 92
    groups = {frozenset(group) for group in alike_elements(table, range(1, 101))}
    assert {57, 58} in groups
    assert {97, 98, 99, 100} in groups


def test_physical_numbers_tell_all_elements_apart():
    table = property_table()
    assert np.isfinite(table).all()
    assert not alike_elements(table, range(1, 101))


def test_tables_are_read_and_faults_named(tmp_path):
    path = tmp_path / "atoms.json"
    path.write_text(json.dumps({"1": [0, 1], "3": [1, 0]}))
    table = read_atom_table(path)
    assert table[[1, 3]].tolist() == [[0, 1], [1, 0]]
    assert np.isnan(table[2]).all()
    for content, message in (
        ("[1]", "an atom table is JSON like"),
        ('{"H": [1]}', "an atom table is JSON like"),
        ('{"1": [1], "2": [1, 2]}', "rows have"),
        ('{"130": [1]}', "no element 130"),
        ("[" * 100_000, "nested too deeply"),
    ):
        path.write_text(content)
        with pytest.raises(InputError, match=message):
            read_atom_table(path)
    with pytest.raises(InputError, match=r"none\.json: cannot be read: No such file"):
        read_atom_table(tmp_path / "none.json")
