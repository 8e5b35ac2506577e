"""Where marks on the same work differ, and what a moderator does about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.course.models import Criterion
from autograder.gradebook.attempts import Attempt
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.marks import Mark, withdraw
from autograder.gradebook.moderation import moderate, reasons_of
from autograder.gradebook.staff import conflicts_of
from autograder.gradebook.standing import counted, events_at, judgements, marked_blind, standing
from autograder.report.wording import points
from autograder.review.counted import that_count
from autograder.review.desk import Desk, Place
from autograder.review.guard import Me
from autograder.review.marking import MOST_COMMENT, NEW_RUBRIC, Outcome, Refused, points_given, seconds_counted
from autograder.review.rubrics import InForce


@dataclass(frozen=True)
class Compared:
    """One criterion of one attempt that several people have judged."""

    attempt: Attempt
    criterion: Criterion
    judgements: tuple[Mark, ...]
    """What each thought, without knowing of the others; the one that counts first."""
    decision: Mark | None
    reason: str
    seen: int
    """The last event: whoever decides names it."""

    @property
    def place(self) -> tuple[str, int]:
        return self.criterion.id, self.attempt.id

    @property
    def differs(self) -> bool:
        return differ(self.judgements)


def differ(judgements: Sequence[Mark]) -> bool:
    """Levels are compared by their number: a rubric may have changed what one pays."""
    if all(one.level is not None for one in judgements):
        return len({one.level for one in judgements}) > 1
    return len({one.points for one in judgements}) > 1


def compared(desk: Desk, force: InForce, who: str) -> list[Compared]:
    """Everything that is judged twice and `who` may see: by criterion, then by pseudonym."""
    slug, rubric = force.loaded.slug, force.loaded.rubric
    blind, hidden, reasons = marked_blind(desk.book, slug), conflicts_of(desk.book, who), reasons_of(desk.book, slug)
    here = {one.id: one for one in that_count(desk.book, slug).values() if one.student_id not in hidden}
    places = {one.id: {a for a, name in blind if name == one.id and a in here} for one in rubric.criteria}
    events = events_at(desk.book, places)
    found = [
        _compared(here[attempt], criterion, events[attempt, criterion.id], reasons)
        for criterion in rubric.criteria
        for attempt in sorted(places[criterion.id], key=lambda attempt: here[attempt].pseudonym)
    ]
    return [one for one in found if len(one.judgements) > 1]


def at(desk: Desk, place: Place) -> Compared:
    """What was judged at one place."""
    key = (place.attempt.id, place.criterion.id)
    events = events_at(desk.book, {place.criterion.id: [place.attempt.id]}).get(key, [])
    return _compared(place.attempt, place.criterion, events, reasons_of(desk.book, place.slug))


def _compared(attempt: Attempt, criterion: Criterion, events: Sequence[Mark], reasons: Mapping[int, str]) -> Compared:
    stand = standing(events)
    now = counted(stand)
    decision = now if now is not None and now.kind == "moderated" else None
    last = events[-1].id if events else 0
    why = reason_of(stand, reasons) if decision else ""
    return Compared(attempt, criterion, tuple(judgements(stand)), decision, why, last)


def reason_of(stand: Sequence[Mark], reasons: Mapping[int, str]) -> str:
    """The last one told: a decision that was carried over to a changed rubric has that of the one before."""
    return next((reasons[one.id] for one in reversed(stand) if one.id in reasons), "")


def decide(desk: Desk, place: Place, me: Me, form: Mapping[str, str]) -> Outcome:
    """Carry out `form["action"]` of a moderator."""
    comment = form.get("comment", "").replace("\r\n", "\n").strip()
    reason = form.get("reason", "").replace("\r\n", "\n").strip()
    try:
        if max(len(comment), len(reason)) > MOST_COMMENT:
            raise Refused(f"That is longer than {MOST_COMMENT} characters. Shorten it.")
        if form.get("action") == "undo":
            return _undo(desk, place, me)
        if form.get("rubric") != place.force.rubric_sha256:
            raise Refused(NEW_RUBRIC)
        level, given = _chosen(at(desk, place), form)
        return _moderated(desk, place, me, form, level, given, comment, reason)
    except (Refused, GradebookError) as error:
        return Outcome(alert=str(error), kept_comment=comment)


def _chosen(here: Compared, form: Mapping[str, str]) -> tuple[int | None, float]:
    """The level and the points that an action asks for."""
    name, _, value = form.get("action", "").partition(":")
    if name == "again" and here.decision is not None and here.decision.points is not None:
        return here.decision.level, here.decision.points
    levels = here.criterion.levels
    if name == "level" and value.isdigit() and int(value) < len(levels):
        return int(value), levels[int(value)].points
    if name == "points" and not levels:
        return None, points_given(form.get("points", ""), here.criterion.points)
    raise Refused("There is no such level.")


def _moderated(
    desk: Desk, place: Place, me: Me, form: Mapping[str, str], level: int | None, given: float, comment: str, reason: str
) -> Outcome:
    seen = form.get("seen", "")
    moderate(
        desk.book,
        place.attempt.id,
        place.criterion.id,
        author=me.name,
        reason=reason,
        seen=int(seen) if seen.isdigit() else -1,
        points=given,
        level=level,
        comment=comment or _comment_of(at(desk, place), level, given),
        rubric_sha256=place.force.rubric_sha256,
        seconds=seconds_counted(form.get("seconds", "")),
    )
    return Outcome(f"Decided: {points(given)} of {points(place.criterion.points)} points.")


def _comment_of(here: Compared, level: int | None, given: float) -> str:
    """What somebody who chose the same has told the student. A gold answer's comment speaks to TAs."""
    same = [one for one in here.judgements if one.kind != "gold" and (one.level, one.points) == (level, given)]
    return next((one.comment for one in same if one.comment), "")


def _undo(desk: Desk, place: Place, me: Me) -> Outcome:
    decision = at(desk, place).decision
    if decision is None:
        raise Refused("There is no decision here to take back.")
    withdraw(desk.book, decision.id, me.name)
    return Outcome("Undone: the first mark counts again.")


