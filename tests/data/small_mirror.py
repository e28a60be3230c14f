"""A mirror of data sets that holds a small file."""

from __future__ import annotations

import gzip
import json

from atomarium.data.catalog import find_entry


def put_perovskites(tmp_path, monkeypatch):
    """Put a small table into the mirror and let its checksum be none."""
    site = {"species": [{"element": "Po", "occu": 1}], "abc": [0.5, 0.5, 0.5]}
    crystal = {"lattice": {"matrix": [[3, 0, 0], [0, 3, 0], [0, 0, 3]]}, "sites": [site]}
    columns = ["formula", "structure", "e_form", "gap gllbsc", "vbm", "cbm"]
    table = {"columns": columns, "data": [["Po", crystal, 1.5, 0.0, 6.1, 6.2]]}
    path = tmp_path / "mirror" / "castelli_perovskites.json.gz"
    path.write_bytes(gzip.compress(json.dumps(table).encode(), mtime=0))
    file = find_entry("perovskites").sources[0].files[0]
    monkeypatch.setitem(file.__dict__, "sha256", "")
    return path
