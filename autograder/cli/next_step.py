"""What usually comes after a command: its last line, for a person who is watching."""

from __future__ import annotations

import copy
import functools
import shlex
import sys
from typing import Any

import click

NEXT: dict[str, tuple[str, str]] = {
    "check": ("hand in the notebook as your course says", "correct it, save, and: gradus check"),
    "doctor": ("gradus list", "mend what is a problem, and: gradus doctor"),
    "grade": ("read the feedback pages; for everybody: gradus grade {slug} --class FOLDER", ""),
    "grade --class": ("gradus triage {slug}, then gradus review", "do what is said above, and give this command again"),
    "gradescope": ("gradus gradescope {slug} --try FOLDER, then upload the zip", ""),
    "gradescope --try": ("upload the zip", "mend it, and try again"),
    "import gradescope": ("gradus grade SLUG --ungraded", ""),
    "import gradescope --preview": ("the same without --preview", ""),
    "import marks": ("gradus return {slug} --to back/", "look at what differs, then gradus review"),
    "import marks --preview": ("the same without --preview", "the same without --preview"),
    "import nbgrader": (
        "read what is listed, then gradus release SLUG && gradus grade SLUG solutions/SLUG",
        "mend what is listed",
    ),
    "import nbgrader --preview": ("the same without --preview", "the same without --preview"),
    "import otter --preview": ("the same without --preview", "the same without --preview"),
    "import otter": ("read what is listed, then gradus release SLUG && gradus grade SLUG solutions/SLUG", "mend what is listed"),
    "list": ("gradus release SLUG", ""),
    "new-mistake": ("make it wrong, then gradus verify {slug} --only mistakes/{name}", ""),
    "new-test": ("say what holds, then gradus verify {slug}", ""),
    "preview": ("gradus verify {slug}", ""),
    "purge": ("remove backups and returned pages, too", ""),
    "regrade": ("gradus return {slug} --to back/", ""),
    "regrade --preview": ("the same without --preview, with --reason", ""),
    "release": ("see what students get: gradus preview {slug}; then gradus verify {slug}", "mend that, then gradus release {slug}"),
    "release --check": ("gradus verify {slug}", "gradus release {slug}"),
    "return": ("hand the pages out, then gradus statistics {slug}", "gradus review, then gradus return {slug} --to {folder}"),
    "roster import": ("gradus grade SLUG --class FOLDER", ""),
    "roster import --preview": ("gradus roster import {file}", ""),
    "rubric": ("gradus verify {slug}; for what is graded already, gradus regrade {slug} --preview", ""),
    "rubric --preview": ("the same without --preview", ""),
    "staff add": ("gradus review", ""),
    "statistics": ("gradus export {slug} --format csv --to {slug}.csv", ""),
    "triage": ("gradus review", "mend those tests, then gradus regrade {slug} --preview"),
    "verify --only": ("gradus verify {slug}, all of it", "mend the findings, then gradus verify {slug}"),
    "verify": (
        "hand out student_template/{slug}/; for Gradescope, gradus gradescope {slug}",
        "mend the findings, then gradus verify {slug}",
    ),
}  # fmt: skip
"""Command, with the option that makes another of it → what comes next when it is done, and when it has findings.

{…} are its own arguments. What is not here, or is empty, ends without such a line: `backup` runs from cron, `init` says it itself."""


def followed(command: click.Command, name: str) -> click.Command:
    """The command `name`, which says at its end what comes next; the one given is left as it is."""
    told = copy.copy(command)
    if isinstance(told, click.Group):
        told.commands = {part: followed(one, f"{name} {part}") for part, one in told.commands.items()}
    elif told.callback is not None:
        told.callback = _telling(told.callback, name)
    return told


def _telling(callback: Any, name: str) -> Any:
    @functools.wraps(callback)
    def called(*arguments: Any, **values: Any) -> Any:
        code = callback(*arguments, **values)
        if not values.get("as_json") and code in (None, 0, 1) and _is_watched():
            line = next_step(name, values, code or 0, click.get_current_context())
            if line:
                click.echo(f"Next: {line}", err=True)
        return code

    return called


def _is_watched() -> bool:
    return sys.stderr.isatty()


def next_step(name: str, values: dict[str, Any], code: int, context: click.Context | None = None) -> str:
    """What comes after the call of `name` with these arguments that ended with `code`; "" when there is nothing to say."""
    row = next((NEXT[key] for key in _keys(name, context) if key in NEXT), None)
    if row is None:
        return ""
    slugs = values.get("slugs") or ()
    shown = {key: shlex.quote(str(value)) for key, value in values.items() if value is not None}
    line = row[code].format_map({"slug": slugs[0] if slugs else "SLUG", **shown})
    return _at_the_same_place(line, context)


def _keys(name: str, context: click.Context | None) -> list[str]:
    """`roster import --preview`, `roster import`: with each flag or option that was given, then without."""
    if context is None:
        return [name]
    given = [
        option
        for option in context.command.params
        if isinstance(option, click.Option) and context.params.get(option.name or "") not in (None, False, ())
    ]
    return [*(f"{name} {option.opts[-1]}" for option in given), name]


def _at_the_same_place(line: str, context: click.Context | None) -> str:
    """Commands in it find the course and the gradebook that this one was given."""
    if context is None:
        return line
    course = context.find_root().params.get("course")
    if course is not None:
        line = line.replace("gradus ", f"gradus --course {shlex.quote(str(course))} ")
    where = context.params.get("where")
    return f"{line} (with --gradebook {shlex.quote(str(where))})" if where and "gradus " in line else line
