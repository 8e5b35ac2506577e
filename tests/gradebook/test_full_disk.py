"""PostgreSQL on a disk that is full: a sentence, nothing lost, and on it goes when there is space again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.gradebook import GradebookError, open_gradebook
from autograder.gradebook.attempts import Attempt, attempts_of, file_of, receive
from autograder.gradebook.book import Gradebook
from autograder.gradebook.marks import marks_of, write_mark
from autograder.gradebook.roster import add_person
from tests.gradebook import postgresql

pytestmark = pytest.mark.slow
DISK, PATIENCE = "160m", 30.0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of our own, in memory; skips where none can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    call = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0755", "gradus-small", str(place)]
    try:
        mounted = subprocess.run(call, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("mount is not installed here")
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    for folder in tmp_path.parents[:2]:  # pytest makes its folders for one user, and PostgreSQL is another
        folder.chmod(0o755)
    tmp_path.chmod(0o755)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def handed_in(book: Gradebook, folder: Path, sid: str, size: int) -> Attempt:
    """A file that nothing can make smaller."""
    file = folder / f"{sid}.py"
    file.write_bytes(os.urandom(size))
    return receive(book, "lstm", add_person(book, sid).student_id, file)


def test_a_full_disk_under_postgresql_loses_nothing(disk: Path, tmp_path: Path) -> None:
    try:
        with postgresql.server(disk) as address, open_gradebook(address) as book:
            one = handed_in(book, tmp_path, "s1", 1000)
            mark = write_mark(book, one.id, "cell.style", author="tim", points=1.0)
            ballast = disk / "ballast"
            free = os.statvfs(disk)
            ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - 2_000_000))
            said = refused(book, tmp_path)
            assert "could not be written: the disk is full. What was there before is safe." in said, said
            assert marks_of(book, one.id) == [mark]

            ballast.unlink()
            two = again(book, tmp_path)
            assert [found.id for found in attempts_of(book, "lstm")] == [one.id, two.id], "nothing half written"
            assert len(file_of(book, two.file_sha256)) == 6_000_000
            assert marks_of(book, one.id) == [mark]
            assert write_mark(book, two.id, "cell.style", author="tim", points=2.0).points == 2.0
    except postgresql.Unavailable as reason:
        pytest.skip(str(reason))


def refused(book: Gradebook, folder: Path) -> str:
    """What is said when there is no space left."""
    with pytest.raises(GradebookError) as error:
        handed_in(book, folder, "s2", 6_000_000)
    return str(error.value)


def again(book: Gradebook, folder: Path) -> Attempt:
    """The same once more; a server that stopped at a full disk takes a moment to come back."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return handed_in(book, folder, "s2", 6_000_000)
        except GradebookError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
