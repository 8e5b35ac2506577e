"""One container with a zygote in it: how it is started, reached through a folder, and ended."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass

from autograder.course.models import Limits
from autograder.sandbox.backends import docker_owner
from autograder.sandbox.backends.docker_client import CALL_SECONDS, client, docker, explained, image
from autograder.sandbox.faults import GraderFault
from autograder.sandbox.launch import ENVIRONMENT
from autograder.sandbox.leftovers import mark

_FOLDER = "/gradus"
_DOOR = "door"
_PYTHON = "/opt/gradus/bin/python"
_ROOM_MB = 512
"""Memory of the zygote and of the kernel for it, beside what the submission may use."""
_ROOM_PROCESSES = 16
_GLANCE_SECONDS = 0.05
_LOOK_SECONDS = 1.0
_FILES = 10_000
# Student code never has any of these: a child gives them up for good before it says its first word.
_CAPABILITIES = ("SETUID", "SETGID", "KILL")
# Nobody can read what a container without a log said, so the zygote's complaint comes as its first answer.
_PROGRAM = f"""
import json, socket, traceback
control = socket.socket(socket.AF_UNIX)
control.connect("{_FOLDER}/{_DOOR}")
try:
    from autograder.child.zygote import main
    main(control)
except BaseException:
    control.sendall(json.dumps({{"failed": traceback.format_exc()[-2000:]}}).encode() + b"\\n")
    raise
"""


@dataclass(frozen=True)
class Size:
    """What one container may use. Containers of equal size can stand in for each other."""

    memory_mb: int
    processes: int
    file_mb: int
    gpu: bool = False

    @classmethod
    def of(cls, limits: Limits, *, gpu: bool) -> Size:
        """What a submission's limits come to: its files are in memory, and count as that."""
        memory = limits.memory_mb + 2 * limits.file_mb + _ROOM_MB
        return cls(memory, limits.processes + _ROOM_PROCESSES, limits.file_mb, gpu)


def arguments(name: str, folder: str, size: Size) -> list[str]:
    """`docker run …` for a container that reaches us through `folder` alone."""
    memory = f"{size.memory_mb}m"
    room = f"size={size.file_mb}m"
    flags = ["run", "--detach", "--rm", "--init", "--pull", "never", "--name", name, "--hostname", "gradus"]
    flags += ["--label", f"{docker_owner.LABEL}={docker_owner.owner()}"]
    flags += ["--network", "none", "--read-only", "--ipc", "private", "--log-driver", "none"]
    # Root without a capability but these: it makes children, turns each into a user of its own, and kills it.
    flags += ["--user", "0:0", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    for capability in _CAPABILITIES:
        flags += ["--cap-add", capability]
    flags += ["--memory", memory, "--memory-swap", memory, "--cpus", "1", "--pids-limit", str(size.processes)]
    flags += ["--ulimit", "core=0:0", "--ulimit", "nofile=1024:1024", "--ulimit", "msgqueue=0:0"]
    flags += ["--shm-size", f"{size.file_mb}m"]  # mounted noexec, nosuid and nodev by Docker itself
    flags += ["--tmpfs", f"/tmp:rw,noexec,nosuid,nodev,{room},nr_inodes={_FILES},mode=1777"]
    flags += ["--mount", f"type=bind,source={folder},target={_FOLDER},readonly"]
    flags += ["--gpus", "all"] if size.gpu else []
    for key, value in ENVIRONMENT.items():
        flags += ["--env", f"{key}={value}"]
    return [*flags, "--workdir", "/", "--entrypoint", _PYTHON, image(), "-I", "-c", _PROGRAM]


class ContainerLaunch:
    """A container that is starting. Making it returns at once. Raises GraderFault."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.name = f"gradus-{secrets.token_hex(8)}"
        # The outer folder keeps other users of this machine out, the inner one lets the container's root in.
        self._folder = tempfile.mkdtemp(prefix=mark())
        self._listener = socket.socket(socket.AF_UNIX)
        self._removal: subprocess.Popen[bytes] | None = None
        try:
            inner = os.path.join(self._folder, "shared")
            os.mkdir(inner)
            os.chmod(inner, 0o711)
            _listen(self._listener, inner)
            self._client = subprocess.Popen(
                [client(), *arguments(self.name, inner, size)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,  # a signal to our group would leave a container half made
            )
        except OSError as error:
            self._shut()
            raise GraderFault(f"a container cannot be started: {error}") from error
        except GraderFault:
            self._shut()
            raise

    def connect(self, seconds: float) -> socket.socket:
        """The zygote's end, once it has knocked. Afterwards there is no door any more: student code finds none."""
        deadline = time.monotonic() + seconds
        started, look = False, 0.0
        try:
            while True:
                if select.select([self._listener], [], [], _GLANCE_SECONDS)[0]:
                    return self._listener.accept()[0]
                now = time.monotonic()
                if not started and self._client.poll() is not None:
                    self._check_start()
                    started, look = True, now + _LOOK_SECONDS
                if started and now > look:
                    self._check_life()
                    look = now + _LOOK_SECONDS
                if now > deadline:
                    raise TimeoutError(f"the container did not answer within {seconds:g} s")
        finally:
            self._shut()

    def _check_start(self) -> None:
        if self._client.returncode != 0:
            said = self._client.stderr.read().decode(errors="replace") if self._client.stderr else ""
            raise ConnectionError(explained(said))

    def _check_life(self) -> None:
        try:
            running = docker("ps", "--quiet", "--filter", f"name=^{self.name}$").strip()
        except GraderFault as error:
            raise ConnectionError(str(error)) from None
        if not running:
            raise ConnectionError(f"the container ended before it said a word. Does {image()} start? Build it again")

    def _shut(self) -> None:
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def end(self, *, at_once: bool) -> str:
        """Begin to remove the container; `finish` waits for it. Nothing in it outlives its zygote by long anyway."""
        # Neither the client nor its folder is taken away from a container that is starting: Docker would hang, or start
        # it later. One that does not come to an end is killed; what it leaves has its name, and is removed by that.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._client.wait(CALL_SECONDS)
        if self._client.poll() is None:
            self._client.kill()
            self._client.wait()
        self._shut()
        if self._client.stderr is not None:
            self._client.stderr.close()
        with contextlib.suppress(GraderFault, OSError):
            self._removal = subprocess.Popen(
                [client(), "rm", "--force", "--volumes", self.name],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return f"container {self.name}"

    @property
    def is_leaving(self) -> bool:
        """Whether its removal is still going on."""
        return self._removal is not None and self._removal.poll() is None

    def finish(self) -> None:
        """Wait until nothing of it is left. Raises GraderFault."""
        if self._removal is not None:
            try:
                self._removal.wait(CALL_SECONDS)
            except subprocess.TimeoutExpired:
                self._removal.kill()
                self._removal.wait()
            if self._removal.returncode == 0:
                return
        deadline = time.monotonic() + CALL_SECONDS
        while docker("ps", "--all", "--quiet", "--filter", f"name=^{self.name}$").strip():
            docker_owner.remove(self.name)
            if time.monotonic() > deadline:
                raise GraderFault(f"the container {self.name} could not be removed. Try: docker rm -f {self.name}")
            time.sleep(_GLANCE_SECONDS)


def _listen(listener: socket.socket, folder: str) -> None:
    """Listen in a folder of any length; the name of a socket is 108 bytes at most."""
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        listener.bind(f"/proc/self/fd/{handle}/{_DOOR}")
        listener.listen(1)
    finally:
        os.close(handle)
    os.chmod(os.path.join(folder, _DOOR), 0o666)
