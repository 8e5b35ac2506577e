"""The command `gradus`. A command's module is imported when it is called, and not for `--help`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

import click

from autograder import __version__
from autograder.cli.next_step import followed

COMMANDS: dict[str, str] = {
    "attempts": "All that was handed in, what counts; set an attempt aside.",
    "backup": "Copy the gradebook, also while others write to it.",
    "check": "Run the public tests on your notebook (for students).",
    "data": "Full-size data from an archive you have: checked by hash, converted.",
    "doctor": "What works on this machine, what does not, and how to mend it.",
    "export": "Scores as CSV, as Gradescope's results.json, or as JSON.",
    "grade": "Grade submissions: results, feedback pages, Gradescope files.",
    "gradescope": "Make the zip for Gradescope, and try it out in a local container.",
    "import": "An assignment, submissions or marks from another system.",
    "init": "Make a course with a small assignment that works, to begin with.",
    "list": "The assignments of the course: questions, points, tests.",
    "new-mistake": "Begin a known mistake: a copy of the answer, to be made wrong.",
    "new-test": "Begin a hidden test that loads at once.",
    "preview": "Open what a student sees: the released folder, in Jupyter or as a page.",
    "purge": "Remove personal data from the gradebook: files, the roster, what people wrote.",
    "regrade": "Grade a class again after a change: who would move, then adopt.",
    "release": "Make the student's folder and the answer key from the source notebook.",
    "requests": "Regrade requests of students: note, list and answer them.",
    "return": "Write every student's feedback page, and note that it was given.",
    "review": "The desk for TAs: a local web page to mark what tests cannot decide.",
    "roster": "Who takes the course: import a list, show it.",
    "rubric": "Change a rubric's points and texts; see first what it does to scores.",
    "staff": "Who marks, in which role, and whom they must not mark.",
    "statistics": "How a class did, how hard criteria are, and how well TAs agree.",
    "triage": "What a class fails at, grouped by behaviour; tests that look wrong.",
    "verify": "Prove an assignment with submissions whose outcome is known.",
}
"""Command → its line in `gradus --help`. A new one is a line here and a module of this package, named like
it (`-` becomes `_`), that defines `command`: a click command whose function returns the exit code."""


class LazyGroup(click.Group):
    """A group that knows its commands' names and help lines without importing their modules."""

    table: dict[str, str] = COMMANDS
    prefix = "autograder.cli."
    above = ""
    """What stands before its commands' names: `import `."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        module = import_module(self.prefix + cmd_name.replace("-", "_"))
        command: click.Command = module.command
        return followed(command, self.above + cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.table[name]) for name in self.list_commands(ctx)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.table and not args[0].startswith("-"):
            import difflib

            close = difflib.get_close_matches(args[0], self.table, n=1)
            answer = f'Did you mean "{close[0]}"?' if close else f"There are {', '.join(sorted(self.table))}."
            ctx.fail(f'There is no command "{args[0]}". {answer}')
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--course",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The course's folder. By default the one around the current folder.",
)
@click.version_option(__version__, prog_name="gradus")
@click.pass_context
def gradus(ctx: click.Context, course: Path | None) -> None:
    """Graded exercises in deep learning: release them, prove them, grade them."""
    ctx.obj = course


def run(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line. The exit code: 0 done, 1 findings, 2 wrong input, 3 the kit failed."""
    from autograder.cli.errors import reported

    return reported(lambda: gradus.main(args=arguments, prog_name="gradus", standalone_mode=False))


def main() -> NoReturn:
    """The entry point of the command. What a terminal's encoding lacks is written as `?`, and ends nothing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run())
