"""The catalog: complete, readable, and true where it can be compared."""

from __future__ import annotations

import re

import numpy as np
import pytest

from atomarium.core.elements import NUMBERS
from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.core.units import parse_unit
from atomarium.data.catalog import assemble, catalog, find_entry
from atomarium.data.importers import IMPORTERS, Imported, load_importer
from atomarium.data.importers.qm9 import PROPERTIES, U0_OF_ATOMS

ENTRIES = list(catalog().values())
FILES = {file.name: file for e in ENTRIES for source in e.sources for file in source.files}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_set_says_where_it_is_from_and_what_to_cite(entry):
    assert entry.title
    assert entry.description.endswith(".")
    assert entry.license
    assert "doi" in entry.citation
    assert entry.homepage.startswith("http")
    assert entry.packaged or entry.sources


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_target_has_a_unit_that_can_be_read_and_a_description(entry):
    assert entry.targets
    for target in entry.targets:
        parse_unit(target.unit)
        assert target.description
        assert not (target.extensive and target.per != "structure")


@pytest.mark.parametrize("file", FILES.values(), ids=lambda file: file.name)
def test_every_file_has_an_address_and_a_whole_checksum_or_none(file):
    by_hand = [e for e in ENTRIES if file.name in e.notes and "ATOMARIUM_MIRROR" in e.notes]
    assert bool(file.urls) != bool(file.package) or by_hand
    assert all(re.match("https?://", url) for url in file.urls)
    assert re.fullmatch("[0-9a-f]{64}|", file.sha256)


def test_every_importer_of_the_catalog_can_be_loaded_and_is_used():
    used = {source.importer for entry in ENTRIES for source in entry.sources}
    assert used == set(IMPORTERS)
    assert all(callable(load_importer(kind)) for kind in used)


def test_the_elements_of_a_set_are_elements():
    for entry in ENTRIES:
        symbols = entry.elements.split()
        assert symbols[1:] == ["elements"] or all(symbol in NUMBERS for symbol in symbols)


def test_qm9_has_the_fifteen_properties_and_the_atomization_energy():
    names = [target.name for target in find_entry("qm9").targets]
    assert names == [*PROPERTIES, "u0_atomization"]
    assert find_entry("qm9-sample").targets == find_entry("qm9").targets


def test_references_of_the_catalog_are_those_of_the_importer():
    u0 = next(target for target in find_entry("qm9").targets if target.name == "u0")
    assert dict(u0.references) == U0_OF_ATOMS


def test_a_variant_is_a_set_of_its_own():
    entry = find_entry("rmd17-azobenzene")
    assert (entry.structures, entry.elements) == (99988, "H C N")
    assert entry.sources[0].options == {"variant": "azobenzene"}
    assert "rmd17" not in catalog()


def test_an_unknown_name_is_refused_with_the_nearest_one():
    with pytest.raises(InputError, match=r"no data set 'qm99'.*did you mean 'qm9'"):
        find_entry("qm99")


def test_an_unknown_importer_is_refused():
    with pytest.raises(InputError, match="no importer 'qm8'"):
        load_importer("qm8")


def test_assembled_targets_have_the_meaning_of_the_catalog():
    entry = find_entry("qm9")
    methane = Structures.from_arrays([6, 1], [[0, 0, 0], [0, 0, 1.1]])
    columns = {target.name: np.array([1.0]) for target in entry.targets}
    dataset = assemble(
        entry, Imported(structures=methane, columns=columns, ids=("a",)), entry.provenance()
    )
    u0 = dataset.target("u0")
    assert (u0.unit, u0.per, u0.extensive) == ("Ha", "structure", True)
    assert u0.references[6] == -37.846772
    assert dataset.target("gap").extensive is False
    assert dataset.target("r2").extensive is False
    assert dataset.target("cv").unit == "cal/mol/K"
    assert dataset.provenance.license == "CC0"


def test_references_of_an_archive_win_over_those_of_the_catalog():
    entry = find_entry("qm9")
    columns = {target.name: np.array([1.0]) for target in entry.targets}
    imported = Imported(
        structures=Structures.from_arrays([6], [[0, 0, 0]]),
        columns=columns,
        references={"u0": {"C": -2.0}},
    )
    assert assemble(entry, imported, entry.provenance()).target("u0").references[6] == -2.0


def test_the_size_of_a_download_is_unknown_when_one_file_is():
    assert find_entry("qm9").sources[0].n_bytes == 86144227 + 486752 + 964
    assert find_entry("nmd18").sources[0].n_bytes == 0
