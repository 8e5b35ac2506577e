"""What a coordinator holds is its own for as long as it lives: claims are renewed, and given back in the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, update

from autograder.batches.backlog import FREE, Version, of_version
from autograder.gradebook import Gradebook, GradebookError
from autograder.gradebook.clock import now
from autograder.gradebook.tables import tasks

LEASE_SECONDS = 120.0
"""After which others may take what a coordinator holds that is gone, and of which nothing else tells that it is."""
BEAT_SECONDS = 30.0


@contextmanager
def leases(book: Gradebook, version: Version, who: str) -> Iterator[None]:
    """Meanwhile, what `who` has claimed stays claimed; afterwards it waits for whoever comes."""
    over = threading.Event()
    beat = threading.Thread(target=_renew_until, args=(over, book, version, who), daemon=True)
    beat.start()
    try:
        yield
    finally:
        over.set()
        beat.join()
        with suppress(GradebookError):  # else the lease runs out
            give_back(book, version, who)


def _renew_until(over: threading.Event, book: Gradebook, version: Version, who: str) -> None:
    while not over.wait(BEAT_SECONDS):
        with suppress(GradebookError):  # a result that cannot be written tells it; somebody else's counts as well
            renew(book, version, who)


def renew(book: Gradebook, version: Version, who: str) -> int:
    """Begin all leases of `who` anew; how many."""
    until = now() + timedelta(seconds=LEASE_SECONDS)
    with book.write() as connection:
        return int(connection.execute(update(tasks).where(_theirs(version, who)).values(claimed_until=until)).rowcount)


def give_back(book: Gradebook, version: Version, who: str) -> int:
    """Let what `who` holds wait again, without counting it as a try; how many."""
    free = update(tasks).where(_theirs(version, who)).values(**FREE, tries=tasks.c.tries - 1)
    with book.write() as connection:
        return int(connection.execute(free).rowcount)


def _theirs(version: Version, who: str) -> ColumnElement[bool]:
    return and_(*of_version(version), tasks.c.state == "claimed", tasks.c.claimed_by == who)
