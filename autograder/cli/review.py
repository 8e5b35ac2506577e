"""`gradus review`: open the desk on which TAs mark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.errors import DONE
from autograder.cli.gradebook import gradebook_option, opened

if TYPE_CHECKING:
    from autograder.gradebook import Gradebook


@click.command("review")
@gradebook_option
@click.option("--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0 takes a free one.")
@click.option("--as", "name", help="Print the link of this member of staff only. [default: one for each]")
@click.option(
    "--sandbox",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="What code that TAs try out is locked in, as in `gradus grade`.",
)
@click.option(
    "--i-trust-this-code",
    "trusted",
    is_flag=True,
    help="Allow the sandbox process, which locks nothing in: a submission could read the tests and the gradebook.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the links as JSON.")
@click.pass_obj
def command(
    course: Path | None, where: str | None, port: int, name: str | None, sandbox: str, trusted: bool, as_json: bool
) -> int:
    """Open the review desk, a web page on this machine, and print a link for each member of staff.

    A link works once and opens the desk in one browser. Whoever opens the desk on a gradebook without staff becomes its
    instructor. The desk ends with Ctrl-C, and nothing is lost: every mark is saved when it is made. From another machine:
    ssh -L 8642:localhost:8642 HOST, then open the link there.
    """
    from autograder.course.loading import find_course
    from autograder.review.application import application
    from autograder.review.desk import Desk
    from autograder.review.serving import listening, serve
    from autograder.review.trials import Trials

    root = find_course(course or Path.cwd())
    with opened(course, where) as book:
        names = _staff(book, name)
        private = (book.place.file,) if book.place.file else ()
        with listening(port) as socket, Trials(sandbox=sandbox, trusted=trusted, private=private) as trials:
            desk = Desk(root, book, trials)
            chosen = socket.getsockname()[1]
            address = f"http://localhost:{chosen}/enter?token="
            _print({one: address + desk.door.invite(one) for one in names}, as_json)
            serve(application(desk, chosen), socket)
    return DONE


def _staff(book: Gradebook, name: str | None) -> list[str]:
    """Who gets a link. Somebody has to be first: they become the instructor."""
    import getpass

    from autograder.gradebook.staff import add_staff, staff_of

    staff = staff_of(book)
    if not staff:
        first = name or getpass.getuser()
        add_staff(book, first, "instructor")
        click.echo(f"The gradebook had no staff: {first} is its instructor now.", err=True)
        return [first]
    if name is not None and name not in staff:
        raise click.ClickException(
            f'"{name}" is not among the staff of this gradebook ({", ".join(staff)}). '
            f"An instructor adds them first: gradus staff add {name}."
        )
    return [name] if name is not None else list(staff)


def _print(links: dict[str, str], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"links": links}, ensure_ascii=False))
        return
    width = max(len(name) for name in links)
    for name, link in links.items():
        click.echo(f"{name:<{width}}  {link}")
    click.echo("Each link works once. Ctrl-C closes the desk.", err=True)
