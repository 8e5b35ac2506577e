"""The attempts that count, remembered for as long as nobody hands in and none is set aside: every page asks for them."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sqlalchemy import func, select

from autograder.gradebook.attempts import Attempt, counting_attempts
from autograder.gradebook.book import Gradebook
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import attempts, set_asides

_known: WeakKeyDictionary[Gradebook, dict[str, tuple[object, dict[int, Attempt]]]] = WeakKeyDictionary()


def that_count(book: Gradebook, slug: str) -> dict[int, Attempt]:
    """Id → attempt, in the order of the students' ids. Not to be changed."""
    last = [select(func.max(one.c.id)).scalar_subquery() for one in (attempts, set_asides)]
    state = tuple(selected(book, select(*last), once="attempts")[0])  # read first: what comes after it is seen by the next page
    here = _known.setdefault(book, {})
    known = here.get(slug)
    if known is None or known[0] != state:
        known = here[slug] = (state, {one.id: one for one in counting_attempts(book, slug)})
    return known[1]
