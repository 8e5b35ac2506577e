"""`gradus new-mistake`: begin a submission that is wrong on purpose."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.cli.errors import DONE


@click.command("new-mistake")
@click.argument("slug")
@click.argument("name")
@click.option(
    "--of", multiple=True, metavar="FUNCTION", help="What it replaces of the answer key; repeatable. [default: the only one]"
)
@click.pass_obj
def command(course: Path | None, slug: str, name: str, of: tuple[str, ...]) -> int:
    """Write submissions/mistakes/NAME.py of the assignment SLUG: a copy of the answer, for you to make wrong.

    It is valid at once. Until it is wrong, `gradus verify` says that nothing catches it.
    """
    from autograder.course.loading import find_course, load_assignment
    from autograder.starting.sketch import sketch_mistake

    loaded = load_assignment(find_course(course or Path.cwd()), slug)
    path = sketch_mistake(loaded, name, of)
    click.echo(f"{path.relative_to(loaded.paths.course)}: make the one error in it, then correct title, loses: and hint:.")
    return DONE
