"""`atomarium doctor`: what is here, what is missing, and for what."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from rich.console import Console
from rich.table import Table

_NEEDED_FOR = {
    "numpy": ("everything", ""),
    "scipy": ("models", ""),
    "numba": ("representations", ""),
    "ase": ("reading files", ""),
    "optuna": ("search", ""),
    "safetensors": ("saved models", ""),
    "torch": ("neural networks", "nn"),
    "anywidget": ("notebooks", "notebook"),
    "dask": ("clusters", "cluster"),
    "featomic": ("comparison with peers", "peers"),
    "dscribe": ("comparison with peers", "peers"),
}


def doctor() -> int:
    """Say what is installed, which threads and device are used, and what is missing for what.

    Returns:
        0, or 1 when something that the main job needs is missing.
    """
    console = Console(highlight=False)
    table = Table("what", "found", "for")
    complete = True
    for package, (purpose, extra) in _NEEDED_FOR.items():
        found = _version(package)
        complete &= bool(found or extra)
        hint = f"pip install 'atomarium\\[{extra}]'" if extra else "pip install atomarium"
        table.add_row(package, found or f"missing: {hint}", purpose)
    page = (files("atomarium.explore") / "static").joinpath("atomarium.js").is_file()
    complete &= page
    table.add_row("front end", "built" if page else "missing: make frontend", "reports, explorer")
    console.print(table)
    for line in (*_threads(), _device(), _data()):
        console.print(line, soft_wrap=True, markup=False)
    console.print("everything that the main job needs is here" if complete else "incomplete")
    return 0 if complete else 1


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _threads() -> list[str]:
    from threadpoolctl import threadpool_info

    from atomarium.core.compiled import count_threads
    from atomarium.experiment.machine import machine

    here = machine()
    pools = {
        f"{p['internal_api']} {p.get('version') or ''}".strip(): p["num_threads"]
        for p in threadpool_info()
    }
    return [
        f"machine: {here['processor']}, {here['cores']} cores, {here['system']}",
        f"threads: compiled code {count_threads()}, "
        + ", ".join(f"{name} {n}" for name, n in pools.items()),
    ]


def _device() -> str:
    if not _version("torch"):
        return "device: CPU (no torch)"
    from importlib import import_module

    torch = import_module("torch")
    if not torch.cuda.is_available():
        return "device: CPU (torch sees no GPU)"
    return f"device: {torch.cuda.get_device_name()}"


def _data() -> str:
    from atomarium.data.fetch import data_folder

    return f"downloaded data: {data_folder()}"
