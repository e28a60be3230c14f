"""What parameters of Weights & Biases are called here.

A parameter may be named by the whole path of a setting (`model.training.learning_rate`), by its
last keys, or by one of the names that it has in SchNetPack, PyTorch Geometric, Lightning and the
like. Words (`"Adam"`, `"SchNet"`) are found whatever their case.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from atomarium.core.errors import InputError, did_you_mean
from atomarium.core.kinds import Family
from atomarium.models import MODELS
from atomarium.models.nn.training import Training
from atomarium.represent import REPRESENTATIONS

#: The setting of a model that holds those of its training.
_TRAINING = "training"
#: What else settings are called, by their own last key.
_ALSO: dict[str, tuple[str, ...]] = {
    "learning_rate": ("lr", "base_lr", "init_lr", "initial_lr", "lr_init", "max_lr"),
    "batch_size": ("bs", "batch", "batchsize", "train_batch_size", "batch_size_train"),
    "epochs": ("epoch", "n_epochs", "num_epochs", "max_epochs", "nb_epochs"),
    "weight_decay": ("wd", "l2", "l2_reg", "decay"),
    "optimizer": ("opt", "optim", "optimiser"),
    "schedule": ("scheduler", "lr_scheduler", "lr_schedule"),
    "patience": ("lr_patience", "sch_patience", "scheduler_patience"),
    "factor": ("lr_factor", "lr_decay", "gamma", "scheduler_factor", "decay_factor"),
    "stop_after": ("early_stopping_patience", "early_stop_patience", "es_patience"),
    "clip": ("grad_clip", "gradient_clip", "gradient_clip_val", "max_grad_norm", "clip_grad"),
    "warm_up": ("warmup", "warmup_steps", "lr_warmup", "lr_warmup_steps", "n_warmup_steps"),
    "averaging": ("ema", "ema_decay"),
    "loss": ("loss_fn", "criterion", "loss_function"),
    "width": (
        *("n_atom_basis", "n_features", "num_features", "features", "feature_size", "hidden_dim"),
        *(
            "hidden_channels",
            "hidden_size",
            "hidden_features",
            "embedding_dim",
            "dim",
            "atom_fea_len",
        ),
    ),
    "n_basis": (
        *("n_rbf", "num_rbf", "n_gaussians", "num_gaussians", "n_radial", "num_radial"),
        *("n_radial_functions", "radial_functions", "num_basis"),
    ),
    "basis": ("radial_basis", "rbf", "radial_basis_function", "rbf_type", "basis_function"),
    "n_interactions": (
        *("num_interactions", "interactions", "n_layers", "num_layers", "n_blocks", "num_blocks"),
        *("n_interaction_blocks", "n_conv", "layers"),
    ),
    "cutoff": ("r_cut", "rcut", "r_max", "radius", "cutoff_radius", "cutoff_distance"),
    "cutoff_function": ("cutoff_fn", "cutoff_fct"),
    "activation": ("act", "activation_function", "nonlinearity"),
    "members": ("n_members", "ensemble_size"),
}
#: What the choice between models is called.
KINDS = frozenset(
    {"kind", "model", "model_type", "model_name", "arch", "architecture", "network"}
    | {"representation", "repr", "model_kind", "representation_type", "backbone"}
)
#: Words that are written otherwise.
_WORDS = {
    "mse": "squared",
    "mae": "absolute",
    "l1": "absolute",
    "l2": "squared",
    "smooth_l1": "huber",
    "reducelronplateau": "plateau",
    "reduce_on_plateau": "plateau",
    "cosineannealing": "cosine",
    "cosineannealinglr": "cosine",
    "steplr": "step",
    "none": "constant",
    "swish": "silu",
    "shifted_softplus": "shifted-softplus",
    "ssp": "shifted-softplus",
    "gaussianrbf": "gaussian",
    "besselrbf": "bessel",
    "cosinecutoff": "cosine",
    "mollifiercutoff": "mollifier",
    "switchfunction": "switch",
}


@dataclass(frozen=True)
class Slot:
    """A place for a setting.

    Args:
        path: Keys from the table of a model: `("model", "training", "epochs")`.
        type: As the settings class says: `int`, `float`, `str` …
    """

    path: tuple[str, ...]
    type: str

    @property
    def whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.type == "int"

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.type in {"int", "float"}


@dataclass(frozen=True)
class Slots:
    """All settings of a model, and of its representation if it takes one.

    Args:
        model: Its kind.
        representation: Kind of the representation; empty for networks.
    """

    model: str
    representation: str = ""

    @cached_property
    def by_path(self) -> dict[tuple[str, ...], Slot]:
        """All settings by their path."""
        slots = list(_slots(MODELS, self.model, ("model",)))
        if self.representation:
            slots += _slots(REPRESENTATIONS, self.representation, ("representation",))
        return {slot.path: slot for slot in slots}

    def find(self, keys: tuple[str, ...]) -> Slot:
        """Return the setting that a parameter means.

        Args:
            keys: Its name, and those of the parameters that it is nested in.

        Raises:
            InputError: there is no such setting, or several.
        """
        parts = tuple(part for key in keys for part in _plain(key).split(".") if part)
        own = _own_name(parts[-1], {path[-1] for path in self.by_path})
        wanted = (*parts[:-1], own)
        for n_keys in range(len(wanted), 0, -1):
            tail = wanted[-n_keys:]
            fitting = [slot for path, slot in self.by_path.items() if path[-n_keys:] == tail]
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                names = " or ".join(".".join(slot.path) for slot in fitting)
                raise InputError(f"could be {names}; name it by its whole path")
        known = {path[-1] for path in self.by_path}
        raise InputError(f"{self.model} has no such setting{did_you_mean(parts[-1], known)}")


def word(given: str) -> str:
    """Return how a word of Weights & Biases is written here; as it is when nothing is like it."""
    plain = re.sub(r"^.*\.", "", given.strip()).lower()
    return _WORDS.get(plain, plain if plain.isascii() else given)


def kind_of_word(given: object) -> str | None:
    """Return the kind of model that a word names, or None."""
    if not isinstance(given, str):
        return None
    plain = re.sub(r"[^a-z0-9]", "", re.sub(r"^.*\.", "", given).lower()).removesuffix("model")
    return next((kind for kind in MODELS.all_places() if kind.replace("-", "") == plain), None)


def _slots(family: Family, kind: str, place: tuple[str, ...]) -> list[Slot]:
    found: list[Slot] = []
    for one in dataclasses.fields(family.load(kind)):
        if one.name == _TRAINING:
            inner = dataclasses.fields(Training)
            found += [Slot((*place, one.name, own.name), str(own.type)) for own in inner]
        else:
            found.append(Slot((*place, one.name), str(one.type)))
    return found


def _plain(key: str) -> str:
    return re.sub(r"[\s/-]+", "_", key.strip()).lower() if "." not in key else key.strip().lower()


def _own_name(given: str, known: set[str]) -> str:
    if given in known:
        return given
    names: Mapping[str, tuple[str, ...]] = _ALSO
    return next((own for own, others in names.items() if given in others and own in known), given)


def plain_value(value: Any, slot: Slot) -> Any:
    """Return a value as the setting takes it.

    Raises:
        InputError: it is no number where one is needed, or no value that a file can hold.
    """
    if slot.numeric:
        return number(value, whole=slot.whole, what=slot.path[-1])
    if slot.type == "str" and isinstance(value, str):
        return word(value)
    if value is None:
        raise InputError("null has no counterpart; leave the value out")
    return value


def number(value: Any, *, whole: bool, what: str) -> int | float:
    """Return a number; text that is one, as YAML reads 1e-4, counts.

    Raises:
        InputError: it is none, or not whole where it must be.
    """
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = math.nan
    if isinstance(value, bool) or not math.isfinite(found):
        raise InputError(f"expected a number, got {value!r}")
    if whole and not found.is_integer():
        raise InputError(f"{what} is a whole number, got {value!r}")
    return int(found) if whole else found
