"""`gradus list`: what the course asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE, WRONG_INPUT

if TYPE_CHECKING:
    from autograder.course.models import LoadedAssignment
    from autograder.release.readme import QuestionRow


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the assignments as JSON.")
@click.pass_obj
def command(course: Path | None, as_json: bool) -> int:
    """List the assignments of the course with their questions, points and tests."""
    from autograder.course.findings import CourseError
    from autograder.course.loading import find_course, list_assignments, load_assignment

    root = find_course(course or Path.cwd())
    loaded, broken = [], []
    for slug in list_assignments(root):
        try:
            loaded.append(load_assignment(root, slug))
        except CourseError as error:
            broken.append(str(error))
    if as_json:
        click.echo(json.dumps([_as_json(one) for one in loaded], indent=2, ensure_ascii=False))
    else:
        _print(loaded)
    for message in broken:
        click.echo(message, err=True)
    return WRONG_INPUT if broken else DONE


def _rows(loaded: LoadedAssignment) -> list[QuestionRow]:
    from autograder.release.build import question_rows

    return question_rows(loaded)


def _as_json(loaded: LoadedAssignment) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "slug": loaded.slug,
        "title": loaded.assignment.title,
        "points": loaded.rubric.points,
        "questions": [asdict(row) for row in _rows(loaded)],
    }


def _print(assignments: list[LoadedAssignment]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    if not assignments:
        console.print("There are no assignments that can be read.")
    for loaded in assignments:
        title = f"{loaded.slug}: {escape(loaded.assignment.title)}, {loaded.rubric.points:g} points"
        table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
        for name in ("Question", "Asks for"):
            table.add_column(name)
        for name in ("Points", "Public", "Hidden", "TA"):
            table.add_column(name, justify="right")
        for row in _rows(loaded):
            asked = escape(", ".join(row.targets) or row.title)
            ta = f"{row.ta_points:g}" if row.ta_points else ""
            table.add_row(row.id, asked, f"{row.points:g}", str(row.public or ""), str(row.hidden or ""), ta)
        console.print(table)
