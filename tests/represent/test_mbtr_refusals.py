"""Terms, settings and structures that many-body tensors and fingerprints refuse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.represent.mbtr_cases import crystals, molecules
from tests.represent.mbtr_samples import ANGLES, DISTANCES

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.represent import many_body_work
from atomarium.represent.lmbtr import LocalMbtr
from atomarium.represent.mbtr import Mbtr
from atomarium.represent.mbtr_terms import MbtrTerm
from atomarium.represent.valle_oganov import ValleOganov

REFUSED_TERMS = [
    ({"geometry": "angel"}, "no geometry 'angel'; did you mean 'angle'"),
    ({"start": 5.0}, "start must be below stop, got 5.0 and 5.0"),
    ({"stop": float("inf")}, "start must be below stop"),
    ({"width": 0.0}, "width must be above 0, got 0.0"),
    ({"n_bins": 0}, "n_bins must be at least 1, got 0"),
    ({"weighting": "smooth_cutoff"}, "distance has no weighting 'smooth_cutoff'"),
    ({"weighting": "exp"}, "either a scale or a cutoff"),
    ({"weighting": "exp", "scale": 1.0, "cutoff": 3.0}, "either a scale or a cutoff"),
    ({"weighting": "exp", "cutoff": -3.0}, "cutoff must be above 0, got -3.0"),
    ({"weighting": "exp", "cutoff": 3.0, "threshold": 1.0}, "threshold must be between 0 and 1"),
    ({"weighting": "inverse_square"}, "inverse_square needs a cutoff"),
    ({"scale": 1.0}, "scale belongs to exp, not to unity"),
    ({"sharpness": 0.5}, "sharpness must be at least 1, got 0.5"),
    ({"geometry": "count", "cutoff": 3.0}, "count is of one atom: it has no cutoff"),
    ({"weighting": "exp_inverse"}, "exp_inverse needs a length"),
    ({"length": 2.0}, "length belongs to delta_inverse, exp_inverse, .* not to unity"),
    ({"weighting": "exp_inverse", "length": -1.0}, "length must be above 0, got -1.0"),
    ({"geometry": "cosine", "weighting": "root"}, "cosine can be negative: it cannot have root"),
    ({"geometry": "angle", "weighting": "inverse"}, "angle can be 0: it cannot have inverse"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED_TERMS)
def test_terms_that_make_no_sense_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(DISTANCES, **changes)


REFUSED_SETTINGS = [
    (Mbtr, {"terms": ()}, "no terms"),
    (Mbtr, {"binning": "masses"}, "no binning 'masses'; did you mean 'mass'"),
    (Mbtr, {"normalization": "l1"}, "no normalization 'l1'; known: l2, n_atoms"),
    (Mbtr, {"terms": (replace(DISTANCES, n_bins=1),)}, "at least 2 points, got 1"),
    (Mbtr, {"species": ("H", "H")}, "species must differ, got H, H"),
    (Mbtr, {"species": ("Hh",)}, "no element 'Hh'"),
    (Mbtr, {"dtype": "float16"}, "dtype must be float64 or float32, got 'float16'"),
    (LocalMbtr, {"normalization": "n_atoms"}, "no normalization 'n_atoms'"),
    (LocalMbtr, {"species": ("X", "H")}, "X stands for the atom"),
    (ValleOganov, {"function": "cosine"}, "no function 'cosine'"),
    (ValleOganov, {"cutoff": 0.0}, "cutoff must be above 0 Å, got 0.0"),
]


@pytest.mark.parametrize(("kind", "changes", "message"), REFUSED_SETTINGS)
def test_settings_that_make_no_sense_are_refused(
    kind: type, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        kind(**changes)


def test_local_terms_are_of_neighbors() -> None:
    term = MbtrTerm(geometry="atomic_number", start=0.0, stop=9.0, width=0.5)
    with pytest.raises(InputError, match="says nothing of surroundings"):
        LocalMbtr(terms=(term,))
    term = replace(ANGLES, weighting="smooth_cutoff", cutoff=3.0)
    with pytest.raises(InputError, match="triplets cannot have smooth_cutoff"):
        LocalMbtr(terms=(term,))
    ghost = Structures.from_arrays([0, 1], [[0, 0, 0], [0, 0, 1.0]])
    with pytest.raises(InputError, match="X stands for the atom"):
        LocalMbtr(terms=(DISTANCES,)).settle(ghost)


def test_structures_that_cannot_be_represented_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Mbtr(terms=(DISTANCES,), species=("H", "O"))
    with pytest.raises(InputError, match=r"structure 0 holds C \(6\), which is not among"):
        settings.compute(molecules())
    with pytest.raises(InputError, match="structure 0 is periodic, distance: unity"):
        Mbtr(terms=(DISTANCES,)).compute(crystals())
    with pytest.raises(InputError, match="structure 0 has no volume"):
        ValleOganov().compute(molecules())
    clash = Structures.from_arrays([1, 8, 1], np.array([[0, 0, 0], [1.0, 0, 0], [0, 0, 0]]))
    with pytest.raises(InputError, match="structure 0: atoms 0 and 2 are in one place"):
        Mbtr(terms=(ANGLES,)).compute(clash)
    many = Structures.concatenate([molecules(), clash])
    monkeypatch.setattr(many_body_work, "_ATOMS_AT_ONCE", 3)
    with pytest.raises(InputError, match="structure 2: atoms"):
        Mbtr(terms=(ANGLES,)).compute(many)
    lost = Structures(
        numbers=clash.numbers,
        positions=np.array([[0, 0, 0], [np.nan, 0, 0], [0, 0, 1.0]]),
        cells=clash.cells,
        periodic=clash.periodic,
        offsets=clash.offsets,
    )
    with pytest.raises(InputError, match=r"structure 0, atom 1: position .* is not finite"):
        Mbtr(terms=(DISTANCES,)).compute(lost)
    with pytest.raises(InputError, match=r"structure 2, atom 1: position .* is not finite"):
        Mbtr(terms=(replace(DISTANCES, cutoff=2.0),)).compute(
            Structures.concatenate([molecules(), lost])
        )
