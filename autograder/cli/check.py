"""`gradus check`: a student's notebook against the public tests."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.errors import DONE, FINDINGS

if TYPE_CHECKING:
    from autograder.student.wording import Line

_STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "strong": {"bold": True},
    "good": {"fg": "green"},
    "bad": {"fg": "red"},
    "quiet": {"dim": True},
}


@click.command("check")
@click.argument("questions", nargs=-1)
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("."),
    help="The assignment's folder. [default: the current one]",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    help="Seconds that a check, or a cell, may take.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
def command(questions: tuple[str, ...], folder: Path, timeout: float, as_json: bool) -> int:
    """Run the public tests on your notebook: all of them, or those of QUESTIONS.

    Save the notebook first: the file is read. Only answer cells and `#| export` cells are executed,
    as in grading. Nothing is written. More tests, which are hidden, run after you submit.
    """
    from autograder.student import wording
    from autograder.student.answers import read_answers
    from autograder.student.folder import open_folder
    from autograder.student.run import CheckRun

    opened = open_folder(folder)
    chosen = opened.choose(questions)
    answers = read_answers(opened)
    note = wording.nothing_written(opened, answers)
    with _Progress(opened.notebook.name) as progress:
        checks = CheckRun(opened, answers, chosen, timeout, progress.show).run()
    if note:
        click.echo(note, err=True)
    if as_json:
        click.echo(json.dumps(wording.as_json(opened, chosen, checks), indent=2, ensure_ascii=False))
    else:
        for line in wording.report(chosen, checks):
            _print(line)
    return DONE if all(check.ending in ("passed", "skipped") for check in checks) else FINDINGS


def _print(line: Line) -> None:
    click.echo(click.style(line.text, **_STYLES[line.tone]) if line.text else "")


class _Progress:
    """One line on stderr, from the second second on, while there is a person to see it."""

    def __init__(self, name: str) -> None:
        self._name, self._since, self._shown = name, time.monotonic(), 0

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._shown:
            click.echo("\r" + " " * self._shown + "\r", nl=False, err=True)

    def show(self, done: int, total: int) -> None:
        if time.monotonic() - self._since < 1 or not sys.stderr.isatty():
            return
        text = f"Checking {self._name}: {f'{done} of {total}' if total else 'importing torch'} …"
        click.echo("\r" + text.ljust(self._shown), nl=False, err=True)
        self._shown = max(self._shown, len(text))
