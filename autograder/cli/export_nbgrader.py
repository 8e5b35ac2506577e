"""`gradus export SLUG --to nbgrader COURSE_DIR`: a class into an nbgrader course."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from autograder.cli.errors import DONE
from autograder.cli.gradebook import opened


def export_nbgrader(course: Path | None, slug: str, folder: Path, where: str | None, as_json: bool) -> int:
    """Export, and say what was written and what nbgrader cannot hold."""
    from autograder.bridges.nbgrader.export import export_to_nbgrader
    from autograder.cli.progress import progress_bar
    from autograder.course.loading import find_course, load_assignment
    from autograder.returning.standing import standings

    loaded = load_assignment(find_course(course or Path.cwd()), slug)
    with opened(course, where) as book:
        everybody = standings(book, loaded)
        with progress_bar("Exporting", len(everybody)) as advance:
            done = export_to_nbgrader(book, loaded, everybody, folder, advance)
    if as_json:
        about = {"to": str(folder), "format": "nbgrader", "students": done.students, "open": done.pending}
        click.echo(json.dumps(about | {"notes": [asdict(note) for note in done.notes]}, ensure_ascii=False))
        return DONE
    for note in done.notes:
        click.echo(str(note))
    click.echo(
        f"{done.students} students written to {folder}."
        + (f" {done.pending} of {done.students} have something open." if done.pending else "")
        + f" Next: formgrader in Jupyter, or there: nbgrader generate_feedback {slug} --force"
    )
    return DONE
