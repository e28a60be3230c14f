"""What the documentation's site is made of: numbers that are written once, pages that work offline."""

from __future__ import annotations

import importlib
import json
import re
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from tests.study.sweep.golden_sweep import golden_runs, write_golden_folder

import atomarium
from atomarium.models import MODELS
from atomarium.represent import REPRESENTATIONS

_ROOT = Path(__file__).resolve().parents[1]
_KEPT = _ROOT / "docs" / "gallery"


@pytest.fixture
def script(monkeypatch):
    """Import a script by its name."""
    monkeypatch.syspath_prepend(str(_ROOT / "scripts"))
    yield importlib.import_module
    for name in ("gallery", "gallery_figure", "keep_results", "site_hooks", "sweep_results"):
        sys.modules.pop(name, None)


def test_gallery_has_every_study_of_the_repository(script):
    page = script("gallery").gallery_of(_KEPT)
    for study in _ROOT.glob("studies/*.toml"):
        assert f"## {study.stem}\n" in page


def test_kept_numbers_belong_to_studies_and_documents():
    named = {study.stem for study in _ROOT.glob("studies/*.toml")}
    for document in _ROOT.glob("docs/**/*.md"):
        text = document.read_text(encoding="utf-8")
        named |= set(re.findall(r"<!-- results: ([\w-]+) -->", text))
    assert {file.stem for file in _KEPT.glob("*.yaml")} <= named


def test_readme_tells_the_numbers_that_were_kept(script):
    gallery = script("gallery")
    demo = gallery.numbers_of(_KEPT, "demo")
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    for model in demo["targets"]["gap"]["models"]:
        cells = [
            gallery.error_at(demo["targets"][target]["models"][model], 1600)
            for target in ("u0_atomization", "gap")
        ]
        row = next(line for line in readme.splitlines() if line.startswith(f"| `{model}` |"))
        assert row.endswith(f"| {cells[0]} | {cells[1]} |")


def test_a_study_that_was_not_measured_says_so(script, tmp_path):
    studies = tmp_path / "studies"
    studies.mkdir()
    (studies / "new.toml").write_text('name = "new"\n[data]\nsource = "x"\n', encoding="utf-8")
    page = script("gallery").gallery_of(tmp_path, studies)
    assert "| [new](#new) | `x` | – | not measured yet | – |" in page


def test_figures_hold_a_line_for_each_model_and_labels_that_keep_apart(script):
    models = {
        f"model {k}": {"n": [100, 200, 400], "mae": [1.0, 0.5 + 1e-3 * k, 0.25 + 1e-4 * k]}
        for k in range(12)
    }
    root = ET.fromstring(script("gallery_figure").figure_of(models, unit="eV"))
    groups = [group for group in root.iter("g") if "curve" in group.attrib["class"]]
    heights = sorted(float(group.find("text").attrib["y"]) for group in groups)
    assert len(groups) == 12
    assert min(b - a for a, b in pairwise(heights)) >= 14 - 1e-9
    assert heights[-1] < float(root.attrib["viewBox"].split()[3])


def test_results_are_kept_as_the_run_has_them(script, tmp_path):
    curve = {"target": "gap", "model": "soap", "predict_milliseconds": 1.0, "scores": {"auc": 0.9}}
    curves = [
        {**curve, "n_train": n, "mae": 10.0 / n, "mae_std": None, "fit_seconds": n / 100}
        for n in (200, 100)
    ]
    trials = [{"seconds": {"fit": 2.0}, "repeat": 0, "scores": {"n": 50.0}}]
    results = {"study": "gaps", "units": {"gap": "eV"}, "curves": curves, "trials": trials}
    (tmp_path / "results.json").write_text(json.dumps(results), encoding="utf-8")
    _describe(tmp_path / "trials" / "a")
    kept = script("keep_results").kept_of(tmp_path, note="a note")
    assert kept["targets"]["gap"]["models"]["soap"] == {
        "n": [100, 200],
        "mae": [0.1, 0.05],
        "spread": [None, None],
        "fit_seconds": 2.0,
        "predict_milliseconds": 1.0,
        "scores": {"auc": 0.9},
    }
    assert (kept["cpu_seconds"], kept["n_test"], kept["note"]) == (2, 50, "a note")
    assert "torch" not in kept


