"""Backend `uid`: another user for each child, for a grader that is root where no namespaces can be had.

So it is inside an ordinary container, as on Gradescope. Student code cannot read what is closed to other users, signal
or trace another user's processes, or open a socket; when a child ends, every process and file of its user goes.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.models import Limits
from autograder.sandbox.backends.account import Account, processes_of
from autograder.sandbox.backends.local import LocalBackend
from autograder.sandbox.launch import ROOT, LocalLaunch
from autograder.sandbox.leftovers import mark, remove
from autograder.sandbox.zygote import Confinement

if TYPE_CHECKING:
    from autograder.sandbox.child import Child, Ending

_SETGID, _SETUID, _KILL = 6, 7, 5
_SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock", "/dev/mqueue")
"""Folders in which every user may write."""
_GLANCE_SECONDS = 0.2
_MOST_FILES = 10_000
_BLOCK = 512


def obstacle(*, private: Sequence[Path], gpu: bool) -> str | None:
    """Why another user cannot be used here; None when it works."""
    if not sys.platform.startswith("linux"):
        return "it needs Linux."
    if os.geteuid() != 0:
        return "only root can become another user; it is meant for containers."
    if not _has_capabilities():
        return "this container may not change users; start it without --cap-drop, or with --cap-add SETUID, SETGID and KILL."
    for needed in (Path(sys.executable), Path(ROOT) / "autograder" / "child", *_site_packages()):
        closed = _closed_at(needed)
        if closed is not None:
            return (
                f"other users cannot read {needed} because of {closed}; install Python and the kit where everyone can."
            )
    for folder in private:
        if folder.exists() and _closed_at(folder) is None:
            return f"other users can read {folder}; close it: chmod 700 {folder}"
    return None


def _site_packages() -> list[Path]:
    return [
        Path(path) for path in sys.path if path.endswith(("site-packages", "dist-packages")) and Path(path).exists()
    ]


def _has_capabilities() -> bool:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            held = int(line.split()[1], 16)
            return all(held >> number & 1 for number in (_SETUID, _SETGID, _KILL))
    return False


def _closed_at(path: Path) -> Path | None:
    """What keeps other users from `path`: itself or a folder above it; None when they can read it."""
    real = path.resolve()
    for folder in reversed(real.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None if real.stat().st_mode & (stat.S_IROTH | stat.S_IXOTH) else real


def open_here(*, private: Sequence[Path], gpu: bool) -> UidBackend:
    """Start the zygote."""
    return UidBackend()


class UidBackend(LocalBackend):
    """Children of users that exist for them alone."""

    name = "uid"

    def launch(self) -> LocalLaunch:
        return LocalLaunch()

    def box(self, limits: Limits) -> _Box:
        return _Box(limits)


class _Box:
    """An account, and a watch over the files it writes."""

    def __init__(self, limits: Limits) -> None:
        self._account = Account()
        self._limit = limits.file_mb * 2**20
        self.confinement = Confinement(
            scratch=f"/tmp/{mark()}{secrets.token_hex(8)}",
            uid=self._account.uid,
            processes=limits.processes,
            seccomp=True,
        )
        self._watch = _DiskWatch(self._account.uid, limits.file_mb * 2**20)

    def settle(self, child: Child) -> None:
        self._watch.start(child)

    def clear(self, ending: Ending) -> Ending:
        self._watch.over.set()
        remove(_belongings(self._account.uid))
        self._account.close()
        return replace(ending, out_of_files=self._watch.overflowed)


class _DiskWatch:
    """Kills a child whose user wrote more than `limit` bytes, or very many files.

    Nothing else bounds the sum of a user's files here. What all file systems hold is looked at often, and only when
    that has grown too much, what the user holds of it.
    """

    def __init__(self, uid: int, limit: int) -> None:
        self._uid, self._limit = uid, limit
        self.over = threading.Event()
        self.overflowed = False

    def start(self, child: Child) -> None:
        threading.Thread(target=self._run, args=(child, _used()), daemon=True).start()

    def _run(self, child: Child, before: list[tuple[int, int]]) -> None:
        while not self.over.wait(_GLANCE_SECONDS):
            grown = [(now[0] - then[0], now[1] - then[1]) for now, then in zip(_used(), before, strict=True)]
            if any(size > self._limit or files > _MOST_FILES for size, files in grown) and self._too_much():
                self.overflowed = True
                child.kill()
                return

    def _too_much(self) -> bool:
        paths = _belongings(self._uid)
        sizes = [int(line) * _BLOCK for line in _find(*paths, "-printf", "%b\n").split()] if paths else []
        return sum(sizes) + _open_bytes(self._uid) > self._limit or len(sizes) > _MOST_FILES


def _used() -> list[tuple[int, int]]:
    """(bytes, files) that each of the shared folders' file systems holds."""
    found = [os.statvfs(folder) for folder in _SHARED if os.path.isdir(folder)]
    return [((one.f_blocks - one.f_bfree) * one.f_frsize, one.f_files - one.f_ffree) for one in found]


def _belongings(uid: int) -> list[str]:
    """The topmost files and folders of a user in the shared folders; nobody else's folder is looked into."""
    folders = [folder for folder in _SHARED if os.path.isdir(folder)]
    closed = ["-type", "d", "!", "-uid", str(uid), "!", "-perm", "-o=w", "-prune"]
    return _find(*folders, "-xdev", *closed, "-o", "-uid", str(uid), "-prune", "-print0").split("\0")[:-1]


def _find(*arguments: str) -> str:
    """find(1): it stands paths of any depth and length."""
    done = subprocess.run(["find", *arguments], capture_output=True, check=False)
    return os.fsdecode(done.stdout)


def _open_bytes(uid: int) -> int:
    """Bytes of files that processes of a user hold open: a file without a name takes room, too."""
    sizes: dict[tuple[int, int], int] = {}
    for pid in processes_of(uid):
        with contextlib.suppress(OSError):
            for entry in os.scandir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    held = os.stat(entry.path)
                    if stat.S_ISREG(held.st_mode) and held.st_nlink == 0:
                        sizes[held.st_dev, held.st_ino] = held.st_blocks * _BLOCK
    return sum(sizes.values())
