"""Long trainings as an array of SLURM jobs, each of which is a worker.

A job that comes to the end of its time, or has to make room, keeps a checkpoint and goes back into
the queue; one that is cancelled or lost is replaced while there is work. Unlike workers of dask,
these need nobody who waits for them: the program that has submitted them may end.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from atomarium.core.errors import InputError
from atomarium.core.files import parse_json, write_json, write_text
from atomarium.study.cluster_kinds import JobSettings, clock_time, megabytes_of, seconds_of

#: What a worker ends with that was stopped before the end: see `cli.worker`.
_STOPPED_EARLY = 75
_SECONDS_BETWEEN_LOOKS = 3.0
#: So many more jobs than asked for may be submitted in place of lost ones.
_TIMES_REPLACED = 5
#: States in which nothing will come of a job any more, though it has not done its work.
_LOST = frozenset(
    {"CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "BOOT_FAIL", "DEADLINE"}
)


@dataclass(frozen=True, kw_only=True)
class SlurmArray(JobSettings):
    """An array of jobs of SLURM.

    Args:
        grace: Seconds before the end of a job's time at which it is told to keep what it has, at
            least 10; rounded up to a minute by SLURM.
        requeues: How often a job may go back into the queue, 0 or above.
    """

    grace: int = 120
    requeues: int = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.grace < 10 or self.grace >= seconds_of(self.walltime):
            raise InputError(f"grace must be 10 s up to the walltime, got {self.grace}")
        if self.requeues < 0:
            raise InputError(f"requeues must be 0 or above, got {self.requeues}")

    def script(self, folder: Path, n_jobs: int) -> str:
        """Return the job script of workers of a run folder.

        Args:
            folder: Of the study.
            n_jobs: Of the array.
        """
        logs = folder / self.logs
        options = [
            f"--job-name=atomarium-{folder.name}",
            f"--array=0-{n_jobs - 1}",
            f"--output={logs}/%A-%a.txt",
            "--open-mode=append",
            "--requeue",
            # To the shell alone, which passes it on: SLURM would not reach the worker otherwise.
            f"--signal=B:USR1@{self.grace}",
            f"--time={clock_time(seconds_of(self.walltime))}",
            f"--cpus-per-task={self.threads}",
            f"--mem={megabytes_of(self.memory)}M",
            *([f"--partition={self.queue}"] if self.queue else []),
            *([f"--account={self.account}"] if self.account else []),
            *self.directives,
        ]
        head = "\n".join(f"#SBATCH {option}" for option in options)
        worker = shlex.join(
            [self.python or sys.executable, "-m", "atomarium", "worker", str(folder)]
        )
        return _SCRIPT.format(
            head=head,
            prologue="\n".join(self.prologue),
            worker=f"{worker} --threads {self.threads}",
            requeues=self.requeues,
            stopped=_STOPPED_EARLY,
        )

    def run(
        self,
        folder: Path,
        *,
        is_done: Callable[[], bool],
        show: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Submit jobs, or find those submitted before, and wait until the work is done.

        Args:
            folder: Run folder of the study, on a file system that all nodes see.
            is_done: Whether nothing is left to do.
            show: Told in a few words how the jobs are, now and then.

        Raises:
            InputError: SLURM is not there, refuses the jobs, or they fail again and again.
        """
        array = _Array(self, folder.resolve())
        array.take_up()
        n_left = self.jobs * _TIMES_REPLACED
        while not is_done():
            missing = self.jobs - array.count_active()
            if missing > 0:
                array.refuse_faults()
                if n_left < missing:
                    raise InputError(f"jobs end without doing their work; see {array.logs}")
                n_left -= missing
                array.submit(missing)
            show(array.told())
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        array.end()


