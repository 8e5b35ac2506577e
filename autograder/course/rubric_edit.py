"""Change a rubric's file as a person would: a few values, checked as a whole, comments and layout kept.

`changed_text` makes the new text, `load_assignment(…, rubric_text=text)` checks it, `save_rubric` puts it in place.
The command line and the review desk call the same three.
"""

from __future__ import annotations

import difflib
import errno
import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.atomic import write_bytes_atomically
from autograder.course.findings import CourseError
from autograder.course.loading import load_assignment
from autograder.course.models import Level, LoadedAssignment, Paths
from autograder.course.yaml_edit import CannotEdit, append_item, drop_last, read_plain, set_value

TEXTS = ("title", "feedback")
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
KEYS = ("title", "points", "feedback", "levels", "levels.N.points", "levels.N.text")


@dataclass(frozen=True)
class Change:
    """One value: `points` of the whole rubric (`criterion` empty), or a key of one criterion.

    `key` is `title`, `feedback`, `points`, `levels` (value: all of them), or `levels.2.points` and `levels.2.text`, numbered
    from 1 as on the review desk.
    """

    criterion: str
    key: str
    value: str | float | tuple[Level, ...]


def read_rubric_text(paths: Paths) -> str:
    """The rubric's text as it stands on the disk, line ends included. Raises CourseError."""
    try:
        return paths.rubric.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CourseError(f"rubrics/{paths.slug}.yaml cannot be read ({said}). Look at the file, then try again.") from error


def fingerprint(text: str) -> str:
    """The SHA-256 of a rubric's text: what `save_rubric` compares, and what marks carry as `rubric_sha256`."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def changed_text(text: str, changes: Sequence[Change], file: str) -> str:
    """`text` after `changes`, one after the other. Not checked as a rubric: CourseError only where one cannot be made.

    `file` is the rubric's name in messages.
    """
    unix = text.replace("\r\n", "\n")
    for change in changes:
        try:
            unix = _changed(unix, change, file)
        except CannotEdit as error:
            raise CourseError(f"{file}: {error}. Change it in an editor.") from error
    return unix.replace("\n", "\r\n") if "\r\n" in text else unix


def propose(course: Path, slug: str, changes: Sequence[Change]) -> tuple[str, LoadedAssignment]:
    """The rubric's new text, and the assignment as it would be with it: checked as loading does. Nothing is written."""
    now = load_assignment(course, slug)
    text = changed_text(read_rubric_text(now.paths), changes, f"rubrics/{slug}.yaml")
    return text, load_assignment(course, slug, rubric_text=text)


def save_rubric(paths: Paths, text: str, *, expected: str) -> None:
    """Write a checked text, whole or not at all, provided that the file still is the one it was made from.

    `expected` is the fingerprint of that; CourseError when somebody else has changed the file since, or it cannot be
    written. A file that is a link stays one, and keeps its permissions.
    """
    name = f"rubrics/{paths.slug}.yaml"
    if fingerprint(read_rubric_text(paths)) != expected:
        raise CourseError(
            f"{name}: somebody has changed the file meanwhile, and nothing was written. "
            "Look at their change and make yours again."
        )
    file = paths.rubric.resolve()
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        if not mode & _WRITABLE or not os.access(file, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        write_bytes_atomically(file, text.encode("utf-8"), mode=mode)
    except OSError as error:
        raise CourseError(
            f"{name} cannot be written ({error.strerror or error}), and stands as it was. "
            "Look at its permissions, its folder's, and the space on the disk; then save again."
        ) from error


def _changed(text: str, change: Change, file: str) -> str:
    tree = read_plain(text)
    if not change.criterion:
        if change.key != "points":
            raise CourseError(f'{file}: the rubric as a whole has no "{change.key}" to change. It has "points".')
        return set_value(text, ("points",), _number(change, file))
    at = ("criteria", _position(tree, change.criterion, file))
    if change.key in TEXTS:
        return set_value(text, (*at, change.key), str(change.value).strip())
    if change.key == "points":
        return set_value(text, (*at, "points"), _number(change, file))
    if change.key == "levels" and isinstance(change.value, tuple):
        return _levels(text, (*at, "levels"), change.value)
    return _level(text, tree, at, change, file)


def _position(tree: Any, criterion: str, file: str) -> int:
    ids = [str(entry["id"]) for entry in tree["criteria"]]
    if criterion in ids:
        return ids.index(criterion)
    close = difflib.get_close_matches(criterion, ids, n=1)
    answer = f'Did you mean "{close[0]}"?' if close else f"It has {', '.join(ids)}."
    raise CourseError(f'{file}: there is no criterion "{criterion}". {answer}')


def _number(change: Change, file: str) -> float:
    try:
        return float(change.value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        place = change.criterion or "the rubric"
        raise CourseError(f'{file}: {change.key} of {place} is a number, not "{change.value}".') from None


def _level(text: str, tree: Any, at: tuple[str, int], change: Change, file: str) -> str:
    """`levels.2.points` and `levels.2.text`."""
    first, _, rest = change.key.partition(".")
    number, _, key = rest.partition(".")
    if first != "levels" or not number.isdigit() or key not in ("points", "text"):
        raise CourseError(f'{file}: "{change.key}" cannot be changed here. What can be: {", ".join(KEYS)}.')
    count = len(tree["criteria"][at[1]].get("levels") or ())
    if not 1 <= int(number) <= count:
        raise CourseError(f"{file}: {change.criterion} has {count} levels; there is no number {number}.")
    value = _number(change, file) if key == "points" else str(change.value).strip()
    return set_value(text, (*at, "levels", int(number) - 1, key), value)


def _levels(text: str, at: tuple[str | int, ...], levels: tuple[Level, ...]) -> str:
    """All levels; those that stay keep their layout."""
    criterion = read_plain(text)["criteria"][at[1]]
    if not criterion.get("levels"):
        raise CannotEdit(f"{criterion['id']} has no levels yet")
    for number, level in enumerate(levels):
        now = read_plain(text)["criteria"][at[1]]["levels"]
        if number >= len(now):
            text = append_item(text, at, {"points": level.points, "text": level.text})
            continue
        for key, value in (("points", level.points), ("text", level.text)):
            if now[number].get(key) != value:
                text = set_value(text, (*at, number, key), value)
    while len(read_plain(text)["criteria"][at[1]]["levels"]) > max(1, len(levels)):
        text = drop_last(text, at)
    return text
