"""Feedback pages for students, one file a sid; that a page was given stands in the gradebook."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from autograder.course.atomic import write_atomically
from autograder.course.findings import CourseError
from autograder.course.models import LoadedAssignment
from autograder.gradebook import Gradebook
from autograder.gradebook.attempts import Attempt
from autograder.gradebook.requests import Request
from autograder.gradebook.returns import note_return, returned_of
from autograder.report.feedback import feedback_html
from autograder.report.letter import Ask, Exchange, Letter, StaffWord
from autograder.returning.standing import Standing

ASK = "Send these lines to your course staff, in the way they have told you."
"""Where requests go when the instructor does not say."""


@dataclass(frozen=True)
class Outcome:
    """What became of one student's page."""

    student: str
    state: Literal["written", "same", "held", "nobody"]
    """`same`: the student has this very page already. `held`: something is open. `nobody`: no sid, so nobody to give it to."""
    open: tuple[str, ...] = ()


def chosen(everybody: Sequence[Standing], only: Sequence[str]) -> list[Standing]:
    """Those of `only`, or all. Raises CourseError that names every sid without an attempt."""
    unknown = [sid for sid in only if sid not in {one.student for one in everybody}]
    if unknown:
        raise CourseError(
            f"Nobody with the sid {', '.join(unknown)} has an attempt that counts. Look at the roster, and at what was taken in."
        )
    return [one for one in everybody if not only or one.student in only]


def return_pages(
    book: Gradebook,
    loaded: LoadedAssignment,
    who: Sequence[Standing],
    folder: Path,
    *,
    author: str,
    pending_too: bool = False,
    ask: str = ASK,
) -> Iterator[Outcome]:
    """Write each page and note that it was given, one after the other; running it again changes nothing.

    What is still open is held back unless `pending_too`: such a page says which points are not decided. A page is noted after
    it was written, so a crash in between is made good by the next run.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    given = returned_of(book, loaded.slug)
    for standing in who:
        yield _give(book, loaded, standing, folder, given, author, pending_too, ask)


def _give(
    book: Gradebook,
    loaded: LoadedAssignment,
    standing: Standing,
    folder: Path,
    given: Mapping[int, str],
    author: str,
    pending_too: bool,
    ask: str,
) -> Outcome:
    if standing.result is None or (standing.open and not pending_too):
        return Outcome(standing.student, "held", standing.open)
    if standing.person is None:
        return Outcome(standing.student, "nobody")
    html = page_of(standing, loaded, ask)
    file, sha256 = folder / f"{file_name(standing.student)}.html", hashlib.sha256(html.encode()).hexdigest()
    if not (file.is_file() and file.read_bytes() == html.encode()):
        write_atomically(file, html)
    if given.get(standing.attempt.id) == sha256:
        return Outcome(standing.student, "same", standing.open)
    note_return(book, standing.attempt.id, sha256, author)
    return Outcome(standing.student, "written", standing.open)


def page_of(standing: Standing, loaded: LoadedAssignment, ask: str = ASK) -> str:
    """The page as the student gets it. The same standing gives the same bytes."""
    assert standing.result is not None
    attempt = standing.attempt
    own = standing.result.submission.model_copy(update={"id": standing.student, "file": attempt.file_name})
    return feedback_html(
        standing.result.model_copy(update={"submission": own}),
        questions={question.id: question.title for question in loaded.assignment.questions},
        letter=Letter(
            handed_in=_handed_in(attempt),
            regraded=standing.regraded,
            words=_with_exchanges(standing),
            ask=Ask(ask, request_lines(loaded.slug, standing.student, attempt.number)),
        ),
    )


def request_lines(slug: str, student: str, attempt: int) -> tuple[str, ...]:
    """What a student fills in to ask for a regrade; `returning.request_file` reads it."""
    return (f"Assignment: {slug}", f"Student: {student}", f"Attempt: {attempt}", "Criterion: ", "Reason: ")


def file_name(sid: str) -> str:
    """`sid` as the name of a file: what could lead out of the folder, or hide in it, is written as %XX."""
    safe = "".join(c if c.isalnum() or c in "-_.@+" else quote(c, safe="") for c in sid)
    return "%2E" + safe[1:] if safe.startswith(".") else safe


def _handed_in(attempt: Attempt) -> str:
    when = f"{attempt.submitted_at:%Y-%m-%d %H:%M} UTC"
    return f"Attempt {attempt.number}, handed in {when}" + (", after the deadline" if attempt.late else "")


def _with_exchanges(standing: Standing) -> dict[str, StaffWord]:
    words = {}
    for criterion, word in standing.words.items():
        asked = tuple(_exchange(request) for request in standing.requests if request.criterion == criterion)
        words[criterion] = replace(word, exchanges=asked)
    return words


def _exchange(request: Request) -> Exchange:
    if request.answer is None:
        return Exchange(request.text.strip())
    return Exchange(request.text.strip(), request.answer.text.strip(), request.answer.decision == "changed")
