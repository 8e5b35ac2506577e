"""Backend `docker`: a container for each submission, without network, with a file system that nobody can write to.

In it runs a zygote that is root in name only; each child is another user, without capabilities and under a filter of
system calls. While one submission is graded, the container of the next is already importing torch.
"""

from __future__ import annotations

import secrets
import shutil
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.models import Limits
from autograder.sandbox.backends import cgroup, docker_owner
from autograder.sandbox.backends.account import Account
from autograder.sandbox.backends.container import ContainerLaunch, Size
from autograder.sandbox.backends.docker_client import BUILD, client, explained, image, inspected
from autograder.sandbox.faults import GraderFault
from autograder.sandbox.stamp import stamp
from autograder.sandbox.zygote import Confinement, Zygote, ZygoteGone

if TYPE_CHECKING:
    from autograder.sandbox.child import Child, Ending

_PROBE_SECONDS = 15.0
_MOST_LEAVING = 8
_NEEDED = {
    "MemoryLimit": "memory",
    "PidsLimit": "the number of processes",
    "CpuCfsQuota": "CPU time",
}


# ── whether it works here ────────────────────────────────────────────────────────────────────────────────────────


def obstacle(*, private: Sequence[Path], gpu: bool) -> str | None:
    """Why Docker cannot be used here; None when it works."""
    if not sys.platform.startswith("linux"):
        return "it needs Linux: elsewhere Docker runs in a virtual machine that no Unix socket reaches into."
    try:
        client()
        server = inspected("info", seconds=_PROBE_SECONDS)
        if not server.get("ServerVersion"):
            return explained(" ".join(server.get("ServerErrors") or ["cannot connect to the Docker daemon"]))
        labels = inspected("image", "inspect", image(), seconds=_PROBE_SECONDS)["Config"]["Labels"] or {}
    except GraderFault as error:
        return str(error)
    return _limits_obstacle(server) or _stale(labels) or (_gpu_obstacle(server, labels) if gpu else None)


def _limits_obstacle(server: dict[str, Any]) -> str | None:
    missing = [what for key, what in _NEEDED.items() if not server.get(key)]
    if not server.get("SwapLimit") and _has_swap():
        missing.append("swap (start Linux with swapaccount=1, or turn swap off)")
    if missing:
        return f"this Docker daemon cannot limit {' and '.join(missing)}; a rootless one needs cgroups v2 and systemd."
    return None


def _has_swap() -> bool:
    try:
        return len(Path("/proc/swaps").read_text().splitlines()) > 1
    except OSError:
        return False


def _stale(labels: dict[str, str]) -> str | None:
    made = labels.get("gradus.stamp", "")
    # An image built without ci/image has none; its zygote tells when it starts.
    if made and made != stamp():
        return f"the image {image()} was made from other sources of the kit ({made}, not {stamp()}); {BUILD}."
    return None


def _gpu_obstacle(server: dict[str, Any], labels: dict[str, str]) -> str | None:
    asks = "the assignment asks for a GPU, and"
    if labels.get("gradus.flavour") == "cpu":
        return f"{asks} the image {image()} holds torch for CPUs only; build it with: ci/image."
    has_runtime = any("nvidia" in name for name in server.get("Runtimes") or {})
    if not has_runtime and shutil.which("nvidia-container-runtime-hook") is None:
        return (
            f"{asks} Docker has no access to one here. Install the NVIDIA Container Toolkit, or grade where a GPU is."
        )
    if not Path("/dev/nvidiactl").exists():
        return f"{asks} this machine has none: there is no /dev/nvidiactl."
    return None


def open_here(*, private: Sequence[Path], gpu: bool) -> DockerBackend:
    """Remove what graders that are gone left, and start the first container."""
    docker_owner.reap()
    return DockerBackend(gpu=gpu)


# ── the backend ──────────────────────────────────────────────────────────────────────────────────────────────────


class DockerBackend:
    """A container for each submission, and at most one that waits for the next.

    The first starts with the backend, while torch is imported on this side. Others wait from the second submission on:
    whoever grades a single one starts no container that nobody needs.
    """

    name = "docker"

    def __init__(self, *, gpu: bool = False, spare: bool = True) -> None:
        self._gpu, self._keeps_spare = gpu, spare
        self._lock = threading.Lock()
        self._leaving: list[ContainerLaunch] = []
        self._opened = 0
        self._spare: Place | None = Place(Size.of(Limits(), gpu=gpu)) if spare else None

    def open(self, limits: Limits) -> DockerSandbox:
        size = Size.of(limits, gpu=self._gpu)
        with self._lock:
            self._sweep()
            place, self._spare = self._spare, None
            if place is not None and place.launch.size != size:
                self._end(place)
                place = None
            place = place or Place(size)
            self._opened += 1
            if self._keeps_spare and self._opened > 1:
                self._spare = Place(size)
        return DockerSandbox(self, limits, place)

    def leave(self, place: Place) -> None:
        """End a container; the wait for it is over by the end of `close`."""
        with self._lock:
            self._end(place)

    def _end(self, place: Place) -> None:
        place.zygote.end(at_once=True)
        self._leaving.append(place.launch)

    def _sweep(self) -> None:
        """Wait for containers that leave only where many do."""
        while len(self._leaving) > _MOST_LEAVING:
            self._leaving.pop(0).finish()
        for launch in [launch for launch in self._leaving if not launch.is_leaving]:
            launch.finish()
            self._leaving.remove(launch)

    def close(self) -> None:
        with self._lock:
            if self._spare is not None:
                self._end(self._spare)
                self._spare = None
            while self._leaving:
                self._leaving.pop().finish()


class Place:
    """A container and the zygote in it."""

    def __init__(self, size: Size) -> None:
        self.launch = ContainerLaunch(size)
        self.zygote = Zygote(self.launch)


class DockerSandbox:
    """The container of one submission, and its children; a container that dies under a submission is replaced."""

    def __init__(self, backend: DockerBackend, limits: Limits, place: Place) -> None:
        self._backend, self._limits, self._place = backend, limits, place
        self._children: list[Child] = []
        self._closed = False

    def fork(self) -> Child:
        if self._closed:
            raise GraderFault("a sandbox that was closed is asked for a child")
        self._children = [child for child in self._children if not child.dead]
        try:
            child = self._place.zygote.fork(self._limits, _Box(self._limits))
        except ZygoteGone:
            size = self._place.launch.size
            self._backend.leave(self._place)
            self._place = Place(size)
            child = self._place.zygote.fork(self._limits, _Box(self._limits))
        self._children.append(child)
        return child

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        while self._children:
            self._children.pop().close()
        self._backend.leave(self._place)


class _Box:
    """A user number for one child, and what its container's control group counts."""

    def __init__(self, limits: Limits) -> None:
        # No two graders' children are one user: the kernel counts a user's processes over all containers.
        self._account = Account(met=False)
        self._kills: cgroup.KillCount | None = None
        self.confinement = Confinement(
            scratch=f"/tmp/gradus-{secrets.token_hex(8)}",
            uid=self._account.uid,
            shared=("/tmp", "/dev/shm"),
            processes=limits.processes,
            seccomp=True,
        )

    def settle(self, child: Child) -> None:
        self._kills = cgroup.KillCount(child.host_pid)

    def clear(self, ending: Ending) -> Ending:
        self._account.close()
        killed = self._kills is not None and self._kills.grown
        return replace(ending, out_of_memory=killed)
