"""Take a folder of a class into the gradebook: every entry is received, or told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from autograder.batches.class_folder import Entry
from autograder.gradebook import Gradebook, GradebookError, GradebookFailed
from autograder.gradebook.attempts import attempts_of, receive
from autograder.gradebook.roster import add_person, student_of
from autograder.grading.archive import shown


@dataclass
class Intake:
    """What became of the entries of a folder. Names of entries are as they may be printed."""

    entries: int = 0
    new: int = 0
    late: int = 0
    """Of the new ones."""
    enrolled: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Entries whose student is not in the roster: they are not in the gradebook."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Entry → why it could not be received."""
    untimed: list[str] = field(default_factory=list)
    """Entries without a time while there is a deadline: not marked late."""
    ambiguous: list[str] = field(default_factory=list)
    """Students with several entries without a time: which was last is a guess by name."""

    @property
    def complete(self) -> bool:
        """Whether everything was received."""
        return not self.unknown and not self.unreadable


def take_in(
    book: Gradebook,
    assignment: str,
    entries: Iterable[Entry],
    *,
    deadline: datetime | None = None,
    add_unknown: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> Intake:
    """Receive every entry, in the order given; `advance` is called after each. What was received before is not received again.

    An entry without a time is never late: when it was handed in is not known. Raises GradebookError when the gradebook
    cannot be written; an entry that cannot be read is told in the intake and stops no other.
    """
    entries = list(entries)
    intake = Intake(entries=len(entries))
    untimed = Counter(entry.sid for entry in entries if entry.submitted_at is None)
    intake.ambiguous = [sid for sid, number in untimed.items() if number > 1]
    known = {attempt.id for attempt in attempts_of(book, assignment)}
    for entry in entries:
        _take(book, assignment, entry, intake, known, deadline, add_unknown)
        advance()
    return intake


def _take(
    book: Gradebook,
    assignment: str,
    entry: Entry,
    intake: Intake,
    known: set[int],
    deadline: datetime | None,
    add_unknown: bool,
) -> None:
    name = shown(entry.path.name)
    student = student_of(book, entry.sid)
    if student is None and add_unknown and entry.sid:
        student = add_person(book, entry.sid).student_id
        intake.enrolled.append(entry.sid)
    if student is None:
        intake.unknown.append(name)
        return
    limit = deadline if entry.submitted_at else None
    try:
        attempt = receive(book, assignment, student, entry.path, submitted_at=entry.submitted_at, deadline=limit)
    except (OSError, MemoryError) as error:
        intake.unreadable[name] = str(error)
        return
    except GradebookFailed:
        raise
    except GradebookError as error:
        intake.unreadable[name] = str(error)
        return
    if deadline and entry.submitted_at is None:
        intake.untimed.append(name)
    if attempt.id not in known:
        known.add(attempt.id)
        intake.new += 1
        intake.late += attempt.late
