"""Grade many submissions: each gets a placeholder first and a result in the end, whatever the others do."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from autograder.course.models import Limits, LoadedAssignment
from autograder.grading.archive import shown, submission_id
from autograder.grading.blank import GRADER_FAILED, assignment_sha256, blank_result, environment
from autograder.grading.crew import Crew, Failure, Post, bench
from autograder.grading.lock import sole_grader_of
from autograder.grading.measure import limits_here
from autograder.grading.result import Environment, Result, SubmissionId
from autograder.grading.store import read_result, remove_torn, write_result
from autograder.sandbox.backend import choose
from autograder.sandbox.leftovers import mark, remove_leftovers


@dataclass(frozen=True)
class Task:
    """One submission to grade, with the name of its folder."""

    path: Path
    id: str


class Unfinished(Exception):
    """Something could not be written; every other submission has its result."""

    def __init__(self, troubles: dict[str, Exception]) -> None:
        super().__init__("; ".join(f"{name}: {error}" for name, error in troubles.items()))
        self.troubles = troubles
        """Submission → the first thing that went wrong."""


def tasks_of(paths: list[Path]) -> list[Task]:
    """One task a path; two submissions of the same name get a number."""
    tasks: list[Task] = []
    taken: set[str] = set()
    for path in paths:
        base = name = submission_id(path)
        number = 1
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name)
        tasks.append(Task(path, name))
    return tasks


def grade_all(
    loaded: LoadedAssignment,
    tasks: list[Task],
    out: Path,
    *,
    seed: int,
    backend: str = "auto",
    trusted: bool = False,
    private: Sequence[Path] = (),
    jobs: int | None = None,
    finish: Callable[[Path, Result], None] = lambda folder, result: None,
) -> Iterator[Result]:
    """Results as they come. Each is written to `out/<id>/result.json`, then `finish(folder, result)` is called.

    Before anything is written it raises Refused when no sandbox may be used, and FolderInUse when somebody else grades
    into `out`; before any submission is graded, SelfTestFailed. When something could not be written it raises
    Unfinished, after all the others have been graded.
    """
    sandbox = choose(backend, trusted=trusted, gpu=loaded.assignment.gpu, private=private)
    workers = min(jobs or os.cpu_count() or 1, len(tasks))
    with sole_grader_of(out), tempfile.TemporaryDirectory(prefix=mark()) as turns:
        remove_leftovers()
        post = Post(loaded, sandbox, seed, trusted, tuple(private), Path(turns))
        desk = _Desk(post, out, finish)
        with Crew(post, workers, patience(loaded.assignment.limits)) as crew:
            limits = limits_here(crew)
            crew.patience = patience(limits)
            for task in tasks:
                desk.expect(task)
            for assigned, outcome in crew.run(_grade_here, [_Assigned(task, limits) for task in tasks]):
                yield desk.take(assigned.task, outcome)
        if desk.troubles:
            raise Unfinished(desk.troubles)


class _Desk:
    """Where results are written down. What cannot be written costs nobody else anything."""

    def __init__(self, post: Post, out: Path, finish: Callable[[Path, Result], None]) -> None:
        self._loaded, self._out, self._finish = post.loaded, out, finish
        self._where = environment(
            post.loaded, sandbox=post.sandbox, seed=post.seed, digest=assignment_sha256(post.loaded)
        )
        self.troubles: dict[str, Exception] = {}

    def expect(self, task: Task) -> None:
        """A placeholder, unless a result of an earlier run stands there: that one stays until there is a newer one."""
        with suppress(OSError, ValidationError, UnicodeDecodeError):
            remove_torn(self._out / task.id)
            if read_result(self._out / task.id).status in ("graded", "rejected"):
                return
        self._keep(task, lambda folder: write_result(folder, self._blank(task, self._where)))

    def take(self, task: Task, outcome: Result | Failure) -> Result:
        """The result to tell, written down as far as that can be done."""
        if isinstance(outcome, Failure):
            result = self._blank(task, self._where.model_copy(update={"detail": outcome.reason}), failed=True)
        else:
            result = outcome
        if self._keep(
            task, lambda folder: write_result(folder, result)
        ):  # else the old reports stand by the old result
            self._keep(task, lambda folder: self._finish(folder, result))
        return result

    def _keep(self, task: Task, write: Callable[[Path], None]) -> bool:
        try:
            write(self._out / task.id)
        except Exception as error:
            self.troubles.setdefault(task.id, error)
            return False
        return True

    def _blank(self, task: Task, where: Environment, *, failed: bool = False) -> Result:
        name = SubmissionId(id=task.id, sha256="", file=shown(task.path.name))
        if failed:
            return blank_result(self._loaded, name, where, "grader_error", GRADER_FAILED)
        return blank_result(self._loaded, name, where)


def patience(limits: Limits) -> float:
    """Seconds after which a worker that says nothing is taken for stopped.

    Well beyond all that a submission may take: four runs, and the wait for others to finish theirs.
    """
    return 120 + 8 * limits.total_seconds


@dataclass(frozen=True)
class _Assigned:
    task: Task
    limits: Limits


def _grade_here(assigned: _Assigned) -> Result:
    """In a worker."""
    bench().limits = assigned.limits
    return bench().grade(assigned.task.path, identifier=assigned.task.id)
