"""Results that nobody graded, and a workforce that does as it is told: no process is started for these tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from autograder.batches.backlog import ungraded
from autograder.batches.class_folder import Entry
from autograder.batches.grading import Outcome, Queue, adopt_ready, grade_attempts
from autograder.batches.intake import Intake, take_in
from autograder.batches.order import Order
from autograder.course.models import LoadedAssignment
from autograder.course.verdict import Verdict
from autograder.gradebook import Gradebook
from autograder.grading.blank import environment
from autograder.grading.crew import Failure
from autograder.grading.result import CriterionResult, Result, SubmissionId

SEED = 7
Told = Callable[[Order], "Result | Failure"]


def result(loaded: LoadedAssignment, label: str = "x", **criteria: Any) -> Result:
    """A graded result: full marks, but for `standardise_values="FAIL"` or `affine_values={"verdict": …, "mistake": …}`."""
    parts = []
    for one in loaded.rubric.criteria:
        given = criteria.get(one.id.replace(".", "_"), "PASS" if one.kind == "tests" else "NEEDS_REVIEW")
        facts = given if isinstance(given, dict) else {"verdict": given}
        score = one.points if facts["verdict"] == "PASS" else 0.0
        parts.append(
            CriterionResult(
                id=one.id, question=one.question, title=one.title, kind=one.kind, points=one.points,
                **{"score": score, **facts, "verdict": Verdict(facts["verdict"])},
            )
        )  # fmt: skip
    return Result(
        assignment=loaded.slug, title=loaded.assignment.title, submission=SubmissionId(id=label, sha256="0", file="f"),
        status="graded", score=sum(part.score for part in parts), max_score=loaded.rubric.points,
        criteria=tuple(parts), environment=environment(loaded, sandbox="none", seed=SEED),
    )  # fmt: skip


class Scripted:
    """Answers each order with what `told` says, and remembers what it was given."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self.orders: list[Order] = []

    def run(self, orders: Iterable[Order]) -> Iterator[tuple[Order, Result | Failure]]:
        for order in orders:
            self.orders.append(order)
            yield order, self._told(order)


def received(book: Gradebook, folder: Path, *files: str, text: str | None = None) -> Intake:
    """Students that are enrolled, each with a file that says `text`, by default their own name."""
    folder.mkdir(exist_ok=True)
    for name in files:
        (folder / f"{name}.py").write_text(text or name)
    entries = [Entry(folder / f"{name}.py", name, None) for name in files]
    return take_in(book, "scale", entries, add_unknown=True)


def graded(queue: Queue, workforce: Scripted) -> list[Outcome]:
    """What `gradus grade --class` does once the class is received."""
    missing = ungraded(queue.book, "scale")
    done = adopt_ready(queue, missing)
    rest = [attempt for attempt in missing if attempt.id not in done]
    queue.fill(rest)
    return list(grade_attempts(queue, workforce, rest))
