"""Do the checks that students run themselves tell them anything?"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from autograder.course.findings import CourseError, Findings
from autograder.course.models import LoadedAssignment
from autograder.sandbox.leftovers import mark
from autograder.student.answers import read_answers
from autograder.student.folder import open_folder
from autograder.student.outcome import Check
from autograder.student.run import CheckRun

SECONDS = 60.0


def public_tests_tell(loaded: LoadedAssignment, findings: Findings) -> None:
    """Every public test passes on the solution, and none on what students start from."""
    try:
        solution, template = _checked(loaded, loaded.paths.solution / "solution.ipynb"), _checked(loaded, None)
    except CourseError as error:
        findings.add(f"student_template/{loaded.slug}", None, f"`gradus check` does not work in it: {error}")
        return
    for check in solution:
        if check.fault is not None:
            why = check.fault.message or f"it {check.fault.ending}."
            findings.add(
                _file(loaded, check), None, f"{_function(check)} does not pass on the solution: {why}", "Correct it."
            )
    for check in template:
        if check.fault is None:
            fact = f"{_function(check)} passes on the template, before anything is written."
            findings.add(_file(loaded, check), None, fact, "Make it call what the student is to write.")


def _checked(loaded: LoadedAssignment, notebook: Path | None) -> list[Check]:
    """The public tests on a copy of the student's folder, with `notebook` in the place of the one in it."""
    with tempfile.TemporaryDirectory(prefix=mark()) as work:
        copy = Path(work) / loaded.slug
        shutil.copytree(loaded.paths.student, copy)
        folder = open_folder(copy)
        if notebook is not None:
            shutil.copyfile(notebook, folder.notebook)
        return CheckRun(folder, read_answers(folder), folder.questions, SECONDS).run()


def _file(loaded: LoadedAssignment, check: Check) -> str:
    return f"assignments/{loaded.slug}/tests/public/{Path(check.id.partition('::')[0]).name}"


def _function(check: Check) -> str:
    return check.id.partition("::")[2]
