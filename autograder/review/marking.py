"""What a TA does to one criterion of one submission: each action is one event in the gradebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from autograder.gradebook.errors import GradebookError
from autograder.gradebook.flags import flag, flags_of
from autograder.gradebook.marks import Collision, Kind, Mark, withdraw, write_mark
from autograder.gradebook.requests import Decision, answer, requests_of
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import marks
from autograder.report.wording import points
from autograder.review.desk import Desk, Place
from autograder.review.guard import Me

MOST_COMMENT = 20_000
LONGEST_SECONDS = 24 * 3600.0
NEW_RUBRIC = (
    "The rubric has changed since you opened this page, so nothing was saved. Read the levels, then choose again."
)


@dataclass(frozen=True)
class Draft:
    """A decision that is about to be written. `again` is the action that writes it once more."""

    kind: Kind
    level: int | None
    points: float
    comment: str
    again: str


@dataclass(frozen=True)
class Outcome:
    """What became of an action. `told` is read out; `alert` says why nothing was written."""

    told: str = ""
    alert: str = ""
    theirs: Mark | None = None
    yours: Draft | None = None
    kept_comment: str | None = None
    """What stands in the comment field and is not saved."""

    @property
    def saved(self) -> bool:
        return not self.alert and self.theirs is None


class Refused(Exception):
    """An action that makes no sense here; the message says what to do."""


def act(desk: Desk, place: Place, me: Me, form: Mapping[str, str]) -> Outcome:
    """Carry out `form["action"]`."""
    comment = form.get("comment", "").replace("\r\n", "\n").strip()
    name, _, rest = form.get("action", "").partition(":")
    try:
        if len(comment) > MOST_COMMENT:
            raise Refused(f"The comment is longer than {MOST_COMMENT} characters. Shorten it.")
        if name == "keep":
            return Outcome("Theirs stays.")
        if name == "flag":
            return replace(_flag(desk, place, me), kept_comment=comment)
        if name == "undo":
            return _undo(desk, place, me)
        if name == "answer":
            return replace(_answer(desk, place, me, rest, form), kept_comment=comment)
        again = rest if name == "insist" else f"{name}:{rest}"
        draft = _draft(desk, place, me, again, comment, form)
        return _write(desk, place, me, draft, form)
    except (Refused, GradebookError) as error:
        return Outcome(alert=str(error), kept_comment=comment)


def _draft(desk: Desk, place: Place, me: Me, action: str, comment: str, form: Mapping[str, str]) -> Draft:
    """The decision that an action asks for."""
    name, _, value = action.partition(":")
    sight = desk.sight(place, me, blank=not form.get("expected"))
    now = sight.mark
    if form.get("rubric") != place.force.rubric_sha256 and name != "comment":
        raise Refused(NEW_RUBRIC)
    if now is not None and now.kind == "moderated" and me.role != "instructor":
        raise Refused("A moderator has decided this. Raise a flag if you see it differently.")
    if name == "comment":
        if now is None or now.points is None:
            raise Refused("Choose a level first: the comment is saved with it.")
        return Draft(sight.kind if now.kind == "mark" else now.kind, now.level, now.points, comment, "comment:")
    usual: Kind = sight.kind if place.criterion.kind == "ta" else "override"
    kind: Kind = "moderated" if now is not None and now.kind == "moderated" else usual
    if name == "level":
        levels = place.criterion.levels
        if not value.isdigit() or int(value) >= len(levels):
            raise Refused("There is no such level.")
        return Draft(kind, int(value), levels[int(value)].points, comment, action)
    if name == "override":
        given = points_given(value or form.get("points", ""), place.criterion.points)
        if kind == "override" and not comment:
            raise Refused("Say why in the comment: the student reads it beside the tests' outcome.")
        return Draft(kind, None, given, comment, f"override:{given!r}")
    raise Refused("The desk does not know this action. Reload the page.")


def points_given(text: str, most: float) -> float:
    """A number that somebody typed. Raises Refused for what is none, or not from 0 to `most`."""
    try:
        given = float(text.replace(",", "."))
    except ValueError:
        raise Refused(f"Give points from 0 to {points(most)}.") from None
    if not 0 <= given <= most:
        raise Refused(f"Give points from 0 to {points(most)}.")
    return given


def _write(desk: Desk, place: Place, me: Me, draft: Draft, form: Mapping[str, str]) -> Outcome:
    known = form.get("expected", "")
    expected = int(known) if known.isdigit() else None
    try:
        _append(desk, place, me, draft, form, expected)
    except Collision as collision:
        theirs = collision.theirs
        if theirs is None:
            return Outcome(alert="The mark here was withdrawn meanwhile. Choose again.", kept_comment=draft.comment)
        if theirs.author != me.name:
            return Outcome(theirs=theirs, yours=draft, kept_comment=draft.comment)
        _append(desk, place, me, draft, form, theirs.id)  # their own hand was faster, or another tab of theirs
    if draft.again == "comment:":
        return Outcome("Comment saved.")
    return Outcome(f"Saved: {points(draft.points)} of {points(place.criterion.points)} points.")


def _append(desk: Desk, place: Place, me: Me, draft: Draft, form: Mapping[str, str], expected: int | None) -> None:
    patch, share = _patch(desk, place, me, form)
    write_mark(
        desk.book,
        place.attempt.id,
        place.criterion.id,
        author=me.name,
        kind=draft.kind,
        level=draft.level,
        points=draft.points,
        comment=draft.comment,
        rubric_sha256=place.force.rubric_sha256,
        seconds=seconds_counted(form.get("seconds", "")),
        position=_position(desk, place, me),
        patch=patch,
        share_patch=share,
        expected=expected,
    )


def _patch(desk: Desk, place: Place, me: Me, form: Mapping[str, str]) -> tuple[str | None, bool]:
    """The fix that goes along with a mark, and whether the student reads it: what was tried, or what one's last mark had."""
    tried = desk.trials.last(me.name, place.attempt.id, place.criterion.id)
    if tried is not None and tried.state == "done" and form.get("keep-fix") == str(tried.id):
        return tried.patch, "share-fix" in form
    now = desk.sight(place, me).mark
    if now is None or now.patch is None or now.author != me.name:
        return None, False
    return now.patch, "share-fix" in form


