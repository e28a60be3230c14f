"""What a crystal-graph network is told of an element: bits, physical numbers, or a file's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int64

from atomarium.core.elements import SYMBOLS
from atomarium.core.errors import InputError
from atomarium.core.files import read_object
from atomarium.models.nn.element_data import ELEMENT_DATA as DATA

#: Elements that tables have rows for, 1 to 100.
_N_ELEMENTS = 100
#: First bit, number of bins, range, and whether its logarithm is cut into bins.
_BINNED = {
    "electronegativities": (26, 10, 0.5, 4.0, False),
    "radii": (36, 10, 25.0, 250.0, False),
    "ionization_energies": (58, 10, 1.3, 3.3, True),
    "electron_affinities": (68, 10, -3.0, 3.7, False),
    "volumes": (82, 10, 1.5, 4.3, True),
}
_N_BITS = 92
_PERIODS, _VALENCES, _BLOCKS = 19, 46, 78
#: Where the published table says something else than its rule does, and weights were trained so:
#: palladium has 12 valence electrons, actinium's electron affinity is just above the border that
#: it lies on, and neptunium has the volume of americium.
_PALLADIUM, _ACTINIUM, _NEPTUNIUM, _AMERICIUM = 46, 89, 93, 95


def bit_table() -> Float64[np.ndarray, "numbers 92"]:
    """Return the table that the original CGCNN has in `atom_init.json`, made from element data.

    Nine blocks of bits, one set in each whose number is known: f-block or group (0–18), period
    (19–25), electronegativity (26–35), covalent radius (36–45), valence electrons (46–57), first
    ionization energy (58–67), electron affinity (68–77), block (78–81), atomic volume (82–91).

    Source: T. Xie, J. C. Grossman, Phys. Rev. Lett. 120, 145301 (2018), table S1; bins are closed
        on the right.
    """
    table = np.zeros((_N_ELEMENTS + 1, _N_BITS))
    numbers = np.arange(1, _N_ELEMENTS + 1)
    table[numbers, DATA.groups[numbers]] = 1
    table[numbers, _PERIODS + DATA.periods[numbers] - 1] = 1
    table[numbers, _VALENCES + _valence_electrons()[numbers] - 1] = 1
    table[numbers, _BLOCKS + np.array(["spdf".index(DATA.blocks[z]) for z in numbers])] = 1
    for name, (first, n_bins, lowest, highest, logarithmic) in _BINNED.items():
        values = getattr(DATA, name)[: _N_ELEMENTS + 1]
        scaled = np.log(values) if logarithmic else values
        bins = np.digitize(scaled, np.linspace(lowest, highest, n_bins + 1), right=True) - 1
        known = np.flatnonzero(np.isfinite(values))
        table[known, first + bins[known]] = 1
    affinities, volumes = slice(68, 78), slice(82, 92)
    table[_ACTINIUM, affinities] = np.roll(table[_ACTINIUM, affinities], 1)
    table[_NEPTUNIUM, volumes] = table[_AMERICIUM, volumes]
    return table


def property_table() -> Float64[np.ndarray, "numbers 14"]:
    """Return physical numbers of each element, scaled to mean 0 and deviation 1.

    Group, period, valence electrons, the five quantities of the bits as they are (volumes and
    ionization energies as logarithms), four columns for the block, and two that say which of
    electronegativity and electron affinity is not known and stands as the mean.
    """
    rows = slice(1, _N_ELEMENTS + 1)
    numbers = [DATA.groups[rows], DATA.periods[rows], _valence_electrons()[rows]]
    for name, (*_, logarithmic) in _BINNED.items():
        values = getattr(DATA, name)[rows]
        numbers.append(np.log(values) if logarithmic else values)
    columns = np.stack(numbers, axis=1).astype(np.float64)
    columns = (columns - np.nanmean(columns, axis=0)) / np.nanstd(columns, axis=0)
    blocks = np.array([[block == one for one in "spdf"] for block in DATA.blocks[rows]])
    unknown = np.isnan(columns[:, [3, 6]])
    table = np.concatenate([np.nan_to_num(columns), blocks, unknown], axis=1)
    return np.concatenate([np.zeros((1, table.shape[1])), table])


def read_atom_table(path: Path | str) -> Float64[np.ndarray, "numbers width"]:
    """Read a table of the original CGCNN's form: `{"1": [0, 1, …], …}` by atomic number.

    Elements without a row get NaN.

    Raises:
        InputError: the file cannot be read, or holds something else.
    """
    try:
        rows = {int(z): row for z, row in read_object(path).items()}
        lengths = {len(row) for row in rows.values()}
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(
            f'{path}: an atom table is JSON like {{"1": [0, 1, …], "2": […]}}, one row of numbers '
            f"for each atomic number ({error})"
        ) from error
    outside = sorted(z for z in rows if not 1 <= z < len(SYMBOLS))
    if outside or len(lengths) != 1:
        what = f"no element {outside[0]}" if outside else f"rows have {sorted(lengths)} numbers"
        raise InputError(f"{path}: {what}; all rows must be as long, for elements 1 to 118")
    table = np.full((max(rows) + 1, lengths.pop()), np.nan)
    for z, row in rows.items():
        table[z] = row
    return table


def alike_elements(
    table: Float64[np.ndarray, "numbers width"], numbers: Iterable[int]
) -> tuple[tuple[int, ...], ...]:
    """Return groups of the given elements that a table has the same row for."""
    groups: dict[bytes, list[int]] = {}
    for z in sorted(set(numbers)):
        groups.setdefault(table[z].tobytes(), []).append(z)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _valence_electrons() -> Int64[np.ndarray, "numbers"]:
    groups = DATA.groups
    valences = np.where(groups > 12, groups - 10, groups)
    valences[groups == 0] = 2
    valences[2] = 2
    valences[_PALLADIUM] = 12
    return valences
