"""How a fresh child locks itself in, before its first word and before anything of a submission is there."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from typing import Any

from autograder.child import seccomp

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CAP_VERSION_3 = 0x20080522
_NEWNS, _NEWUTS, _NEWIPC, _NEWPID = 0x00020000, 0x04000000, 0x08000000, 0x20000000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
_FILES = 10_000
"""Files and folders that a child may make in each of its filesystems."""
libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    """Raise OSError when a system call failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def confine(plan: dict[str, Any], limits: dict[str, int]) -> None:
    """Enter the namespaces, the user, the limits and the filter that `plan` (a Confinement) asks for."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")  # where the machine runs out of memory, it is the child that goes, not the grader
    if plan["mounts"]:
        _own_mounts(plan["mounts"], plan["file_mb"])
    _limit(limits, plan["processes"])
    if plan["uid"] is not None:
        _become(plan["uid"])
    if plan["seccomp"]:
        _drop_capabilities()
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # after the change of user, which clears it
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.umask(0o077)
    _work_in(plan["scratch"])
    if plan["seccomp"]:
        # What the kernel notes of this process is not its own to change, such as the peak of its memory: its files
        # in /proc belong to root from now on. The filter refuses to undo this.
        check(libc.prctl(seccomp.PR_SET_DUMPABLE, 0), "prctl")
        seccomp.install()


# ── namespaces ───────────────────────────────────────────────────────────────────────────────────────────────────


def next_fork_has_own_processes() -> None:
    """The next child is process 1 of a namespace of its own: with it dies everything that it started."""
    check(libc.unshare(_NEWPID), "unshare")


def next_fork_is_ordinary() -> None:
    """Undo that: a process can ask for one new namespace only, then has to return to its own."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    try:
        check(libc.setns(own, _NEWPID), "setns")
    finally:
        os.close(own)


def _own_mounts(places: list[str], file_mb: int) -> None:
    check(libc.unshare(_NEWNS | _NEWIPC | _NEWUTS), "unshare")
    _mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE)
    safe = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    for place in places:
        _mount(b"tmpfs", place.encode(), b"tmpfs", safe, f"size={file_mb}m,nr_inodes={_FILES},mode=1777".encode())
    _mount(b"proc", b"/proc", b"proc", safe)


def _mount(source: bytes, target: bytes, kind: bytes | None, flags: int, options: bytes | None = None) -> None:
    check(libc.mount(source, target, kind, ctypes.c_ulong(flags), options), f"mount {target.decode()}")


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _limit(limits: dict[str, int], processes: int | None) -> None:
    if processes is not None:
        limits = {**limits, "RLIMIT_NPROC": processes}
    for name, value in limits.items():
        # At its soft limit of CPU time a process gets a signal that says so; at the hard one it is killed.
        hard = value + 1 if name == "RLIMIT_CPU" else value
        resource.setrlimit(getattr(resource, name), (value, hard))


# ── user and capabilities ────────────────────────────────────────────────────────────────────────────────────────


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _drop_capabilities() -> None:
    """For good: no_new_privs keeps a program that is executed from giving any back."""
    header = (ctypes.c_uint32 * 2)(_CAP_VERSION_3, 0)
    check(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def _work_in(scratch: str) -> None:
    """Where there is no room for it, a child works in / and finds no place to write."""
    try:
        os.makedirs(scratch, mode=0o700, exist_ok=True)
        os.chdir(scratch)
    except OSError:
        os.chdir("/")
    os.environ["HOME"] = os.environ["TMPDIR"] = scratch
