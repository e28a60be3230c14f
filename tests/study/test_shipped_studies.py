"""Every study file that is shipped is valid, and fits its data where these are packaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from atomarium.core.errors import InputError
from atomarium.experiment.spec import read_study
from atomarium.study.plan import make_plan
from atomarium.study.shipped import shipped_studies, study_file

FILES = sorted((Path(__file__).parents[2] / "studies").glob("*.toml"))
PACKAGED = ("qm9-sample", "mp-elastic")
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@every_file
def test_study_is_valid_and_named_like_its_file(path: Path) -> None:
    study = read_study(path)
    assert study.spec.name == path.stem
    assert study.candidates


@every_file
def test_study_fits_packaged_data(path: Path) -> None:
    study = read_study(path)
    if study.spec.data.source not in PACKAGED:
        pytest.skip(f"{study.spec.data.source} is not packaged")
    plan = make_plan(study)
    sizes = {trial.n_train for trial in plan.trials}
    assert sizes == set(study.spec.split.train)


def test_studies_are_found_by_name_and_files_win(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert study_file(Path("demo")) == shipped_studies()["demo"]
    assert read_study(study_file(Path("demo"))).spec.name == "demo"
    (tmp_path / "demo").write_text("mine")
    assert study_file(Path("demo")) == Path("demo")
    for missing in ("demo.toml", "studies/demo"):
        assert study_file(Path(missing)) == Path(missing)
    with pytest.raises(InputError, match=r"no study 'dem'; did you mean 'demo'"):
        study_file(Path("dem"))


def test_a_folder_does_not_hide_the_study_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()
    assert study_file(Path("demo")).name == "demo.toml"