def _describe(trial):
    """Write what is known of the machine of a trial."""
    trial.mkdir(parents=True, exist_ok=True)
    about = {"machine": {"processor": "some"}, "versions": {"numpy": "2"}}
    (trial / "result.json").write_text(json.dumps(about), encoding="utf-8")


def test_a_sweep_is_kept_with_its_best_settings(script, tmp_path):
    write_golden_folder(tmp_path / "run")
    _describe(tmp_path / "run" / "sweep" / "runs" / "00000")
    finished = [run for run in golden_runs() if run.state == "finished"]
    kept = script("keep_results").kept_of(tmp_path / "run")
    loss = kept["metrics"][0]
    assert kept["finished"] == len(finished)
    assert kept["best"][0]["mean"][loss] == min(run.metrics[loss] for run in finished)
    page = "\n".join(script("sweep_results").tables_of(kept))
    for name in finished[0].settings:
        assert name in page


def test_a_page_that_loads_from_elsewhere_is_refused(script):
    hooks = script("site_hooks")
    page = SimpleNamespace(file=SimpleNamespace(src_path="a.md"))
    fine = (
        '<a href="https://a.org">a</a><link rel="canonical" href="https://a.org"><img src="b.png">'
    )
    assert hooks.on_post_page(fine, page) == fine
    for loads in (
        '<script src="https://a.org/b.js"></script>',
        "<script src=https://a.org/b.js></script>",
        '<img alt="b" src="//a.org/b.png">',
        '<link href="https://a.org/b.css" rel="stylesheet">',
        '<link rel="preconnect" href="https://fonts.gstatic.com">',
    ):
        with pytest.raises(SystemExit, match=r"a\.md loads .*: pages must work offline"):
            hooks.on_post_page(loads, page)


def test_pages_show_of_what_blocks_say_their_titles_alone(script):
    hooks = script("site_hooks")
    page = SimpleNamespace(file=SimpleNamespace(src_path="a.md"))
    text = (
        '```toml title="a.toml" quick="data.limit=3"\nx = 1\n```\n\n```sh needs="torch"\nls\n```\n'
    )
    shown = '```toml title="a.toml"\nx = 1\n```\n\n```sh\nls\n```\n'
    assert hooks.on_page_markdown(text, page) == shown


def test_a_page_that_shows_a_block_as_text_is_refused(script):
    page = SimpleNamespace(file=SimpleNamespace(src_path="a.md"))
    with pytest.raises(SystemExit, match=r"a\.md has a block of code"):
        script("site_hooks").on_post_page('<p>```sh wrong-key="1"</p>', page)


def test_files_of_the_repository_are_named_in_place_of_links(script):
    hooks = script("site_hooks")
    page = SimpleNamespace(file=SimpleNamespace(src_path="a.md"))
    text = "see [the file](../CITATION.cff) and [data](../data.md)"
    assert hooks.on_page_markdown(text, page) == "see the file and [data](../data.md)"


def _referenced() -> set[str]:
    pages = _ROOT.glob("docs/reference/*.md")
    return {
        place
        for page in pages
        for place in re.findall(r"^::: (atomarium[\w.]+)$", page.read_text("utf-8"), re.MULTILINE)
    }


@pytest.mark.parametrize("family", [REPRESENTATIONS, MODELS], ids=lambda family: family.name)
def test_every_kind_is_in_the_reference(family):
    missing = {place.replace(":", ".") for place in family.places.values()} - _referenced()
    assert not missing


def test_every_public_name_is_in_the_reference():
    last = {place.rpartition(".")[2] for place in _referenced()}
    assert set(atomarium.__all__) - {"__version__"} <= last


def test_what_the_reference_names_is_there():
    for place in _referenced():
        module, _, name = place.rpartition(".")
        file = _ROOT / "src" / f"{module.replace('.', '/')}.py"
        assert re.search(rf"^(class|def) {name}\b", file.read_text("utf-8"), re.MULTILINE), place


def test_the_citation_file_names_version_and_license():
    cited = yaml.safe_load((_ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == atomarium.__version__
    assert cited["license"] == "BSD-3-Clause"
