"""An nbgrader course on disk: its settings, its gradebook, its folders. Importing nbgrader takes seconds."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.findings import CourseError


@dataclass(frozen=True)
class NbCourse:
    """Where a course keeps things, by its own `nbgrader_config.py`."""

    folder: Path
    db_url: str
    course_id: str
    directory: Any
    """nbgrader's CourseDirectory."""

    def autograded(self, student: str, assignment: str) -> Path:
        """The folder of one graded submission."""
        return Path(self.directory.format_path(self.directory.autograded_directory, student, assignment))

    def source(self, assignment: str) -> Path:
        """The instructor's folder of an assignment: formgrader lists those that have one."""
        return Path(self.directory.format_path(self.directory.source_directory, ".", assignment))


def nb_course(folder: Path) -> NbCourse:
    """The course at `folder`. Raises CourseError where there is none, or where its gradebook would be another program's."""
    from nbgrader.apps.baseapp import NbGrader
    from nbgrader.coursedir import CourseDirectory

    if not folder.is_dir():
        raise CourseError(f"{folder} is not there. Name the folder of the nbgrader course, or make it.")
    app = NbGrader()
    app.log_level = "ERROR"
    app.load_cwd_config, app.config_dir = False, str(folder.resolve())
    app.load_config_file()
    directory = CourseDirectory(config=app.config)
    directory.root = str(folder.resolve())
    _is_nbgraders(directory.db_url)
    return NbCourse(folder, directory.db_url, directory.course_id, directory)


def _is_nbgraders(url: str) -> None:
    """Both call their gradebook `gradebook.db`: nbgrader would make its tables in ours."""
    from sqlalchemy import create_engine, inspect

    file = Path(url.removeprefix("sqlite:///"))
    if not (url.startswith("sqlite:///") and file.exists()):
        return
    engine = create_engine(url)
    try:
        tables = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if tables and "submitted_assignment" not in tables:
        raise CourseError(
            f"{file} is not a gradebook of nbgrader. Name another folder, or set db_url in its nbgrader_config.py."
        )


@contextmanager
def nb_gradebook(course: NbCourse) -> Iterator[Any]:
    """The gradebook of `course`, made where there is none yet."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SAWarning, SQLAlchemyError

    before = os.environ.get("PATH", "")
    # For a new gradebook nbgrader calls `alembic`, which stands beside this Python and maybe not in the search path.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        opened = Gradebook(course.db_url, course.course_id)
    except SQLAlchemyError as error:
        said = str(error).splitlines()[0]
        raise CourseError(
            f"{course.db_url}: nbgrader's gradebook cannot be opened: {said}. "
            "If it is of an older nbgrader, run `nbgrader db upgrade` there."
        ) from error
    finally:
        os.environ["PATH"] = before
    with opened, warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=SAWarning)  # nbgrader's own way of adding a submission
        yield opened
