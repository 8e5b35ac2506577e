"""`gradus return`: feedback pages, named by sid, for whatever hands them to students."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.author import author_of, author_option
from autograder.cli.errors import DONE, FINDINGS
from autograder.cli.gradebook import gradebook_option, opened

if TYPE_CHECKING:
    from autograder.returning.pages import Outcome


@click.command("return")
@click.argument("slug")
@click.option(
    "--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where the pages go."
)
@gradebook_option
@click.option("--only", metavar="SID", multiple=True, help="This student alone; may be given several times.")
@click.option("--pending-too", is_flag=True, help="Return what is still open, too; the page says which points are.")
@click.option("--ask", metavar="TEXT", help='Where regrade requests go, as students read it: "Mail tas@example.org."')
@author_option
@click.option("--json", "as_json", is_flag=True, help="Print what became of each page as JSON.")
@click.pass_obj
def command(
    course: Path | None,
    slug: str,
    folder: Path,
    where: str | None,
    only: tuple[str, ...],
    pending_too: bool,
    ask: str | None,
    author: str | None,
    as_json: bool,
) -> int:
    """Write the feedback page of every student of the assignment SLUG: FOLDER/<sid>.html.

    It has the score, the criteria with marks and comments, what explains mistakes, and how to ask for a regrade.
    That it was given is noted in the gradebook. What is still open is held back and listed, and the exit code is 1.
    """
    from autograder.cli.progress import progress_bar
    from autograder.course.loading import find_course, load_assignment
    from autograder.returning.pages import ASK, chosen, return_pages
    from autograder.returning.standing import standings

    loaded = load_assignment(find_course(course or Path.cwd()), slug)
    outcomes = []
    with opened(course, where) as book:
        who = chosen(standings(book, loaded), only)
        pages = return_pages(
            book, loaded, who, folder, author=author_of(author), pending_too=pending_too, ask=ask or ASK
        )
        with progress_bar("Returning", len(who)) as advance:
            for outcome in pages:
                outcomes.append(outcome)
                advance()
    if as_json:
        click.echo(json.dumps([vars(outcome) for outcome in outcomes], ensure_ascii=False))
    else:
        _print(outcomes, folder)
    return FINDINGS if any(outcome.state in ("held", "nobody") for outcome in outcomes) else DONE


def _print(outcomes: list[Outcome], folder: Path) -> None:
    states = [outcome.state for outcome in outcomes]
    click.echo(f"{states.count('written')} new pages in {folder}, {states.count('same')} that students have already.")
    held = [outcome for outcome in outcomes if outcome.state == "held"]
    if held:
        click.echo(f"{len(held)} held back, because something is still open (--pending-too returns them as they are):")
        for outcome in held:
            click.echo(f"  {outcome.student}: {', '.join(outcome.open)}")
    for outcome in outcomes:
        if outcome.state == "nobody":
            click.echo(f"  {outcome.student}: not in the roster, so there is nobody to return it to.")