@dataclass
class _Array:
    """Jobs of one run folder.

    Args:
        settings: Of each.
        folder: The run folder.
    """

    settings: SlurmArray
    folder: Path

    @property
    def logs(self) -> Path:
        """Where jobs print."""
        return self.folder / self.settings.logs

    @property
    def _numbers(self) -> Path:
        return self.folder / "slurm.json"

    def take_up(self) -> None:
        """Find jobs that an earlier call has submitted, or start to count anew."""
        if not self._numbers.is_file():
            write_json(self._numbers, [])

    def submit(self, n_jobs: int) -> None:
        """Submit more jobs."""
        self.logs.mkdir(parents=True, exist_ok=True)
        script = self.folder / "slurm.sh"
        write_text(script, self.settings.script(self.folder, n_jobs))
        number = _call("sbatch", "--parsable", str(script)).strip().partition(";")[0]
        write_json(self._numbers, [*self._submitted(), number])

    def count_active(self) -> int:
        """Return how many jobs wait or run."""
        return len(self._active())

    def told(self) -> str:
        """Return how many jobs run and wait."""
        states = self._active()
        n_running = states.count("RUNNING")
        return f"{n_running} jobs run, {len(states) - n_running} wait"

    def refuse_faults(self) -> None:
        """Raise an error when a job has ended with one that others would meet with, too.

        Raises:
            InputError: so it is; the message is the job's.
        """
        for log in sorted(self.logs.glob("*.txt")):
            lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            if lines and lines[-1].startswith("error: "):
                raise InputError(f"a job ended: {lines[-1].removeprefix('error: ')} (see {log})")

    def end(self) -> None:
        """Cancel what still waits, now that the work is done, and forget the jobs."""
        if self._active():
            _call("scancel", *self._submitted())
        self._numbers.unlink(missing_ok=True)

    def _submitted(self) -> list[str]:
        return parse_json(self._numbers.read_bytes())

    def _active(self) -> list[str]:
        numbers = self._submitted()
        if not numbers:
            return []
        # Those that have been forgotten by SLURM are an error if they are asked for by number.
        out = _call("squeue", "--noheader", "--array", "--format=%F %T", "--me")
        rows = [line.split() for line in out.splitlines()]
        return [state for number, state in rows if number in numbers and state not in _LOST]


def _call(program: str, *arguments: str) -> str:
    """Run a program of SLURM; one that cannot reach the controller is called again for a while.

    Raises:
        InputError: it is not there, or refuses.
    """
    if shutil.which(program) is None:
        raise InputError(f"no program {program!r} here; job arrays are submitted where SLURM is")
    limit = time.monotonic() + 120
    while True:
        try:
            done = subprocess.run(  # noqa: S603 - a program of SLURM
                [program, *arguments], capture_output=True, text=True, check=False, timeout=60
            )
        except subprocess.TimeoutExpired:
            code, printed, complaint = -1, "", "Socket timed out"
        else:
            code, printed, complaint = done.returncode, done.stdout, done.stderr
        if code == 0:
            return printed
        said = complaint.strip().splitlines()
        away = "Unable to contact" in complaint or "Socket timed out" in complaint
        if not away or time.monotonic() > limit:
            reason = said[-1].removeprefix(f"{program}: error: ") if said else "it does not say why"
            raise InputError(f"{program} refuses: {reason}")
        time.sleep(_SECONDS_BETWEEN_LOOKS)


_SCRIPT = """#!/bin/bash
{head}
{prologue}
# Told by SLURM that time is up, or to make room, the worker keeps what it has and ends.
trap 'time_is_up=1; kill -USR1 "$worker" 2>/dev/null' USR1
trap 'kill -TERM "$worker" 2>/dev/null' TERM
{worker} &
worker=$!
# A signal ends the waiting, not the worker.
while true; do
  wait "$worker"
  code=$?
  kill -0 "$worker" 2>/dev/null || break
done
if [ -n "$time_is_up" ] && [ "$code" -eq {stopped} ] && [ "${{SLURM_RESTART_COUNT:-0}}" -lt {requeues} ]; then
  scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}" && exit 0
fi
exit "$code"
"""
