"""What learns values from features: kernel ridge regression, ridge regression, the mean.

Comes in: features and values of training structures. Goes out: fitted models that predict.
Must not know: structures, representations, data sets, files, studies.
"""

from __future__ import annotations

from atomarium.core.kinds import Family

MODELS = Family(
    "models",
    {
        "krr": "atomarium.models.krr:Krr",
        "sparse-krr": "atomarium.models.sparse_krr:SparseKrr",
        "sparse-forces": "atomarium.models.sparse_forces:SparseForces",
        "ridge": "atomarium.models.ridge:Ridge",
        "mean": "atomarium.models.mean:Mean",
        "alchemical-krr": "atomarium.models.alchemical.krr:AlchemicalKrr",
        "cgcnn": "atomarium.models.nn.learners:CgcnnModel",
        "schnet": "atomarium.models.nn.learners:SchNetModel",
        "painn": "atomarium.models.nn.learners:PaiNNModel",
    },
)
