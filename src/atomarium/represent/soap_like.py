"""Settings of SOAP from the arguments of DScribe, featomic and quippy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from atomarium.core.errors import InputError
from atomarium.represent.soap_arguments import (
    REQUIRED,
    Settings,
    chosen,
    completed,
    symbol,
    symbols,
)
from atomarium.represent.soap_channels import NAMED, Compression
from atomarium.represent.soap_density import RadialScaling
from atomarium.represent.soap_like_quippy import quippy_settings

#: DScribe looks for neighbors to where a Gaussian has fallen to this.
_THRESHOLD = 1e-3
_DSCRIBE = {
    "species": REQUIRED,
    "n_max": REQUIRED,
    "l_max": REQUIRED,
    "r_cut": None,
    "sigma": 1.0,
    "rbf": "gto",
    "weighting": None,
    "average": "off",
    "compression": None,
    # Whether a structure is periodic is its own matter here, and rows are never sparse.
    "periodic": False,
    "sparse": False,
    "dtype": "float64",
}
_DSCRIBE_BASES = {"gto": "dscribe-gto", "polynomial": "polynomial"}
_DSCRIBE_AVERAGES = {"off": "none", "inner": "inner", "outer": "outer"}
_DSCRIBE_MODES = {"off": "none", "crossover": "crossover", "mu2": "mu2", "mu1nu1": "mu1nu1"}
#: Parameters of weighting functions, and what they are called here.
_WEIGHTINGS = {
    "poly": {"c": "amplitude", "r0": "scale", "m": "exponent"},
    "pow": {"c": "amplitude", "d": "rate", "r0": "scale", "m": "exponent"},
    "exp": {"c": "amplitude", "d": "rate", "r0": "scale"},
}
_FEATOMIC = {
    "cutoff": REQUIRED,
    "density": REQUIRED,
    "basis": REQUIRED,
    # Its species are those of the structures; here they may be given.
    "species": (),
}


def settings_like(package: str, options: str, arguments: Mapping[str, Any]) -> Settings:
    """Return settings of `Soap` whose rows are those of another package.

    Args:
        package: "dscribe", "featomic" or "quippy".
        options: quippy's line of options; empty for the others.
        arguments: By the package's own names.

    Raises:
        InputError: there is no such package or argument, or it cannot be done.
    """
    chosen("package", package, ("dscribe", "featomic", "quippy"))
    if package == "quippy":
        return quippy_settings(options, arguments)
    if options:
        raise InputError(f"{package} takes no line of options, got {options!r}")
    return _like_dscribe(arguments) if package == "dscribe" else _like_featomic(arguments)


def _like_dscribe(arguments: Mapping[str, Any]) -> Settings:
    given = completed("dscribe's SOAP", arguments, _DSCRIBE)
    scaling, center_weight, threshold = _dscribe_weighting(given["weighting"] or {})
    cutoff, width = given["r_cut"] or scaling.reach(threshold), float(given["sigma"])
    return {
        "species": symbols(given["species"]),
        "cutoff": float(cutoff),
        "cutoff_width": 0.0,
        "padding": width * math.sqrt(-2 * math.log(_THRESHOLD)),
        "n_max": given["n_max"],
        "l_max": given["l_max"],
        "width": width,
        "center_weight": center_weight,
        "basis": _DSCRIBE_BASES[chosen("rbf of dscribe", given["rbf"], _DSCRIBE_BASES)],
        "scaling": scaling,
        "compression": _dscribe_compression(given["compression"] or {}),
        "average": _DSCRIBE_AVERAGES[
            chosen("average of dscribe", given["average"], _DSCRIBE_AVERAGES)
        ],
        "layout": "dscribe",
        "dtype": given["dtype"],
    }


def _dscribe_weighting(
    weighting: Mapping[str, Any],
) -> tuple[RadialScaling, float, float]:
    """Return scaling, weight of the center, and at which factor neighbors end to count."""
    function = weighting.get("function")
    if function is None:
        given = completed("dscribe's weighting", weighting, {"function": None, "w0": 1.0})
        return RadialScaling(), float(given["w0"]), 0.0
    names = _WEIGHTINGS[chosen("weighting function of dscribe", function, _WEIGHTINGS)]
    others = {"function": REQUIRED, "w0": None, "threshold": 1e-2}
    given = completed(
        f"dscribe's weighting {function!r}", weighting, {**dict.fromkeys(names, REQUIRED), **others}
    )
    values = {ours: float(given[theirs]) for theirs, ours in names.items()}
    scaling = RadialScaling(kind=function, **values)
    center_weight = scaling.at_center() if given["w0"] is None else float(given["w0"])
    return scaling, center_weight, float(given["threshold"])


def _dscribe_compression(compression: Mapping[str, Any]) -> str | Compression:
    defaults = {"mode": "off", "species_weighting": None}
    given = completed("dscribe's compression", compression, defaults)
    name = _DSCRIBE_MODES[chosen("compression of dscribe", given["mode"], _DSCRIBE_MODES)]
    if not given["species_weighting"]:
        return name
    return Compression(
        unlike_species=NAMED[name].unlike_species,
        species=NAMED[name].species,
        weights={symbol(one): float(weight) for one, weight in given["species_weighting"].items()},
    )


def _like_featomic(arguments: Mapping[str, Any]) -> Settings:
    """Return settings of featomic's `SoapPowerSpectrum`; columns go by neighbor types, l, n_1, n_2.

    Raises:
        InputError: a radius of the basis other than that of the cutoff is asked for.
    """
    given = completed("featomic's SoapPowerSpectrum", arguments, _FEATOMIC)
    cutoff = completed(
        "featomic's cutoff", given["cutoff"], {"radius": REQUIRED, "smoothing": {"type": "Step"}}
    )
    density = completed(
        "featomic's density",
        given["density"],
        {"type": REQUIRED, "width": REQUIRED, "center_atom_weight": 1.0, "scaling": None},
    )
    basis = completed(
        "featomic's basis",
        given["basis"],
        {"type": REQUIRED, "max_angular": REQUIRED, "radial": REQUIRED, "spline_accuracy": None},
    )
    chosen("density of featomic", density["type"], ("Gaussian",))
    chosen("basis of featomic", basis["type"], ("TensorProduct",))
    smoothing, radial = cutoff["smoothing"], basis["radial"]
    chosen("smoothing of featomic", smoothing.get("type"), ("ShiftedCosine", "Step"))
    chosen("radial basis of featomic", radial.get("type"), ("Gto",))
    if radial.get("radius") not in (None, cutoff["radius"]):
        raise InputError("the radius of featomic's basis must be that of its cutoff")
    scaling = _featomic_scaling(density["scaling"] or {})
    return {
        "species": symbols(given["species"]),
        "cutoff": float(cutoff["radius"]),
        "cutoff_width": float(smoothing.get("width", 0.0)),
        "n_max": radial["max_radial"] + 1,
        "l_max": basis["max_angular"],
        "width": float(density["width"]),
        "center_weight": float(density["center_atom_weight"]) * scaling.at_center(),
        "scaling": scaling,
        "layout": "featomic",
    }


def _featomic_scaling(scaling: Mapping[str, Any]) -> RadialScaling:
    if not scaling:
        return RadialScaling()
    names = ("type", "rate", "scale", "exponent")
    given = completed("featomic's scaling", scaling, dict.fromkeys(names, REQUIRED))
    chosen("scaling of featomic", given.pop("type"), ("Willatt2018",))
    return RadialScaling(kind="willatt", **{name: float(value) for name, value in given.items()})
