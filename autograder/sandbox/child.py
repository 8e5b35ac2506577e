"""The parent's end of one child: requests with a deadline, the child's clock, and how it died."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import signal
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograder.course.models import Limits
from autograder.course.verdict import Verdict
from autograder.sandbox import protocol
from autograder.sandbox.allowance import Allowance
from autograder.sandbox.answer import IN_USE, Answer, Held, read_answer
from autograder.sandbox.faults import GraderFault, StudentFault
from autograder.sandbox.machine import kills_for_memory
from autograder.sandbox.output import OutputDrain

if TYPE_CHECKING:
    from autograder.sandbox.zygote import Box, Zygote

_CREDENTIALS = struct.Struct("iII")
_PATIENCE = 0.5
"""Seconds between the end of a connection and the end of the process, at most."""


@dataclass(frozen=True)
class Ending:
    """How a child ended before it was killed, and what it had used."""

    exit: int | None
    """None for one that was still alive."""
    peak_kb: int = 0
    cpu_seconds: float = 0.0
    orphaned: bool = False
    """The process that starts children was gone: nobody can say how the child ended."""
    out_of_memory: bool = False
    """Killed for the memory it took, with all that it started."""
    out_of_files: bool = False
    """Killed for the files it wrote."""


@dataclass
class Child:
    """A live child. After a StudentFault of its own (not an `error` answer) it is dead."""

    pid: int
    """Its number where the zygote lives."""
    sock: socket.socket
    limits: Limits
    zygote: Zygote
    box: Box
    output: OutputDrain = field(init=False)
    output_fd: int = -1
    base_kb: int = 0
    """Resident memory that it was born with."""
    type_names: frozenset[str] = frozenset()
    """What the type of a kept object may be called; a name made at run time could tell an input."""
    host_pid: int = 0
    """Its number where we live; 0 where it cannot be seen from here."""
    dead: bool = False
    _cpu_known: float = 0.0
    _kills_before: int = field(default_factory=kills_for_memory)
    _held: Held = field(default=IN_USE)

    def __post_init__(self) -> None:
        self.output = OutputDrain(self.output_fd, self.limits.output_mb * 2**20, self.kill)

    def greet(self, seconds: float) -> None:
        """Wait for the child's first word: until then nothing of a submission has run. Raises GraderFault."""
        try:
            self.sock.settimeout(seconds)
            self.host_pid = _sender(self.sock)
            if self.host_pid == os.getpid():  # it would be our own limits that are set, our own clock that is read
                raise GraderFault("the kernel does not say which process a child is")
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
            protocol.receive(self.sock)
            self.box.settle(self)
        except (EOFError, OSError, protocol.ProtocolError, GraderFault) as error:
            ending = self.close()
            said = bytes(self.output.kept[-500:])
            raise GraderFault(f"a new child did not start: {error} ({ending}, {said!r})") from error

    def request(self, verb: str, payload: dict[str, Any], seconds: float, stretch: float = 1.0) -> Answer:
        """One answer within `seconds` of wall clock; `stretch` is explained in `Allowance`.

        Raises StudentFault when the child dies or breaks the protocol, GraderFault when it could not be asked or was
        killed together with the process that started it.
        """
        if self.dead:
            raise GraderFault("a request to a child that is dead")
        tree, buffers = protocol.encode(payload)
        seq = secrets.randbits(62)  # nobody can answer what was not asked yet
        allowed = Allowance(seconds, self.cpu_so_far, stretch)
        try:
            self.sock.settimeout(seconds * stretch)
            protocol.send(self.sock, {"seq": seq, "verb": verb, "value": tree}, buffers)
            head, body = protocol.receive(self.sock, lambda: self._arm(allowed), self._held.room)
            self._held.add(body)
            return read_answer(head, body, seq, self.type_names)
        except protocol.Uncrossable as error:
            raise GraderFault(f"the request {verb} cannot be sent: {error}") from error
        except TimeoutError:
            raise self._out_of_time(allowed) from None
        except (EOFError, OSError):
            raise self._post_mortem() from None
        except protocol.TooMuch as error:
            message = f"returned more than the {self._held.most // 2**20} MiB that one test may hold at a time"
            raise self._ended_by(StudentFault(Verdict.MEMORY, message, f"protocol: {error}")) from None
        except protocol.ProtocolError as error:
            message = "wrote to the connection with the grader (file descriptor 3)"
            raise self._ended_by(StudentFault(Verdict.CRASH, message, f"protocol: {error}")) from None

    def _arm(self, allowed: Allowance) -> None:
        if allowed.stretched:
            ready = select.poll()
            ready.register(self.sock, select.POLLIN)
            while not ready.poll(allowed.left() * 1000):
                pass
        self.sock.settimeout(allowed.left())

    def cpu_so_far(self) -> float:
        """As `cpu_seconds`, where it can be had without asking; the last that is known of a child that has ended."""
        if self.dead:
            return self._cpu_known
        with contextlib.suppress(OSError, GraderFault):
            clock = time.clock_gettime((~self.host_pid) << 3 | 2) if self.host_pid else self.cpu_seconds()
            self._cpu_known = max(self._cpu_known, clock)
        return self._cpu_known

    def _out_of_time(self, allowed: Allowance) -> StudentFault | GraderFault:
        used = allowed.used()
        detail = f"it had {used:.2f} s of CPU time in them"
        starved = allowed.starved(used)
        message = f"did not finish within {allowed.seconds:g} s"
        ending = self.close()
        if ending.orphaned:
            return _killed_together()
        if ending.out_of_memory:  # what it had started keeps the connection of a process that is dead open
            return self._too_much_memory()
        return StudentFault(Verdict.TIMEOUT, message, detail, starved=starved)

    def cpu_seconds(self) -> float:
        """CPU time of the child so far, read from outside."""
        return self.zygote.cpu_seconds(self.pid)

    def close(self, patience: float = 0.0) -> Ending:
        """Kill the child and everything it started; idempotent. `patience`: seconds in which it may end by itself."""
        if self.dead:
            return Ending(None)
        self.dead = True
        ending = self.box.clear(self.zygote.reap(self.pid, patience))
        self._cpu_known = max(self._cpu_known, ending.cpu_seconds)
        self.host_pid = 0  # it may be another's from now on
        self.sock.close()
        self.output.join(1.0)
        return ending

    def kill(self) -> None:
        """Kill it from any thread; whoever talks to it finds its connection closed."""
        if not self.dead:  # once it is reaped its number may be another's
            with contextlib.suppress(GraderFault):
                self.zygote.kill(self.pid)

    def _too_much_memory(self) -> StudentFault:
        return StudentFault(Verdict.MEMORY, f"used more memory than the {self.limits.memory_mb} MB it may have")

    def _ended_by(self, fault: StudentFault) -> StudentFault | GraderFault:
        """`fault`, after the child is killed for it."""
        return _killed_together() if self.close().orphaned else fault

    def _post_mortem(self) -> StudentFault | GraderFault:
        """Why the connection closed, from outside."""
        ending = self.close(_PATIENCE)
        if ending.orphaned:
            return _killed_together()
        limits = self.limits
        if self.output.overflowed:
            return StudentFault(Verdict.OUTPUT_LIMIT, f"printed more than {limits.output_mb} MB")
        killed = ending.exit == -signal.SIGKILL
        if ending.out_of_files:
            return StudentFault(Verdict.OUTPUT_LIMIT, f"wrote more than {limits.file_mb} MB of files")
        if ending.out_of_memory:
            return self._too_much_memory()
        if ending.exit == -signal.SIGXCPU or (killed and ending.cpu_seconds >= limits.cpu_seconds):
            return StudentFault(Verdict.TIMEOUT, f"used more than {limits.cpu_seconds} s of CPU time")
        if killed and ending.peak_kb - self.base_kb > limits.memory_mb * 512:
            return self._too_much_memory()
        if killed and kills_for_memory() > self._kills_before:
            return GraderFault("the machine ran out of memory, and killed processes for it")
        return StudentFault(Verdict.CRASH, *_how_it_ended(ending.exit))


