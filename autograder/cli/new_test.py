"""`gradus new-test`: begin a hidden test."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.cli.errors import DONE


@click.command("new-test")
@click.argument("slug")
@click.argument("question")
@click.argument("name")
@click.option("--criterion", metavar="ID", help="What it decides, by its id in the rubric. [default: the question's only one]")
@click.pass_obj
def command(course: Path | None, slug: str, question: str, name: str, criterion: str | None) -> int:
    """Write tests/hidden/test_QUESTION_NAME.py of the assignment SLUG, with one test that compares with the answer key.

    It loads at once. `gradus verify` says when its inputs do not fit yet, and when no mistake fails it.
    """
    from autograder.course.loading import find_course, load_assignment
    from autograder.starting.sketch import sketch_test

    loaded = load_assignment(find_course(course or Path.cwd()), slug, tests_to_come=True)
    path = sketch_test(loaded, question, name, criterion)
    click.echo(f"{path.relative_to(loaded.paths.course)}: draw inputs that fit, and say what holds.")
    return DONE
