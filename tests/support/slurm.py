"""A Slurm of one node, of Debian's packages, for as long as a test takes; no service is needed."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scancel", "sinfo", "squeue")
CONF = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={place}/munge.socket
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd.pid
SlurmctldLogFile={place}/slurmctld.log
SlurmdLogFile={place}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1
MailProg=/bin/true
ReturnToService=2
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=2048 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Return why there can be no Slurm here, empty if there can be one."""
    found = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    lacking = [name for name in PROGRAMS if shutil.which(name, path=found) is None]
    if lacking:
        return f"no {', '.join(lacking)}: apt-get install slurmd slurmctld slurm-client munge"
    return "" if os.geteuid() == 0 else "slurmd starts tasks as root alone"


@contextlib.contextmanager
def one_node() -> Iterator[dict[str, str]]:
    """Run munge, a controller and a node in the foreground; yield the environment of clients.

    Their folder is one that everybody may enter, as munge demands of its socket's.
    """
    with tempfile.TemporaryDirectory(prefix="bvsim-slurm-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        yield from _running(place)


def _running(place: Path) -> Iterator[dict[str, str]]:
    for name in ("state", "spool"):
        (place / name).mkdir()
    key = place / "munge.key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o400)
    conf = place / "slurm.conf"
    ports = {"controller_port": _free_port(), "node_port": _free_port()}
    host, cpus = socket.gethostname().split(".")[0], os.cpu_count()
    conf.write_text(CONF.format(place=place, host=host, cpus=cpus, **ports), encoding="utf-8")
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    env = os.environ | {"SLURM_CONF": str(conf), "PATH": path}
    munge = [f"--{each}-file={place}/munge.{each}" for each in ("pid", "log", "seed")]
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command in (
            ["munged", "-F", f"--key-file={key}", f"--socket={place}/munge.socket", *munge],
            ["slurmctld", "-D", "-i"],
            ["slurmd", "-D", "-N", host],
        ):
            with (place / f"{command[0]}.out").open("wb") as out:
                started.append(subprocess.Popen(command, env=env, stdout=out, stderr=out))
            _ready(command[0], place, env)
        until(lambda: "idle" in asked(env, "sinfo", "-h", "-o", "%T"), "the node is up")
        yield env
    finally:
        for each in reversed(started):
            each.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                each.wait(10)
            each.kill()
            each.wait()


def asked(env: dict[str, str], *command: str) -> str:
    """Return what a client prints."""
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _ready(name: str, place: Path, env: dict[str, str]) -> None:
    if name == "munged":
        until((place / "munge.socket").exists, "munge listens")
    if name == "slurmctld":
        until(lambda: "UP" in asked(env, "scontrol", "ping"), "the controller answers")


def until(holds: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
