"""Study files: everything wrong in them is named with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from atomarium.core.errors import InputError
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.spec import StudyFile, parse_study, read_study
from atomarium.models.krr import Krr
from atomarium.represent.soap import Soap

GOOD = """name = "good"

[data]
source = "qm9-sample"

[targets.gap]
unit = "eV"

[split]
train = [10, 20]

[models.soap]
representation = { kind = "soap", cutoff = 4.0 }
model = { kind = "krr" }
"""


def parse(text: str) -> StudyFile:
    """Check a text as the file study.toml."""
    return parse_study(text, name="study.toml", folder=Path())


def test_good_file_gives_settings_objects() -> None:
    candidate = parse(GOOD).candidates["soap"]
    assert isinstance(candidate, Candidate)
    assert isinstance(candidate.representation, Soap)
    assert isinstance(candidate.model, Krr)
    assert candidate.representation.cutoff == 4.0


def test_representation_left_out_is_composition() -> None:
    study = parse(GOOD.replace('representation = { kind = "soap", cutoff = 4.0 }\n', ""))
    candidate = study.candidates["soap"]
    assert isinstance(candidate, Candidate)
    assert type(candidate.representation).__name__ == "Composition"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("source", "sauce", r"study.toml, line 4: data.sauce: unknown key.*did you mean 'source'"),
        ("[split]", "[splitt]", r"line 9: splitt: unknown key 'splitt'; did you mean 'split'"),
        ("train = [10, 20]", 'train = "all"', r"line 10: split.train: .*got 'all'"),
        (
            "train = [10, 20]",
            "train = [0]",
            r"line 10: split.train.0: .*greater than or equal to 1",
        ),
        ("train = [10, 20]", "test = 1.5", r"line 10: split.test: .*got 1.5"),
        ("train = [10, 20]", "repeats = 0", r"line 10: split.repeats: .*got 0"),
        ("train = [10, 20]", 'kind = "randm"', r"line 10: split.kind: .*'stratified'.*'randm'"),
        ('unit = "eV"', 'unit = "eVV"', r"line 7: targets.gap.unit: .*did you mean 'eV'"),
        ('unit = "eV"', "unit = 3", r"line 7: targets.gap.unit: .*got 3"),
        ('"soap"', '"soup"', r"line 13: models.soap.representation.kind: .*did you mean 'soap'"),
        ("cutoff = 4.0", "cutof = 4.0", r"line 13: .*cutof: soap has no setting 'cutof'; did you"),
        ("cutoff = 4.0", "cutoff = -4.0", r"line 13: .*cutoff must be above 0"),
        ("cutoff = 4.0", 'cutoff = "4"', r"line 13: models.soap.representation.cutoff: .*'4'"),
        ('kind = "krr"', 'kernel = "gaussian"', r"line 14: models.soap.model.*kind is missing"),
        ('name = "good"', "", r"study.toml: name: missing"),
        ('name = "good"', 'name = "a/b"', r"line 1: name: .*got 'a/b'"),
    ],
)
def test_fault_is_named_with_line_and_key(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=message):
        parse(GOOD.replace(old, new, 1))


def test_broken_toml_is_named_with_line() -> None:
    with pytest.raises(InputError, match=r"study.toml: not valid TOML: .*line 1"):
        parse("name = = 3")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no study file .*nowhere.toml"):
        read_study(tmp_path / "nowhere.toml")


def test_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not a study file"):
        read_study(path)
