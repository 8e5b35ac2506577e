"""Names of what a grader makes outside its own folders, and the removal of what submissions and killed graders left.

A name tells who made it: the namespace of processes, the process and when that was started. So that of a living grader
is never taken for that of a dead one, not even when numbers are used again or a folder is shared with a container.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_NAME = re.compile(r"gradus-(\d+)-(\d+)-(\d+)-")


def mark() -> str:
    """What the names of this process's things begin with."""
    return f"gradus-{_namespace()}-{os.getpid()}-{_started(os.getpid())}-"


def abandoned(name: str) -> bool:
    """Whether something called `name` was made by a grader of ours that is gone."""
    found = _NAME.match(name)
    if found is None:
        return False
    namespace, pid, started = (int(number) for number in found.groups())
    return namespace == _namespace() and _started(pid) != started


def remove_leftovers(folder: Path | None = None) -> None:
    """Remove what killed graders left in `folder`, by default the one for temporary files. Raises nothing."""
    place = Path(tempfile.gettempdir()) if folder is None else folder
    try:
        names = [name for name in os.listdir(place) if abandoned(name)]
    except OSError:
        return
    remove([str(place / name) for name in names])


def remove(paths: Sequence[str]) -> None:
    """Remove files and folders, of any depth and closed ones too; no link is followed, and nothing is raised."""
    for path in paths:
        with contextlib.suppress(OSError):
            os.rmdir(path)  # what most children leave behind is nothing; a process costs more than that
    for closed in (False, True):
        left = [path for path in paths if os.path.lexists(path)]
        if not left:
            return
        if closed:  # a folder without its permissions keeps its own user out
            _run("chmod", "-R", "u+rwx", "--", paths=[path for path in left if not os.path.islink(path)])
        _run("rm", "-rf", "--", paths=left)
    for path in paths:
        with contextlib.suppress(OSError, RecursionError):
            shutil.rmtree(path)


def _run(*command: str, paths: Sequence[str]) -> None:
    """`command` on `paths`; the tools of the system stand depths that Python's own functions do not."""
    with contextlib.suppress(OSError):
        for start in range(0, len(paths), 200):
            subprocess.run([*command, *paths[start : start + 200]], capture_output=True, check=False)


@cache
def _namespace() -> int:
    try:
        return os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return 0


def _started(pid: int) -> int:
    """Clock ticks between the machine's start and the process's; 0 for one that is gone, or waits to be reaped."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    fields = stat.rpartition(")")[2].split()
    return 0 if fields[0] in "ZX" else int(fields[19])
