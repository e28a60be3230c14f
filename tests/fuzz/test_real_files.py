"""Real files of other programs, spoiled: read or refused, like small ones of our own."""

from __future__ import annotations

import gzip
import lzma
import random

import hypothesis.strategies as st
import pytest
from hypothesis import given
from mutations import spoil
from restrained import bytes_in, fuzzed, needs_timer, read_or_refuse

from atomarium.data.formats import read
from atomarium.explore.chemiscope_reader import read_chemiscope

pytestmark = needs_timer

_OPENERS = {".gz": gzip.open, ".xz": lzma.open}
#: By folder or file, what is taken of it.
_KINDS = ("chemiscope/*.json*", "cgcnn/**/*.cif", "*.extxyz.*")
_MOST_BYTES = 30_000


def _beginning(path):
    """Return what a file holds, unpacked; of long files of many frames, the beginning."""
    with _OPENERS.get(path.suffix, open)(path, "rb") as stream:
        content = stream.read()
    return content if "extxyz" not in path.name else content[:_MOST_BYTES]


@pytest.mark.parametrize("kind", _KINDS)
@fuzzed
@given(seed=st.integers(0, 2**32 - 1))
def test_a_spoiled_real_file_is_read_or_refused(real_data, tmp_path_factory, kind, seed):
    dice = random.Random(seed)
    files = [path for path in sorted(real_data.glob(kind)) if path.stat().st_size < 3_000_000]
    assert files
    real = dice.choice(files)
    path = tmp_path_factory.getbasetemp() / real.name.removesuffix(".gz").removesuffix(".xz")
    path.write_bytes(spoil(_beginning(real), dice))
    look = read_chemiscope if "json" in path.name else read
    read_or_refuse(lambda: look(path), size=bytes_in(path))
