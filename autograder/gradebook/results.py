"""What grading came to, and which result an attempt has."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.rows import inserted, selected
from autograder.gradebook.tables import attempts, criterion_results, gradings, results, tasks
from autograder.gradebook.views import current_gradings
from autograder.grading.result import Result


def write_result(connection: Connection, task_id: int, result: Result) -> int:
    """The id of the result of a task, written in the caller's transaction: `tasks.finish` is the caller."""
    values = {
        "task_id": task_id,
        "status": result.status,
        "score": result.score,
        "max_score": result.max_score,
        "pending": result.pending,
        "result": result.model_dump_json(by_alias=True),
        "at": now(),
    }
    result_id = inserted(connection, insert(results).values(**values))
    rows = [
        {
            "result_id": result_id, "criterion": one.id, "position": position, "question": one.question,
            "kind": one.kind, "points": one.points, "score": one.score, "verdict": one.verdict.value,
            "mistake": one.mistake,
        }
        for position, one in enumerate(result.criteria)
    ]  # fmt: skip
    if rows:
        connection.execute(insert(criterion_results), rows)
    return result_id


def adopt(book: Gradebook, attempt_id: int, result_id: int, author: str, policy: str, reason: str) -> bool:
    """Let a result be that of an attempt from now on. False, and nothing written, when it is already."""
    with book.write() as connection:
        current = select(current_gradings.c.result_id).where(current_gradings.c.attempt_id == attempt_id)
        if connection.execute(current).scalar() == result_id:
            return False
        values = {"attempt_id": attempt_id, "result_id": result_id, "policy": policy, "reason": reason}
        connection.execute(insert(gradings).values(**values, at=now(), author=author))
    return True


def result_of(book: Gradebook, attempt_id: int) -> Result | None:
    """The result of an attempt; None while it has none."""
    chosen = select(results.c.result).join(current_gradings, current_gradings.c.result_id == results.c.id)
    rows = selected(book, chosen.where(current_gradings.c.attempt_id == attempt_id))
    return Result.model_validate_json(rows[0].result) if rows else None


def results_of(book: Gradebook, assignment: str) -> dict[int, Result]:
    """Attempt → its result, of all attempts of the assignment that have one."""
    chosen = (
        select(current_gradings.c.attempt_id, results.c.id, results.c.result)
        .join(results, current_gradings.c.result_id == results.c.id)
        .join(attempts, attempts.c.id == current_gradings.c.attempt_id)
        .where(attempts.c.assignment == assignment)
        .order_by(current_gradings.c.attempt_id)
    )
    rows = selected(book, chosen)
    parsed: dict[int, Result] = {}
    for row in rows:  # students with the same file share one
        if row.id not in parsed:
            parsed[row.id] = Result.model_validate_json(row.result)
    return {row.attempt_id: parsed[row.id] for row in rows}


def finished(book: Gradebook, assignment: str, assignment_sha256: str, seed: int) -> dict[str, int]:
    """Submission hash → id of its result, of the tasks of one run that are done."""
    chosen = (
        select(tasks.c.submission_sha256, results.c.id)
        .join(results, results.c.task_id == tasks.c.id)
        .where(tasks.c.assignment == assignment, tasks.c.assignment_sha256 == assignment_sha256, tasks.c.seed == seed)
    )
    return {row.submission_sha256: row.id for row in selected(book, chosen)}


def result_by_id(book: Gradebook, result_id: int) -> Result | None:
    """A result, whoever's it is."""
    rows = selected(book, select(results.c.result).where(results.c.id == result_id))
    return Result.model_validate_json(rows[0].result) if rows else None
