"""`gradus statistics`: what a class's scores and marks say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE
from autograder.cli.gradebook import gradebook_option, opened

if TYPE_CHECKING:
    from autograder.statistics.gathered import ClassStatistics


@click.command("statistics")
@click.argument("slug")
@gradebook_option
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with plots, and their data beside them."
)
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
@click.pass_obj
def command(course: Path | None, slug: str, where: str | None, html: Path | None, as_json: bool) -> int:
    """Statistics of the assignment SLUG.

    Scores, how hard each criterion is and whether it tells strong from weak work, mistakes by frequency, time spent on marks,
    how well those agree who marked the same work, and drift by grader and by order.
    """
    from autograder.course.loading import find_course, load_assignment
    from autograder.statistics.gathered import gather

    loaded = load_assignment(find_course(course or Path.cwd()), slug)
    with opened(course, where) as book:
        found = gather(book, loaded)
    if html is not None:
        _write(found, html)
    if as_json:
        from dataclasses import asdict

        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=1))
    else:
        _print(found)
        if html is not None:
            click.echo(f"Plots: {html}")
    return DONE


def _write(found: ClassStatistics, file: Path) -> None:
    from autograder.course.atomic import write_atomically
    from autograder.statistics.page import statistics_html

    if not file.parent.is_dir():
        raise click.ClickException(f"{file.parent} does not exist. Make this folder, or name another with --html.")
    write_atomically(file, statistics_html(found))


def _print(found: ClassStatistics) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from autograder.statistics.page import summary
    from autograder.statistics.tables import tables_of

    console = Console(highlight=False)
    console.print(summary(found))
    for one in tables_of(found):
        table = Table(*one.heads, box=None, pad_edge=False, header_style="bold")
        for row in one.rows:
            table.add_row(*map(Text, row))
        console.print(Text(f"\n{one.title}", "bold"), Text(one.note, "dim"), table, sep="\n")
