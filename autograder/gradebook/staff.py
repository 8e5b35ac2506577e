"""Who works here, in which role, and whom they must not mark."""

from __future__ import annotations

from typing import Literal, get_args

from sqlalchemy import insert, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.memory import remembered
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import conflicts, staff
from autograder.gradebook.views import current_conflicts, current_staff

Role = Literal["instructor", "ta", "read-only"]


def add_staff(book: Gradebook, name: str, role: Role, *, author: str = "gradus") -> None:
    """Give `name` a role, in place of the one they had."""
    if role not in get_args(Role):
        raise GradebookError(f'There is no role "{role}". There are {", ".join(get_args(Role))}.')
    if not name.strip() or name.strip() == "gradus" or not name.isprintable():
        raise GradebookError(
            f'"{name!r}" cannot be the name of a staff member. Take a printable one, and not "gradus".'
        )
    with book.write() as connection:
        connection.execute(insert(staff).values(name=name.strip(), role=role, at=now(), author=author))


def remove_staff(book: Gradebook, name: str, *, author: str = "gradus") -> None:
    """Take the role of `name` away; their marks stay."""
    with book.write() as connection:
        connection.execute(insert(staff).values(name=name, role="gone", at=now(), author=author))


def role_of(book: Gradebook, name: str) -> Role | None:
    """The role of a staff member; None for anybody else."""
    return staff_of(book).get(name)


def staff_of(book: Gradebook) -> dict[str, Role]:
    """Name → role, by name."""
    chosen = select(current_staff.c.name, current_staff.c.role).order_by(current_staff.c.name)
    return dict(remembered(book, "staff", (staff,), lambda: {row.name: row.role for row in selected(book, chosen)}))


def conflict(
    book: Gradebook, staff: str, student_id: int, *, excluded: bool = True, reason: str = "", author: str = "gradus"
) -> None:
    """Note that `staff` must not mark the student, or may again."""
    values = {"staff": staff, "student_id": student_id, "excluded": excluded, "reason": reason}
    with book.write() as connection:
        connection.execute(insert(conflicts).values(**values, at=now(), author=author))


def conflicts_of(book: Gradebook, staff: str) -> set[int]:
    """The ids of the students whom `staff` must not mark."""
    chosen = select(current_conflicts.c.student_id).where(current_conflicts.c.staff == staff)

    def ask() -> set[int]:
        return {row.student_id for row in selected(book, chosen)}

    return set(remembered(book, ("conflicts", staff), (conflicts,), ask))
