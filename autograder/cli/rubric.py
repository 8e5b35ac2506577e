"""`gradus rubric`: change criteria in the rubric's file, and see first what that does to scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.author import author_of, author_option
from autograder.cli.errors import DONE
from autograder.cli.gradebook import gradebook_option, opened

if TYPE_CHECKING:
    from autograder.course.rubric_edit import Change
    from autograder.gradebook.rubric_effect import Effect


@click.command("rubric")
@click.argument("slug")
@click.argument("action", type=click.Choice(["set"]))
@click.argument("words", nargs=-1, required=True)
@gradebook_option
@click.option("--preview", is_flag=True, help="Show what it would do to scores, and write nothing.")
@author_option
@click.option("--json", "as_json", is_flag=True, help="Print the effect on scores as JSON.")
@click.pass_obj
def command(
    course: Path | None,
    slug: str,
    action: str,
    words: tuple[str, ...],
    where: str | None,
    preview: bool,
    author: str | None,
    as_json: bool,
) -> int:
    """Change the rubric of the assignment SLUG: set CRITERION KEY=VALUE… [CRITERION KEY=VALUE…]

    KEY is title, points, feedback, levels.N.points or levels.N.text; points=… in front of every criterion is the rubric's total.
    The file keeps its comments and layout, is checked like a course that is loaded, and written as a whole. Marks of a
    level that pays something else now are appended again; what tests decide changes when you grade again. After a crash in
    between, the same call does the rest.
    """
    from autograder.course.loading import find_course, load_assignment
    from autograder.course.rubric_edit import fingerprint, propose, read_rubric_text, save_rubric

    root = find_course(course or Path.cwd())
    before = load_assignment(root, slug)
    now = read_rubric_text(before.paths)
    text, after = propose(root, slug, changes_of(words))
    with _book(course, where) as book:
        found, marks = [], 0
        if book is not None:
            from autograder.gradebook.rubric_effect import effects, to_carry
            from autograder.gradebook.rubric_saving import put_in_force

            found = effects(book, slug, before.rubric, after.rubric)
            marks = len(to_carry(book, slug, before.rubric, after.rubric, fingerprint(text)))
        if not preview and book is not None:
            marks = put_in_force(book, before, after, now, text, author_of(author))
        elif not preview:
            save_rubric(before.paths, text, expected=fingerprint(now))
    if as_json:
        click.echo(json.dumps([_record(effect) for effect in found], ensure_ascii=False, indent=1))
    else:
        _print(found, marks, preview, book is not None, f"rubrics/{slug}.yaml")
    return DONE


def changes_of(words: tuple[str, ...]) -> list[Change]:
    """`cell.values points=8 title=…` as changes; UsageError for what is neither a criterion nor KEY=VALUE."""
    from autograder.course.rubric_edit import Change

    changes: list[Change] = []
    criterion, idle = "", False
    for word in words:
        key, sign, value = word.partition("=")
        if sign and key.replace(".", "").isalnum():
            changes.append(Change(criterion, key, value))
            idle = False
        elif sign:
            raise click.UsageError(f'"{word}" is no KEY=VALUE. Write it like points=8 or "title=One step".')
        else:
            criterion, idle = word, True
    if not changes or idle:
        raise click.UsageError(f"Say what to change{' of ' + criterion if idle else ''}, as KEY=VALUE: points=8.")
    return changes


def _book(course: Path | None, where: str | None) -> Any:
    """The gradebook; nothing where there is none yet and none was named: a rubric may be changed before the first hand-in."""
    from contextlib import nullcontext

    from autograder.course.loading import find_course
    from autograder.gradebook.place import default_place

    place = default_place(find_course(course or Path.cwd()), where)
    if where is None and "://" not in place and not Path(place).exists():
        return nullcontext(None)
    return opened(course, where)


def _record(effect: Effect) -> dict[str, Any]:
    return {
        "student": effect.pseudonym,
        "before": effect.before,
        "after": effect.after,
        "criteria": [{"id": c, "before": before, "after": after} for c, before, after in effect.criteria],
    }


def _print(found: list[Effect], marks: int, preview: bool, any_book: bool, file: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from autograder.report.wording import points

    moving = [effect for effect in found if effect.moves]
    if moving:
        table = Table("Student", "Now", "Then", "Change", "Because of", box=None, pad_edge=False)
        for effect in sorted(moving, key=lambda effect: effect.after - effect.before):
            why = ", ".join(f"{c} {points(b)} → {points(a)}" for c, b, a in effect.criteria)
            table.add_row(
                effect.pseudonym, points(effect.before), points(effect.after), f"{effect.after - effect.before:+.2f}", why
            )
        Console(highlight=False).print(table)
    would = "would change" if preview else "change"
    click.echo(f"{len(moving)} of {len(found)} scores {would}." if any_book else "There is no gradebook yet, so no score changes.")
    if marks:
        click.echo(f"{marks} marks {'would take' if preview else 'took'} the points that their level pays now.")
    click.echo(f"Nothing was written to {file}." if preview else f"{file} is written. What tests decide changes when you grade again.")
