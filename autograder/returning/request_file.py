"""A regrade request as a student sends it: the lines of their feedback page, filled in, in a file or a mail."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.course.findings import CourseError
from autograder.course.models import Rubric
from autograder.gradebook import Gradebook
from autograder.gradebook.attempts import Attempt, attempts_of
from autograder.gradebook.requests import ask, requests_of
from autograder.gradebook.roster import student_of

_LINE = re.compile(r"^[>\s]*(assignment|student|attempt|criterion|reason)\s*:[ \t]*(.*)$", re.IGNORECASE)
MOST = 4000
"""Characters of a reason that are kept."""


@dataclass(frozen=True)
class Asked:
    """What the lines say; empty where one is missing."""

    assignment: str = ""
    student: str = ""
    attempt: str = ""
    criterion: str = ""
    reason: str = ""


def parse(text: str) -> Asked:
    """Read the lines wherever they stand; quoting marks of mail programs are ignored. The reason goes on to the end."""
    found: dict[str, str] = {}
    reading = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        match = _LINE.match(line)
        if match and match[1].lower() not in found:
            reading = match[1].lower()
            found[reading] = match[2].strip()
        elif reading == "reason":
            found["reason"] += "\n" + line.lstrip("> ").rstrip()
    return Asked(**{key: value.strip() for key, value in found.items()})


def add(book: Gradebook, slug: str, rubric: Rubric, asked: Asked, author: str) -> int:
    """Note a request in the gradebook: its number. The same one again is the one that is there.

    Raises CourseError that says what is missing or unknown, and what to write instead.
    """
    if asked.assignment and asked.assignment != slug:
        raise CourseError(f'The request is about "{asked.assignment}", not "{slug}". Add it to that assignment.')
    for key in ("student", "criterion", "reason"):
        if not getattr(asked, key):
            raise CourseError(f'The request has no "{key.capitalize()}:" line. Ask the student to fill it in, or give --{key}.')
    if rubric.criterion(asked.criterion) is None:
        known = ", ".join(criterion.id for criterion in rubric.criteria)
        raise CourseError(f'{slug} has no criterion "{asked.criterion}". It has {known}.')
    attempt = _attempt(book, slug, asked)
    reason = asked.reason[:MOST]
    for request in requests_of(book, slug, attempt.id):
        if (request.criterion, request.text) == (asked.criterion, reason):
            return request.id
    return ask(book, attempt.id, asked.criterion, reason, author)


def _attempt(book: Gradebook, slug: str, asked: Asked) -> Attempt:
    student_id = student_of(book, asked.student)
    if student_id is None:
        raise CourseError(f'There is no student "{asked.student}" in the roster. Look at the spelling of the sid.')
    attempts = attempts_of(book, slug, student_id)
    if not attempts:
        raise CourseError(f"{asked.student} has handed in nothing for {slug}: there is nothing to look at again.")
    if not asked.attempt:
        return attempts[-1]
    found = next((attempt for attempt in attempts if str(attempt.number) == asked.attempt), None)
    if found is None:
        raise CourseError(f"{asked.student} has no attempt {asked.attempt} of {slug}. The last one is {attempts[-1].number}.")
    return found
