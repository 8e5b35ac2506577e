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
    type=click.Choice(["csv", "gradescope", "json", "canvas"]),
    help="csv: a row a student, for spreadsheets. gradescope: a results.json a student. json: a list of students. "
    "canvas: your gradebook export of Canvas, filled.",
)
@click.argument("nb_course", metavar="[COURSE_DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="The file; for gradescope the folder; nbgrader, and then the folder of that course.",
)
@click.option(
    "--from",
    "canvas_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With canvas: the export to fill; it is not changed.",
)
@click.option("--column", help="With canvas: the assignment's column there. [default: called like SLUG or the title]")
@click.option("--pending-too", is_flag=True, help="With canvas: also scores of which something is still open.")
@click.option("--preview", is_flag=True, help="With canvas: say what would be filled in, and write nothing.")
@gradebook_option
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@click.pass_obj
def command(
    course: Path | None,
    slug: str,
    nb_course: Path | None,
    kind: str | None,
    to: Path | None,
    canvas_file: Path | None,
    column: str | None,
    pending_too: bool,
    preview: bool,
    where: str | None,
    as_json: bool,
) -> int:
    """Export the scores of the assignment SLUG, marks of TAs included.

    Nothing is written when a score is below 0 or above its maximum: the student and the criterion are named. In CSV, text that a
    spreadsheet would run as a formula gets a ' in front.

    With `--to nbgrader COURSE_DIR` scores, comments and notebooks go into that course's gradebook and `autograded/`: formgrader shows
    them, and nbgrader's feedback and export work, without running student code. What nbgrader cannot hold is listed.
    """
    canvas_only: dict[str, object] = {"--from": canvas_file, "--column": column, "--pending-too": pending_too, "--preview": preview}
    if kind is None or nb_course is not None:
        _refuse("nbgrader", canvas_only)
        return _nbgrader(course, slug, nb_course, kind, to, where, as_json)
    from autograder.course.atomic import write_bytes_atomically
    from autograder.course.loading import find_course, load_assignment
    from autograder.returning.export import csv_text, json_text
    from autograder.returning.standing import standings

    if kind == "canvas":
        from autograder.cli.export_canvas import CanvasCall, export_canvas

        return export_canvas(course, CanvasCall(slug, canvas_file, to, column, pending_too, preview, where), as_json=as_json)
    _refuse(kind, canvas_only)
    if to is None:
        raise click.UsageError("say where to write it with --to")
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


def _nbgrader(
    course: Path | None, slug: str, nb_course: Path | None, kind: str | None, to: Path | None, where: str | None, as_json: bool
) -> int:
    """Both words of `--to nbgrader COURSE_DIR`, or a sentence about the one that is missing."""
    if kind is not None or to != Path("nbgrader"):
        raise click.UsageError("say --format csv, gradescope, json or canvas and one --to; or --to nbgrader COURSE_DIR")
    if nb_course is None:
        raise click.UsageError("which course? Give its folder: --to nbgrader COURSE_DIR")
    from autograder.cli.export_nbgrader import export_nbgrader

    return export_nbgrader(course, slug, nb_course, where, as_json)


def _refuse(kind: str, others: dict[str, object]) -> None:
    """What goes with canvas only."""
    wrong = [name for name, value in others.items() if value]
    if wrong:
        raise click.UsageError(f"{wrong[0]} goes with --format canvas, not with {kind}: leave it out")


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
