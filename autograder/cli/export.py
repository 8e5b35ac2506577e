"""`gradus export`: the gradebook as a file for another system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE
from autograder.cli.gradebook import gradebook_option, opened

if TYPE_CHECKING:
    from autograder.returning.standing import Standing


@click.command("export")
@click.argument("slug")
@click.option(
    "--format",
    "kind",
    required=True,
    type=click.Choice(["csv", "gradescope", "json"]),
    help="csv: a row a student, for spreadsheets. gradescope: a results.json a student. json: a list of students.",
)
@click.option("--to", required=True, type=click.Path(path_type=Path), help="The file; for gradescope the folder.")
@gradebook_option
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@click.pass_obj
def command(course: Path | None, slug: str, kind: str, to: Path, where: str | None, as_json: bool) -> int:
    """Export the scores of the assignment SLUG, marks of TAs included.

    Nothing is written when a score is below 0 or above its maximum: the student and the criterion are named. In CSV, text that a
    spreadsheet would run as a formula gets a ' in front.
    """
    from autograder.course.atomic import write_bytes_atomically
    from autograder.course.loading import find_course, load_assignment
    from autograder.returning.export import csv_text, json_text
    from autograder.returning.standing import standings

    loaded = load_assignment(find_course(course or Path.cwd()), slug)
    with opened(course, where) as book:
        everybody = standings(book, loaded)
    if kind == "gradescope":
        written = _gradescope(everybody, to)
    else:
        text = csv_text(everybody, loaded.rubric) if kind == "csv" else json_text(everybody)
        if not to.parent.is_dir():
            raise click.ClickException(f"{to.parent} does not exist. Make this folder, or name another with --to.")
        # Excel takes a CSV file for one of its own old encoding unless it begins with a byte-order mark.
        write_bytes_atomically(to, text.encode("utf-8-sig" if kind == "csv" else "utf-8"))
        written = len(everybody)
    pending = sum(1 for one in everybody if one.open)
    if as_json:
        click.echo(json.dumps({"to": str(to), "format": kind, "students": written, "open": pending}))
    else:
        click.echo(f"{written} students written to {to}." + (f" {pending} of {len(everybody)} have something open." if pending else ""))
    return DONE


def _gradescope(everybody: list[Standing], folder: Path) -> int:
    """FOLDER/<sid>/results.json of everybody who has a result."""
    from autograder.course.atomic import write_atomically
    from autograder.returning.export import gradescope_text
    from autograder.returning.pages import file_name

    graded = [one for one in everybody if one.result is not None]
    for one in graded:
        own = folder / file_name(one.student)
        own.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(own / "results.json", gradescope_text(one))
    return len(graded)
