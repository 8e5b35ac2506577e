"""`gradus backup`: a copy of the gradebook."""

from __future__ import annotations

import json
from pathlib import Path

import click

from autograder.cli.errors import DONE
from autograder.cli.gradebook import gradebook_option, opened


@click.command("backup")
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path),
    help="Where the copy goes. [default: beside the gradebook, named by the time]",
)  # fmt: skip
@gradebook_option
@click.option("--json", "as_json", is_flag=True, help="Print path and size as JSON.")
@click.pass_obj
def command(course: Path | None, to: Path | None, where: str | None, as_json: bool) -> int:
    """Copy the gradebook, also while others write to it. The copy is checked, and never replaces a file.

    A gradebook of SQLite is copied to a file that can be put in its place; one in PostgreSQL is written by pg_dump,
    for pg_restore.
    """
    from autograder.gradebook.backup import backup

    with opened(course, where) as book:
        file = backup(book, to)
    size = file.stat().st_size
    told = json.dumps({"file": str(file), "bytes": size}, ensure_ascii=False)
    click.echo(
        told if as_json else f"{file}: {size / 2**20:.1f} MB. It holds names and files: keep it as safe as those."
    )
    return DONE
