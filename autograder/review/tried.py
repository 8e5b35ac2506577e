"""What a fix that was tried has to do with a mark: one that may be kept, and those that were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from autograder.gradebook.marks import Mark, current_mark, marks_of, shared_patches_of
from autograder.report.wording import signed_points
from autograder.review.desk import Desk, Place
from autograder.review.fix import gain
from autograder.review.guard import Me


@dataclass(frozen=True)
class Tried:
    """The fix of one person at one place, for the panel with the mark."""

    new: int | None = None
    """The number of a trial that is not kept yet."""
    gain: str = ""
    kept: bool = False
    """Their mark has a patch."""
    shared: bool = False


def tried_here(desk: Desk, place: Place, me: Me) -> Tried:
    """What the panel says of a fix."""
    history = marks_of(desk.book, place.attempt.id, place.criterion.id)
    taken_back = {mark.withdraws for mark in history}
    own = [m for m in history if m.author == me.name and m.withdraws is None and m.id not in taken_back]
    last = own[-1] if own else None
    kept = last is not None and last.patch is not None
    shared = kept and last is not None and last.id in shared_patches_of(desk.book, place.slug)
    trial = desk.trials.last(me.name, place.attempt.id, place.criterion.id)
    if trial is None or trial.state != "done" or trial.after is None or any(m.patch == trial.patch for m in history):
        return Tried(kept=kept, shared=shared)
    return Tried(trial.id, f"{signed_points(gain(trial.before, trial.after))} points", kept, shared)


@dataclass(frozen=True)
class Patch:
    """A fix that was kept."""

    author: str
    at: datetime
    patch: str
    shared: bool


def kept_patches(desk: Desk, place: Place, me: Me, seen: Mark | None) -> list[Patch]:
    """Fixes that were kept with a mark of this place, the last one first, each once.

    `seen` is the mark that `me` is shown: who is not shown the one that counts is shown nobody else's fix either.
    """
    marks = [mark for mark in marks_of(desk.book, place.attempt.id, place.criterion.id) if mark.patch]
    if not marks:
        return []
    blind = current_mark(desk.book, place.attempt.id, place.criterion.id) != seen
    marks = [mark for mark in marks if mark.author == me.name or not blind]
    shared = shared_patches_of(desk.book, place.slug)
    found = {mark.patch: Patch(mark.author, mark.at, mark.patch, mark.id in shared) for mark in marks if mark.patch}
    return list(reversed(found.values()))
