"""What a study file says of its data and of what is to be learned from them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from atomarium.experiment.settings import Part


class DataSpec(Part):
    """Which structures.

    Args:
        source: A name from `atomarium data list`, or a path; relative to the study file.
        limit: Take only so many structures, drawn evenly over the file; 0 takes all.
        missing: What becomes of structures without a value: the study refuses, goes without them
            ("drop"), or without their value in that target alone ("mask").
    """

    source: str = Field(min_length=1)
    limit: int = Field(default=0, ge=0)
    missing: Literal["refuse", "drop", "mask"] = "refuse"


class TargetSpec(Part):
    """What is to be learned.

    Args:
        unit: Unit of the results. Where the data state no unit, it is the unit of the data.
        per: What one number is counted per.
        extensive: Whether a number grows with the size of the structure; left out, the data say
            so, or it is inferred and stated.
        classes: Whether values are names or numbers of classes; those of labels always are.
        above: Two classes: values up to this number, in the unit of the results, and above it.
        forces: Name of the forces that belong to an energy; networks and kernels on environments
            learn them with it.
        force_weight: How much their errors count beside those of the energy in a network; both are
            in units of the spread of the energies.
        stress: Name of the stress that belongs to an energy, dE/dε / volume, tension positive.
        stress_weight: As `force_weight`.
        stress_unit: Of the stress, where the data state none and it is not the energy's per Å³.
        readout: How networks read it from atoms: as a sum or a mean, or as a moment.
        weight: How much its errors count in a network that learns several targets at once; all are
            in units of the spread of the training values.
    """

    unit: str | None = None
    per: Literal["structure", "atom", "cation"] | None = None
    extensive: bool | None = None
    classes: bool = False
    above: float | None = Field(default=None, allow_inf_nan=False)
    forces: str = ""
    force_weight: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    stress: str = ""
    stress_weight: float = Field(default=1000.0, gt=0, allow_inf_nan=False)
    stress_unit: str | None = None
    readout: Literal["auto", "sum", "mean", "dipole", "polarizability", "spatial-extent"] = "auto"
    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)
