"""Write the derivatives of DScribe, featomic and quippy that those of SOAP are compared with.

Made with dscribe 2.1.2, featomic 0.6.7, metatensor-core 0.2.6, quippy-ase 0.10.3, numpy 2.4.6:
`python -m tests.references.make_soap_package_derivatives`, in the folder of the checkout.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.references.soap_package_derivatives import (
    dscribe_pulled,
    featomic_pulled,
    quippy_pulled,
)
from tests.represent.soap_cases import crystals, molecules
from tests.represent.soap_like_cases import (
    SPECIES,
    dscribe_arguments,
    featomic_arguments,
    quippy_lines,
    random_cotangents,
)

from atomarium.core.elements import NUMBERS
from atomarium.represent.soap import Soap


def main() -> None:
    """Write soap_package_derivatives.npz beside this file."""
    found: dict[str, np.ndarray] = {}
    for name, structures in (("molecules", molecules()), ("crystals", crystals())):
        species = SPECIES[name]
        for label, arguments in featomic_arguments().items():
            cotangents = random_cotangents(
                Soap.like("featomic", species=species, **arguments), structures
            )
            positions, strain = featomic_pulled(structures, species, arguments, cotangents)
            found[f"featomic {name} {label}"] = positions
            found[f"featomic strain {name} {label}"] = strain
        for label, line in quippy_lines([NUMBERS[one] for one in species]).items():
            cotangents = random_cotangents(Soap.like("quippy", line), structures)
            found[f"quippy {name} {label}"] = quippy_pulled(structures, line, cotangents)
    for label in ("gto off off", "gto large"):
        arguments, species = dscribe_arguments()[label], SPECIES["molecules"]
        soap = Soap.like("dscribe", species=species, **arguments)
        cotangents = random_cotangents(soap, molecules())
        found[f"dscribe {label}"] = dscribe_pulled(molecules(), species, arguments, cotangents)
    np.savez_compressed(Path(__file__).with_name("soap_package_derivatives.npz"), **found)


if __name__ == "__main__":
    main()
