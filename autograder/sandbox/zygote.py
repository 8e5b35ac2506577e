"""The parent's end of the zygote: ask it for children, and clear up after it when it was killed."""

from __future__ import annotations

import json
import os
import socket
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from autograder.course.models import Limits
from autograder.sandbox.faults import GraderFault
from autograder.sandbox.launch import Launch
from autograder.sandbox.stamp import stamp

if TYPE_CHECKING:
    from autograder.sandbox.child import Child, Ending

START_SECONDS = 60.0
_ANSWER_SECONDS = 10.0
_FIRST_WORD_SECONDS = 20.0
_ROOM_FOR_FILES_MB = 1024
"""Address space beyond the limit of memory: libraries that are mapped, stacks of threads."""


class ZygoteGone(GraderFault):
    """The zygote was killed, or stopped answering; a new one has to be started."""


@dataclass(frozen=True)
class Confinement:
    """What a child does to itself before its first word (`autograder.child.confine`)."""

    scratch: str
    """Folder that it works in; it makes it itself."""
    uid: int | None = None
    """The user it becomes."""
    mounts: tuple[str, ...] = ()
    """Folders that become file systems of `file_mb` in memory; processes, mounts and IPC are its own then."""
    file_mb: int = 64
    shared: tuple[str, ...] = ()
    """Folders that later children see, too: what its user left in them is removed when it has ended."""
    processes: int | None = None
    """Processes and threads that its user may have, where nothing else counts them."""
    seccomp: bool = False
    """No sockets, no tracing, no namespaces, nothing that outlives a process."""


class Box(Protocol):
    """The surroundings of one child."""

    confinement: Confinement

    def settle(self, child: Child) -> None:
        """The child is there and idle: put it under its limits. Raises GraderFault."""
        ...

    def clear(self, ending: Ending) -> Ending:
        """The child has ended: leave nothing. Tells more about how it ended where more is known."""
        ...


