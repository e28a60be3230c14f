"""`atomarium.show` and `atomarium.explore`: structures and properties, seen from Python."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from atomarium.explore.inputs import Beside, make_scene
from atomarium.explore.maps import MapChoice, add_map
from atomarium.explore.scene import Scene
from atomarium.explore.view import View

if TYPE_CHECKING:
    from atomarium.explore.widget import Widget


def show(  # noqa: PLR0913 - the parts of a data set, as chemiscope's function of this name has them
    structures: Any,
    *,
    properties: Mapping[str, Any] | None = None,
    environments: Iterable[Any] | None = None,
    shapes: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    height: int = 640,
) -> Widget | View:
    """Show structures and their properties together.

    Example:
        widget = atomarium.show(atoms, properties={"energy": energies, "charge": charges})
        widget.save_html("molecules.html")

    Args:
        structures: ASE's Atoms, one or many; `Structures`; a `Dataset`; chemiscope's dictionary;
            the name of a file or of a data set of the catalog; None for a map alone.
        properties: Values by name, for structures, atoms or environments by their number; or
            dictionaries with `target`, `values`, `units`, `description`, `parameters`. Columns of
            a table become `name[1]`, `name[2]` …
        environments: Structure, center and cutoff in Å of each value of an atom property.
        shapes: By name, as chemiscope has them, or from `atomarium.explore.vectors`.
        parameters: What curves run over, by the key that properties name.
        settings: How to begin, in chemiscope's words.
        metadata: `name`, `description`, `authors`, `references`.
        height: Pixels of the widget.

    Returns:
        A widget; where anywidget is not installed, something that can be saved and opened.

    Raises:
        InputError: something does not fit; the message names its place.
    """
    beside = Beside(
        properties=properties,
        environments=environments,
        shapes=shapes,
        parameters=parameters,
        settings=settings,
        metadata=metadata,
    )
    return _shown(make_scene(structures, beside), height)


def explore(  # noqa: PLR0913 - what to show, of what, and how it is made
    structures: Any,
    *,
    representation: Any = "soap",
    reduce: Literal["pca", "kpca", "pcovr", "umap", "pacmap"] | None = None,
    target: Any = None,
    per: Literal["structure", "atom"] = "structure",
    dimensions: int = 2,
    seed: int = 0,
    height: int = 640,
    **beside: Any,
) -> Widget | View:
    """Compute a map of structures, or of atoms, and show it.

    Alike structures are near to each other: each is represented by what its atoms' neighborhoods
    look like, and the many numbers of that are brought down to two or three.

    Example:
        atomarium.explore(atoms, properties={"energy": energies}, target="energy")

    Args:
        structures: As for `show`.
        representation: A kind, settings with `compute`, a function of structures that returns a
            row for each (or for each atom), or such rows. SOAP is averaged over the atoms.
        reduce: How many numbers become few; "pcovr" where a target is given, else "pca".
        target: Name of a property, or one number each, that the map shall show as well.
        per: Whether points are structures or atoms.
        dimensions: 2 or 3 as a rule; the third is on the z axis.
        seed: For "umap" and "pacmap".
        height: Pixels of the widget.
        **beside: `properties`, `environments`, `shapes`, `settings` … as for `show`.

    Returns:
        As for `show`.

    Raises:
        InputError: something does not fit, or a method is not installed.
    """
    settings = beside.pop("settings", None)
    scene = make_scene(structures, Beside(**beside))
    choice = MapChoice(
        representation=representation,
        reduce=reduce,
        target=target,
        per=per,
        dimensions=dimensions,
        seed=seed,
    )
    mapped = add_map(scene, choice)
    if settings is not None:
        mapped = make_scene(mapped, Beside(settings=_over(mapped.settings, settings)))
    return _shown(mapped, height)


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay settings over others."""
    both = {**below, **above}
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(below.get(key), Mapping):
            both[key] = _over(below[key], value)
    return both


def _shown(scene: Scene, height: int) -> Widget | View:
    try:
        import anywidget  # noqa: F401 - is it there?  # pyright: ignore[reportMissingImports, reportUnusedImport]
    except ImportError:
        warnings.warn(
            "anywidget is not installed, so there is no widget: pip install 'atomarium[notebook]'; "
            "what is returned has .save_html(path), .save_png(path) and .open()",
            stacklevel=3,
        )
        return View(scene)
    from atomarium.explore.widget import Widget

    return Widget(scene, height=height)
