"""`gradus staff`: who marks."""

from __future__ import annotations

import json
from pathlib import Path

import click

from autograder.cli.errors import DONE
from autograder.cli.gradebook import gradebook_option, opened


@click.group("staff")
def command() -> None:
    """Who marks, in which role, and whom they must not mark."""


@command.command("add")
@click.argument("name")
@click.option(
    "--role", type=click.Choice(["instructor", "ta", "read-only"]), default="ta", show_default=True,
    help="instructor: everything; ta: marks, sees pseudonyms; read-only: looks.",
)  # fmt: skip
@gradebook_option
@click.pass_obj
def add(course: Path | None, name: str, role: str, where: str | None) -> int:
    """Give NAME a role, in place of the one they had."""
    from autograder.gradebook.staff import add_staff

    with opened(course, where, create=True) as book:
        add_staff(book, name, role)  # type: ignore[arg-type]
    click.echo(f"{name}: {role}.")
    return DONE


@command.command("remove")
@click.argument("name")
@gradebook_option
@click.pass_obj
def remove(course: Path | None, name: str, where: str | None) -> int:
    """Take the role of NAME away. What they marked stays."""
    from autograder.gradebook.staff import remove_staff

    with opened(course, where) as book:
        remove_staff(book, name)
    click.echo(f"{name}: no role any more.")
    return DONE


@command.command("conflict")
@click.argument("name")
@click.argument("sid")
@click.option("--lift", is_flag=True, help="They may mark the student again.")
@click.option("--reason", default="", help="Kept with it.")
@gradebook_option
@click.pass_obj
def conflict_(course: Path | None, name: str, sid: str, lift: bool, reason: str, where: str | None) -> int:
    """Note that NAME must not mark the student with the id SID."""
    from autograder.gradebook.roster import student_of
    from autograder.gradebook.staff import conflict, staff_of

    with opened(course, where) as book:
        student = student_of(book, sid)
        if student is None:
            raise click.ClickException(f'No student of the roster has the id "{sid}". `gradus roster list` shows them.')
        if name not in staff_of(book):
            raise click.ClickException(f'Nobody of the staff is called "{name}". `gradus staff list` shows them.')
        conflict(book, name, student, excluded=not lift, reason=reason)
    click.echo(f"{name} {'may mark' if lift else 'does not see'} the submissions of {sid}{' again' if lift else ''}.")
    return DONE


@command.command("list")
@gradebook_option
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def list_(course: Path | None, where: str | None, as_json: bool) -> int:
    """Show who has which role."""
    from autograder.gradebook.staff import staff_of

    with opened(course, where) as book:
        found = staff_of(book)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo("\n".join(f"{name}: {role}" for name, role in found.items()) or "Nobody has a role yet.")
    return DONE
