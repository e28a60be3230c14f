"""Write the numbers of DScribe, featomic and quippy that rows "like" theirs are compared with.

Made with dscribe 2.1.2, featomic 0.6.7, metatensor-core 0.2.6, quippy-ase 0.10.3, numpy 2.4.6,
scipy 1.17: `python -m tests.references.make_soap_packages`, in the folder of the checkout.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.references.soap_packages import (
    dscribe_rows,
    featomic_expansion,
    featomic_rows,
    quippy_rows,
)
from tests.represent.soap_cases import crystals, molecules
from tests.represent.soap_like_cases import (
    SPECIES,
    dscribe_arguments,
    featomic_arguments,
    quippy_lines,
    some_numbers,
    species_weights,
)

from atomarium.core.elements import NUMBERS


def main() -> None:
    """Write soap_packages.npz beside this file."""
    rows = {}
    for name, structures in (("molecules", molecules()), ("crystals", crystals())):
        species = SPECIES[name]
        for label, arguments in dscribe_arguments().items():
            rows[f"dscribe {name} {label}"] = dscribe_rows(structures, species, arguments)
            if "compression" in arguments and label.startswith("gto"):
                mode = {**arguments["compression"], "species_weighting": species_weights(species)}
                weighted = {**arguments, "compression": mode}
                rows[f"dscribe {name} {label} weighted"] = dscribe_rows(
                    structures, species, weighted
                )
        for label, arguments in featomic_arguments().items():
            rows[f"featomic {name} {label}"] = featomic_rows(structures, species, arguments)
            expansion = featomic_expansion(structures, species, arguments)
            rows[f"expansion {name} {label}"] = expansion.reshape(len(expansion), -1)
        numbers = [NUMBERS[symbol] for symbol in species]
        for label, line in quippy_lines(numbers).items():
            rows[f"quippy {name} {label}"] = quippy_rows(structures, line)
    kept = {name: some_numbers(one) for name, one in rows.items()}
    np.savez_compressed(Path(__file__).with_name("soap_packages.npz"), **kept)


if __name__ == "__main__":
    main()
