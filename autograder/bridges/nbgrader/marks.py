"""What people decided in formgrader, as marks of ours: read, compared with the gradebook, written as events."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.bridges.nbgrader.cells import Seat
from autograder.bridges.nbgrader.course import nb_course, nb_gradebook
from autograder.bridges.nbgrader.export import layout
from autograder.bridges.nbgrader.fill import Note, comments_of, same, score_of
from autograder.bridges.nbgrader.formgraded import GivenCell, given_in_formgrader
from autograder.course.models import LoadedAssignment
from autograder.gradebook import Gradebook
from autograder.gradebook.marks import Collision, Kind, Mark, current_marks, write_mark
from autograder.gradebook.rubrics import keep_rubric
from autograder.gradebook.staff import conflicts_of
from autograder.returning.pages import file_name
from autograder.returning.standing import Standing, standings

MOST_COMMENT = 20_000


@dataclass(frozen=True)
class NewMark:
    """A decision to write. `expected` is the mark that counted when it was compared."""

    student: str
    student_id: int
    attempt_id: int
    criterion: str
    kind: Kind
    level: int | None
    points: float
    comment: str
    expected: int | None


@dataclass(frozen=True)
class Decisions:
    """What formgrader holds: new to us, known already, and what a person has to look at."""

    new: tuple[NewMark, ...]
    same: int
    notes: tuple[Note, ...]


def decisions(book: Gradebook, loaded: LoadedAssignment, folder: Path) -> Decisions:
    """Compare the course at `folder` with the gradebook; nothing is written.

    Raises CourseError where the course has no such assignment.
    """
    everybody = standings(book, loaded)
    counting, seats = current_marks(book, loaded.slug), layout(loaded)
    new: list[NewMark] = []
    notes: list[Note] = []
    known = 0
    for standing, cells in given_in_formgrader(folder, loaded.slug, everybody, notes):
        for seat in seats:
            found = cells.get(seat.grade_id)
            if found is None:
                continue
            mark = counting.get((standing.attempt.id, seat.criterion.id))
            decided = _decided(standing, seat, found, mark, comments_of(standing, [seat]).get(seat.comments, ""))
            new += [decided] if isinstance(decided, NewMark) else []
            notes += [decided] if isinstance(decided, Note) else []
            known += decided is True
            if found.extra:
                notes.append(
                    _note(
                        standing,
                        seat,
                        f"extra credit of {found.extra:g} has no counterpart.",
                        "Give it with the points.",
                    )
                )
        notes += _loose_comments(standing, cells, seats, new)
    return Decisions(tuple(new), known, tuple(notes))


def write_marks(
    book: Gradebook, loaded: LoadedAssignment, new: Sequence[NewMark], author: str
) -> tuple[list[NewMark], list[Note]]:
    """Append the marks as decisions of `author`: those that were written, and notes about the others."""
    rubric = keep_rubric(book, loaded.slug, loaded.paths.rubric.read_text(encoding="utf-8"))
    excluded = conflicts_of(book, author)
    written: list[NewMark] = []
    notes: list[Note] = []
    for mark in new:
        place = f"{mark.student}, {mark.criterion}"
        if mark.student_id in excluded:
            notes.append(Note(place, f"{author} must not mark this student.", "Somebody else imports it: --as NAME."))
            continue
        try:
            write_mark(
                book, mark.attempt_id, mark.criterion, author=author, kind=mark.kind, level=mark.level, points=mark.points,
                comment=mark.comment, rubric_sha256=rubric, expected=mark.expected,
            )  # fmt: skip
            written.append(mark)
        except Collision as collision:
            notes.append(Note(place, str(collision), "Run the import again to see both."))
    return written, notes


def acknowledge(book: Gradebook, loaded: LoadedAssignment, folder: Path, written: Sequence[NewMark]) -> None:
    """Note in nbgrader's gradebook what ours says now, so that a later change there is told from one here."""
    ours = {one.attempt.id: one for one in standings(book, loaded)}
    seats = {seat.criterion.id: seat for seat in layout(loaded)}
    with nb_gradebook(nb_course(folder)) as gradebook:
        for mark in written:
            standing, seat = ours[mark.attempt_id], seats[mark.criterion]
            notebook = gradebook.find_submission_notebook(loaded.slug, loaded.slug, file_name(standing.student))
            comments = comments_of(standing, list(seats.values()))
            for grade in (one for one in notebook.grades if one.name == seat.grade_id):
                grade.auto_score = score_of(standing, seat)
            for comment in (one for one in notebook.comments if one.name == seat.comments):
                comment.auto_comment = comments.get(seat.comments)
        gradebook.db.commit()


