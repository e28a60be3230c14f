"""The gallery of the documentation: every study file of the repository, with what it found.

Numbers come from docs/gallery/*.yaml alone (see keep_results.py); a study without such a file has
its place and says that it was not measured yet.
"""

from __future__ import annotations

import html
import tomllib
from pathlib import Path
from typing import Any

import yaml
from gallery_figure import figure_of
from sweep_results import best_of, judged_of, tables_of

from atomarium.core.uncertain import with_spread

_ROOT = Path(__file__).resolve().parents[1]
#: How scores are called in tables; MAE has the unit of the target.
_SCORES = {"force_mae": "forces", "auc": "AUC", "f1": "F1"}


def gallery_of(kept: Path, studies: Path = _ROOT / "studies") -> str:
    """Return the gallery as Markdown: a table of all studies, then each of them.

    Args:
        kept: Folder of the numbers.
        studies: Folder of the study files.
    """
    files = sorted(studies.glob("*.toml"))
    parts = [_overview(files, kept)]
    parts += [_entry(file, numbers_of(kept, file.stem)) for file in files]
    return "\n\n".join(parts)


def results_of(kept: Path, study: str) -> str:
    """Return tables of a study that was measured, and where that was.

    Args:
        kept: Folder of the numbers.
        study: Its name.
    """
    numbers = numbers_of(kept, study)
    if numbers is None:
        return "*These numbers are still to be measured.*"
    return "\n\n".join([*_tables(numbers), _circumstances(numbers)])


def _tables(numbers: dict[str, Any]) -> list[str]:
    if "best" in numbers:
        return tables_of(numbers)
    return [_table(name, target) for name, target in numbers["targets"].items()]


def numbers_of(kept: Path, study: str) -> dict[str, Any] | None:
    """Return what was measured of a study, or None."""
    file = kept / f"{study}.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else None


def _overview(files: list[Path], kept: Path) -> str:
    rows = ["| study | data | best model | its error | CPU time |", "|---|---|---|---|---|"]
    for file in files:
        study = tomllib.loads(file.read_text(encoding="utf-8"))
        source = Path(study["data"]["source"]).name.partition(".")[0]
        numbers = numbers_of(kept, file.stem)
        if numbers is None:
            best = "– | not measured yet | –"
        else:
            best = f"{_best_models(numbers)} | {_time(numbers['cpu_seconds'])}"
        rows.append(f"| [{file.stem}](#{file.stem}) | `{source}` | {best} |")
    return "\n".join(rows)


def _best_models(numbers: dict[str, Any]) -> str:
    if "best" in numbers:
        return " | ".join(best_of(numbers))
    names, errors = [], []
    for name, target in numbers["targets"].items():
        best = min(target["models"], key=lambda model: target["models"][model]["mae"][-1])
        curve = target["models"][best]
        names.append(f"`{best}`")
        errors.append(f"{name}: {_error(curve, target['unit'])} at n = {curve['n'][-1]:,}")
    return f"{'<br>'.join(dict.fromkeys(names))} | {'<br>'.join(errors)}"


def _entry(file: Path, numbers: dict[str, Any] | None) -> str:
    study = tomllib.loads(file.read_text(encoding="utf-8"))
    about = " ".join(study.get("description", "").split())
    parts = [f"## {file.stem}", about, f"```text\natomarium run studies/{file.name}\n```"]
    if numbers is None:
        parts.append("Not measured yet. `--dry-run` says what it will cost on your machine.")
        return "\n\n".join(parts)
    if "best" in numbers:
        parts += _tables(numbers)
    else:
        for name, target in numbers["targets"].items():
            parts += [_figure(name, target), _table(name, target)]
    parts.append(_circumstances(numbers))
    return "\n\n".join(parts)


def _figure(name: str, target: dict[str, Any]) -> str:
    unit = "share that is wrong" if _classes(target) else target["unit"]
    title = f"{name}: error on structures that were never seen"
    drawing = figure_of(target["models"], unit=unit)
    return f'<figure class="curves" markdown="0"><figcaption>{html.escape(title)}</figcaption>{drawing}</figure>'


def _classes(target: dict[str, Any]) -> bool:
    return any("accuracy" in curve["scores"] for curve in target["models"].values())


def _table(name: str, target: dict[str, Any]) -> str:
    models = target["models"]
    sizes = sorted({n for curve in models.values() for n in curve["n"]})[-3:]
    scores = sorted({score for curve in models.values() for score in curve["scores"]})
    unit = f", {target['unit']}" if target["unit"] else ""
    what = "wrong" if _classes(target) else f"MAE{unit}"
    columns = [
        f"{name}",
        *(f"{what}, n = {n:,}" for n in sizes),
        *(_SCORES.get(score, score) for score in scores),
        "fit, CPU s",
        "predict, ms",
    ]
    rows = [_line(columns), "|---" + "|---:" * (len(columns) - 1) + "|"]
    for model, curve in models.items():
        rows.append(
            _line(
                [
                    f"`{model}`",
                    *(error_at(curve, n) for n in sizes),
                    *(_number(curve["scores"].get(score)) for score in scores),
                    _cost(curve["fit_seconds"]),
                    _cost(curve["predict_milliseconds"]),
                ]
            )
        )
    return "\n".join(rows)


def _circumstances(numbers: dict[str, Any]) -> str:
    said = [
        judged_of(numbers) if "best" in numbers else _judged(numbers),
        f"{_time(numbers['cpu_seconds'])} of one thread for all of it",
        f"{numbers['machine']}, shared with other work, {numbers['measured']}",
    ]
    note = f" {numbers['note']}" if "note" in numbers else ""
    return f"<small>{'; '.join(said)}.{note}</small>"


def _judged(numbers: dict[str, Any]) -> str:
    repeats = numbers["repeats"]
    splits = "one split" if repeats == 1 else f"{repeats} splits; ± is their standard deviation"
    return f"{numbers['n_test']:,} test structures, {splits}"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def error_at(curve: dict[str, Any], n: int) -> str:
    """Return the error of a model at a training size, with its spread over the splits."""
    if n not in curve["n"]:
        return "–"
    place = curve["n"].index(n)
    spread = curve["spread"][place]
    error = curve["mae"][place]
    return with_spread(error, spread) if spread else _number(error)


def _error(curve: dict[str, Any], unit: str) -> str:
    return f"{_number(curve['mae'][-1])} {unit}".strip()


def _number(number: float | None, *, digits: int = 3) -> str:
    """Write a number with so many digits, and never as a power."""
    if number is None:
        return "–"
    text = f"{float(f'{number:.{digits}g}'):.10f}".rstrip("0").rstrip(".")
    return text or "0"


def _cost(time: float) -> str:
    """Write a time that hardly counts as 0."""
    return "0" if time < 0.005 else _number(time, digits=2)


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
