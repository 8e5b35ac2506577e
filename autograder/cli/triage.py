"""`gradus triage`: what a class fails at."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE, FINDINGS
from autograder.cli.gradebook import gradebook_option, opened

if TYPE_CHECKING:
    from autograder.statistics.triage import Group, Suspect

_NAMES = 6


@click.command("triage")
@click.argument("slug")
@gradebook_option
@click.option("--json", "as_json", is_flag=True, help="Print groups and tests as JSON.")
@click.pass_obj
def command(course: Path | None, slug: str, where: str | None, as_json: bool) -> int:
    """Group the failures of a graded class by behaviour: the same verdicts, the same explaining mistake, near-equal errors.

    Names tests that look wrong: failed by most of those who pass all else. Then the exit code is 1.
    """
    from autograder.course.loading import find_course, load_assignment
    from autograder.gradebook.attempts import counting_attempts
    from autograder.gradebook.results import results_of
    from autograder.statistics.triage import groups_of, suspects

    load_assignment(find_course(course or Path.cwd()), slug)  # a slug that does not exist is told
    with opened(course, where) as book:
        names = {attempt.id: attempt.pseudonym for attempt in counting_attempts(book, slug)}
        results = {attempt: result for attempt, result in results_of(book, slug).items() if attempt in names}
    groups, wrong = groups_of(results), suspects(results.values())
    if as_json:
        record = [{**asdict(group), "students": [names[one] for one in group.attempts]} for group in groups]
        click.echo(json.dumps({"graded": len(results), "groups": record, "suspects": [asdict(one) for one in wrong]}))
    else:
        _print(len(results), groups, wrong, names)
    return FINDINGS if wrong else DONE


def _print(graded: int, groups: list[Group], wrong: list[Suspect], names: dict[int, str]) -> None:
    from rich.console import Console
    from rich.table import Table

    failing = sum(len(group.attempts) for group in groups)
    click.echo(f"{graded} attempts are graded; {failing} lose points to tests, in {len(groups)} groups.")
    if groups:
        table = Table("Size", "What", "Mistake", "Students")
        for group in groups:
            what = ", ".join(f"{name} {verdict}" for name, verdict in group.verdicts) or group.message
            students = [names[one] for one in group.attempts[:_NAMES]]
            rest = len(group.attempts) - len(students)
            more = f" and {rest} more" if rest else ""
            table.add_row(str(len(group.attempts)), what, group.mistake or "", ", ".join(students) + more)
        Console(highlight=False).print(table)
    for one in wrong:
        name = f"the test {one.test} of {one.criterion}" if one.test else f"the criterion {one.criterion}"
        click.echo(f"Looks wrong: {name} is failed by {one.failed} of the {one.of} who pass all else. Read it again.")
