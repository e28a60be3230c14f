"""Without torch, what needs it is refused before anything is written or trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from atomarium.cli.main import app
from atomarium.core.errors import InputError
from atomarium.experiment.spec import read_study
from atomarium.models.nn import extra
from atomarium.study.cluster_processes import Processes
from atomarium.study.plan import make_plan
from atomarium.study.runner import run_study

NETWORKS = """
[models.net]
model = { kind = "schnet", width = 8 }
[models.alike]
representation = { kind = "soap", cutoff = 3.0, n_max = 2, l_max = 2, layout = "kernel" }
model = { kind = "alchemical-krr", couplings = "COUPLINGS" }
"""
OPEN = """
[models.net]
model = { kind = "schnet", width = { min = 8, max = 16 } }
[sweep]
runs = 2
"""
REFUSED = r'torch is needed and not installed: pip install "atomarium\[nn\]"'


@pytest.fixture
def study_of(study_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return what adds models to the small study, where torch is not installed."""
    monkeypatch.setattr(extra, "find_spec", lambda _: None)

    def add(models: str) -> Path:
        text = study_path.read_text()
        if "[sweep]" in models:
            text = text[: text.index("[models.mean]")].replace("[10, 20]", "[20]")
            text = text.replace("repeats = 2", "repeats = 1")
        study_path.write_text(text + models)
        return study_path

    return add


@pytest.mark.parametrize("cluster", [None, Processes(workers=1)])
def test_a_study_names_all_models_that_need_it(
    study_of: Callable[[str], Path], tmp_path: Path, cluster: Processes | None
) -> None:
    plan = make_plan(read_study(study_of(NETWORKS.replace("COUPLINGS", "learned"))))
    with pytest.raises(InputError, match=rf"^models\.net, models\.alike: {REFUSED}$"):
        run_study(plan, tmp_path / "run", cluster=cluster, show=False)
    assert not (tmp_path / "run").exists()


def test_couplings_that_are_given_need_none(
    study_of: Callable[[str], Path], tmp_path: Path
) -> None:
    plan = make_plan(read_study(study_of(NETWORKS.replace("COUPLINGS", "prior"))))
    with pytest.raises(InputError, match=rf"^models\.net: {REFUSED}$"):
        run_study(plan, tmp_path / "run", show=False)


@pytest.mark.parametrize("models", [NETWORKS.replace("COUPLINGS", "none"), OPEN])
@pytest.mark.parametrize("words", ["run", "run --dry-run", "run --workers 1", "worker"])
def test_commands_refuse_it_at_once(
    study_of: Callable[[str], Path], tmp_path: Path, models: str, words: str
) -> None:
    command, *options = words.split()
    out = tmp_path / "run"
    asked = [command, str(study_of(models)), "--out", str(out), *options]
    with pytest.raises(InputError, match=rf"net: {REFUSED}$"):
        app(asked, result_action="return_value", exit_on_error=False)
    assert not out.exists()
