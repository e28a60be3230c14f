"""What a job array does while programs of SLURM do not answer."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest

from atomarium.core.errors import InputError
from atomarium.study import cluster_array


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Outputs of programs in the order of the calls; an exception is raised."""
    left: list[Any] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return subprocess.CompletedProcess(command, 0 if answer == "fine" else 1, answer, answer)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(cluster_array, "_SECONDS_BETWEEN_LOOKS", 0.0)
    return left


def test_a_program_that_does_not_answer_is_called_again(answers: list[Any]) -> None:
    answers += [subprocess.TimeoutExpired("squeue", 60), "Unable to contact slurm", "fine"]
    assert cluster_array._call("squeue") == "fine"
    assert answers == []


def test_a_program_that_refuses_is_not_called_again(answers: list[Any]) -> None:
    answers += ["squeue: error: Invalid user", "fine"]
    with pytest.raises(InputError, match="squeue refuses: Invalid user"):
        cluster_array._call("squeue")
    assert answers == ["fine"]
