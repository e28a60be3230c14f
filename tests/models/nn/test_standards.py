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
from atomarium.models.nn.standards import Standard

NUMBERS = np.array([1, 8, 1, 6, 1], dtype=np.int32)
OFFSETS = np.array([0, 3, 5])


def test_references_and_means_are_taken_off_and_put_back():
    references = np.zeros((9, 1))
    references[[1, 6, 8], 0] = [-13.6, -1029.0, -2041.0]
    values = np.array([[-2070.0], [-1045.0]])
    for extensive, counts in ((True, [[3], [2]]), (False, [[1], [1]])):
        standard = Standard.fit(
            NUMBERS, OFFSETS, values, extensive=extensive, references=references
        )
        rest = (values - standard.offsets(NUMBERS, OFFSETS)) / np.array(counts)
        assert rest.mean() == pytest.approx(0, abs=1e-10)
        assert rest.std() == pytest.approx(standard.scale[0])
    atoms = Standard.fit(NUMBERS, OFFSETS, values, extensive=True, references=references)
    lone = atoms.offsets(np.array([8], dtype=np.int32), np.array([0, 1]))
    assert lone[0, 0] == pytest.approx(-2041.0 + atoms.mean[0])


def test_missing_values_do_not_count_and_equal_ones_have_no_deviation():
    values = np.array([[3.0], [np.nan]])
    standard = Standard.fit(NUMBERS, OFFSETS, values, extensive=False)
    assert (standard.mean[0], standard.scale[0]) == (3.0, 1.0)
    with pytest.raises(InputError, match="no values to take mean"):
        Standard.fit(NUMBERS, OFFSETS, values * np.nan, extensive=False)


@pytest.mark.usefixtures("unchecked")
def test_unfit_standards_are_refused():
    with pytest.raises(InputError, match="scale must be above 0"):
        Standard.of_numbers(mean=np.zeros(1), scale=np.zeros(1), extensive=False)
    with pytest.raises(InputError, match="references must be a row of 1"):
        Standard.fit(NUMBERS, OFFSETS, np.ones((2, 1)), extensive=True, references=np.zeros((9, 2)))


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
    ):
        path.write_text(content)
        with pytest.raises(InputError, match=message):
            read_atom_table(path)
