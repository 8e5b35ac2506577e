"""`gradus init`: a course to begin with."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from autograder.cli.errors import DONE


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
def command(folder: Path, as_json: bool) -> int:
    """Make a course in FOLDER, new or empty: one small assignment that works, a class of three, a workflow for CI.

    The assignment has everything that one can have: known mistakes, an attack, a rubric with a part for TAs. Change it into
    yours. A folder that holds something is refused, and nothing in it is changed.
    """
    from autograder.starting.first_course import SLUG, start_course

    written = start_course(folder)
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "assignments": [SLUG], "files": written}, indent=2))
        return DONE
    click.echo(f"Made a course in {folder}: {len(written)} files, with the assignment {SLUG} and a class of three.")
    click.echo(f"Its README.md says what is where. Next: {_change_into(folder)}gradus release {SLUG}")
    return DONE


def _change_into(folder: Path) -> str:
    return "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
