"""Refuse to begin what cannot be trained here because an extra is not installed."""

from __future__ import annotations

from collections.abc import Mapping

from atomarium.core.errors import InputError
from atomarium.experiment.candidate import Candidate
from atomarium.experiment.candidate_space import CandidateSpace
from atomarium.models.nn.extra import need_torch


def refuse_missing_extras(candidates: Mapping[str, Candidate | CandidateSpace]) -> None:
    """Refuse candidates that need torch where it is not installed, all of them in one message.

    Args:
        candidates: What is to be trained by this process, by name.

    Raises:
        InputError: torch is needed and not installed.
    """
    names = [name for name, candidate in candidates.items() if _needs_torch(candidate)]
    if not names:
        return
    try:
        need_torch()
    except InputError as error:
        raise InputError(f"{', '.join(f'models.{name}' for name in names)}: {error}") from None


def _needs_torch(candidate: Candidate | CandidateSpace) -> bool:
    ends = (candidate,) if isinstance(candidate, Candidate) else candidate.ends()
    return any(getattr(one.model, "needs_torch", False) for one in ends)
