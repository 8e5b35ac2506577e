"""Take an export of Gradescope into the gradebook: an attempt for each student of each submission, or a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from autograder.batches.class_folder import Entry
from autograder.batches.gradescope_export import Export
from autograder.batches.gradescope_metadata import Submitter
from autograder.batches.intake import Intake, take_in
from autograder.course.models import Assignment
from autograder.gradebook import Gradebook, GradebookError, roster_file
from autograder.gradebook.attempts import is_new
from autograder.gradebook.roster import Person, import_roster, people, student_of
from autograder.grading.archive import Rejected, shown
from autograder.grading.intake import find_files

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass
class Owners:
    """Whose each submission is."""

    entries: list[Entry] = field(default_factory=list)
    """An entry a student, in the order in which they were handed in."""
    unknown: list[tuple[str, Submitter]] = field(default_factory=list)
    """Submission, and one of its students who is not in the roster."""
    enrolled: list[str] = field(default_factory=list)
    nobodys: list[str] = field(default_factory=list)
    """Submissions that name no student."""


def owners_of(export: Export, roster: Iterable[Person]) -> Owners:
    """The students of every submission that is there, known by sid and, where that fails, by an e-mail that one alone has."""
    persons = list(roster)
    by_sid = {person.sid: person for person in persons}
    by_email: dict[str, Person | None] = {}
    for person in persons:
        mail = person.email.casefold()
        by_email[mail] = None if mail in by_email else person
    found = Owners()
    for one in sorted(export.submissions, key=lambda one: (one.at or _BEFORE_ALL, one.folder)):
        path = export.paths.get(one.folder)
        if path is None:
            continue
        if not one.submitters:
            found.nobodys.append(one.folder)
        known: dict[str, None] = {}
        for submitter in one.submitters:
            mail = submitter.email.casefold()
            owner = by_sid.get(submitter.sid) or (by_email.get(mail) if mail else None)
            if owner is None:
                found.unknown.append((one.folder, submitter))
            else:
                known[owner.sid] = None
        found.entries += [Entry(path, sid, one.at) for sid in known]
    return found


def enrol(book: Gradebook, unknown: Iterable[tuple[str, Submitter]]) -> list[str]:
    """Put the students that have a sid into the roster, with the names that Gradescope has for them; their sids."""
    new = {one.sid: roster_file.Entry(one.sid, one.name, one.email) for _, one in unknown if one.sid}
    import_roster(book, new.values())
    return list(new)


def import_export(
    book: Gradebook,
    assignment: str,
    export: Export,
    *,
    deadline: datetime | None = None,
    add_unknown: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> tuple[Owners, Intake]:
    """Receive every submission for all of its students; `advance` is called after each attempt. The same export again is nothing new."""
    owners = owners_of(export, people(book))
    if add_unknown and owners.unknown:
        enrolled = enrol(book, owners.unknown)
        owners = owners_of(export, people(book))
        owners.enrolled = enrolled
    return owners, take_in(book, assignment, owners.entries, deadline=deadline, advance=advance)


def preview_export(
    book: Gradebook | None,
    assignment: str,
    export: Export,
    *,
    deadline: datetime | None = None,
    add_unknown: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> tuple[Owners, Intake]:
    """What `import_export` would come to; nothing is written. `book` is None where there is no gradebook yet."""
    persons = people(book) if book else []
    owners = owners_of(export, persons)
    if add_unknown:
        new = {one.sid: one for _, one in owners.unknown if one.sid}
        would = [Person(0, "", sid, one.name, one.email, "") for sid, one in new.items()]
        owners = owners_of(export, [*persons, *would])
        owners.enrolled = list(new)
    intake = Intake(entries=len(owners.entries))
    for entry in owners.entries:
        _foresee(book, assignment, entry, intake, deadline)
        advance()
    return owners, intake


def _foresee(book: Gradebook | None, assignment: str, entry: Entry, intake: Intake, deadline: datetime | None) -> None:
    student = student_of(book, entry.sid) if book else None
    try:
        new = book is None or student is None or is_new(book, assignment, student, entry.path, submitted_at=entry.submitted_at)
    except (OSError, GradebookError) as error:
        intake.unreadable[shown(entry.path.name)] = str(error)
        return
    intake.new += new
    if deadline and entry.submitted_at is None:
        intake.untimed.append(shown(entry.path.name))
    intake.late += bool(new and deadline and entry.submitted_at and entry.submitted_at > deadline)


def rejected(export: Export, assignment: Assignment) -> dict[str, str]:
    """Submissions of which grading will tell the student that they cannot be read: none or several notebooks, and the like."""
    found = {}
    for name, path in export.paths.items():
        try:
            find_files(path, assignment)
        except Rejected as error:
            found[name] = str(error)
        except OSError as error:
            found[name] = f"The submission cannot be opened ({error.strerror})."
    return found
