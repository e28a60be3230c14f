"""Write the numbers of featomic that SOAP is compared with.

Made with featomic 0.6.7, metatensor-core 0.2.6, metatensor-operations 0.5.0, numpy 2.4.6:
`python -m tests.references.make_soap_featomic`, in the folder of the checkout.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.references.featomic_soap import featomic_soap
from tests.represent.soap_cases import SETTINGS, STRUCTURES, kept_columns

from atomarium.represent.soap import Soap


def main() -> None:
    """Write soap_featomic.npz beside this file."""
    rows = {}
    for name, make in STRUCTURES.items():
        for label, settings in SETTINGS.items():
            soap = Soap(**settings, layout="featomic").settle(make())
            rows[f"{name} {label}"] = kept_columns(featomic_soap(make(), soap))
    np.savez_compressed(Path(__file__).with_name("soap_featomic.npz"), **rows)


if __name__ == "__main__":
    main()
