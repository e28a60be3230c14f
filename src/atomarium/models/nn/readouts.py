"""What a network is to predict: one settings class for each kind of quantity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from atomarium.core.errors import InputError
from atomarium.models.nn.choices import check_count


@dataclass(frozen=True, kw_only=True)
class Extensive:
    """A quantity that grows with the structure: the sum of what each atom adds.

    Its derivatives come on demand: forces −∂E/∂R and stress ∂E/∂ε / V, tension positive.

    Args:
        name: Under which the network returns it.
        width: How many numbers, 1 to 1000.
        forces: Name under which forces are returned; no forces when empty.
        stress: Name under which the stress is returned, nine numbers; none when empty.
    """

    name: str
    width: int = 1
    forces: str = ""
    stress: str = ""

    def __post_init__(self) -> None:
        check_count(f"readout {self.name!r}: width", self.width, 1, 1000)
        if (self.forces or self.stress) and self.width != 1:
            raise InputError(
                f"readout {self.name!r}: forces and stress are derivatives of one energy, "
                f"width must be 1, got {self.width}"
            )


@dataclass(frozen=True, kw_only=True)
class Intensive:
    """A quantity that does not grow with the structure: the average over atoms.

    Args:
        name: Under which the network returns it.
        width: How many numbers, 1 to 1000.
    """

    name: str
    width: int = 1

    def __post_init__(self) -> None:
        check_count(f"readout {self.name!r}: width", self.width, 1, 1000)


@dataclass(frozen=True, kw_only=True)
class Classes:
    """Which of several classes a structure belongs to: logarithms of probabilities.

    Args:
        name: Under which the network returns them.
        n_classes: 2 to 1000.
    """

    name: str
    n_classes: int = 2

    def __post_init__(self) -> None:
        check_count(f"readout {self.name!r}: n_classes", self.n_classes, 2, 1000)


@dataclass(frozen=True, kw_only=True)
class Dipole:
    """The dipole moment Σ q_i r_i of a molecule, from charges that the network makes up.

    Source: M. Gastegger, J. Behler, P. Marquetand, Chem. Sci. 8, 6924 (2017), eq. 7.

    Args:
        name: Under which the network returns it.
        magnitude: Whether its length is returned instead of its three components.
        neutral: Whether charges are shifted by one number, so that they add up to zero.
        atomic_dipoles: Whether each atom has a dipole of its own besides; needs PaiNN.
        charges: Name under which the charges are returned; not returned when empty.
    """

    name: str
    magnitude: bool = False
    neutral: bool = True
    atomic_dipoles: bool = False
    charges: str = ""


@dataclass(frozen=True, kw_only=True)
class Polarizability:
    """The polarizability Σ α_i 1 + r_i v_iᵀ + v_i r_iᵀ of a molecule, nine numbers; needs PaiNN.

    Source: K. T. Schütt, O. T. Unke, M. Gastegger, PMLR 139, 9377 (2021), eq. 12.

    Args:
        name: Under which the network returns it.
        isotropic: Whether a third of its trace is returned instead.
    """

    name: str
    isotropic: bool = False


@dataclass(frozen=True, kw_only=True)
class SpatialExtent:
    """The electronic spatial extent Σ q_i |r_i|² of a molecule, from its center of mass.

    Source: K. T. Schütt et al., J. Chem. Theory Comput. 15, 448 (2019), eq. 12.

    Args:
        name: Under which the network returns it.
    """

    name: str


Readout = Extensive | Intensive | Classes | Dipole | Polarizability | SpatialExtent


def check_readouts(readouts: tuple[Readout, ...]) -> None:
    """Make sure that readouts go together.

    Raises:
        InputError: there is none, two return something under one name, or two ask for derivatives.
    """
    if not readouts:
        raise InputError("a network needs at least one readout")
    names = [name for readout in readouts for name in returned_names(readout)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"two readouts return {', '.join(twice)}; names must differ")
    derived = [one for one in readouts if derived_of((one,))]
    if len(derived) > 1:
        raise InputError("only one readout can have forces and stress")


def returned_names(readout: Readout) -> tuple[str, ...]:
    """Return the names under which a network returns what belongs to a readout."""
    others = [getattr(readout, name, "") for name in ("forces", "stress", "charges")]
    return (readout.name, *(name for name in others if name))


def derived_of(readouts: tuple[Readout, ...]) -> Extensive | None:
    """Return the readout that forces or stress are derivatives of, if they are asked for."""
    energies = [one for one in readouts if isinstance(one, Extensive)]
    return next((one for one in energies if one.forces or one.stress), None)


_KINDS: dict[str, type[Readout]] = {
    one.__name__: one
    for one in (Extensive, Intensive, Classes, Dipole, Polarizability, SpatialExtent)
}


def plain_readouts(readouts: Iterable[Readout]) -> list[dict[str, Any]]:
    """Return readouts as plain words and numbers."""
    return [{"kind": type(one).__name__, **asdict(one)} for one in readouts]


def readouts_of(plain: Iterable[Mapping[str, Any]]) -> tuple[Readout, ...]:
    """Return the readouts that `plain_readouts` has put in words."""
    settings = [dict(one) for one in plain]
    return tuple(_KINDS[one.pop("kind")](**one) for one in settings)
