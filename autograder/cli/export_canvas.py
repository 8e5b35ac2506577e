"""`gradus export SLUG --format canvas`: the instructor's own gradebook export of Canvas, filled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.errors import DONE, FINDINGS
from autograder.cli.gradebook import opened

if TYPE_CHECKING:
    from autograder.returning.canvas import Filled


@dataclass(frozen=True)
class CanvasCall:
    """What the command line says."""

    slug: str
    file: Path | None
    to: Path | None
    column: str | None
    pending_too: bool
    preview: bool
    gradebook: str | None


def export_canvas(course: Path | None, call: CanvasCall, *, as_json: bool) -> int:
    """Fill, write and tell; the exit code: 1 when scores of students found no place, or the maximum is another in Canvas."""
    from autograder.course.atomic import write_bytes_atomically
    from autograder.course.loading import find_course, load_assignment
    from autograder.returning.canvas import CanvasFile, fill
    from autograder.returning.standing import standings

    if call.file is None:
        raise click.UsageError("name the gradebook export of Canvas with --from: in Canvas, Grades → Export")
    to = _target(call.file, call.to, call.preview)
    loaded = load_assignment(find_course(course or Path.cwd()), call.slug)
    file = CanvasFile(call.file)
    column = file.column_of((loaded.slug, loaded.assignment.title), call.column)
    with opened(course, call.gradebook) as book:
        filled = fill(file, standings(book, loaded), column, pending_too=call.pending_too)
    if to is not None:
        write_bytes_atomically(to, file.cells.filled(filled.cells))
    report = CanvasReport(filled, loaded.rubric.points, str(to) if to else None)
    if as_json:
        click.echo(json.dumps(report.record(), ensure_ascii=False))
    else:
        report.print()
    return DONE if report.complete else FINDINGS


def _target(file: Path, to: Path | None, preview: bool) -> Path | None:
    if preview:
        return None
    if to is None:
        raise click.UsageError("say where to write it with --to, or look first with --preview")
    if not to.parent.is_dir():
        raise click.ClickException(f"{to.parent} does not exist. Make this folder, or name another with --to.")
    if to.exists() and to.samefile(file):
        raise click.UsageError("--from and --to are the same file: your export stays as it is, so name another")
    return to


@dataclass(frozen=True)
class CanvasReport:
    """What there is to tell in the end."""

    filled: Filled
    points: float
    to: str | None

    @property
    def other_maximum(self) -> bool:
        """Whether full marks are not the same in Canvas."""
        possible = self.filled.possible
        return possible is not None and abs(possible - self.points) > 1e-9

    @property
    def complete(self) -> bool:
        """Whether every decided score has its place, out of the same maximum."""
        return not self.filled.missing and not self.other_maximum

    def record(self) -> dict[str, Any]:
        """As data."""
        fields = asdict(self.filled)
        fields["filled"] = len(fields.pop("cells"))
        return {"to": self.to, **fields, "points": self.points}

    def print(self) -> None:
        """What was filled in on stdout; what is worth a look on stderr."""
        filled, would = self.filled, "" if self.to else "Would be: "
        new = len(filled.cells) - len(filled.changed)
        click.echo(f'{would}{new} scores new in "{filled.column}", {len(filled.changed)} changed, {filled.same} as before.')
        for student, before, ours in filled.changed[:20]:
            click.echo(f"  {student}: {before} → {ours}")
        if len(filled.changed) > 20:
            click.echo(f"  and {len(filled.changed) - 20} more")
        for line in self.worries():
            click.echo(line, err=True)
        if self.to:
            click.echo(f"Written to {self.to}. In Canvas: Grades → Import.")

    def worries(self) -> Iterator[str]:
        """Facts with a next step."""
        from autograder.returning.canvas import written

        filled = self.filled
        if self.other_maximum:
            yield (
                f'"{filled.column}" has {written(filled.possible or 0)} points in Canvas and {written(self.points)} here. '
                "Scores are not scaled: change the points of the assignment in Canvas."
            )
        if filled.open:
            yield f"Something is open, so left as it was: {_some(filled.open)}. --pending-too writes these scores, too."
        for student, there in filled.kept.items():
            yield f"{student}: {there} in Canvas, and left so."
        if filled.missing:
            yield f"Not in the file, so without a place: {_some(filled.missing)}. Export all sections, or compare the ids."
        if filled.without:
            yield f"In the file, and nothing of theirs here: {_some(filled.without)}."


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
