"""Submissions of a criterion that behave alike, and what one person may do with such a group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from autograder.course.models import Criterion
from autograder.gradebook.attempts import Attempt
from autograder.gradebook.book import Gradebook
from autograder.gradebook.group_marks import from_groups, marks_on
from autograder.gradebook.marks import Mark
from autograder.gradebook.results import results_of
from autograder.gradebook.rows import selected
from autograder.gradebook.staff import conflicts_of
from autograder.gradebook.tables import attempts, gradings, set_asides
from autograder.report.wording import points
from autograder.review.counted import that_count
from autograder.review.order import draw
from autograder.statistics.triage import Group, groups_of

CHECKS = 3
"""Submissions of a group that somebody looks at before the rest is marked like them."""
MOST_KNOWN = 32


class Behaviours:
    """The groups of an assignment, remembered for as long as nothing is graded."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self._known: dict[tuple[str, str | None], tuple[object, list[Group]]] = {}

    def of(self, slug: str, question: str | None) -> list[Group]:
        """Groups by the tests of one question, or of all; the largest first."""
        last = [select(func.max(one.c.id)).scalar_subquery() for one in (gradings, set_asides, attempts)]
        state = tuple(selected(self._book, select(*last))[0])
        known = self._known.get((slug, question))
        if known is None or known[0] != state:
            counting = set(that_count(self._book, slug))
            results = {one: found for one, found in results_of(self._book, slug).items() if one in counting}
            while len(self._known) >= MOST_KNOWN:
                self._known.pop(next(iter(self._known)))
            known = self._known[slug, question] = (state, groups_of(results, question))
        return known[1]


@dataclass(frozen=True)
class Check:
    """One of the submissions that were drawn."""

    attempt: Attempt
    mark: Mark | None
    """What this person gave it under the rubric of today."""


@dataclass(frozen=True)
class GroupView:
    """A group as one person meets it."""

    group: Group
    checks: tuple[Check, ...]
    rest: tuple[Attempt, ...]
    """Not marked by anybody, and not among the drawn."""
    taken: tuple[tuple[Attempt, Mark], ...]
    """Marked, and therefore left as they are; without the checks."""
    barred: int
    """How many are of students whom this person must not mark."""

    @property
    def size(self) -> int:
        return len(self.group.attempts)

    @property
    def open(self) -> int:
        """How many nobody has marked, of those that this person may mark."""
        return len(self.rest) + sum(one.mark is None for one in self.checks)

    @property
    def looked_at(self) -> int:
        return sum(one.mark is not None for one in self.checks)

    @property
    def opinions(self) -> list[str]:
        """What the checks were given, the most frequent first: `2 × 10 points`."""
        given = Counter(one.mark.points for one in self.checks if one.mark is not None and one.mark.points is not None)
        return [f"{number} × {points(value)} points" for value, number in given.most_common()]

    @property
    def differs(self) -> bool:
        """Whether submissions that were looked at got different marks: then the group is not of one kind here."""
        return len({(one.mark.level, one.mark.points) for one in self.checks if one.mark is not None}) > 1

    @property
    def ready(self) -> bool:
        """Whether the rest may be marked like those that were looked at."""
        return bool(self.rest) and self.looked_at == len(self.checks) and not self.differs

    @property
    def like(self) -> list[Mark]:
        return [one.mark for one in self.checks if one.mark is not None]


@dataclass(frozen=True)
class Around:
    """All that the groups of one criterion have in common: read once for many of them."""

    who: str
    slug: str
    criterion: Criterion
    rubric_sha256: str
    attempts: dict[int, Attempt]
    barred: Collection[int]
    """Students."""
    marks: dict[int, Mark]
    from_groups: Collection[int]
    """Marks."""

    def view(self, group: Group) -> GroupView:
        """`group` as `who` meets it."""
        members = [self.attempts[one] for one in group.attempts if one in self.attempts]
        own = [one for one in members if one.student_id not in self.barred]
        free = [one for one in own if one.id not in self.marks or self._by_hand(self.marks[one.id])]
        drawn = sorted(free, key=lambda one: self._lot(group, one))[:CHECKS]
        chosen = {one.id for one in drawn}
        return GroupView(
            group,
            tuple(Check(one, self._today(self.marks.get(one.id))) for one in drawn),
            tuple(one for one in own if one.id not in chosen and one.id not in self.marks),
            tuple((one, self.marks[one.id]) for one in own if one.id not in chosen and one.id in self.marks),
            len(members) - len(own),
        )

    def _lot(self, group: Group, attempt: Attempt) -> bytes:
        """Drawn by chance: pseudonyms are random, and nobody chooses. The same for the same person on another day."""
        return draw("check", self.who, self.slug, self.criterion.id, group.id, attempt.pseudonym)

    def _by_hand(self, mark: Mark) -> bool:
        return mark.author == self.who and mark.id not in self.from_groups

    def _today(self, mark: Mark | None) -> Mark | None:
        """A mark by another rubric is not worth anything here: the levels may have changed."""
        return mark if mark is not None and mark.rubric_sha256 == self.rubric_sha256 else None


def around(
    book: Gradebook, slug: str, criterion: Criterion, rubric_sha256: str, who: str, apart: Collection[int] = ()
) -> Around:
    """What is known about a criterion now, for `who`. The attempts in `apart` are in no group of theirs."""
    return Around(
        who,
        slug,
        criterion,
        rubric_sha256,
        {one.id: one for one in that_count(book, slug).values() if one.id not in apart},
        conflicts_of(book, who),
        marks_on(book, slug, criterion.id),
        from_groups(book, slug, criterion.id),
    )


def question_for(criteria: Collection[Criterion], criterion: Criterion) -> str | None:
    """The question by whose tests a criterion's submissions are grouped; None where it has no tests: by all of them."""
    tested = any(one.kind == "tests" and one.question == criterion.question for one in criteria)
    return criterion.question if tested else None
