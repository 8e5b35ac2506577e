"""What a student gets, in a folder of its own: nothing of the course is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.course.findings import Finding
from autograder.course.models import LoadedAssignment


@contextmanager
def student_copy(loaded: LoadedAssignment) -> Iterator[tuple[Path, list[Finding]]]:
    """A folder with what `release` would hand out, for the length of the block, and what would leak.

    With leaks the folder is empty. Raises CourseError when the notebook's markers or metadata are not sound.
    """
    from autograder.release.build import read_sound_source, student_files
    from autograder.release.folders import replace_folders
    from autograder.release.scan import find_leaks

    source = read_sound_source(loaded)
    files = student_files(loaded, source)
    leaks = find_leaks(loaded, source, files)
    with TemporaryDirectory(prefix="gradus-preview-", ignore_cleanup_errors=True) as parent:
        folder = Path(parent) / loaded.slug
        replace_folders([(folder, {} if leaks else files)])
        yield folder, leaks
