"""What settings and metrics of a sweep are counted in."""

from __future__ import annotations

from atomarium.study.sweep.runs import Sweep

#: By the last part of a setting's name; settings that are plain numbers have no unit.
_OF_SETTINGS = {
    "cutoff": "Å",
    "epochs": "epoch",
    "patience": "epoch",
    "stop_after": "epoch",
    "batch_size": "structure",
    "batch_atoms": "atom",
    "warm_up": "step",
    "n_basis": "function",
    "n_interactions": "interaction",
    "width": "feature",
}
_OF_COSTS = {
    "seconds": "s",
    "cpu_seconds": "s",
    "peak_memory": "B",
    "n_parameters": "parameters",
    "epochs": "epochs",
    "best_epoch": "epochs",
    "fit_seconds": "s",
    "seconds_per_structure": "s",
    "energy_per_structure": "J",
}
#: Endings of metrics that are in the unit of the target, and what else they are counted by.
_BESIDE_THE_UNIT = {
    "force_mae": "/Å",
    "mae_per_atom": "/atom",
    "stress_mae": "/Å³",
    "mae": "",
    "rmse": "",
    "max_error": "",
}


def unit_of_setting(setting: str) -> str:
    """Return what one more of a setting is one more of; its own short name when it has no unit."""
    short = setting.rpartition(".")[2]
    return _OF_SETTINGS.get(short, short)


def unit_of_metric(sweep: Sweep, metric: str) -> str:
    """Return the unit of a metric; its name where it has none, as losses have none."""
    if metric in _OF_COSTS:
        return _OF_COSTS[metric]
    target = next(iter(sweep.study.spec.targets.values()))
    if not target.unit:
        return metric
    for ending, more in _BESIDE_THE_UNIT.items():
        if metric.endswith(ending):
            return f"{target.unit}{more}"
    return metric


def is_cost(metric: str) -> bool:
    """Tell whether a metric says what a run takes, not what it is good for."""
    return metric in _OF_COSTS
