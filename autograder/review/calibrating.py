"""How a TA's marks compare with gold answers, and with what a moderator decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.course.models import Criterion
from autograder.gradebook.attempts import Attempt
from autograder.gradebook.marks import Mark
from autograder.gradebook.moderation import reasons_of
from autograder.gradebook.staff import conflicts_of
from autograder.gradebook.standing import counted, events_at, last_of, marked_blind, standing
from autograder.review.counted import that_count
from autograder.review.desk import Desk
from autograder.review.guard import Me
from autograder.review.reconciling import differ, reason_of
from autograder.review.rubrics import InForce

OWN = ("mark", "second")


@dataclass(frozen=True)
class Met:
    """A gold answer, or a moderator's decision, that somebody had marked for themselves."""

    attempt: Attempt
    criterion: Criterion
    own: Mark
    """The first that they gave: one that was changed later may know the answer."""
    answer: Mark
    words: str
    """What the answer's author says to those who marked."""

    @property
    def same(self) -> bool:
        return not differ((self.own, self.answer))


@dataclass(frozen=True)
class Calibration:
    """What of it one person may see: a TA their own, an instructor everybody's."""

    gold: tuple[Met, ...]
    decided: tuple[Met, ...]

    @property
    def counts(self) -> list[tuple[str, int, int]]:
        """(author, gold answers met, those with the same level), by name."""
        authors = sorted({one.own.author for one in self.gold})
        return [
            (author, sum(m.own.author == author for m in self.gold), sum(m.own.author == author and m.same for m in self.gold))
            for author in authors
        ]  # fmt: skip


def calibration(desk: Desk, force: InForce, me: Me) -> Calibration:
    """Gold answers and decisions, each beside what those thought who had marked it before. Nobody sees one that they have not."""
    if me.role == "read-only":
        return Calibration((), ())
    slug, rubric = force.loaded.slug, force.loaded.rubric
    blind, hidden, reasons = marked_blind(desk.book, slug), conflicts_of(desk.book, me.name), reasons_of(desk.book, slug)
    here = {one.id: one for one in that_count(desk.book, slug).values() if one.student_id not in hidden}
    places = {one.id: {a for a, name in blind if name == one.id and a in here} for one in rubric.criteria}
    gold: list[Met] = []
    decided: list[Met] = []
    for (attempt, name), events in sorted(events_at(desk.book, places).items()):
        criterion, stand = rubric.criterion(name), standing(events)
        assert criterion is not None
        best, now = last_of(stand, "gold"), counted(stand)
        for own in _firsts(events, me):
            if best is not None and own.author != best.author:
                gold.append(Met(here[attempt], criterion, own, best, best.comment))
            if now is not None and now.kind == "moderated":
                decided.append(Met(here[attempt], criterion, own, now, reason_of(stand, reasons)))
    return Calibration(tuple(gold), tuple(decided))


def _firsts(events: list[Mark], me: Me) -> Iterator[Mark]:
    """The first mark of each author who has one that stands; of a TA only their own."""
    authors = {one.author for one in standing(events) if one.kind in OWN}
    for author in sorted(authors if me.role == "instructor" else authors & {me.name}):
        own = [one for one in events if one.author == author and one.kind in OWN and one.withdraws is None]
        yield own[0]
