"""`gradus release`: source notebook → student's folder and answer key."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE, FINDINGS

if TYPE_CHECKING:
    from autograder.release import ReleaseReport


@click.command("release")
@click.argument("slugs", metavar="SLUG...", nargs=-1, required=True)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when the folders are not up to date.")
@click.option("--otter", "for_otter", is_flag=True, help="Also make a student's folder with otter's tests and cells.")
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("out/otter"),
    show_default=True,
    help="With --otter: where that folder goes, as DIR/SLUG.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def command(
    course: Path | None, slugs: tuple[str, ...], check: bool, for_otter: bool, to: Path, as_json: bool
) -> int:
    """Make student_template/SLUG/ and solutions/SLUG/ from assignments/SLUG/source.ipynb.

    Answers become stubs; outputs, foreign metadata and hidden tests stay behind. A marker that is not sound,
    or a piece of an answer anywhere in the student's files, stops the release: then nothing is written. With --otter,
    DIR/SLUG/ is a student's folder whose notebook calls otter's grader.check and grader.export.
    """
    from autograder.course.loading import find_course, load_assignment

    root = find_course(course or Path.cwd())
    loaded = [load_assignment(root, slug) for slug in dict.fromkeys(slugs)]
    from rich.console import Console
    from rich.progress import track

    from autograder.release import release

    steps = track(
        loaded,
        description="Releasing",
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    reports = {one.slug: release(one, check=check) for one in steps}
    if for_otter and not any(report.leaks for report in reports.values()):
        from autograder.bridges.otter.student import release_for_otter

        reports |= {str(to / one.slug): release_for_otter(one, to / one.slug, check=check) for one in loaded}
    if as_json:
        click.echo(json.dumps([_as_json(report) for report in reports.values()], indent=2, ensure_ascii=False))
    else:
        for name, report in reports.items():
            _print(name, report, check)
    return FINDINGS if any(report.findings for report in reports.values()) else DONE


def _as_json(report: ReleaseReport) -> dict[str, object]:
    return {**asdict(report), "ok": not report.findings}


def _print(name: str, report: ReleaseReport, check: bool) -> None:
    for finding in report.findings:
        click.echo(str(finding), err=True)
    if report.leaks:
        sentence = "not released: the student's files would hold what they must not."
    elif report.written:
        sentence = f"released {len(report.files)} files; {len(report.differences)} differed from before."
    elif report.differences:
        sentence = f"out of date, differences: {len(report.differences)}."
    else:
        sentence = f"up to date: {len(report.files)} files{', nothing leaks' if check else ''}."
    click.echo(f"{name}: {sentence}")