def seconds_counted(text: str) -> float:
    """What the page counted; it is a hint for the pace, so nonsense is 0."""
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds <= LONGEST_SECONDS else 0.0


def _position(desk: Desk, place: Place, me: Me) -> int:
    """How many submissions `me` has marked for this criterion."""
    chosen = select(func.count(func.distinct(marks.c.attempt_id)).label("n"))
    rows = selected(desk.book, chosen.where(marks.c.author == me.name, marks.c.criterion == place.criterion.id))
    return int(rows[0].n)


def _flag(desk: Desk, place: Place, me: Me) -> Outcome:
    up = (place.attempt.id, place.criterion.id) in flags_of(desk.book, place.slug)
    flag(desk.book, place.attempt.id, place.criterion.id, not up, "", me.name)
    return Outcome("Flag lowered." if up else "Flagged.")


def _undo(desk: Desk, place: Place, me: Me) -> Outcome:
    now = desk.sight(place, me).mark
    if now is None or now.author != me.name:
        raise Refused("The mark here is not yours, so there is nothing of yours to undo.")
    withdraw(desk.book, now.id, me.name)
    return Outcome("Undone.")


def _answer(desk: Desk, place: Place, me: Me, rest: str, form: Mapping[str, str]) -> Outcome:
    number, _, decision = rest.partition(":")
    asked = requests_of(desk.book, place.slug, place.attempt.id)
    if decision not in ("changed", "kept") or number not in {
        str(one.id) for one in asked if one.criterion == place.criterion.id
    }:
        raise Refused("There is no such request here.")
    text = form.get(f"reply-{number}", "").strip()
    if not text:
        raise Refused("Write an answer first: the student reads it.")
    kind: Decision = "changed" if decision == "changed" else "kept"
    answer(desk.book, int(number), text[:MOST_COMMENT], kind, me.name)
    return Outcome("Answered.")
