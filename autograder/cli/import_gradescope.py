"""`gradus import gradescope`: submissions that were handed in on Gradescope, into the gradebook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.errors import DONE, FINDINGS
from autograder.cli.gradebook import gradebook_option, is_missing, opened

if TYPE_CHECKING:
    from autograder.batches.gradescope_export import Export
    from autograder.batches.gradescope_intake import Owners
    from autograder.batches.intake import Intake
    from autograder.course.models import LoadedAssignment


@click.command("gradescope")
@click.argument("export", type=click.Path(exists=True, path_type=Path))
@click.argument("slug", required=False)
@click.option("--preview", is_flag=True, help="Say what would be received, and change nothing.")
@click.option("--deadline", metavar="TIME", help="Mark what was handed in later as late; ISO 8601.")
@click.option("--add-unknown", is_flag=True, help="Enrol students who are not in the roster, as Gradescope names them.")
@gradebook_option
@click.option("--json", "as_json", is_flag=True, help="Print what was received as JSON.")
@click.pass_obj
def command(
    course: Path | None,
    export: Path,
    slug: str | None,
    preview: bool,
    deadline: str | None,
    add_unknown: bool,
    where: str | None,
    as_json: bool,
) -> int:
    """Receive the submissions in EXPORT for the assignment SLUG: what Gradescope's "Export Submissions" gives, or its folder.

    A group's submission becomes an attempt of each of its students. Nothing is run: `gradus grade SLUG --ungraded` grades
    what was received. The same export again adds nothing. SLUG may be left out in a course of one assignment.
    """
    from tempfile import TemporaryDirectory

    from autograder.batches.gradescope_export import read_export, unpack
    from autograder.batches.gradescope_intake import rejected
    from autograder.cli.grade_class import deadline_of
    from autograder.cli.progress import progress_bar

    loaded, limit = _assignment(course, slug), deadline_of(deadline)
    found = read_export(export)
    with TemporaryDirectory(prefix="gradus-import-") as work:
        with progress_bar(f"Unpacking {export.name}", len(found.members)) as advance:
            unpack(found, Path(work), advance)
        owners, intake = _received(course, where, loaded, found, limit, add_unknown, preview)
        report = Report(loaded.slug, found, owners, intake, rejected(found, loaded.assignment), preview)
    if as_json:
        click.echo(json.dumps(report.record(), ensure_ascii=False))
    else:
        report.print()
    return DONE if report.complete else FINDINGS


def _assignment(course: Path | None, slug: str | None) -> LoadedAssignment:
    from autograder.course.loading import find_course, list_assignments, load_assignment

    root = find_course(course or Path.cwd())
    known = list_assignments(root)
    if slug is None and len(known) != 1:
        raise click.UsageError(f"say which assignment was handed in, after the export: {', '.join(known)}")
    return load_assignment(root, slug or known[0])


def _received(
    course: Path | None,
    where: str | None,
    loaded: LoadedAssignment,
    export: Export,
    limit: datetime | None,
    add_unknown: bool,
    preview: bool,
) -> tuple[Owners, Intake]:
    from autograder.batches.gradescope_intake import import_export, preview_export
    from autograder.cli.progress import progress_bar

    number = sum(len(one.submitters) for one in export.submissions)
    with progress_bar(f"Receiving {export.place.name}", number) as advance:
        if preview and is_missing(course, where):
            return preview_export(
                None, loaded.slug, export, deadline=limit, add_unknown=add_unknown, advance=advance
            )
        with opened(course, where, create=not preview) as book:
            receive = preview_export if preview else import_export
            return receive(book, loaded.slug, export, deadline=limit, add_unknown=add_unknown, advance=advance)


@dataclass(frozen=True)
class Report:
    """What there is to tell in the end."""

    slug: str
    export: Export
    owners: Owners
    intake: Intake
    rejected: dict[str, str]
    preview: bool

    @property
    def complete(self) -> bool:
        """Whether every submission was received for all of its students."""
        return not (self.owners.unknown or self.owners.nobodys or self.export.broken) and self.intake.complete

    def record(self) -> dict[str, Any]:
        """As data."""
        attempts = [
            {"submission": entry.path.name, "sid": entry.sid, "at": entry.submitted_at and entry.submitted_at.isoformat()}
            for entry in self.owners.entries
        ]
        return {
            "assignment": self.slug, "preview": self.preview, "submissions": len(self.export.submissions),
            "attempts": attempts, "intake": asdict(self.intake), "enrolled": self.owners.enrolled,
            "unknown": [{"submission": name, **asdict(one)} for name, one in self.owners.unknown],
            "nobodys": self.owners.nobodys, "broken": self.export.broken, "strays": self.export.strays,
            "rejected": self.rejected,
        }  # fmt: skip

    def print(self) -> None:
        """What was received on stdout; what is left to do on stderr."""
        intake, would = self.intake, "Would be: " if self.preview else ""
        late = f", late: {intake.late}" if intake.late else ""
        enrolled = f" Enrolled: {len(self.owners.enrolled)}." if self.owners.enrolled else ""
        students = len({entry.sid for entry in self.owners.entries})
        click.echo(f"In the export: {len(self.export.submissions)} submissions, of {students} students of the roster.")
        click.echo(f"{would}New in the gradebook: {intake.new}{late}.{enrolled}")
        for line in self.worries():
            click.echo(line, err=True)
        if not self.preview:
            click.echo(f"Grade them: gradus grade {self.slug} --ungraded")

    def worries(self) -> Iterator[str]:
        """Facts with a next step."""
        from autograder.grading.archive import shown

        for name, one in self.owners.unknown:
            step = "Import a roster with them, or add --add-unknown." if one.sid else "Give them a student id on Gradescope."
            yield f"{shown(name)}: {one} is not in the roster. {step}"
        for name in self.owners.nobodys:
            yield f"{shown(name)}: nobody is named as its student. Assign it on Gradescope and export again."
        for name, reason in {**self.export.broken, **self.intake.unreadable}.items():
            yield f"{shown(name)}: it was not received: {reason}"
        for name, reason in self.rejected.items():
            yield f"{shown(name)}: received, but grading will reject it: {reason}"
        if self.intake.untimed:
            yield f"{len(self.intake.untimed)} submissions say no time and are not marked late."
        earlier = sum(one.earlier for one in self.export.submissions)
        if earlier:
            yield f"{earlier} earlier submissions are mentioned; Gradescope exports the files of the active one only."
        if self.export.strays:
            more = f" and {len(self.export.strays) - 5} more" if len(self.export.strays) > 5 else ""
            yield f"Of no submission, and left: {', '.join(self.export.strays[:5])}{more}."
