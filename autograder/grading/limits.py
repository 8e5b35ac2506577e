"""Limits of time from what the accepted submissions took on this machine, in this sandbox.

Twice the slowest, and never under two seconds. The sum of all requests also gets room for every question to hang as
often as a question may: one answer that never ends must not cost the others theirs. What `assignment.yaml` gives is
fixed, and not measured. What was measured is kept in the user's cache: by assignment, kit, torch, machine and sandbox.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import platform
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError

from autograder import __version__
from autograder.course.models import Limits, LoadedAssignment
from autograder.course.record import Record
from autograder.grading.blank import assignment_sha256
from autograder.grading.store import write_atomically
from autograder.sandbox.usage import MOST_DEATHS, Usage

LEAST_SECONDS = 2.0
MARGIN = 2.0
MEASURED = ("import_seconds", "call_seconds", "total_seconds")


class Measurement(Record):
    """Seconds of wall clock that the slowest accepted submission took."""

    import_seconds: float
    call_seconds: float
    total_seconds: float
    submissions: int
    """How many were measured."""


def measurement(usages: list[Usage]) -> Measurement:
    """The slowest of all of them."""
    return Measurement(
        import_seconds=max(usage.slowest_import for usage in usages),
        call_seconds=max(usage.slowest_call for usage in usages),
        total_seconds=max(usage.total for usage in usages),
        submissions=len(usages),
    )


def to_measure(loaded: LoadedAssignment) -> bool:
    """Whether `assignment.yaml` leaves a limit of time open."""
    return not loaded.assignment.limits.model_fields_set.issuperset(MEASURED)


def limits_from(loaded: LoadedAssignment, measured: Measurement) -> Limits:
    """The assignment's limits, with those of time that it leaves open."""
    limits = loaded.assignment.limits
    given = {name: getattr(limits, name) for name in MEASURED if name in limits.model_fields_set}
    found = {"import_seconds": _limit(measured.import_seconds), "call_seconds": _limit(measured.call_seconds)} | given
    answered = sum(1 for question in loaded.assignment.questions if question.targets)
    room = answered * (MOST_DEATHS * found["call_seconds"] + found["import_seconds"])
    return limits.model_copy(update={"total_seconds": _limit(measured.total_seconds) + room} | found)


def _limit(seconds: float) -> float:
    """Rounded up to a tenth of a second: students read it."""
    return max(LEAST_SECONDS, math.ceil(MARGIN * seconds * 10) / 10)


def scaled(limits: Limits, factor: float) -> Limits:
    """The same limits with `factor` times the time."""
    longer = {name: getattr(limits, name) * factor for name in MEASURED}
    return limits.model_copy(update={**longer, "cpu_seconds": math.ceil(limits.cpu_seconds * factor)})


# ── kept for the next time ───────────────────────────────────────────────────────────────────────────────────────────


def kept(loaded: LoadedAssignment, sandbox: str) -> Measurement | None:
    """What was measured before, here and for the same; None when there is nothing, or nothing that can be read."""
    try:
        return Measurement.model_validate_json(_place(loaded, sandbox).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return None


def keep(loaded: LoadedAssignment, sandbox: str, measured: Measurement) -> None:
    """For the next time; where nothing can be written it is measured again."""
    place = _place(loaded, sandbox)
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(place, measured.model_dump_json() + "\n")


def _place(loaded: LoadedAssignment, sandbox: str) -> Path:
    facts = (
        assignment_sha256(loaded), __version__, version("torch"), platform.node(), platform.machine(),
        str(os.cpu_count()), sandbox,
    )  # fmt: skip
    digest = hashlib.sha256("\0".join(facts).encode()).hexdigest()[:32]
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "gradus" / f"limits-{digest}.json"
