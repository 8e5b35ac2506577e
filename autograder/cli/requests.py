"""`gradus requests`: what students want looked at again, and what staff answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.author import author_of, author_option
from autograder.cli.errors import DONE
from autograder.cli.gradebook import gradebook_option, opened

if TYPE_CHECKING:
    from autograder.course.models import LoadedAssignment
    from autograder.gradebook import Gradebook
    from autograder.gradebook.requests import Request


@click.command("requests")
@click.argument("slug")
@click.argument("action", type=click.Choice(["list", "add", "answer"]))
@click.argument("what", nargs=-1)
@gradebook_option
@click.option("--student", metavar="SID", help="add: who asks.")
@click.option("--criterion", metavar="ID", help="add: about which criterion.")
@click.option("--reason", metavar="TEXT", help="add: what was overlooked, in the student's words.")
@click.option("--text", metavar="TEXT", help="answer: what the student is told.")
@click.option("--changed", "decision", flag_value="changed", help="answer: the mark was changed.")
@click.option("--kept", "decision", flag_value="kept", help="answer: the mark stays.")
@click.option("--all", "everything", is_flag=True, help="list: those that are answered, too.")
@author_option
@click.option("--json", "as_json", is_flag=True, help="list: print as JSON.")
@click.pass_obj
def command(
    course: Path | None,
    slug: str,
    action: str,
    what: tuple[str, ...],
    where: str | None,
    student: str | None,
    criterion: str | None,
    reason: str | None,
    text: str | None,
    decision: str | None,
    everything: bool,
    author: str | None,
    as_json: bool,
) -> int:
    """Regrade requests of the assignment SLUG.

    \b
    list            the open ones, with the names that TAs see
    add FILE…       note requests from files: the lines of the feedback page, filled in
    answer NUMBER   tell the student; the answer stands on the page that is returned next
    """
    from autograder.course.loading import find_course, load_assignment

    loaded = load_assignment(find_course(course or Path.cwd()), slug)
    with opened(course, where) as book:
        if action == "list":
            _list(book, slug, everything, as_json)
        elif action == "add":
            given = {"student": student, "criterion": criterion, "reason": reason}
            _add(book, loaded, what, {k: v for k, v in given.items() if v}, author)
        else:
            _answer(book, slug, what, text, decision, author)
    return DONE


def _list(book: Gradebook, slug: str, everything: bool, as_json: bool) -> None:
    from autograder.gradebook.attempts import attempts_of
    from autograder.gradebook.requests import open_requests, requests_of

    names = {attempt.id: attempt.pseudonym for attempt in attempts_of(book, slug)}
    found = requests_of(book, slug) if everything else open_requests(book, slug)
    if as_json:
        click.echo(json.dumps([_record(one, names[one.attempt_id]) for one in found], ensure_ascii=False, indent=1))
        return
    from autograder.report.wording import printable

    for one in found:
        state = "" if one.answer is None else f" ({one.answer.decision}: {printable(one.answer.text)})"
        click.echo(f"{one.id}  {names[one.attempt_id]}  {one.criterion}  {printable(one.text)}{state}")
    if not found:
        click.echo("There are no requests." if everything else "There are no open requests.")


def _record(one: Request, pseudonym: str) -> dict[str, Any]:
    answer = one.answer and {"text": one.answer.text, "decision": one.answer.decision, "author": one.answer.author}
    about = {"number": one.id, "student": pseudonym, "criterion": one.criterion, "text": one.text}
    return about | {"at": one.at.isoformat(), "answer": answer}


def _add(
    book: Gradebook, loaded: LoadedAssignment, files: tuple[str, ...], given: dict[str, str], author: str | None
) -> None:
    from dataclasses import replace

    from autograder.course.findings import CourseError
    from autograder.returning.request_file import Asked, add, parse

    asked = [(file, parse(_read(file))) for file in files] or [("", Asked())]
    for file, one in asked:
        try:
            number = add(book, loaded.slug, loaded.rubric, replace(one, **given), author or "student")
        except CourseError as error:
            raise click.ClickException(f"{file}: {error}" if file else str(error)) from error
        click.echo(f"Request {number}" + (f" from {file}" if file else "") + " is noted.")


def _read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read ({error.strerror}).") from error


def _answer(
    book: Gradebook, slug: str, what: tuple[str, ...], text: str | None, decision: str | None, author: str | None
) -> None:
    from autograder.gradebook.requests import answer, requests_of

    if len(what) != 1 or not what[0].isdigit():
        raise click.UsageError("Name the number of one request: gradus requests SLUG answer 3 …")
    if not text or decision not in ("changed", "kept"):
        raise click.UsageError('Say what the student is told, and how it ended: --text "…" --changed, or --kept.')
    if int(what[0]) not in {one.id for one in requests_of(book, slug)}:
        raise click.ClickException(f"{slug} has no request number {what[0]}. `gradus requests {slug} list` shows them.")
    answer(book, int(what[0]), text, "changed" if decision == "changed" else "kept", author_of(author))
    click.echo(f"Request {what[0]} is answered. Return the page again, so that the student reads it.")