class Zygote:
    """A process that has torch imported and forks children. Making it returns at once; `sizes` waits for it."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._control: socket.socket | None = None
        self._lock = threading.RLock()
        self._sizes: dict[str, int] = {}
        self._last_words = ""
        self.gone = False

    # ── children ─────────────────────────────────────────────────────────────────────────────────────────────────

    def fork(self, limits: Limits, box: Box) -> Child:
        """A child that has greeted. Raises GraderFault."""
        from autograder.sandbox.child import Child, Ending

        try:
            sizes = self.sizes()
            ours, theirs = _wide_socketpair()
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)  # the first word shall tell who says it
            read, write = os.pipe()
            request = {"op": "fork", "limits": _rlimits(limits, sizes), "confine": asdict(box.confinement)}
            try:
                pid = self.ask(request, (theirs.fileno(), write))["pid"]
            except GraderFault:
                ours.close()
                os.close(read)
                raise
            finally:
                theirs.close()
                os.close(write)
        except GraderFault:
            box.clear(Ending(None))
            raise
        child = Child(pid, ours, limits, self, box, output_fd=read, base_kb=sizes["VmRSS"])
        child.greet(_FIRST_WORD_SECONDS)
        return child

    def reap(self, pid: int, patience: float) -> Ending:
        """End the child `pid` after so many seconds of patience, and all that it started."""
        from autograder.sandbox.child import Ending

        try:
            answer = self.ask({"op": "reap", "pid": pid, "patience": patience})
        except ZygoteGone:
            return Ending(None, orphaned=True)
        return Ending(answer["exit"], answer["peak_kb"], answer["cpu_seconds"])

    def kill(self, pid: int) -> None:
        """Kill the child `pid`; it still has to be reaped."""
        self.ask({"op": "kill", "pid": pid})

    def cpu_seconds(self, pid: int) -> float:
        """CPU time of the child `pid` so far."""
        return float(self.ask({"op": "clock", "pid": pid})["seconds"])

    def strays(self) -> int:
        """How many processes children have started and left: they are the zygote's since."""
        return int(self.ask({"op": "strays", "pid": 0})["strays"])

    # ── the conversation ─────────────────────────────────────────────────────────────────────────────────────────

    def sizes(self) -> dict[str, int]:
        """What every child starts with, in KiB: `VmData` private writable, `VmSize` mapped, `VmRSS` resident."""
        with self._lock:
            if not self._sizes:
                self._greet()
        return self._sizes

    def _greet(self) -> None:
        if self.gone:
            raise ZygoteGone("the process that starts children has ended")
        try:
            self._control = self._launch.connect(START_SECONDS)
        except OSError as error:
            raise self._is_gone(f"cannot be reached: {error}") from None
        hello = self._line(self._control, START_SECONDS)
        if "failed" in hello:
            raise self._is_gone(f"could not start: {hello['failed']}")
        self._compare(hello)
        self._sizes = hello["sizes"]

    def _compare(self, hello: dict[str, Any]) -> None:
        """Another version of the kit or of torch on the other side would give other answers. Raises GraderFault."""
        import torch

        ours = {"kit": stamp(), "torch": torch.__version__.partition("+")[0]}
        theirs = {"kit": hello["stamp"], "torch": hello["torch"].partition("+")[0]}
        if ours != theirs:
            raise self._is_gone(f"is of {theirs}, the grader of {ours}: build its image again (docs/image.md)")

    def ask(self, request: dict[str, Any], fds: tuple[int, ...] = ()) -> dict[str, Any]:
        """The answer to one request. Raises ZygoteGone."""
        with self._lock:
            self.sizes()
            if self.gone or self._control is None:
                raise ZygoteGone("the process that starts children has ended")
            try:
                self._control.settimeout(_ANSWER_SECONDS)
                socket.send_fds(self._control, [json.dumps(request).encode()], list(fds))
            except OSError:
                raise self._is_gone("ended") from None
            return self._line(self._control, _ANSWER_SECONDS)

    def _line(self, control: socket.socket, seconds: float) -> dict[str, Any]:
        control.settimeout(seconds)
        data = b""
        try:
            while not data.endswith(b"\n"):
                piece = control.recv(4096)
                if not piece:
                    raise self._is_gone("ended")
                data += piece
        except TimeoutError:
            raise self._is_gone(f"did not answer within {seconds:g} s") from None
        except OSError:
            raise self._is_gone("ended") from None
        answer: dict[str, Any] = json.loads(data)
        return answer

    def _is_gone(self, how: str) -> ZygoteGone:
        self.end(at_once=True)
        return ZygoteGone(f"the process that starts children {how} ({self._last_words})")

    def end(self, *, at_once: bool = False) -> None:
        """End it and all that it started; idempotent."""
        if self.gone:
            return
        self.gone = True
        if self._control is not None:
            self._control.close()  # it takes that for a goodbye
        self._last_words = self._launch.end(at_once=at_once or self._control is None)


def _wide_socketpair() -> tuple[socket.socket, socket.socket]:
    """Buffers that take a megabyte of tensors in one go: fewer switches between the two processes."""
    pair = socket.socketpair()
    for end in pair:
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, option, 2**22)
    # Before anything is sent: the kernel notes who sent a message when it is sent, and only if somebody asked by then.
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    return pair


def _rlimits(limits: Limits, sizes: dict[str, int]) -> dict[str, int]:
    """The limit of memory comes on top of what a child is born with. Shared mappings count as address space only."""
    memory = limits.memory_mb * 2**20
    return {
        "RLIMIT_DATA": sizes["VmData"] * 1024 + memory,
        "RLIMIT_AS": sizes["VmSize"] * 1024 + memory + _ROOM_FOR_FILES_MB * 2**20,
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_FSIZE": limits.file_mb * 2**20,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 256,
    }
