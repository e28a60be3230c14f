"""Terms of pairs and of triplets that many-body tensors are tried with."""

from __future__ import annotations

from atomarium.represent.mbtr_terms import MbtrTerm

DISTANCES = MbtrTerm(geometry="distance", start=0.0, stop=5.0, width=0.2, n_bins=30)
ANGLES = MbtrTerm(geometry="angle", start=0.0, stop=180.0, width=6.0, n_bins=20)
