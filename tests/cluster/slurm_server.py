"""A SLURM of one node, in a temporary folder: its own munged, slurmctld and slurmd.

Nothing is installed and nothing of a SLURM that the machine may have is touched: sockets, ports,
state and configuration are all of this folder. Jobs run as the user of the tests.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from getpass import getuser
from pathlib import Path

from tests.processes import free_port

_PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scancel", "squeue", "scontrol")
#: Daemons stand where the path of common users does not lead.
_FOLDERS = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
_CPUS = 6


@dataclass(frozen=True)
class Slurm:
    """A running SLURM.

    Args:
        folder: Where everything of it is.
        environment: What programs need to find it.
        daemons: By name.
    """

    folder: Path
    environment: Mapping[str, str]
    daemons: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict, repr=False)

    def start(self, program: str, *arguments: str) -> None:
        """Start one of its daemons."""
        with (self.folder / f"{program}.log").open("ab") as log:
            self.daemons[program] = subprocess.Popen(
                [_found(program), *arguments],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def stop_controller(self) -> None:
        """Kill what knows of jobs; these go on."""
        controller = self.daemons.pop("slurmctld")
        controller.kill()
        controller.wait()

    def start_controller(self) -> None:
        """Start it again."""
        self.start("slurmctld", "-D")

    def call(self, program: str, *arguments: str) -> str:
        """Run one of its programs and return what that prints."""
        done = subprocess.run(
            [_found(program), *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.returncode == 0, f"{program} {arguments}: {done.stderr}{self.logs()}"
        return done.stdout

    def jobs(self, state: str = "all") -> list[str]:
        """Return the numbers of its jobs that are in a state, one by one also of arrays."""
        out = self.call("squeue", "--noheader", "--array", "--format=%i", f"--states={state}")
        return out.split()

    def start_pending(self) -> None:
        """Let jobs start that came back into the queue, where they would wait for two minutes."""
        for job in self.jobs("pending"):
            try:
                self.call("scontrol", "update", f"JobId={job}", "StartTime=now")
            except AssertionError as refused:
                if "no longer pending" not in str(refused):  # it has started by itself
                    raise

    def logs(self) -> str:
        """Return the ends of what its daemons have written."""
        return "".join(
            f"\n== {path.name}\n" + path.read_text(errors="replace")[-1500:]
            for path in sorted(self.folder.glob("*.log"))
        )


def missing_programs() -> list[str]:
    """Return which programs of SLURM this machine lacks."""
    return [name for name in _PROGRAMS if shutil.which(name, path=_FOLDERS) is None]


@contextmanager
def running_slurm(folder: Path) -> Generator[Slurm]:
    """Start a SLURM of one node and end all its processes with the block.

    Args:
        folder: Empty; its path is short, for the sake of the socket in it.
    """
    environment = {"SLURM_CONF": str(folder / "slurm.conf")}
    key = folder / "munge.key"
    key.touch(mode=0o600)
    key.write_bytes(secrets.token_bytes(1024))
    (folder / "state").mkdir()
    (folder / "spool").mkdir()
    (folder / "slurm.conf").write_text(_configuration(folder))
    # `disabled` is unknown to SLURM 22.05; nothing here uses what this plugin offers.
    (folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
    slurm = Slurm(folder, environment)
    try:
        slurm.start("munged", *_of_munge(folder))
        _wait((folder / "munge.sock").exists, slurm, "munged")
        slurm.start("slurmctld", "-D")
        slurm.start("slurmd", "-D")
        _wait(lambda: "idle" in _node_state(slurm), slurm, "the node")
        yield slurm
    finally:
        _end(slurm)


def _configuration(folder: Path) -> str:
    host = socket.gethostname().partition(".")[0]
    user = getuser()
    controller, node = free_port(), free_port()
    return f"""
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock
SlurmctldPort={controller}
SlurmdPort={node}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
KillWait=5
MinJobAge=300
JobRequeue=1
NodeName={host} NodeAddr=127.0.0.1 CPUs={_CPUS} RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def _of_munge(folder: Path) -> list[str]:
    return [
        "--foreground",
        # Temporary folders are everybody's, which munged warns of but for this.
        "--force",
        f"--socket={folder}/munge.sock",
        f"--key-file={folder}/munge.key",
        f"--pid-file={folder}/munge.pid",
        f"--log-file={folder}/munge.log",
        f"--seed-file={folder}/munge.seed",
    ]


def _found(program: str) -> str:
    path = shutil.which(program, path=_FOLDERS)
    assert path is not None, program
    return path


def _node_state(slurm: Slurm) -> str:
    done = subprocess.run(
        [_found("sinfo"), "--noheader", "--format=%T"],
        env={**os.environ, **slurm.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def _wait(is_there, slurm: Slurm, what: str) -> None:
    limit = time.monotonic() + 30
    while not is_there():
        assert time.monotonic() < limit, f"{what} did not start{slurm.logs()}"
        time.sleep(0.05)


def _end(slurm: Slurm) -> None:
    """Cancel all jobs, then end the daemons; steps of jobs end with their jobs."""
    with suppress(AssertionError, subprocess.TimeoutExpired):
        if "slurmctld" in slurm.daemons:
            slurm.call("scancel", f"--user={getuser()}")
            limit = time.monotonic() + 20
            while slurm.jobs("running,completing") and time.monotonic() < limit:
                time.sleep(0.1)
    daemons = list(reversed(slurm.daemons.values()))
    for daemon in daemons:
        daemon.send_signal(signal.SIGTERM)
    for daemon in daemons:
        try:
            daemon.wait(timeout=10)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
