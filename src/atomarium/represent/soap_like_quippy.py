"""Settings of SOAP from quippy's options."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from atomarium.core.errors import InputError
from atomarium.represent.soap_arguments import REQUIRED, Settings, completed, symbols
from atomarium.represent.soap_channels import Compression
from atomarium.represent.soap_density import RadialScaling
from atomarium.represent.soap_layout import GapSettings

#: The words of quippy, and what they mean when they are left out.
_DEFAULTS: Settings = {
    "cutoff": REQUIRED,
    "n_max": REQUIRED,
    "l_max": REQUIRED,
    "atom_sigma": REQUIRED,
    "cutoff_transition_width": 0.5,
    "cutoff_dexp": 0,
    "cutoff_scale": 1.0,
    "cutoff_rate": 1.0,
    "central_weight": 1.0,
    "central_reference_all_species": False,
    "average": False,
    "diagonal_radial": False,
    "covariance_sigma0": 0.0,
    "normalise": True,
    "n_Z": 1,
    "Z": (),
    "n_species": 1,
    "species_Z": (),
    "nu_R": 2,
    "nu_S": 2,
    "radial_basis": "EQUISPACED_GAUSS",
}
_OTHER_NAMES = {"atom_gaussian_width": "atom_sigma", "normalize": "normalise"}


def quippy_settings(line: str, arguments: Mapping[str, Any]) -> Settings:
    """Return settings from the options of quippy's soap; rows are those of all atoms.

    Which atoms are centers (Z) is for the caller to choose among the rows.

    Args:
        line: As quippy takes it; may be empty.
        arguments: Options one by one; they override those of the line.

    Raises:
        InputError: an option is missing or unknown, or cannot be done.
    """
    options = _read_options(line, arguments)
    if options["radial_basis"] != "EQUISPACED_GAUSS":
        raise InputError(
            f"radial_basis {options['radial_basis']!r} of quippy is not supported; "
            "known: EQUISPACED_GAUSS"
        )
    apart = bool(options["species_Z"])
    # Without normalization, quippy's averages are sums.
    average = "inner" if options["normalise"] else "inner-sum"
    average = average if options["average"] else "none"
    scaling = RadialScaling()
    if options["cutoff_dexp"] > 0:
        rate = options["cutoff_rate"]
        # At rate 0 it is (scale / r)^exponent.
        scaling = RadialScaling(
            kind="willatt" if rate else "pow",
            rate=rate,
            scale=options["cutoff_scale"],
            exponent=float(options["cutoff_dexp"]),
        )
    return {
        "species": symbols(options["species_Z"]),
        "cutoff": options["cutoff"],
        "cutoff_width": options["cutoff_transition_width"],
        "n_max": options["n_max"],
        "l_max": options["l_max"],
        "width": options["atom_sigma"],
        "center_weight": options["central_weight"],
        "basis": "equispaced",
        "scaling": scaling,
        "compression": Compression(radial=options["nu_R"], species=options["nu_S"] if apart else 0),
        "average": average,
        "layout": "quippy",
        "normalize": options["normalise"],
        "gap": GapSettings(
            center_in_all=options["central_reference_all_species"],
            diagonal=options["diagonal_radial"],
            constant=options["covariance_sigma0"],
        ),
    }


def _read_options(options: str, arguments: Mapping[str, Any]) -> Settings:
    """Return quippy's options by name: those of the line, then those given one by one."""
    rest = options.strip()
    found: Settings = {}
    for match in re.finditer(r"([A-Za-z_]\w*)\s*=\s*(\{[^}]*\}|\S+)|(\S+)", rest):
        name, value, word = match.groups()
        if name is None:
            if word != "soap":
                raise InputError(f"quippy's descriptor must be soap, got {word!r} in {options!r}")
            continue
        found[name] = value
    found.update(arguments)
    renamed = {_OTHER_NAMES.get(name, name): value for name, value in found.items()}
    whole = completed("quippy's soap", renamed, _DEFAULTS)
    return {name: _as_type(name, value) for name, value in whole.items()}


def _as_type(name: str, value: Any) -> Any:
    """Return an option as what it is: quippy writes T and F, and lists in braces."""
    default = _DEFAULTS[name]
    if name == "radial_basis":
        return str(value)
    try:
        if isinstance(default, tuple):
            text = value.strip("{}").split() if isinstance(value, str) else value
            return tuple(int(one) for one in ([text] if isinstance(text, int) else text))
        if isinstance(default, bool):
            return {"T": True, "F": False}[str(value)[0].upper()]
        if isinstance(default, int) or name in ("n_max", "l_max"):
            return int(value)
        return float(value)
    except (ValueError, KeyError, IndexError):
        raise InputError(f"quippy's {name} cannot be {value!r}") from None
