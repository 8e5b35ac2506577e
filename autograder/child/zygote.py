"""A process with torch imported that forks children: milliseconds to a fresh child instead of seconds.

It runs no tensor operation and never sees a test; a fork after a multi-threaded operation would hang. It is the
subreaper of everything its children start, so that nothing a submission leaves behind outlives the submission.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import tempfile
import time
from typing import Any

from autograder.child import confine
from autograder.child.confine import libc
from autograder.sandbox.stamp import stamp

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_AT_A_TIME = 500
"""Names on one command line, of 255 bytes at most."""
_REMOVE = 'chmod -R u+rwx -- "$@"; exec rm -rf -- "$@"'
Plan = dict[str, Any]
"""A `Confinement` of the parent's."""


def main(control: socket.socket) -> None:
    """Serve requests on the Unix socket `control` until it closes."""
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    import torch  # the whole point: paid once

    torch.set_num_threads(1)
    import autograder.child.interpreter
    import autograder.child.serve  # noqa: F401
    from autograder.child import withheld

    withheld.prepare()
    # A collection in a child would touch, and so copy, every page that it shares with us.
    gc.collect()
    gc.freeze()
    _say(control, {"sizes": _sizes(), "torch": torch.__version__, "stamp": stamp()})
    live: dict[int, Plan] = {}
    while True:
        data, fds, _, _ = socket.recv_fds(control, 65536, 2)
        if not data:
            _kill_children(set())
            os._exit(0)  # torch takes a second to tear down, and there is nothing to save
        _say(control, _answer(control, json.loads(data), fds, live))


def _say(control: socket.socket, answer: dict[str, Any]) -> None:
    control.sendall(json.dumps(answer).encode() + b"\n")


def _answer(control: socket.socket, request: dict[str, Any], fds: list[int], live: dict[int, Plan]) -> dict[str, Any]:
    """`live` maps children that have not been reaped to how they were confined."""
    if request["op"] == "fork":
        return _fork(control, request, fds, live)
    pid = request["pid"]
    if request["op"] == "reap":
        return _reap(pid, live, request["patience"])
    if request["op"] == "clock":
        return {"seconds": _cpu_seconds(pid) if pid in live else 0.0}
    if request["op"] == "strays":
        return {"strays": len(set(_children()) - live.keys())}
    if pid in live:
        os.kill(pid, signal.SIGKILL)
    return {}


def _cpu_seconds(pid: int) -> float:
    try:
        return time.clock_gettime((~pid) << 3 | 2)  # clock_getcpuclockid(3)
    except OSError:
        return 0.0


def _sizes() -> dict[str, int]:
    """What every child is born with, in KiB."""
    wanted = ("VmData", "VmSize", "VmRSS")
    with open("/proc/self/status") as status:
        lines = status.read().splitlines()
    return {name: int(rest.split()[0]) for name, _, rest in (x.partition(":") for x in lines) if name in wanted}


def _fork(control: socket.socket, request: dict[str, Any], fds: list[int], live: dict[int, Plan]) -> dict[str, Any]:
    plan = request["confine"]
    if plan["mounts"]:
        confine.next_fork_has_own_processes()
    pid = os.fork()
    if pid == 0:
        from autograder.sandbox.protocol import BROKEN_CONNECTION

        code = BROKEN_CONNECTION
        try:
            control.close()
            _become_child(fds[0], fds[1], request)
            code = 0
        finally:
            os._exit(code)
    if plan["mounts"]:
        confine.next_fork_is_ordinary()
    for fd in fds:
        os.close(fd)
    live[pid] = plan
    return {"pid": pid}


def _become_child(sock_fd: int, output_fd: int, request: dict[str, Any]) -> None:
    os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output_fd, 1)
    os.dup2(output_fd, 2)
    os.dup2(sock_fd, 3)
    os.closerange(4, 4096)
    confine.confine(request["confine"], request["limits"])
    tempfile.tempdir = None  # torch has asked for it, and it is remembered
    from autograder.child.serve import serve

    serve(socket.socket(fileno=3))


def _reap(pid: int, live: dict[int, Plan], patience: float) -> dict[str, Any]:
    """Kill a child and everything it left behind; tell how it ended before that, and what it had used.

    `patience` is how many seconds it may still take to end: its connection closes before it can be waited for.
    """
    status: int | None = None
    peak_kb, cpu = 0, 0.0
    if pid in live:
        plan = live.pop(pid)
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        deadline = time.monotonic() + patience
        while not ended and time.monotonic() < deadline:
            time.sleep(0.002)
            ended, status, usage = os.wait4(pid, os.WNOHANG)
        if not ended:
            _kill(pid, set(live))
            _, _, usage = os.wait4(pid, 0)
            status = None
        peak_kb, cpu = usage.ru_maxrss, usage.ru_utime + usage.ru_stime
        if plan["uid"] is not None:
            _kill_user(plan["uid"])
            _clear(plan["shared"], plan["uid"])
    _kill_children(set(live))
    code = None if status is None else os.waitstatus_to_exitcode(status)
    return {"exit": code, "peak_kb": peak_kb, "cpu_seconds": cpu}


def _kill(pid: int, spared: set[int]) -> None:
    """Kill a process and its group, unless others live in that; a whole group cannot fork its way out of a signal."""
    with contextlib.suppress(ProcessLookupError):
        group = os.getpgid(pid)
        if group not in spared | {os.getpgid(0)}:
            os.killpg(group, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _kill_user(uid: int) -> None:
    """Kill every process of a user at once, as the kernel does it for that user itself: none can fork its way out."""
    while _has_processes(uid):
        pid = os.fork()
        if pid == 0:
            try:
                # What may be signalled goes by the effective user, who may signal us by the other two: those are nobody's.
                # As that user through and through we could be stopped before we strike, and be waited for in vain.
                nobody = uid + 1
                os.setresuid(nobody, uid, nobody)
                os.kill(-1, signal.SIGKILL)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)


def _clear(places: list[str], uid: int) -> None:
    """Remove what belongs to a user without processes, as that user: we may not touch other users' files."""
    for place in places:
        own: list[str] = []
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            own = [entry.path for entry in entries if entry.stat(follow_symlinks=False).st_uid == uid]
        for start in range(0, len(own), _AT_A_TIME):
            pid = os.fork()
            if pid == 0:
                try:
                    os.setresgid(uid, uid, uid)
                    os.setresuid(uid, uid, uid)
                    os.execv("/bin/sh", ["sh", "-c", _REMOVE, "sh", *own[start : start + _AT_A_TIME]])
                finally:
                    os._exit(1)
            os.waitpid(pid, 0)


def _has_processes(uid: int) -> bool:
    """Whether a process of the user is not over yet. By its status: the owner of its folder in /proc may differ."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{entry}/status") as status:
                fields = dict(line.split(":", 1) for line in status if ":" in line)
                if str(uid) in fields["Uid"].split() and fields["State"].split()[0] not in "ZX":
                    return True
    return False


def _kill_children(spared: set[int]) -> None:
    """Orphans come to us, the subreaper: kill until none is left."""
    for _ in range(1000):
        strays = [pid for pid in _children() if pid not in spared]
        if not strays:
            return
        for pid in strays:
            _kill(pid, spared)
        for pid in strays:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _children() -> list[int]:
    me = os.getpid()
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    fields = stat.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == me:
                found.append(int(entry))
    return found