def _sender(sock: socket.socket) -> int:
    """Process number of whoever wrote what is read next, as the kernel sees it from here; nothing is consumed."""
    size = socket.CMSG_SPACE(_CREDENTIALS.size)
    data, ancillary, _, _ = sock.recvmsg(1, size, socket.MSG_PEEK)
    if not data:
        raise EOFError("the other end closed the connection")
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            pid: int = _CREDENTIALS.unpack(content[: _CREDENTIALS.size])[0]
            return pid
    return 0


def _killed_together() -> GraderFault:
    return GraderFault("the child and the process that starts children were killed while student code ran")


_ENDINGS: dict[int, str] = {
    signal.SIGSEGV: "crashed the Python interpreter (SIGSEGV), as endless recursion can",
    signal.SIGABRT: "crashed the Python interpreter (SIGABRT)",
}


def _how_it_ended(code: int | None) -> tuple[str, str]:
    """For the student, and for staff: a code or a signal that the submission chose could tell a hidden input."""
    if code is None or code == protocol.BROKEN_CONNECTION:
        return "broke its connection with the grader (file descriptor 3)", ""
    if code >= 0:
        return "ended the Python process", f"exit code {code}"
    names = {one.value: one.name for one in signal.Signals}
    return _ENDINGS.get(-code, "was ended by a signal"), f"signal {names.get(-code, -code)}"
