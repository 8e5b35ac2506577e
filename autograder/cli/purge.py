"""`gradus purge`: personal data go."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE
from autograder.cli.gradebook import gradebook_option, opened

if TYPE_CHECKING:
    from autograder.gradebook.purge import Purge


@click.command("purge")
@click.argument("slug", required=False)
@click.option("--everything", is_flag=True, help="The roster and the files of all assignments.")
@click.option(
    "--words", is_flag=True, help="Also what people wrote: comments, regrade requests and answers, notes, reasons."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@gradebook_option
@click.option("--json", "as_json", is_flag=True, help="Print what goes as JSON; without --yes nothing goes.")
@click.pass_obj
def command(
    course: Path | None,
    slug: str | None,
    everything: bool,
    words: bool,
    yes: bool,
    where: str | None,
    as_json: bool,
) -> int:
    """Remove what was handed in for the assignment SLUG or, with --everything, all of it and the roster.

    It says first what would go, and asks. Fixes that TAs tried on it go along, and with --words what people wrote about it.
    Pseudonyms, results and marks stay. Backups are other files: remove those yourself.
    """
    from autograder.gradebook.purge import plan_purge, purge

    if (slug is None) != everything:
        raise click.UsageError("Name an assignment, or give --everything; not both.", click.get_current_context())
    with opened(course, where) as book:
        plan = plan_purge(book, slug, words=words)
        if as_json and not yes:
            click.echo(json.dumps({**asdict(plan), "done": False}))
            return DONE
        if not as_json:
            click.echo(_told(plan, kept=0 if words else plan_purge(book, slug, words=True).words))
        if not yes:
            _ask()
        gone = purge(book, slug, words=words)
    click.echo(json.dumps({**asdict(gone), "done": True}) if as_json else "Removed.")
    return DONE


def _told(plan: Purge, kept: int) -> str:
    """`kept`: texts that stay because nobody asked that they go."""
    people = f"{plan.people} people of the roster, " if plan.people else ""
    words = f", {plan.words} comments, requests, notes and reasons" if plan.words else ""
    shared = f" {plan.shared} more files are kept: another assignment has them too." if plan.shared else ""
    stay = f" {kept} comments, requests, notes and reasons stay: --words removes them, too." if kept else ""
    return f"To be removed for good: {people}{plan.files} files ({plan.bytes / 2**20:.1f} MB){words}.{shared}{stay}"


def _ask() -> None:
    if not sys.stdin.isatty():
        raise click.ClickException("There is nobody to ask here, so nothing was removed. Add --yes.")
    click.confirm("Remove them?", abort=True)
