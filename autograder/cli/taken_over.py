"""What commands say about an assignment that was taken over from another system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE, FINDINGS

if TYPE_CHECKING:
    from autograder.bridges.conversion.taken_over import TakenOver
    from autograder.course.findings import Finding


def put_and_tell(root: Path, taken: TakenOver, *, preview: bool, as_json: bool) -> int:
    """Prove the assignment, write it into the course at `root` unless `preview`, and list what has no counterpart."""
    from autograder.bridges.conversion.taken_over import course_files, prove, put, require_free

    require_free(root, taken.slug)
    open_ones = prove(taken)
    files = tuple(course_files(taken)) if preview else put(root, taken)
    if as_json:
        click.echo(json.dumps(_as_json(taken, files, open_ones, preview), ensure_ascii=False, indent=2))
    else:
        _print(taken, files, open_ones, preview)
    return FINDINGS if open_ones else DONE


def require_slug(slug: str | None) -> None:
    """Raises UsageError for a name that no assignment can have."""
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
