"""The desk: all that its pages need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.course.models import Criterion
from autograder.gradebook.attempts import Attempt, attempt_of, file_of
from autograder.gradebook.book import Gradebook
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.rubrics import keep_rubric
from autograder.gradebook.staff import conflicts_of
from autograder.review.access import Door
from autograder.review.decided import Decided
from autograder.review.figures import Figures
from autograder.review.groups import Behaviours
from autograder.review.guard import Me
from autograder.review.order import Orders
from autograder.review.presence import Presence
from autograder.review.queue import Sets, Undecided, sets_of
from autograder.review.rubrics import InForce, Rubrics
from autograder.review.trials import Trials
from autograder.review.twice import Blind, Sight, Twice
from autograder.submissions.opened import Opened, Shelf


class NotHere(Exception):
    """There is no such page, or not for this person: 404 with a sentence."""


@dataclass(frozen=True)
class Place:
    """One criterion of one attempt, looked at by one person."""

    force: InForce
    criterion: Criterion
    attempt: Attempt

    @property
    def slug(self) -> str:
        return self.force.loaded.slug


class Desk:
    """What the pages share. `trials` runs what TAs edit, by default in the strongest sandbox that works."""

    def __init__(self, course: Path, book: Gradebook, trials: Trials | None = None) -> None:
        self.book = book
        self.trials = trials or Trials(private=(book.place.file,) if book.place.file else ())
        self.behaviours = Behaviours(book)
        self.door = Door()
        self.presence = Presence()
        self.orders = Orders(book)
        self.decided = Decided(book)
        self.undecided = Undecided(book)
        self.twice = Twice(book)
        self.figures = Figures(book)
        self.shelf = Shelf(lambda sha256: file_of(book, sha256))
        self.rubrics = Rubrics(course, lambda slug, text: keep_rubric(book, slug, text))

    def criterion(self, slug: str, criterion: str) -> tuple[InForce, Criterion]:
        """A criterion as it stands now. Raises NotHere."""
        force = self.rubrics.of(slug)
        found = force.loaded.rubric.criterion(criterion) if force else None
        if force is None or found is None:
            raise NotHere("There is no such criterion (any more). Begin at the queue.")
        return force, found

    def place(self, slug: str, criterion: str, attempt: int, who: str) -> Place:
        """Raises NotHere, also for a student whom `who` must not mark."""
        force, found = self.criterion(slug, criterion)
        one = self.attempt(attempt, who)
        if one.assignment != slug:
            raise NotHere("There is no such submission. Begin at the queue.")
        return Place(force, found, one)

    def blind(self, force: InForce, criterion: Criterion, me: Me) -> Blind:
        """What of a criterion looks otherwise to `me`."""
        return self.twice.of(force.loaded.slug, [criterion], me).get(criterion.id, Blind())

    def sets(self, force: InForce, criterion: Criterion, me: Me) -> Sets:
        """The attempts behind each count of a criterion, as `me` sees them."""
        slug = force.loaded.slug
        decided = self.decided.of(slug).get(criterion.id, {})
        return sets_of(self.book, slug, criterion, me.name, decided, self.blind(force, criterion, me))

    def sight(self, place: Place, me: Me, *, blank: bool = False) -> Sight:
        """What `me` sees of the marks at a place."""
        return self.twice.sight(place.slug, place.criterion, place.attempt.id, me, blank=blank)

    def attempt(self, attempt: int, who: str) -> Attempt:
        """Raises NotHere."""
        try:
            one = attempt_of(self.book, min(attempt, 2**31 - 1))
        except GradebookError:
            raise NotHere("There is no such submission. Begin at the queue.") from None
        if one.student_id in conflicts_of(self.book, who):
            raise NotHere("This student's work is for others to mark: a conflict of interest is noted for you.")
        return one

    def opened(self, attempt: Attempt) -> Opened:
        """What was handed in."""
        force = self.rubrics.of(attempt.assignment)
        if force is None:
            return Opened(trouble=f"The course has no assignment {attempt.assignment} any more.")
        return self.shelf.open(attempt.file_sha256, attempt.file_name, force.loaded.assignment)
