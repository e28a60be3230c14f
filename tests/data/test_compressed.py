from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import pytest

from atomarium.core.errors import InputError
from atomarium.data.compressed import opened_to_write, read_bytes

_PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
_CONTENT = bytes(range(256)) * 300


@pytest.mark.parametrize("ending", _PACKERS)
def test_files_are_unpacked_whatever_their_name(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "without_ending"
    path.write_bytes(_PACKERS[ending](_CONTENT))
    assert read_bytes(path) == _CONTENT


@pytest.mark.parametrize("ending", _PACKERS)
def test_a_file_that_is_cut_off_is_named(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"data.{ending}"
    packed = _PACKERS[ending](_CONTENT)
    path.write_bytes(packed[: len(packed) - 20])
    with pytest.raises(InputError, match=rf"data\.{ending}: compressed file is cut off or broken"):
        read_bytes(path)


@pytest.mark.parametrize("ending", _PACKERS)
def test_a_damaged_file_is_named(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"data.{ending}"
    packed = bytearray(_PACKERS[ending](_CONTENT))
    packed[len(packed) // 2] ^= 255
    path.write_bytes(packed)
    with pytest.raises(InputError, match=rf"data\.{ending}: compressed file is cut off or broken"):
        read_bytes(path)


@pytest.mark.parametrize("ending", _PACKERS)
def test_a_file_that_swells_without_end_is_refused(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atomarium.data.compressed.ALWAYS_ALLOWED", 1000)
    monkeypatch.setattr("atomarium.data.compressed.MOST_TIMES", 3)
    path = tmp_path / f"bomb.{ending}"
    path.write_bytes(_PACKERS[ending](bytes(10**6)))
    with pytest.raises(InputError, match="holds more than"):
        read_bytes(path)


def test_a_plain_file_may_have_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atomarium.data.compressed.ALWAYS_ALLOWED", 10)
    (tmp_path / "plain").write_bytes(_CONTENT)
    assert read_bytes(tmp_path / "plain") == _CONTENT


def test_a_folder_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        read_bytes(tmp_path)


@pytest.mark.parametrize("ending", _PACKERS)
def test_equal_content_makes_equal_files(tmp_path: Path, ending: str) -> None:
    for name in ("one", "two"):
        with opened_to_write(tmp_path / name, f"{name}.{ending}") as stream:
            stream.write(_CONTENT)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert read_bytes(tmp_path / "one") == _CONTENT