def _decided(
    standing: Standing, seat: Seat, cell: GivenCell, mark: Mark | None, our_comment: str
) -> NewMark | Note | bool:
    """A mark to write, what is to be told, or whether both sides know it already."""
    comment = cell.comment if seat.comments == seat.grade_id else ""
    if cell.manual is None and not comment:
        return False
    if standing.result is None:
        return _note(standing, seat, "marked in formgrader, and not graded here.", "Grade first, then import.")
    if seat.criterion.id not in {part.id for part in standing.score.criteria}:
        return _note(
            standing, seat, "marked in formgrader, and its result here has no such criterion.", "See `gradus regrade`."
        )
    ours = score_of(standing, seat)
    given = cell.manual if cell.manual is not None else ours
    told = _refused(standing, seat, cell, mark, ours, given)
    if told:
        return told
    assert given is not None
    said = mark.comment.strip() if mark else ""
    if same(given, ours) and (not comment or comment == said):
        return True
    if not same(ours, cell.base) or (comment and our_comment.strip() != cell.base_comment):
        who = mark.author if mark else "grading"
        fact = (
            f"formgrader says {given:g}, and here {who} has changed it meanwhile: {_said(ours)}. Nothing was written."
        )
        return _note(standing, seat, fact, "Agree on one, give it in `gradus review`, and export again.")
    if len(comment) > MOST_COMMENT:
        return _note(
            standing, seat, f"the comment is longer than {MOST_COMMENT} characters.", "Shorten it in formgrader."
        )
    level = next((n for n, one in enumerate(seat.criterion.levels) if same(one.points, given)), None)
    kind: Kind = "mark" if seat.criterion.kind == "ta" else "override"
    return NewMark(
        standing.student, standing.attempt.student_id, standing.attempt.id, seat.criterion.id, kind, level, given,
        comment or said, mark.id if mark else None,
    )  # fmt: skip


def _refused(
    standing: Standing, seat: Seat, cell: GivenCell, mark: Mark | None, ours: float | None, given: float | None
) -> Note | None:
    """Why a decision cannot be taken over as it is."""
    worth = seat.criterion.points
    if given is None:
        return _note(standing, seat, "a comment without points.", "Give points in formgrader, too; then import again.")
    if not (math.isfinite(given) and 0 <= given <= worth):
        return _note(standing, seat, f"{given:g} points are not from 0 to {worth:g}.", "Correct them in formgrader.")
    if same(given, ours):
        return None
    if cell.unresolved:
        return _note(
            standing,
            seat,
            f"formgrader asks for a look at its {given:g} points.",
            "Press Resolve there, then import again.",
        )
    if mark is not None and mark.kind == "moderated":
        return _note(
            standing,
            seat,
            f"a moderator has decided this: {_said(ours)}, formgrader says {given:g}.",
            "Ask the moderator.",
        )
    return None


def _loose_comments(
    standing: Standing, cells: dict[str, GivenCell], seats: Sequence[Seat], new: list[NewMark]
) -> Iterator[Note]:
    """Comments below code: they go with the one override of their question, else they belong to no criterion."""
    own = {seat.grade_id for seat in seats}
    for name, cell in cells.items():
        if not cell.comment or name in own:
            continue
        about = [seat.criterion.id for seat in seats if seat.comments == name]
        with_it = [n for n, one in enumerate(new) if one.attempt_id == standing.attempt.id and one.criterion in about]
        if len(with_it) == 1:
            mark = new[with_it[0]]
            new[with_it[0]] = NewMark(**{**mark.__dict__, "comment": cell.comment})
        elif not any(word.comment.strip() == cell.comment for word in standing.words.values()):
            yield Note(
                f"{standing.student}, {name}",
                "a comment that belongs to no decision here.",
                "Give it with points in `gradus review`.",
            )


def _said(score: float | None) -> str:
    return "nothing decided" if score is None else f"{score:g} points"


def _note(standing: Standing, seat: Seat, fact: str, next_step: str) -> Note:
    return Note(f"{standing.student}, {seat.criterion.id}", fact, next_step)
