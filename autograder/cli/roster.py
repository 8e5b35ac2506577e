"""`gradus roster`: who takes the course."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from autograder.cli.errors import DONE
from autograder.cli.gradebook import gradebook_option, is_missing, opened

_json_option = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@click.group("roster")
def command() -> None:
    """Who takes the course: import a list of students, show it.

    Names stand here and nowhere else in the gradebook: whoever marks sees pseudonyms.
    """


@command.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["canvas", "gradescope", "nbgrader", "plain"]),
    help="Who wrote it. [default: what its header says]",
)
@click.option("--sid", metavar="COLUMN", help="The column of the student ids. [default: the format's]")
@gradebook_option
@_json_option
@click.pass_obj
def import_(
    course: Path | None, file: Path, preview: bool, kind: str | None, sid: str | None, where: str | None, as_json: bool
) -> int:
    """Take in the students of FILE: a CSV file whose header names sid, name, email and section, or a list of another system.

    Those are the gradebook export of Canvas, the roster of Gradescope, and nbgrader's students or grades. The output says which it is.

    Students are known by their sid: a second import changes what differs and adds who is new. Nobody is removed.
    A file with an error changes nothing; all its errors are told at once.
    """
    from autograder.gradebook.roster import Imported, import_roster
    from autograder.gradebook.roster_file import read_roster

    read = read_roster(file, format=kind, sid=sid)
    if preview and is_missing(course, where):
        done = Imported(new=tuple(entry.sid for entry in read.entries))
    else:
        with opened(course, where, create=True) as book:
            done = import_roster(book, read.entries, preview=preview)
    notes = [str(note) for note in read.notes.items]
    if as_json:
        click.echo(
            json.dumps(
                {**asdict(done), "format": read.format.name, "sid": read.sid_column, "notes": notes, "preview": preview},
                ensure_ascii=False,
            )
        )
        return DONE
    for note in notes:
        click.echo(note, err=True)
    click.echo(f'Read as {read.format.title}, student ids from "{read.sid_column}".')
    would = "Would be: " if preview else ""
    click.echo(f"{would}{len(done.new)} new, {len(done.changed)} changed, {len(done.same)} as before.")
    if done.absent:
        click.echo(f"Not in the file, and kept: {', '.join(done.absent[:5])}{_more(len(done.absent) - 5)}.")
    return DONE


@command.command("list")
@gradebook_option
@_json_option
@click.pass_obj
def list_(course: Path | None, where: str | None, as_json: bool) -> int:
    """Show every student with the pseudonym that stands for them."""
    from autograder.gradebook.roster import people

    with opened(course, where) as book:
        found = people(book)
    if as_json:
        click.echo(json.dumps([asdict(person) for person in found], ensure_ascii=False, indent=2))
        return DONE
    _print([[one.sid, one.name, one.email, one.section, one.pseudonym] for one in found])
    return DONE


def _more(number: int) -> str:
    return f" and {number} more" if number > 0 else ""


def _print(rows: list[list[str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    for name in ("Student id", "Name", "E-mail", "Section", "Pseudonym"):
        table.add_column(name)
    for row in rows:
        table.add_row(*[escape(cell) for cell in row])
    Console(highlight=False).print(table if rows else "The roster is empty.")
