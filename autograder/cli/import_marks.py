"""`gradus import marks`: what was decided in nbgrader's formgrader, back into the gradebook."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from autograder.cli.author import author_of, author_option
from autograder.cli.errors import DONE, FINDINGS
from autograder.cli.gradebook import gradebook_option, opened


@click.command("marks")
@click.argument("slug")
@click.argument("nb_course", metavar="COURSE_DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@gradebook_option
@click.option("--preview", is_flag=True, help="Say what would be written, and write nothing.")
@author_option
@click.option("--json", "as_json", is_flag=True, help="Print the marks and what was left out as JSON.")
@click.pass_obj
def command(
    course: Path | None, slug: str, nb_course: Path, where: str | None, preview: bool, author: str | None, as_json: bool
) -> int:
    """Bring points and comments that were given in formgrader into the gradebook, as marks.

    COURSE_DIR is the nbgrader course that `gradus export SLUG --to nbgrader COURSE_DIR` wrote. Points out of bounds are not taken;
    what was marked here meanwhile is told, not overwritten. The exit code is 1 when something was left out.
    """
    from autograder.bridges.nbgrader.marks import acknowledge, decisions, write_marks
    from autograder.course.loading import find_course, load_assignment

    loaded = load_assignment(find_course(course or Path.cwd()), slug)
    with opened(course, where) as book:
        found = decisions(book, loaded, nb_course)
        notes = list(found.notes)
        written = 0
        if not preview:
            done, left = write_marks(book, loaded, found.new, author_of(author))
            acknowledge(book, loaded, nb_course, done)
            notes += left
            written = len(done)
    if as_json:
        about = {"written": written, "preview": preview, "same": found.same}
        lists = {"marks": [asdict(mark) for mark in found.new], "notes": [asdict(note) for note in notes]}
        click.echo(json.dumps(about | lists, ensure_ascii=False))
        return FINDINGS if notes else DONE
    for mark in found.new:
        click.echo(
            f"{mark.student}, {mark.criterion}: {mark.points:g} points" + (f" · {mark.comment}" if mark.comment else "")
        )
    for note in notes:
        click.echo(str(note), err=True)
    told = f"{len(found.new)} marks would be written" if preview else f"{written} marks written"
    click.echo(f"{told}, {found.same} known already, {len(notes)} left out.")
    return FINDINGS if notes else DONE
