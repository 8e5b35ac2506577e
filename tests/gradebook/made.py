"""Students, hand-ins and results for tests of the gradebook."""

from __future__ import annotations

from pathlib import Path

from autograder.course.verdict import Verdict
from autograder.gradebook import Gradebook
from autograder.gradebook.attempts import Attempt, receive
from autograder.gradebook.results import adopt, finished
from autograder.gradebook.roster import add_person
from autograder.gradebook.tasks import Key, claim, enqueue, finish
from autograder.grading.result import CriterionResult, Environment, Result, SubmissionId

RULES = "a" * 64
"""The hash of an assignment."""


def attempt(book: Gradebook, folder: Path, sid: str = "s1", text: str = "x = 1\n", assignment: str = "lstm") -> Attempt:
    """What the student `sid`, who is put into the roster, hands in."""
    file = folder / "answer.py"
    file.write_text(text)
    return receive(book, assignment, add_person(book, sid).student_id, file)


def criterion(name: str, score: float, verdict: Verdict, points: float = 4.0) -> CriterionResult:
    """A criterion; one whose verdict is NEEDS_REVIEW is marked by a TA."""
    kind = "ta" if verdict is Verdict.NEEDS_REVIEW else "tests"
    return CriterionResult(
        id=name, question=name.partition(".")[0], title=name, kind=kind, points=points, score=score, verdict=verdict
    )


def result(submission: str, values: float = 4.0, rules: str = RULES, status: str = "graded") -> Result:
    """Of 10 points: 4 for values, 4 for a timing that could not be decided, 2 by a TA."""
    criteria = (
        criterion("cell.values", values, Verdict.PASS if values == 4 else Verdict.FAIL),
        criterion("cell.speed", 0, Verdict.INCONCLUSIVE),
        criterion("cell.style", 0, Verdict.NEEDS_REVIEW, points=2.0),
    )
    where = Environment(
        kit="0", assignment_sha256=rules, torch="2", device="cpu", sandbox="process", seed=7, seconds=1.0
    )
    return Result.model_validate(
        {
            "assignment": "lstm", "title": "LSTM", "status": status, "score": values, "max_score": 10.0, "pending": 6.0,
            "submission": SubmissionId(id="x", sha256=submission, file="answer.py"), "environment": where,
            "criteria": criteria if status == "graded" else (),
        }
    )  # fmt: skip


def graded(book: Gradebook, one: Attempt, made: Result | None = None, rules: str = RULES) -> int:
    """Take the attempt through the queue: the id of its result."""
    enqueue(book, one.assignment, [Key(rules, one.file_sha256, 7)])
    task = claim(book, one.assignment, "w1", 60, assignment_sha256=rules)
    if task is not None:
        finish(book, task.id, made or result(one.file_sha256, rules=rules))
    result_id = finished(book, one.assignment, rules, 7)[one.file_sha256]
    adopt(book, one.id, result_id, "gradus", "first", "")
    return result_id
