"""Faults of the world happen to a small class of the course `tiny`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.course.known import merge
from autograder.course.notebook import module_source, read_notebook
from tests.conftest import COURSES

SOURCE = COURSES / "tiny/assignments/scale/source.ipynb"
WRONG = "def standardise(x):\n    return x - x.mean(-1, keepdim=True)\n"
LOOPS = "def standardise(x):\n    while True:\n        pass\n"


def processes_of(temporary: Path) -> list[int]:
    """Processes with this folder for temporary files; those of sandboxes have no environment of ours."""
    mine = f"TMPDIR={temporary}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if mine in Path(f"/proc/{entry}/environ").read_bytes().split(b"\0"):
                    found.append(int(entry))
            except OSError:
                continue
    return found


@pytest.fixture
def class_of(tmp_path: Path) -> Callable[..., list[Path]]:
    """class_of(name=definitions): submissions that differ from the solution so."""
    solution = module_source(read_notebook(SOURCE.read_bytes(), "source.ipynb"))
    folder = tmp_path / "class"
    folder.mkdir()

    def write(**definitions: str) -> list[Path]:
        for name, text in definitions.items():
            (folder / f"{name}.py").write_text(merge(solution, text))
        return [folder / f"{name}.py" for name in definitions]

    return write


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for 256 KiB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", str(place)], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Take all room there is; the file that takes it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler
