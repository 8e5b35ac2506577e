"""Whose a container is: the label by which containers of a grader that is gone are found and removed."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.sandbox.backends.docker_client import docker
from autograder.sandbox.faults import GraderFault

LABEL = "gradus.owner"


def owner() -> str:
    """This process, as no other will be called: boot and process namespace, number, start time."""
    return f"{_machine()}-{os.getpid()}-{_started(os.getpid())}"


def reap() -> list[str]:
    """Remove containers whose owner is gone; their names. Raises GraderFault."""
    wanted = ["--filter", f"label={LABEL}", "--format", f'{{{{.Names}}}} {{{{.Label "{LABEL}"}}}}']
    listed = docker("ps", "--all", *wanted)
    dead = [name for name, _, label in (line.partition(" ") for line in listed.splitlines()) if is_gone(label)]
    if dead:
        remove(*dead)
    return dead


def remove(*names: str) -> None:
    """End containers and leave nothing of them. Raises GraderFault."""
    try:
        docker("rm", "--force", "--volumes", *names)
    except GraderFault as error:
        # Containers go by themselves when they end: one that goes just now is none that failed to.
        if "no such container" not in str(error).lower() and "already in progress" not in str(error).lower():
            raise


def is_gone(label: str) -> bool:
    """Whether the owner called `label` is over. One of another process namespace cannot be seen: it is left alone."""
    parts = label.split("-")
    if len(parts) != 4 or not parts[2].isdigit():
        return False
    boot, namespace, pid, started = parts
    ours = _machine().split("-")
    return boot != ours[0] or (namespace == ours[1] and _started(int(pid)) != started)


def _machine() -> str:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")
    return f"{boot}-{os.stat('/proc/self/ns/pid').st_ino}"


def _started(pid: int) -> str:
    """When the process began, in clock ticks since the machine did; empty when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]
