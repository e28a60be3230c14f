"""The seed of a run, where its settings have a place for one."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from atomarium.models import MODELS


def with_seed(plain: dict[str, Any], repeat: int) -> tuple[dict[str, Any], int]:
    """Return settings of a candidate with the seed of a repeat, and that seed.

    The first repeat has the seed of the file, each further one the next number: all settings are
    tried with the same seeds, so that differences are of settings.

    Args:
        plain: Text form of a candidate, nothing left open.
        repeat: Counted from 0.
    """
    model = dict(plain["model"])
    kind = model.get("kind")
    known = {one.name for one in fields(MODELS.load(kind))} if isinstance(kind, str) else set()
    if "training" in known:
        training = dict(model.get("training", {}))
        seed = int(training.get("seed", 0)) + repeat
        training["seed"] = seed
        model["training"] = training
    elif "seed" in known:
        seed = int(model.get("seed", 0)) + repeat
        model["seed"] = seed
    else:
        return plain, repeat
    return {**plain, "model": model}, seed
