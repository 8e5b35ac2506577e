"""User numbers that belong to nobody, one for each child."""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import socket

from autograder.sandbox.faults import GraderFault

# Debian keeps these for nobody in particular; a container's map of users ends at 65535.
_FIRST, _LAST = 60_600, 64_900
_TRIES = 200


class Account:
    """A user number that no user, no process and no other grader on this machine has, until it is closed.

    The number after it is nobody's, either: who ends the processes of `uid` takes that for itself.
    """

    def __init__(self, *, met: bool = True) -> None:
        """`met`: whether it could meet this machine's processes, so that none of them may have its number."""
        numbers = range(_FIRST, _LAST, 2)
        for uid in random.SystemRandom().sample(numbers, min(_TRIES, len(numbers))):
            claim = _claim(uid)
            if claim is not None:
                if not (met and any(_known(one) or processes_of(one) for one in (uid, uid + 1))):
                    self.uid, self._claim = uid, claim
                    return
                claim.close()
        raise GraderFault(f"no free user number was found between {_FIRST} and {_LAST}")

    def close(self) -> None:
        self._claim.close()


def _claim(uid: int) -> socket.socket | None:
    """A name that only one process can hold, and that goes with it; None when another holds it."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0gradus-account-{uid}")
    except OSError:
        claim.close()
        return None
    return claim


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def processes_of(uid: int) -> list[int]:
    """Processes of the user `uid`. By their status: a process may keep the owner of its folder in /proc from us."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{entry}/status") as status:
                users = next((line.split()[1:] for line in status if line.startswith("Uid:")), [])
                if str(uid) in users:
                    found.append(int(entry))
    return found
