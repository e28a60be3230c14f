"""Open settings are found on training structures alone, and the same way every time."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms

from atomarium.core.errors import InputError
from atomarium.core.structures import Structures
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.experiment.runs import read_runs
from atomarium.experiment.spec import SearchSpec, parse_study
from atomarium.study import search as search_module
from atomarium.study.proposals import Proposals, grid, make_sampler
from atomarium.study.search import Ground, inner_folds, search

STUDY = """
name = "open"
[data]
source = "none"
[targets.energy]
[models.open]
representation = {{ kind = "coulomb-matrix" }}
model = {{ kind = "krr", length_scale = {length_scale}, noise = {noise} }}
"""
OPEN_NOISE = "{ min = 1e-8, max = 1.0, log = true }"


def space_of(
    length_scale: str = "{ values = [0.001, 20.0, 1e6] }", noise: str = "1e-6"
) -> CandidateSpace:
    """Return a space of kernel models."""
    text = STUDY.format(length_scale=length_scale, noise=noise)
    space = parse_study(text, name="study.toml", folder=Path()).candidates["open"]
    assert isinstance(space, CandidateSpace)
    return space


@pytest.fixture
def ground() -> Ground:
    """Pairs of atoms whose energy falls with their distance."""
    distances = np.random.default_rng(0).uniform(0.8, 3.0, 30)
    structures = Structures.from_ase([Atoms("HO", [[0, 0, 0], [d, 0, 0]]) for d in distances])
    return Ground(
        structures=structures,
        values=np.exp(-distances)[:, None],
        extensive=False,
        elements=structures,
    )


def test_grid_search_takes_the_least_error(ground: Ground, tmp_path: Path) -> None:
    how = SearchSpec(method="grid", runs=10)
    found = search(space_of(), ground, how, tmp_path / "log.jsonl")
    assert [run.settings["model.length_scale"] for run in found.runs] == [0.001, 20.0, 1e6]
    assert found.best.error == min(run.error or np.inf for run in found.runs)
    assert found.best.settings == {"model.length_scale": 20.0}


@pytest.mark.parametrize("method", ["tpe", "random", "quasi-random"])
def test_equal_seeds_give_equal_lists(method: str, ground: Ground, tmp_path: Path) -> None:
    space = space_of(noise=OPEN_NOISE)
    how = SearchSpec(method=method, runs=14)  # type: ignore[arg-type]
    one, two = (search(space, ground, how, tmp_path / name) for name in "ab")
    assert [run.settings for run in one.runs] == [run.settings for run in two.runs]
    other = search(space, ground, how.model_copy(update={"seed": 5}), tmp_path / "c")
    assert [run.settings for run in one.runs] != [run.settings for run in other.runs]


def test_stopped_search_goes_on_as_if_undisturbed(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, how = space_of(noise=OPEN_NOISE), SearchSpec(runs=14)
    whole = search(space, ground, how, tmp_path / "whole.jsonl")
    log = tmp_path / "log.jsonl"
    lines = (tmp_path / "whole.jsonl").read_text().splitlines(keepends=True)
    log.write_text("".join(lines[:12]) + lines[12][:20])
    tried: list[int] = []
    honest = search_module.validate

    def counting(*arguments: object) -> float:
        tried.append(1)
        return honest(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(search_module, "validate", counting)
    resumed = search(space, ground, how, log)
    assert len(tried) == 2
    assert [(r.settings, r.error) for r in resumed.runs] == [
        (r.settings, r.error) for r in whole.runs
    ]
    assert [run.number for run in read_runs(log)] == list(range(14))


def test_settings_that_fail_are_recorded_and_passed_over(ground: Ground, tmp_path: Path) -> None:
    plain = space_of()
    one_h = replace(ground, elements=Structures.from_ase([Atoms("H")]))
    with pytest.raises(InputError, match="none of 3 settings could be trained; the last: "):
        search(plain, one_h, SearchSpec(method="grid"), tmp_path / "log.jsonl")
    assert {run.state for run in read_runs(tmp_path / "log.jsonl")} == {"failed"}


def test_time_limit_ends_a_search(ground: Ground, tmp_path: Path) -> None:
    how = SearchSpec(runs=1000, seconds=1e-6)
    assert len(search(space_of(), ground, how, tmp_path / "log.jsonl").runs) == 1


def test_folds_hold_every_structure_once_and_keep_groups_together(ground: Ground) -> None:
    groups = np.arange(30) // 3
    for one in (ground, replace(ground, groups=groups)):
        folds = inner_folds(one, SearchSpec(folds=4))
        tested = np.concatenate([fold.test for fold in folds])
        assert sorted(tested) == list(range(30))
    for fold in folds:
        assert not set(groups[fold.train]) & set(groups[fold.test])


def test_hold_out_is_one_part(ground: Ground) -> None:
    (fold,) = inner_folds(ground, SearchSpec(hold_out=0.2))
    assert len(fold.test) == 6
    (fold,) = inner_folds(replace(ground, groups=np.arange(30) // 3), SearchSpec(hold_out=0.2))
    assert len(fold.test) == 6


def test_one_structure_cannot_be_searched_on(ground: Ground) -> None:
    one = replace(ground, structures=ground.structures[:1], values=ground.values[:1])
    with pytest.raises(InputError, match="1 training structures"):
        inner_folds(one, SearchSpec())


def test_grid_names_every_combination_once() -> None:
    space = space_of(noise="{ min = 1e-4, max = 1.0, log = true }")
    settings = list(grid(space))
    assert len(settings) == 15
    assert [s["model.noise"] for s in settings[:5]] == pytest.approx([1e-4, 1e-3, 1e-2, 0.1, 1.0])


def test_tpe_learns_from_errors() -> None:
    space = space_of(length_scale="20.0", noise=OPEN_NOISE)
    proposals = Proposals(space, "tpe", 0)
    taken = []
    for _ in range(60):
        settings = proposals.ask()
        assert settings is not None
        taken.append(np.log10(settings["model.noise"]))
        proposals.tell((taken[-1] + 3.0) ** 2)
    assert np.abs(np.array(taken[40:]) + 3).mean() < 0.5 * np.abs(np.array(taken[:10]) + 3).mean()


def test_searches_side_by_side_leave_warnings_as_they_were() -> None:
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: make_sampler("tpe", 0, number), range(400)))
    assert warnings.filters == before
