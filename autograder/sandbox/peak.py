"""How much memory a process takes, from outside: nothing that runs in it has a say.

The kernel keeps the peak of a process's resident memory (VmHWM) and begins anew when 5 is written to its `clear_refs`
(proc(5)). Everybody may read the one; the other belongs to root where the child is locked in, and to the child's user
where it is not. A grader that may not write it measures from the peak so far, if that is about what the process holds.
"""

from __future__ import annotations

import signal
from pathlib import Path

from autograder.sandbox.faults import GraderFault

_PROC = Path("/proc")


def reset_peak(pid: int) -> int:
    """Let the peak of `pid` begin at what it holds now, in bytes, which is returned.

    Raises GraderFault, also where the peak cannot be reset and is past: it would hide what is taken from now on.
    """
    began_anew = True
    try:
        (_PROC / str(pid) / "clear_refs").write_text("5")
    except PermissionError:
        began_anew = False
    except OSError as error:
        raise _unknown("reset", pid, error) from error
    held, peak = _status(pid, "VmRSS"), _status(pid, "VmHWM")
    if peak > held + _SLACK:  # also on a kernel that takes the 5 and does nothing
        raise _unknown("reset", pid, f"VmHWM stays {peak} where VmRSS is {held}")
    return held if began_anew else max(held, peak)


def peak_of(pid: int) -> int:
    """Bytes that `pid` held at most since the last reset. Raises GraderFault."""
    return _status(pid, "VmHWM")


def has_helpers(pid: int) -> bool:
    """Whether `pid` has started processes: some live, or some that it waited for have used CPU time.

    Of those that nobody needs to wait for, for SIGCHLD is ignored, nothing is told afterwards: that counts as some.
    """
    own = _stat(pid)
    if own is None:
        raise GraderFault(f"process {pid} cannot be seen from here")
    if int(own[13]) + int(own[14]) > 0:  # cutime and cstime, in hundredths of a second
        return True
    if _ignores(pid, signal.SIGCHLD):
        return True
    others = (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())
    return any(found is not None and int(found[1]) == pid for found in map(_stat, others))


def _ignores(pid: int, number: int) -> bool:
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return False
    masks = dict(line.split(":", 1) for line in lines if ":" in line)
    return bool(int(masks.get("SigIgn", "0"), 16) >> (number - 1) & 1)


def _stat(pid: int) -> list[str] | None:
    """Fields of proc(5) `stat` from the third on; None for a process that is not there."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


_SLACK = 4 * 2**20
"""The kernel counts resident pages in portions on each core."""


def _status(pid: int, name: str) -> int:
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
        kib = next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
    except (OSError, StopIteration, ValueError) as error:
        raise _unknown("read", pid, error) from error
    return kib * 1024


def _unknown(done: str, pid: int, why: object) -> GraderFault:
    return GraderFault(
        f"the peak of memory of process {pid} cannot be {done} here ({why}): grade as root or with another sandbox"
    )
