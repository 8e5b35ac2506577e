"""Backend `bubblewrap`: namespaces, a file system that holds Python and nothing else, a control group for each child.

The zygote runs inside bubblewrap, where neither the course nor the network is. Each child has processes, mounts and
IPC of its own on top of that, another user than the zygote where the grader is root, and no capabilities.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import autograder
from autograder.course.models import Limits
from autograder.sandbox.backends import cgroup
from autograder.sandbox.backends.account import Account
from autograder.sandbox.backends.cgroup import Cgroup
from autograder.sandbox.backends.local import LocalBackend
from autograder.sandbox.faults import GraderFault
from autograder.sandbox.launch import LocalLaunch
from autograder.sandbox.zygote import Confinement

if TYPE_CHECKING:
    from autograder.sandbox.child import Child, Ending

_PROBE_SECONDS = 20.0
_KIT = "/kit"
"""Where the sandbox sees the parts of this package that it needs."""
_KIT_PARTS = ("__init__.py", "child", "sandbox/__init__.py", "sandbox/protocol", "sandbox/stamp.py")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_CONFIGURATION = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime")
_GPU = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/nvidia-modeset")
# What the zygote needs to put children into namespaces and users of their own; they keep none of it.
_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_KILL")


def obstacle(*, private: Sequence[Path], gpu: bool) -> str | None:
    """Why bubblewrap cannot be used here; None when it works."""
    if not sys.platform.startswith("linux"):
        return "it needs Linux."
    program = shutil.which("bwrap")
    if program is None:
        return "bwrap is not installed; on Debian and Ubuntu: apt-get install bubblewrap."
    if gpu and not Path(_GPU[0]).exists():
        return f"the assignment asks for a GPU, and there is no {_GPU[0]} here."
    seen = [folder for folder in private for place in _places() if folder.resolve().is_relative_to(place)]
    if seen:
        return f"{seen[0]} lies in a folder that Python needs, so student code would see it; move it elsewhere."
    reason = cgroup.obstacle()
    return f"{reason}." if reason else _probe(program, gpu)


def _probe(program: str, gpu: bool) -> str | None:
    command = [program, *_arguments(gpu), sys.executable, "-I", "-S", "-c", "pass"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bwrap does not work here: {error}"
    return f"bwrap does not work here: {done.stderr.strip()[-300:]}" if done.returncode else None


def open_here(*, private: Sequence[Path], gpu: bool) -> BubblewrapBackend:
    """Start the zygote."""
    return BubblewrapBackend(gpu=gpu)


class BubblewrapBackend(LocalBackend):
    """Children in namespaces of their own."""

    name = "bubblewrap"

    def __init__(self, *, gpu: bool = False) -> None:
        self._gpu = gpu
        super().__init__()

    def launch(self) -> LocalLaunch:
        program = shutil.which("bwrap")
        if program is None:
            raise GraderFault("bwrap has gone")
        return LocalLaunch([program, *_arguments(self._gpu)], root=_KIT)

    def box(self, limits: Limits) -> _Box:
        return _Box(limits)


class _Box:
    """An account and a control group. Scratch is in memory, and goes with the namespace."""

    def __init__(self, limits: Limits) -> None:
        # An ordinary user has one user number only; there, the namespace of processes keeps the two apart.
        self._account = Account() if os.geteuid() == 0 else None
        try:
            memory = limits.memory_mb + 2 * limits.file_mb
            self._cgroup = Cgroup(memory_mb=memory, processes=limits.processes)
        except GraderFault:
            self._give_back()
            raise
        self.confinement = Confinement(
            scratch=f"{_scratch()}/work",
            uid=self._account.uid if self._account else None,
            mounts=(_scratch(), "/dev/shm"),
            file_mb=limits.file_mb,
            seccomp=True,
        )

    def settle(self, child: Child) -> None:
        self._cgroup.add(child.host_pid)

    def clear(self, ending: Ending) -> Ending:
        from dataclasses import replace

        killed = self._cgroup.killed
        self._cgroup.close()
        self._give_back()
        return replace(ending, out_of_memory=killed)

    def _give_back(self) -> None:
        if self._account is not None:
            self._account.close()


def _places() -> list[str]:
    """Folders of Python and its libraries, as the sandbox sees them; none of them is writable in it."""
    found = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix), Path(sys.base_exec_prefix)]
    found += [Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib", "platstdlib")]
    found += [Path(os.path.realpath(sys.executable)).parent]
    topmost: list[Path] = []
    for path in sorted(set(found), key=lambda path: len(path.parts)):
        if path.is_dir() and not any(path.is_relative_to(place) for place in [*map(Path, _SYSTEM), *topmost]):
            topmost.append(path)
    return [*_SYSTEM, *map(str, topmost)]


def _scratch() -> str:
    """/tmp, unless Python itself lies there: what is mounted for a child hides what was below."""
    return "/scratch" if any(Path(place).is_relative_to("/tmp") for place in _places()) else "/tmp"


def _bound(source: str, place: str) -> list[str]:
    """`source` at `place`, below folders that everyone may pass: those bubblewrap makes are for root alone."""
    above = [str(folder) for folder in reversed(Path(place).parents) if str(folder) != "/"]
    return [*(word for folder in above for word in ("--dir", folder)), "--ro-bind", source, place]


def _arguments(gpu: bool) -> list[str]:
    package = Path(autograder.__file__).resolve().parent
    arguments = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--die-with-parent"]
    arguments += ["--unshare-user", "--uid", "0", "--gid", "0"] if os.geteuid() != 0 else []
    for capability in _CAPABILITIES:
        arguments += ["--cap-add", capability]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", _scratch()]
    for place in _places():
        if os.path.islink(place):
            arguments += ["--symlink", os.readlink(place), place]
        elif os.path.isdir(place):
            arguments += _bound(place, place)
    for file in _CONFIGURATION:
        arguments += ["--ro-bind-try", file, file]
    for part in _KIT_PARTS:
        arguments += _bound(str(package / part), f"{_KIT}/autograder/{part}")
    for device in _GPU if gpu else ():
        arguments += ["--dev-bind-try", device, device]
    # What bubblewrap makes by itself is memory without a limit: nobody may write there.
    return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]
