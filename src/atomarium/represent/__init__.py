"""From structures to features.

Comes in: structures. Goes out: features, and their derivatives.
Must not know: targets, models, files, studies.
"""

from __future__ import annotations

from atomarium.core.kinds import Family

REPRESENTATIONS = Family(
    "representations",
    {
        "bag-of-bonds": "atomarium.represent.bag_of_bonds:BagOfBonds",
        "composition": "atomarium.represent.composition:Composition",
        "coulomb-matrix": "atomarium.represent.coulomb:CoulombMatrix",
        "ewald-matrix": "atomarium.represent.periodic_matrices:EwaldMatrix",
        "fchl19": "atomarium.represent.fchl19:Fchl19",
        "local-mbtr": "atomarium.represent.lmbtr:LocalMbtr",
        "mbtr": "atomarium.represent.mbtr:Mbtr",
        "sine-matrix": "atomarium.represent.periodic_matrices:SineMatrix",
        "soap": "atomarium.represent.soap:Soap",
        "symmetry-functions": "atomarium.represent.acsf:SymmetryFunctions",
        "valle-oganov": "atomarium.represent.valle_oganov:ValleOganov",
    },
)
