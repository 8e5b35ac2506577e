"""`gradus attempts`: all that was handed in, what counts, and what is set aside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.author import author_of, author_option
from autograder.cli.errors import DONE
from autograder.cli.gradebook import gradebook_option, opened

if TYPE_CHECKING:
    from autograder.gradebook import Gradebook
    from autograder.gradebook.attempts import Aside, Attempt


@click.command("attempts")
@click.argument("slug")
@gradebook_option
@click.option("--student", metavar="STUDENT", help="Of this student only, by sid or pseudonym.")
@click.option("--several", is_flag=True, help="Of students with more than one attempt only.")
@click.option("--late", is_flag=True, help="Of students with a late attempt only.")
@click.option("--set-aside", "aside", type=int, multiple=True, metavar="ID", help="This attempt must not count; repeatable.")
@click.option("--restore", type=int, multiple=True, metavar="ID", help="This attempt may count again; repeatable.")
@click.option("--reason", metavar="TEXT", help="Why; kept with it. Needed to set aside or restore.")
@author_option
@click.option("--json", "as_json", is_flag=True, help="Print the attempts as JSON.")
@click.pass_obj
def command(
    course: Path | None,
    slug: str,
    where: str | None,
    student: str | None,
    several: bool,
    late: bool,
    aside: tuple[int, ...],
    restore: tuple[int, ...],
    reason: str | None,
    author: str | None,
    as_json: bool,
) -> int:
    """What was handed in for the assignment SLUG: every attempt with its times, and which one counts.

    Of several attempts of a student the last one handed in counts, unless it is set aside. Nothing is removed: one that is set
    aside is kept with its results and marks, and can be restored.
    """
    if (aside or restore) and not (reason and reason.strip()):
        raise click.UsageError('Say why, for whoever asks later: --reason "Handed in after the extension."')
    with opened(course, where) as book:
        changed = _change(book, slug, aside, restore, reason or "", author) if aside or restore else set()
        _show(book, slug, _chosen(book, slug, student, several, late, changed), as_json)
    return DONE


def _change(
    book: Gradebook, slug: str, aside: tuple[int, ...], restore: tuple[int, ...], reason: str, author: str | None
) -> set[int]:
    """Write it down, or nothing at all when one of them makes no sense: the students whom it is about."""
    from autograder.gradebook.attempts import asides_of, attempts_of, set_aside

    known, out = {one.id: one for one in attempts_of(book, slug)}, asides_of(book, slug)
    for number in (*aside, *restore):
        if number not in known:
            raise click.ClickException(f"{slug} has no attempt with the id {number}. `gradus attempts {slug}` shows them.")
        if number in aside and number in restore:
            raise click.UsageError(f"{number} cannot be set aside and restored at once.")
        if (number in out) == (number in aside):
            raise click.ClickException(f"Attempt {number} {'is set aside already' if number in out else 'is not set aside'}.")
    who = author_of(author)
    for number in dict.fromkeys((*aside, *restore)):
        set_aside(book, number, reason=reason.strip(), author=who, aside=number in aside)
    return {known[number].student_id for number in (*aside, *restore)}


def _chosen(
    book: Gradebook, slug: str, student: str | None, several: bool, late: bool, changed: set[int]
) -> list[Attempt]:
    """The attempts to show, those of one student together; after a change, those of the students concerned."""
    from autograder.gradebook.attempts import attempts_of
    from autograder.gradebook.roster import student_of

    found = attempts_of(book, slug)
    students = {one.student_id for one in found}
    if changed:
        students = changed
    if student is not None:
        known = student_of(book, student)
        students &= {one.student_id for one in found if student == one.pseudonym or one.student_id == known}
        if not students:
            raise click.ClickException(f'"{student}" has no attempt of {slug} in {book.place}. Give a sid or a pseudonym.')
    if several:
        students &= {one.student_id for one in found if one.number > 1}
    if late:
        students &= {one.student_id for one in found if one.late}
    return sorted((one for one in found if one.student_id in students), key=lambda one: (one.pseudonym, one.number))


def _show(book: Gradebook, slug: str, found: list[Attempt], as_json: bool) -> None:
    from autograder.gradebook.attempts import asides_of, counting_attempts

    counts = {one.id for one in counting_attempts(book, slug)}
    out = asides_of(book, slug)
    if as_json:
        rows = [_record(one, one.id in counts, out.get(one.id)) for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Id", "Student", "Attempt", "Handed in", "Received", "", box=None, pad_edge=False)
    for one in found:
        handed_in = f"{one.submitted_at:%Y-%m-%d %H:%M}" if one.timed else "not known"
        cells = (str(one.id), one.pseudonym, str(one.number), handed_in, f"{one.received_at:%Y-%m-%d %H:%M}")
        table.add_row(*cells, _note(one, one.id in counts, out.get(one.id)))
    Console(highlight=False, markup=False).print(table)
    without = {one.student_id for one in found} - {one.student_id for one in found if one.id in counts}
    click.echo(f"{len(found)} attempts; times are UTC.")
    if without:
        click.echo(f"{len(without)} of these students {'has' if len(without) == 1 else 'have'} no attempt that counts.")


def _note(one: Attempt, counts: bool, aside: Aside | None) -> str:
    from autograder.report.wording import printable

    words = ["counts"] if counts else []
    words += ["late"] if one.late else []
    words += [f"set aside by {printable(aside.author)}: {printable(aside.reason)}"] if aside else []
    return ", ".join(words)


def _record(one: Attempt, counts: bool, aside: Aside | None) -> dict[str, Any]:
    return {
        "id": one.id, "student": one.pseudonym, "attempt": one.number,
        "submitted_at": one.submitted_at.isoformat() if one.timed else None,
        "received_at": one.received_at.isoformat(), "late": one.late, "counts": counts,
        "set_aside": {"reason": aside.reason, "by": aside.author, "at": aside.at.isoformat()} if aside else None,
    }  # fmt: skip
