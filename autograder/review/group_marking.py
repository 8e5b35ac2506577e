"""What a TA does to a group of submissions that behave alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.course.models import Criterion
from autograder.gradebook.group_marks import group_mark, mark_group, withdraw_group
from autograder.gradebook.marks import Mark
from autograder.report.wording import amount, points
from autograder.review.desk import Desk, NotHere, Place
from autograder.review.groups import Around, GroupView, around, question_for
from autograder.review.guard import Me
from autograder.review.marking import MOST_COMMENT, Refused
from autograder.review.rubrics import InForce
from autograder.statistics.triage import Group

GONE = "This group is not there any more: something was graded meanwhile. Look at the groups again."


def groups_for(desk: Desk, force: InForce, criterion: Criterion) -> list[Group]:
    """The groups in which submissions of a criterion are met."""
    rubric = force.loaded.rubric
    return desk.behaviours.of(force.loaded.slug, question_for(rubric.criteria, criterion))


def view_of(desk: Desk, force: InForce, criterion: Criterion, me: Me, behaviour: str) -> GroupView:
    """One group as `me` meets it. Raises NotHere."""
    found = next((one for one in groups_for(desk, force, criterion) if one.id == behaviour), None)
    if found is None:
        raise NotHere(GONE)
    return around_here(desk, force, criterion, me).view(found)


@dataclass(frozen=True)
class Drawn:
    """A submission that is looked at for its group."""

    group: str
    number: int
    of: int
    size: int


def drawn_for(desk: Desk, place: Place, me: Me, behaviour: str) -> Drawn | None:
    """For which group, when `behaviour` names one in which the submission was drawn."""
    if not behaviour:
        return None
    try:
        view = view_of(desk, place.force, place.criterion, me, behaviour)
    except NotHere:
        return None
    drawn = [one.attempt.id for one in view.checks]
    if place.attempt.id not in drawn:
        return None
    return Drawn(behaviour, drawn.index(place.attempt.id) + 1, len(drawn), view.size)


def around_here(desk: Desk, force: InForce, criterion: Criterion, me: Me) -> Around:
    """What is known about a criterion now. What `me` marks without seeing another's mark is in no group of theirs."""
    blind = desk.blind(force, criterion, me)
    apart = blind.open | blind.mine.keys()
    return around(desk.book, force.loaded.slug, criterion, force.rubric_sha256, me.name, apart)


def mark_rest(
    desk: Desk, me: Me, force: InForce, criterion: Criterion, behaviour: str, form: Mapping[str, str]
) -> tuple[str, dict[str, Mark]]:
    """Mark the rest of a group like those that were looked at: what to tell, and by pseudonym the marks that were there already.

    Raises Refused.
    """
    view = view_of(desk, force, criterion, me, behaviour)
    comment = form.get("comment", "").replace("\r\n", "\n").strip()
    if form.get("rubric") != force.rubric_sha256:
        raise Refused("The rubric has changed since you opened this page, so nothing was saved. Look at the three again.")
    if view.looked_at < len(view.checks):
        raise Refused("Look at the submissions that were drawn first; then the rest can be marked like them.")
    if view.differs:
        raise Refused("Those that you looked at got different marks, so this group cannot be marked at once.")
    if len(comment) > MOST_COMMENT:
        raise Refused(f"The comment is longer than {MOST_COMMENT} characters. Shorten it.")
    if criterion.kind == "tests" and not comment:
        raise Refused("Say why in the comment: the students read it beside the tests' outcome.")
    seen = {int(one) for one in form.get("members", "").split() if one.isdigit()}
    names = {one.id: one.pseudonym for one in (*view.rest, *(attempt for attempt, _ in view.taken))}
    if not view.like or not seen & names.keys():
        raise Refused("There is nothing left to mark here.")
    wanted = seen & names.keys()  # who came into the group since the page was opened is not marked unseen
    given = mark_group(
        desk.book, force.loaded.slug, behaviour, wanted, view.like, comment=comment, author=me.name
    )  # fmt: skip
    collisions = {names[attempt]: mark for attempt, mark in given.collisions.items()}
    if given.group is None:
        return "Nothing was written: all of them were marked meanwhile.", collisions
    number = amount(given.group.given, "submission")
    return f"Marked {number} with {points(given.group.points)} of {points(criterion.points)} points.", collisions


def undo_group(desk: Desk, me: Me, force: InForce, criterion: Criterion, number: str) -> str:
    """Take back what came from a group, by its number: what to tell. Raises Refused."""
    found = group_mark(desk.book, min(int(number), 2**31 - 1)) if number.isdigit() else None
    if found is None or (found.assignment, found.criterion) != (force.loaded.slug, criterion.id):
        raise Refused("There is no such group mark here.")
    if found.author != me.name and me.role != "instructor":
        raise Refused(f"{found.author} marked this group. They can undo it, or an instructor.")
    taken_back = withdraw_group(desk.book, found.id, me.name)
    if not taken_back:
        raise Refused("All marks of this group were taken back already.")
    return f"Taken back: {amount(taken_back, 'mark')}. Those that you gave one by one stay."
