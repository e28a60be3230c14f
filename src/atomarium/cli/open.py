"""`atomarium open`: show a page, or look at structures and properties together."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from atomarium.core.errors import InputError
from atomarium.core.writable import refuse_unwritable_file

if TYPE_CHECKING:
    from atomarium.explore.local_server import LocalServer
    from atomarium.explore.scene import Scene


def open_page(
    *sources: str,
    explore: Annotated[bool, Parameter(negative=())] = False,
    check: Annotated[bool, Parameter(negative=())] = False,
    save: Path | None = None,
    port: int = 0,
    browser: Annotated[bool, Parameter(negative="--no-browser")] = True,
) -> None:
    """Show the report of a study, or explore structures and their properties in the browser.

    Args:
        explore: Explore the predictions of a study, of a trial, or of the best run of a sweep,
            instead of showing its report or dashboard.
        check: Only say what is in the files, or what is wrong with them.
        save: Write one HTML file that needs nothing else, instead of opening the browser.
        port: Where the page is served on this machine; one that is free when left out.
        browser: Whether to open the browser; the address is printed in any case.
        sources: Folder of a study or of one of its trials, or a page; folder of a sweep, whose
            dashboard follows it as it goes and keeps notes; or what to explore: a file
            of chemiscope, extended XYZ, an ASE database, CIF, a trajectory, a store, a name of
            `atomarium data list`. Several are shown together.

    Raises:
        InputError: nothing is named, or something cannot be read.
    """
    if save is not None:
        refuse_unwritable_file(save, named="--save")
    if not sources:
        raise InputError("name a file or folder to open, or a data set of `atomarium data list`")
    if not (explore or check) and len(sources) == 1 and _is_sweep(Path(sources[0])):
        _open_sweep(Path(sources[0]), save=save, port=port, browser=browser)
        return
    if not (explore or check or save) and len(sources) == 1 and _has_report(Path(sources[0])):
        _show(find_page(Path(sources[0])).resolve().as_uri(), browser=browser)
        return
    scene = scene_of(sources)
    if check:
        _print_summary(scene)
    elif save is not None:
        save_page(scene, save)
    else:
        _serve(scene, port=port, browser=browser)


def scene_of(sources: tuple[str, ...]) -> Scene:
    """Return the scene of a run, or of files, folders and names of the catalog.

    Raises:
        InputError: one of them cannot be read.
    """
    from atomarium.explore.sources import load_scenes
    from atomarium.study.run_scene import is_run, run_scene

    if len(sources) == 1 and is_run(Path(sources[0])):
        return run_scene(Path(sources[0]))
    return load_scenes(sources)


def find_page(path: Path) -> Path:
    """Return the page that a path stands for.

    Raises:
        InputError: there is none.
    """
    if path.is_file() and path.suffix == ".html":
        return path
    for folder in (path, path.parent.parent):
        if (folder / "report.html").is_file():
            return folder / "report.html"
    raise InputError(
        f"the study in {path} has no report yet; run it again: "
        f"atomarium run {path / 'study.toml'} --out {path}"
    )


def _has_report(path: Path) -> bool:
    """Return whether a path is a page, or the folder of a study or trial."""
    is_study = (path / "study.toml").is_file() or (path / "report.html").is_file()
    is_trial = (path / "result.json").is_file()
    return (path.is_file() and path.suffix == ".html") or is_study or is_trial


def _is_sweep(path: Path) -> bool:
    from atomarium.study.sweep.runs import sweep_in

    return sweep_in(path)


def _open_sweep(folder: Path, *, save: Path | None, port: int, browser: bool) -> None:
    """Serve the dashboard of a sweep, or write it as one file."""
    if save is not None:
        from atomarium.study.sweep.dashboard import write_dashboard

        _tell_page(write_dashboard(folder, save))
        return
    from atomarium.study.sweep.dashboard_server import DashboardServer
    from atomarium.study.sweep.runs import read_sweep

    title = read_sweep(folder).study.spec.name
    _keep_serving(DashboardServer(folder, title=title, port=port), browser=browser)


def _print_summary(scene: Scene) -> None:
    from atomarium.explore.summary import summary

    print("\n".join(summary(scene)))


def save_page(scene: Scene, path: Path) -> None:
    """Write a page that needs nothing else, and say so."""
    from atomarium.explore.page import write_page
    from atomarium.explore.scene_payload import pack_scene

    write_page(path, pack_scene(scene, embed=True), title=scene.about.name or path.stem)
    _tell_page(path)


def _tell_page(path: Path) -> None:
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, needs no network")


def _serve(scene: Scene, *, port: int, browser: bool) -> None:
    from atomarium.explore.server import SceneServer

    for warning in scene.warnings:
        print(f"warning: {warning}")
    server = SceneServer(scene, title=scene.about.name or "atomarium", port=port)
    _keep_serving(server, browser=browser)


def _keep_serving(server: LocalServer, *, browser: bool) -> None:
    """Serve until the user has had enough."""
    import signal
    import threading

    stopped = threading.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: stopped.set())
    with server:
        _show(server.address, browser=browser)
        print("Ctrl-C stops", flush=True)
        # Without a time, Windows would not hear of Ctrl-C.
        while not stopped.wait(0.5):
            pass
    print("stopped")


def _show(address: str, *, browser: bool) -> None:
    print(address, flush=True)
    if browser and not webbrowser.open(address):
        print("no browser here; open the address above in one", flush=True)
