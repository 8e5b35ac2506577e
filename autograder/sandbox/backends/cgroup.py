"""A control group for one child and all that it starts: memory without swap, processes, CPUs (cgroups v1 and v2)."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from pathlib import Path

from autograder.sandbox.faults import GraderFault
from autograder.sandbox.leftovers import abandoned, mark

_PERIOD = 100_000
"""Microseconds in which CPU time is handed out."""
_number = itertools.count()


class Cgroup:
    """Made with its limits; `add` a process, and `close` it when all of them are over. Raises GraderFault."""

    def __init__(self, *, memory_mb: int, processes: int, cpus: float = 1.0) -> None:
        tree = _Tree.here()
        name = f"{mark()}{next(_number)}"
        self._folders = [parent / name for parent in tree.parents]
        self._unified = tree.unified
        memory = memory_mb * 2**20
        quota = int(cpus * _PERIOD)
        try:
            for folder in self._folders:
                folder.mkdir()
            if self._unified:
                self._write("memory.max", memory)
                self._write("memory.swap.max", 0, optional=True)
                self._write("memory.oom.group", 1, optional=True)
                self._write("pids.max", processes)
                self._write("cpu.max", f"{quota} {_PERIOD}", optional=True)
            else:
                self._write("memory.limit_in_bytes", memory)
                self._write("memory.memsw.limit_in_bytes", memory, optional=True)
                self._write("pids.max", processes)
                self._write("cpu.cfs_quota_us", quota, optional=True)
        except OSError as error:
            self.close()
            raise GraderFault(f"a control group could not be made: {error}") from error

    def _file(self, name: str) -> Path | None:
        return next((folder / name for folder in self._folders if (folder / name).exists()), None)

    def _write(self, name: str, value: int | str, *, optional: bool = False) -> None:
        file = self._file(name)
        if file is not None:
            file.write_text(str(value))
        elif not optional:
            raise OSError(f"there is no {name}")

    def add(self, pid: int) -> None:
        """Put a process, and what it will start, under the limits. Raises GraderFault."""
        if pid <= 0:  # to the kernel, 0 is whoever writes it: the grader
            raise GraderFault("a child cannot be put into its control group: its process number is not known here")
        try:
            for folder in self._folders:
                (folder / "cgroup.procs").write_text(str(pid))
        except OSError as error:
            raise GraderFault(f"a child could not be put into its control group: {error}") from error

    @property
    def killed(self) -> bool:
        """Whether something in it was killed for the memory that was used."""
        return _kills(self._file("memory.events" if self._unified else "memory.oom_control")) > 0

    def close(self, patience: float = 2.0) -> None:
        """Remove it; its processes are over, or are just ending."""
        deadline = time.monotonic() + patience
        for folder in self._folders:
            while folder.exists():
                try:
                    folder.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        break
                    time.sleep(0.002)


class KillCount:
    """Tells whether something was killed for memory, from now on, in the group that a process is in. Others made it."""

    def __init__(self, pid: int) -> None:
        self._file = _kill_file(pid)
        self._before = _kills(self._file)

    @property
    def grown(self) -> bool:
        return _kills(self._file) > self._before


def _kill_file(pid: int) -> Path | None:
    groups, mounts = _groups(str(pid)), _mounts()
    name, file = ("memory", "memory.oom_control") if "memory" in mounts else ("", "memory.events")
    return mounts[name] / groups[name].lstrip("/") / file if name in mounts and name in groups else None


def _kills(file: Path | None) -> int:
    """What the kernel counts there; 0 where nothing can be read."""
    with contextlib.suppress(OSError):
        for line in file.read_text().splitlines() if file is not None else ():
            word, _, value = line.partition(" ")
            if word == "oom_kill":
                return int(value)
    return 0


class _Tree:
    """Where groups can be made on this machine: one folder (v2), or one for each controller (v1)."""

    _found: _Tree | None = None

    def __init__(self, parents: list[Path], *, unified: bool) -> None:
        self.parents, self.unified = parents, unified

    @classmethod
    def here(cls) -> _Tree:
        """Raises GraderFault when there is no such place."""
        if cls._found is None:
            cls._found = cls._search()
            _sweep(cls._found.parents)
        return cls._found

    @classmethod
    def _search(cls) -> _Tree:
        groups = _groups()
        mounts = _mounts()
        if {"memory", "pids"} <= mounts.keys():
            wanted = [name for name in ("memory", "pids", "cpu") if name in mounts]
            parents = [_writable(mounts[name], groups.get(name, "/")) for name in wanted]
            return cls(list(dict.fromkeys(parents)), unified=False)
        if "" in mounts:
            return cls([_delegated(mounts[""], groups.get("", "/"))], unified=True)
        raise GraderFault("this system has no control groups for memory and processes")


def _sweep(parents: list[Path]) -> None:
    """Remove what graders left that were killed."""
    for parent in parents:
        for folder in parent.glob("gradus-*"):
            if abandoned(folder.name):
                with contextlib.suppress(OSError):
                    folder.rmdir()


def _groups(pid: str = "self") -> dict[str, str]:
    """Controller → the group that a process is in; the unified tree has the name ''."""
    found: dict[str, str] = {}
    for line in _lines(f"/proc/{pid}/cgroup"):
        _, controllers, path = line.split(":", 2)
        found |= dict.fromkeys(controllers.split(","), path)
    return found


def _mounts() -> dict[str, Path]:
    """Controller → where its tree is mounted; the unified one has the name ''."""
    found: dict[str, Path] = {}
    for line in _lines("/proc/self/mountinfo"):
        before, _, after = line.partition(" - ")
        kind, _, options = after.split()[:3]
        place = Path(before.split()[4])
        if kind == "cgroup2":
            found[""] = place
        elif kind == "cgroup":
            found |= dict.fromkeys(options.split(","), place)
    return found


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text().splitlines()
    except OSError:
        return []


def _writable(mount: Path, group: str) -> Path:
    # In a container the group's name may be the host's, of which nothing is mounted here.
    for folder in (mount / group.lstrip("/"), mount):
        if folder.is_dir() and os.access(folder, os.W_OK):
            return folder
    raise GraderFault(f"no control group can be made below {mount}")


def _delegated(mount: Path, group: str) -> Path:
    """The nearest group above ours in which groups with memory and pids limits may be made."""
    own = mount / group.lstrip("/")
    for folder in (own, *own.parents):
        if not folder.is_relative_to(mount):
            break
        given = (_lines(str(folder / "cgroup.subtree_control")) or [""])[0].split()
        if {"memory", "pids"} <= set(given) and os.access(folder, os.W_OK):
            return folder
    raise GraderFault(
        f"no control group can be made below {own}; under systemd, start with: systemd-run --user --scope -p Delegate=yes"
    )


def obstacle() -> str | None:
    """Why no group can be made here, None when it works: one is made, and removed."""
    try:
        Cgroup(memory_mb=64, processes=8).close()
    except GraderFault as error:
        return str(error)
    return None
