"""Which system wrote a roster, and which of its columns and lines are students.

Canvas: a gradebook export, as lib/gradebook_exporter.rb of https://github.com/instructure/canvas-lms writes it. Gradescope: what "Download
Roster" gives, columns as https://guides.gradescope.com/hc/en-us/articles/21926598776333 has them. nbgrader: what `nbgrader db student
import` takes (the columns of its table `student`), or the grades that `nbgrader export` writes, in which a student has several lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

COLUMNS = {
    "sid": (
        "sid", "student id", "student number", "sis user id", "sis id", "student sis id", "matriculation number", "id",
    ),
    "name": ("name", "full name", "student name", "student"),
    "first": ("first name", "firstname", "given name", "forename"),
    "last": ("last name", "lastname", "family name", "surname"),
    "email": ("email", "e mail", "email address", "e mail address", "mail"),
    "section": ("section", "sections", "section name", "group"),
}  # fmt: skip
"""What a column holds → its names in the exports of other systems, those that say it best first."""
_STAFF = re.compile(r"instructor|teacher|ta|teaching assistant|reader|observer|designer|staff", re.IGNORECASE)
_HIDDEN = re.compile(r"\s*(muted|manual posting.*)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Format:
    """The roster of one system. Names of columns are as `named` makes them, unless it is `exact`."""

    name: str
    title: str
    needs: tuple[frozenset[str], ...] = ()
    """It is one whose header has all the columns of one of these."""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Where they differ from COLUMNS."""
    exact: bool = False
    """Whether `needs` are the names as a program writes them, to the letter."""
    repeats: bool = False
    """Whether a student may have several lines that say the same."""

    def is_it(self, header: Sequence[str]) -> bool:
        """Whether a header may be one of its."""
        names = {cell.strip() if self.exact else named(cell) for cell in header}
        return any(needed <= names for needed in self.needs)

    def names(self, kind: str) -> tuple[str, ...]:
        """What a kind of column is called."""
        return self.columns.get(kind, COLUMNS[kind])


CANVAS = Format(
    "canvas", "Canvas gradebook export",
    tuple(
        frozenset({*names, "id", "section"}) for names in (("student",), ("lastname", "firstname"))
    ),
    {"sid": ("sis user id", "sis login id", "id"), "email": ("email", "sis login id")},
)  # fmt: skip
GRADESCOPE = Format(
    "gradescope", "Gradescope roster",
    (frozenset({"first name", "last name", "sid", "email"}), frozenset({"name", "sid", "email", "role"}),
     frozenset({"full name", "sid", "email"})),
    {"sid": ("sid",), "section": ("section", "sections", "section name")},
)  # fmt: skip
NBGRADER = Format(
    "nbgrader", "nbgrader student list",
    (frozenset({"id", "first_name"}), frozenset({"id", "last_name"}), frozenset({"id", "lms_user_id"}),
     frozenset({"assignment", "student_id", "raw_score"})),
    {"sid": ("id", "student id")}, exact=True, repeats=True,
)  # fmt: skip
PLAIN = Format("plain", "plain CSV", (frozenset(),))
FORMATS = {one.name: one for one in (CANVAS, GRADESCOPE, NBGRADER, PLAIN)}
"""Those that are tried, in this order; the last is any header."""


def named(cell: str) -> str:
    """A column's name without case, `_` and `-`."""
    return " ".join(cell.casefold().replace("_", " ").replace("-", " ").split())


def format_of(header: Sequence[str]) -> Format:
    """The first whose columns a header has."""
    return next(one for one in FORMATS.values() if one.is_it(header))


def no_student(format: Format, row: Mapping[str, str], cells: Sequence[str]) -> str:
    """Why a line is none of a student, "" where it is one. `row`: name of a column → what stands there."""
    if format is CANVAS:
        name = row.get("student", "").strip()
        if "points possible" in cells[0].casefold() or all(_HIDDEN.fullmatch(cell) for cell in cells):
            return "points"
        if name in ("Student, Test", "Test Student") and not row.get("sis user id", "").strip():
            return "the test student"
    role = row.get("role", "").strip()
    return f"role {role}" if _STAFF.fullmatch(role) else ""


def display_name(format: Format, name: str) -> str:
    """Canvas sorts by last names and writes "Lovelace, Ada"; everybody else is called as they are written."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if format is CANVAS and comma and "," not in first and first and last else name
