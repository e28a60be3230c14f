"""Take the pictures of README and docs from the page of the demo, and from a map of its data set.

`make demo`, then `python scripts/make_pictures.py`. Needs Chromium. Where the sweep of SchNet has been
run (`atomarium run studies/schnet-qm9-sweep-a.toml`), a picture of its dashboard is taken as well;
where `studies/alchemical-elpasolites.toml` has, one of its elements.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from atomarium.data.sources import load_dataset
from atomarium.explore.dataset_scene import scene_of_dataset
from atomarium.explore.maps import MapChoice, add_map
from atomarium.explore.view import View

_ROOT = Path(__file__).resolve().parents[1]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True)
class Picture:
    """What one picture shows.

    Args:
        name: Of the file, below docs/pictures.
        width: Of the window, in CSS pixels.
        height: Of the window, in CSS pixels.
        style: CSS that hides the rest of the page.
    """

    name: str
    width: int
    height: int
    style: str = ""


def _charts_alone(*names: str) -> str:
    """Return CSS that hides all of a report but some charts."""
    kept = "".join(f":not([data-chart$='{name}'])" for name in names)
    return (
        f"figure{kept}, section, .masthead, .targets, .target-title, main h2, footer,"
        " .shell > :not(main) { display: none !important }"
    )


_PICTURES = (
    Picture("report.png", 1280, 1500),
    Picture("learning-curves.png", 720, 480, _charts_alone("learning-curves")),
)

_RUNS = _ROOT / "runs"
#: Pictures of studies that take longer, by their reports.
_OTHERS = {
    _RUNS / "schnet-qm9-sweep-a" / "report.html": Picture("dashboard.png", 1280, 1500),
    _RUNS / "alchemical-elpasolites" / "report.html": Picture(
        "elements.png",
        1280,
        1190,
        _charts_alone("-elements", "-periodic-tables", "-similarity", "-losses"),
    ),
}

#: The explorer as its picture shows it: three molecules of a map, colored by their gaps.
_EXPLORER = {
    "view": {
        "maps": {
            "structure": {
                "color": {"property": "gap", "palette": "viridis"},
                "size": {"factor": 42},
                "histograms": True,
            }
        },
        "viewers": [{}, {"spaceFilling": True}, {}],
        "pinned": {"structure": [1500, 37, 640]},
    }
}


def main() -> None:
    """Take every picture from the report that is named, or the demo's, and from what was run."""
    report = Path(sys.argv[1]) if len(sys.argv) > 1 else _ROOT / "runs" / "demo" / "report.html"
    if not report.is_file():
        raise SystemExit(f"no report {report}: run `make demo` first")
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise SystemExit(f"pictures need one of {', '.join(_BROWSERS)}")
    page = report.read_text(encoding="utf-8")
    for picture in _PICTURES:
        goal = _ROOT / "docs" / "pictures" / picture.name
        goal.parent.mkdir(parents=True, exist_ok=True)
        _take(picture, page, browser, goal)
        _tell(goal)
    _tell(_take_explorer())
    for other, picture in _OTHERS.items():
        if other.is_file():
            goal = _ROOT / "docs" / "pictures" / picture.name
            _take(picture, other.read_text(encoding="utf-8"), browser, goal)
            _tell(goal)


def _tell(goal: Path) -> None:
    print(f"{goal.relative_to(_ROOT)}: {goal.stat().st_size // 1000} kB")


def _take_explorer() -> Path:
    """Take a picture of a map of the demo's molecules."""
    goal = _ROOT / "docs" / "pictures" / "explorer.png"
    scene = scene_of_dataset(load_dataset("qm9-sample"), name="Molecules of QM9")
    mapped = add_map(scene, MapChoice(reduce="pca"))
    View(mapped).save_png(goal, settings=_EXPLORER, size=(1280, 820), scale=1.0)
    return goal


def _take(picture: Picture, page: str, browser: str, goal: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shown = Path(folder) / "page.html"
        # The page lets no other style act, so the copy does without that rule.
        open_page = page.replace("Content-Security-Policy", "not-for-pictures", 1)
        style = f"<style>{picture.style}</style></head>"
        shown.write_text(open_page.replace("</head>", style, 1), encoding="utf-8")
        options = [
            "--headless=new",
            "--no-sandbox",  # the page is our own, and root may not have a sandbox
            "--hide-scrollbars",
            "--virtual-time-budget=5000",  # until charts and molecule are drawn
            f"--user-data-dir={folder}/profile",
            f"--window-size={picture.width},{picture.height}",
            f"--screenshot={goal}",
        ]
        subprocess.run([browser, *options, shown.as_uri()], check=True, capture_output=True)


if __name__ == "__main__":
    main()
