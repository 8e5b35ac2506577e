"""The attempts that count: every page asks for them."""

from __future__ import annotations

from autograder.gradebook.attempts import Attempt, counting_attempts
from autograder.gradebook.book import Gradebook
from autograder.gradebook.memory import remembered
from autograder.gradebook.tables import attempts, set_asides


def that_count(book: Gradebook, slug: str) -> dict[int, Attempt]:
    """Id → attempt, in the order of the students' ids. The same object for as long as they do. Not to be changed."""

    def ask() -> dict[int, Attempt]:
        return {one.id: one for one in counting_attempts(book, slug)}

    return remembered(book, ("that count", slug), (attempts, set_asides), ask)
