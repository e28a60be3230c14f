"""What every kind of representation says of structures that cannot be, and does with small ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.contracts.test_representations import CASES, Case

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent import REPRESENTATIONS, streaming
from atomarium.represent.mbtr_terms import MbtrTerm
from atomarium.represent.soap import Soap

#: Looks at what there is, not at where it is.
_WITHOUT_PLACES = {"composition"}
#: Take molecules only.
_WITHOUT_CELLS = {"bag-of-bonds", "coulomb-matrix"}
#: One case of each kind: what is refused is refused before settings other than these matter.
KINDS = list({case.kind: case for case in reversed(CASES)}.values())
every_kind = pytest.mark.parametrize("case", KINDS, ids=str)
every_placed_kind = pytest.mark.parametrize(
    "case", [case for case in KINDS if case.kind not in _WITHOUT_PLACES], ids=str
)
every_periodic_kind = pytest.mark.parametrize(
    "case", [case for case in KINDS if case.kind not in _WITHOUT_PLACES | _WITHOUT_CELLS], ids=str
)


def _moved(structures: Structures, atom: int, place: np.ndarray) -> Structures:
    positions = structures.positions.copy()
    positions[atom] = place
    return replace(structures, positions=positions)


def _in_cell(case: Case, cell: list[list[float]]) -> Structures:
    """Return the structures of a case, the second of them in another cell."""
    structures = case.structures
    cells, periodic = structures.cells.copy(), structures.periodic.copy()
    cells[1], periodic[1] = cell, True
    return replace(structures, cells=cells, periodic=periodic)


@every_placed_kind
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_positions_that_are_not_finite_are_named(case: Case, number: float) -> None:
    atom = int(case.structures.offsets[1]) + 1
    place = np.array([0.0, number, 0.0])
    with pytest.raises(InputError, match=r"^structure 1, atom 1: position .* is not finite"):
        case.settled.compute(_moved(case.structures, atom, place))


@every_placed_kind
@pytest.mark.parametrize("apart", [0.0, 1e-9])
def test_two_atoms_in_one_place_are_named(case: Case, apart: float) -> None:
    structures = case.structures
    first = int(structures.offsets[1])
    place = structures.positions[first] + np.array([0.0, 0.0, apart])
    with pytest.raises(InputError, match=r"^structure 1: .*in one place"):
        case.settled.compute(_moved(structures, first + 1, place))


@every_periodic_kind
def test_an_atom_in_the_place_of_the_image_of_another_is_named(case: Case) -> None:
    structures = case.structures
    if not structures.periodic.any():
        pytest.skip("tried on molecules")
    first = int(structures.offsets[1])
    image = structures.positions[first] + structures.cells[1, 0] - 2 * structures.cells[1, 2]
    with pytest.raises(InputError, match=r"^structure 1: .*in one place"):
        case.settled.compute(_moved(structures, first + 1, image))


@every_placed_kind
def test_faults_are_named_whatever_run_they_are_in(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "ATOMS_AT_ONCE", 1)
    structures = case.structures
    doubled = _moved(structures[:1], 1, structures.positions[0])
    many = Structures.concatenate([structures, doubled])
    with pytest.raises(InputError, match=rf"^structure {len(structures)}: .*in one place"):
        streaming.compute_into(tmp_path / "rows", case.settled, many, show=False)


@every_periodic_kind
def test_cells_without_volume_are_refused(case: Case) -> None:
    flat = [[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [4.0, 4.0, 0.0]]
    with pytest.raises(InputError, match=r"^structure 1: the cell has no volume"):
        case.settled.compute(_in_cell(case, flat))


@every_periodic_kind
def test_cells_with_too_many_images_are_refused(case: Case) -> None:
    if case.kind == "sine-matrix":
        pytest.skip("looks at no images")
    skewed = [[4.0, 0.0, 0.0], [400.0, 4.0, 0.0], [400.0, 400.0, 4.0]]
    with pytest.raises(InputError, match=r"^structure 1: the cell .*(small|long) or skewed"):
        case.settled.compute(_in_cell(case, skewed))


@every_kind
def test_strangers_are_named_with_their_structure(case: Case) -> None:
    if not hasattr(case.settled, "species"):
        pytest.skip("takes any species")
    numbers = case.structures.numbers.copy()
    numbers[case.structures.offsets[1]] = 79
    with pytest.raises(InputError, match=r"^structure 1 holds Au \(79\), .* among the species"):
        case.settled.compute(replace(case.structures, numbers=numbers))


def _term(cutoff: float) -> MbtrTerm:
    return MbtrTerm(geometry="distance", start=0.0, stop=5.0, width=0.1, cutoff=cutoff)


WITH_CUTOFFS: dict[str, Callable[[float], dict[str, Any]]] = {
    "fchl19": lambda cutoff: {"cutoff": cutoff},
    "local-mbtr": lambda cutoff: {"terms": (_term(cutoff),)},
    "mbtr": lambda cutoff: {"terms": (_term(cutoff),)},
    "soap": lambda cutoff: {"cutoff": cutoff},
    "symmetry-functions": lambda cutoff: {"cutoff": cutoff},
    "valle-oganov": lambda cutoff: {"cutoff": cutoff},
}


@pytest.mark.parametrize("cutoff", [0.0, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("kind", WITH_CUTOFFS)
def test_cutoffs_are_above_zero(kind: str, cutoff: float) -> None:
    with pytest.raises(InputError, match=rf"cutoff must be above 0.*, got {cutoff}"):
        REPRESENTATIONS.load(kind)(**WITH_CUTOFFS[kind](cutoff))


def test_every_kind_with_a_cutoff_is_asked_about_it() -> None:
    known = {kind for kind in REPRESENTATIONS.places if _has_cutoff(REPRESENTATIONS.load(kind))}
    assert known == set(WITH_CUTOFFS)


def _has_cutoff(kind: type) -> bool:
    return any(field.name in {"cutoff", "terms"} for field in fields(kind))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_atom_alone_has_a_row(case: Case) -> None:
    some = case.structures
    alone = Structures.from_arrays(
        some.numbers[:1], some.positions[:1], cells=some.cells[:1], periodic=some.periodic[0]
    )
    features = case.settled.compute(alone)
    assert features.values.shape == (1, features.width)
    assert np.isfinite(features.values).all()


@pytest.mark.parametrize("basis", ["gto", "dscribe-gto", "polynomial", "equispaced"])
def test_dependent_radial_functions_say_the_largest_number_that_works(basis: str) -> None:
    with pytest.raises(InputError, match=r"^64 radial functions are linearly dependent") as raised:
        Soap(basis=basis, n_max=64, cutoff=3.0)
    found = re.search(r"n_max can be (\d+) at most", str(raised.value))
    assert found is not None
    largest = int(found[1])
    assert Soap(basis=basis, n_max=largest, cutoff=3.0).n_max == largest
    with pytest.raises(InputError, match=f"{largest + 1} radial functions are linearly dependent"):
        Soap(basis=basis, n_max=largest + 1, cutoff=3.0)
