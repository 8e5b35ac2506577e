"""What a submission left on the machine: processes, files, shared memory, mounts, control groups, containers."""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

SHARED = (
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    "/run/lock",
    "/var/lock",
    "/dev/mqueue",
    "/run",
    "/var/crash",
    "/home",
    "/root",
)
"""Where anybody may write on some machine, or would like to."""
_GRACE_SECONDS = 5.0
_SPARE = {"containers": 1, "files": 3}
"""What may be there for the next submission: a container; its folder, with a folder and a socket in it."""


@dataclass(frozen=True)
class Before:
    """How the machine was; `left_since` says what came to it. Only what is ours: others work here, too."""

    tmp: Path
    """The grader's folder for temporary files: nobody else uses it."""
    files: frozenset[str]
    ipc: frozenset[str]
    mounts: frozenset[str]
    groups: frozenset[str]
    containers: frozenset[str]


def look(tmp: Path) -> Before:
    return Before(
        tmp, frozenset(_below(tmp)), frozenset(_ipc()), frozenset(_mounts(tmp)), frozenset(_groups()),
        frozenset(_containers()),
    )  # fmt: skip


def left_since(before: Before, mark: str, places: tuple[Path, ...] = ()) -> list[str]:
    """What is there and was not, or bears `mark`. Ending takes a moment, so that it is asked again for two seconds."""
    deadline = time.monotonic() + _GRACE_SECONDS
    while (found := _left(before, mark, places)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _left(before: Before, mark: str, places: tuple[Path, ...]) -> list[str]:
    now = look(before.tmp)
    found = [f"the process {pid} ({name})" for pid, name in marked_processes(mark)]
    found += [f"the file {path}" for path in marked_files(mark, (*map(Path, SHARED), *places))]
    for what in ("files", "ipc", "mounts", "groups", "containers"):
        new = sorted(getattr(now, what) - getattr(before, what))
        # The backend `docker` starts the next container, with a folder of its own, while it closes the last one.
        spare = [item for item in new if what == "containers" or f"{item.split('/')[0]}/shared/door" in now.files]
        if spare and len(getattr(now, what)) <= max(len(getattr(before, what)), _SPARE[what]):
            new = [item for item in new if item not in spare]
        found += [f"{what}: {item}" for item in new]
    return found


def clear(before: Before, mark: str, places: tuple[Path, ...] = ()) -> None:
    """Remove what is left, so that it is told once and not with every later attack."""
    for pid, _ in marked_processes(mark):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)
    for path in marked_files(mark, (*map(Path, SHARED), *places)):
        remove(path)
    for line in set(_ipc()) - before.ipc:
        kind, number = line.split()[:2]
        subprocess.run(["ipcrm", {"shm": "-m", "sem": "-s", "msg": "-q"}[kind], number], check=False)
    for name in set(_below(before.tmp)) - before.files:
        remove(before.tmp / name)


def remove(path: Path) -> None:
    """Also a folder thousands of levels deep, where Python's own way runs out of stack."""
    subprocess.run(["rm", "-rf", "--", str(path)], check=False)


def marked_processes(mark: str) -> list[tuple[int, str]]:
    """(number, name) of every living process whose name, arguments or environment hold `mark`."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            name = (entry / "comm").read_text().strip()
            texts = (name.encode(), (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes())
            if any(mark.encode() in text for text in texts) and "\nState:\tZ" not in (entry / "status").read_text():
                found.append((int(entry.name), name))
    return found


def marked_files(mark: str, places: tuple[Path, ...]) -> list[Path]:
    """Files and folders with `mark` in their name, in `places` and the folders in them."""
    return [path for place in places for path in _entries(place, 2) if mark in path.name]


def _entries(folder: Path, depth: int) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            yield Path(entry.path)
            if depth > 1 and entry.is_dir(follow_symlinks=False):
                yield from _entries(Path(entry.path), depth - 1)


def _below(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in _entries(folder, 4)]


def _ipc() -> list[str]:
    """`shm 3 key`, one a segment, semaphore or queue of System V."""
    found = []
    for kind in ("shm", "sem", "msg"):
        with contextlib.suppress(OSError):
            head, *lines = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()
            maker = head.split().index("cuid")
            rows = [line.split() for line in lines]
            found += [f"{kind} {row[1]} {row[0]}" for row in rows if int(row[maker]) not in _servers()]
    return found


@lru_cache(maxsize=1)
def _servers() -> frozenset[int]:
    """Users of database servers, as which no submission ever runs: other tests may start one meanwhile."""
    with contextlib.suppress(KeyError):
        return frozenset({pwd.getpwnam("postgres").pw_uid})
    return frozenset()


def _mounts(tmp: Path) -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line.split()[4] for line in lines if str(tmp) in line]


def _groups() -> list[str]:
    """Control groups of this grader: their names hold its number."""
    root = Path("/sys/fs/cgroup")
    return [str(path) for path in _folders(root, 4) if "gradus" in path.name and str(os.getpid()) in path.name]


def _folders(folder: Path, depth: int) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)
                if depth > 1:
                    yield from _folders(Path(entry.path), depth - 1)


def _containers() -> list[str]:
    """Containers of this grader, running or not; none where Docker is not used."""
    from autograder.sandbox.backends import docker_owner

    command = ["docker", "ps", "--all", "--quiet", "--filter", f"label={docker_owner.LABEL}={docker_owner.owner()}"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout.split()
    return []
