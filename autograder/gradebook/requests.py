"""Students ask for a criterion to be looked at again; staff answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, insert, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.memory import remembered
from autograder.gradebook.rows import inserted, selected
from autograder.gradebook.tables import answers, attempts, requests

Decision = Literal["changed", "kept"]


@dataclass(frozen=True)
class Answer:
    """What staff said."""

    text: str
    decision: Decision
    at: datetime
    author: str


@dataclass(frozen=True)
class Request:
    """What a student asked, and the answer once there is one."""

    id: int
    attempt_id: int
    assignment: str
    criterion: str
    text: str
    at: datetime
    author: str
    answer: Answer | None = None


def ask(book: Gradebook, attempt_id: int, criterion: str, text: str, author: str) -> int:
    """Note a student's request: its id."""
    values = {"attempt_id": attempt_id, "criterion": criterion, "text": text}
    with book.write() as connection:
        return inserted(connection, insert(requests).values(**values, at=now(), author=author))


def answer(book: Gradebook, request_id: int, text: str, decision: Decision, author: str) -> None:
    """Answer a request; once."""
    with book.write() as connection:
        earlier = connection.execute(select(answers).where(answers.c.request_id == request_id)).first()
        if earlier:
            raise GradebookError(f"{earlier.author} has answered this request already. Read that answer first.")
        if connection.execute(select(requests.c.id).where(requests.c.id == request_id)).first() is None:
            raise GradebookError(f"There is no request number {request_id} in {book.place}.")
        values = {"request_id": request_id, "text": text, "decision": decision}
        connection.execute(insert(answers).values(**values, at=now(), author=author))


def open_requests(book: Gradebook, assignment: str | None = None) -> list[Request]:
    """Requests without an answer, oldest first."""
    return [request for request in requests_of(book, assignment) if request.answer is None]


def requests_of(book: Gradebook, assignment: str | None = None, attempt_id: int | None = None) -> list[Request]:
    """All requests, of an assignment or of one attempt, oldest first."""
    chosen: Select[Any] = (
        select(
            requests,
            attempts.c.assignment,
            answers.c.id.label("answer_id"),
            answers.c.text.label("said"),
            answers.c.decision,
            answers.c.at.label("answered_at"),
            answers.c.author.label("answered_by"),
        )
        .join(attempts, attempts.c.id == requests.c.attempt_id)
        .outerjoin(answers, answers.c.request_id == requests.c.id)
        .order_by(requests.c.id)
    )
    if assignment is not None:
        chosen = chosen.where(attempts.c.assignment == assignment)

    def every() -> list[Request]:
        return [_request(row) for row in selected(book, chosen)]

    known = remembered(book, ("requests", assignment), (requests, answers), every)
    return [one for one in known if attempt_id in (None, one.attempt_id)]


def _request(row: Any) -> Request:
    said = None if row.answer_id is None else Answer(row.said, row.decision, row.answered_at, row.answered_by)
    return Request(row.id, row.attempt_id, row.assignment, row.criterion, row.text, row.at, row.author, said)
