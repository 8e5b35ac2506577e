"""`gradus import otter`: a notebook written for `otter assign` becomes an assignment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE, FINDINGS

if TYPE_CHECKING:
    from autograder.bridges.taken_over import TakenOver
    from autograder.course.findings import Finding


@click.command("otter")
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--slug", metavar="NAME", help="The assignment's name here. [default: the notebook's]")
@click.option("--preview", is_flag=True, help="Write nothing; say what would be written, and what has no counterpart.")
@click.option("--json", "as_json", is_flag=True, help="Print what was made, and what has no counterpart, as JSON.")
@click.pass_obj
def command(course: Path | None, notebook: Path, slug: str | None, preview: bool, as_json: bool) -> int:
    """Make assignments/NAME/ and rubrics/NAME.yaml from NOTEBOOK, the one that you give to `otter assign`.

    Tests become public and hidden ones, points become criteria, manual questions are left to TAs. What has no
    counterpart is listed, with its place and what to do. An assignment that is there already is never written over.
    """
    from autograder.bridges.otter.taking import take_over
    from autograder.bridges.taken_over import course_files, prove, put, require_free
    from autograder.course.loading import find_course

    root = find_course(course or Path.cwd())
    _require_slug(slug)
    taken = take_over(notebook, slug)
    require_free(root, taken.slug)
    open_ones = prove(taken)
    files = tuple(course_files(taken)) if preview else put(root, taken)
    if as_json:
        click.echo(json.dumps(_as_json(taken, files, open_ones, preview), ensure_ascii=False, indent=2))
    else:
        _print(taken, files, open_ones, preview)
    return FINDINGS if open_ones else DONE


def _require_slug(slug: str | None) -> None:
    import re

    if slug is not None and not re.fullmatch(r"[a-z][a-z0-9_]*", slug):
        raise click.UsageError(f'"{slug}" cannot be a name: small letters, digits and _, a letter first.')


def _as_json(
    taken: TakenOver, files: tuple[str, ...], open_ones: tuple[Finding, ...], preview: bool
) -> dict[str, object]:
    return {
        "slug": taken.slug,
        "written": not preview,
        "files": list(files),
        "points": taken.rubric.points,
        "questions": [q.id for q in taken.assignment.questions],
        "notes": [_note(note) for note in taken.notes],
        "before_release": [_note(finding) for finding in open_ones],
    }


def _note(finding: Finding) -> dict[str, str]:
    return {"place": finding.file, "fact": finding.message, "next_step": finding.next_step}


def _print(taken: TakenOver, files: tuple[str, ...], open_ones: tuple[Finding, ...], preview: bool) -> None:
    for note in taken.notes:
        click.echo(str(note))
    for finding in open_ones:
        click.echo(str(finding), err=True)
    by_ta = sum(c.points for c in taken.rubric.criteria if c.kind == "ta")
    done = "would be written, and nothing was" if preview else "written"
    click.echo(
        f"{taken.slug}: {len(taken.assignment.questions)} questions, {taken.rubric.points:g} points "
        f"({by_ta:g} by TAs), {len(files)} files {done}. To look at: {len(taken.notes)}."
    )
    if open_ones:
        click.echo(f"`gradus release {taken.slug}` stops at {len(open_ones)} of these until they are mended.")
    elif not preview:
        click.echo(f"Next: gradus release {taken.slug} && gradus verify {taken.slug}")
