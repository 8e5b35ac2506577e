"""What student code can be locked in, and room on the disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.doctor import Diagnosis
from autograder.sandbox.backend import BACKENDS, TRUST, kind_of

LITTLE, TOO_LITTLE = 5 * 2**30, 2**29
"""Bytes: a class of some hundred with its feedback; a single submission with what it may write."""


def examine_sandboxes(course: Path | None) -> list[Diagnosis]:
    """Every backend that locks code in, asked as `gradus grade` asks; and whether there is one."""
    names = [name for name in BACKENDS if name != "process"]
    private = () if course is None else (course / "assignments", course / "solutions")
    with ThreadPoolExecutor(len(names)) as threads:
        asked = {name: threads.submit(kind_of(name).obstacle, private=private, gpu=False) for name in names}
    reasons = {name: future.result() for name, future in asked.items()}
    working = [name for name, reason in reasons.items() if reason is None]
    # One is enough: what hinders the others is told, and is nothing to mend.
    found = [_sandbox(name, reason, enough=bool(working)) for name, reason in reasons.items()]
    if working:
        return [*found, Diagnosis("sandbox", "ok", f"gradus grade takes {working[0]}")]
    fact = f"none that locks student code in works here; with {TRUST} code runs as you, for code of your own"
    return [*found, Diagnosis("sandbox", "problem", fact, "Mend one of the above before you grade students.")]


def _sandbox(name: str, reason: str | None, *, enough: bool) -> Diagnosis:
    if reason is None:
        return Diagnosis(f"sandbox {name}", "ok", "works")
    if enough:
        return Diagnosis(f"sandbox {name}", "ok", f"not here, and not needed: {reason}")
    return Diagnosis(f"sandbox {name}", "warning", f"not here: {reason}")


def examine_disk(course: Path | None) -> list[Diagnosis]:
    """Room where results, temporary files and measured limits go."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    places = {"course": course or Path.cwd(), "temporary": Path(tempfile.gettempdir()), "cache": cache}
    return [_disk(name, place) for name, place in places.items()]


def _disk(name: str, place: Path) -> Diagnosis:
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    fact = f"{free / 2**30:.1f} GB free at {place}"
    part = f"disk, {name}"
    if not os.access(there, os.W_OK):
        return Diagnosis(part, "problem", f"nothing can be written at {place}", "Give yourself the right to write there.")
    if free < TOO_LITTLE:
        return Diagnosis(part, "problem", fact, "Make room: results could not be written.")
    if free < LITTLE:
        return Diagnosis(part, "warning", fact, "Make room before a class is graded.")
    return Diagnosis(part, "ok", fact)
