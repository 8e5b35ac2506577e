"""`%check`: what `gradus check` says, without leaving the notebook. Imported by `%load_ext autograder` alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring
from IPython.display import display

from autograder.course.findings import CourseError
from autograder.student import wording
from autograder.student.answers import answers_in, saved_notebook
from autograder.student.folder import FILE, Question, StudentFolder, open_folder
from autograder.student.run import CheckRun
from autograder.student.shown import Shown, Waiting
from autograder.student.unsaved import Execution, unsaved


@magics_class
class CheckMagic(Magics):  # type: ignore[misc]
    """`%check`, and the cells that were run since it was loaded."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        now = time.time()
        self.executions = [Execution(now, source) for source in shell.user_ns.get("In", [])]

    def ran(self, info: Any) -> None:
        """A cell is about to be executed."""
        self.executions.append(Execution(time.time(), info.raw_cell or "", getattr(info, "cell_id", None)))

    def questions(self, _shell: Any, _event: Any) -> list[str]:
        """What may follow `%check`, for the tab key."""
        try:
            return [question.id for question in open_folder(here(None)).questions]
        except CourseError:
            return []

    @magic_arguments()
    @argument("questions", nargs="*", help="Ids of questions, such as they stand in the README. Without any: all.")
    @argument("--folder", help="The assignment's folder, when the notebook does not run in it.")
    @argument("--timeout", type=float, default=30.0, help="Seconds that a check, or a cell, may take.")
    @line_magic
    def check(self, line: str) -> None:
        """Run the public tests on this notebook: what `gradus check` does.

        The notebook's file is read, and only answer cells and `#| export` cells are executed, as in grading, in a
        process of their own. Cells that you have run since the notebook was saved count as you ran them.
        """
        chosen = parse_argstring(self.check, line)
        if not chosen.timeout > 0:
            raise UsageError("--timeout is a number of seconds above 0.")
        place = _Place(shows=hasattr(self.shell, "kernel"))
        try:
            shown = self._checked(here(chosen.folder), chosen.questions, chosen.timeout, place.wait)
        except (CourseError, RuntimeError) as error:
            place.clear()
            raise UsageError(str(error)) from None
        except KeyboardInterrupt:
            place.clear()
            raise UsageError("Stopped. The checks had not ended; nothing was changed.") from None
        place.fill(shown)

    def _checked(self, path: Path, names: list[str], seconds: float, wait: Callable[[str], None]) -> Shown:
        folder = open_folder(path, "%check")
        questions = folder.choose(names)
        saved_at = folder.notebook.stat().st_mtime
        targets = [target for question in questions for target in question.targets]
        ahead = unsaved(saved_notebook(folder), saved_at, self.executions, targets)
        answers = answers_in(ahead.notebook, folder)
        notes = [
            wording.as_saved(folder, time.localtime(saved_at), ahead.cells),
            wording.not_found(ahead.names),
            wording.another_notebook(folder, running_notebook()),
            wording.nothing_written(folder, answers),
        ]
        checks = _run(CheckRun(folder, answers, questions, seconds), folder, questions, wait)
        return Shown(folder.notebook.name, questions, checks, [note for note in notes if note])


def _run(run: CheckRun, folder: StudentFolder, questions: tuple[Question, ...], wait: Callable[[str], None]) -> Any:
    what = ", ".join(question.id for question in questions)
    run.progress = lambda done, total: wait(
        f"Checking {what} in {folder.notebook.name}: {f'{done} of {total}' if total else 'starting'} …"
    )
    return run.run()


class _Place:
    """The output of the cell, which is written over. In a terminal nothing can be: there is the end alone."""

    def __init__(self, *, shows: bool) -> None:
        self._shows, self._text = shows, ""
        self._handle: Any = None

    def wait(self, text: str) -> None:
        if not self._shows or text == self._text:
            return
        self._text = text
        self._show(Waiting(text))

    def fill(self, shown: Shown) -> None:
        self._show(shown)

    def clear(self) -> None:
        if self._handle is not None:
            self._show(Waiting(""))

    def _show(self, what: object) -> None:
        if self._handle is not None:
            self._handle.update(what)
        elif self._shows:
            self._handle = display(what, display_id=True)
        else:
            print(what)


def running_notebook() -> Path | None:
    """The notebook that this kernel belongs to, as Jupyter tells it."""
    name = os.environ.get("JPY_SESSION_NAME", "")
    return Path(name) if name.endswith(".ipynb") else None


def here(folder: str | None) -> Path:
    """The assignment's folder: the one that was named, the kernel's, or that of the notebook."""
    notebook = running_notebook()
    if folder is None and not Path(FILE).is_file() and notebook is not None and (notebook.parent / FILE).is_file():
        return notebook.parent
    return Path(folder or ".").expanduser()


def load(shell: Any) -> None:
    """Give `shell` the command."""
    magic = CheckMagic(shell)
    shell.register_magics(magic)
    shell.events.register("pre_run_cell", magic.ran)
    shell.set_hook("complete_command", magic.questions, str_key="%check")


def unload(shell: Any) -> None:
    """Take it away again, so that it can be loaded anew."""
    magic = shell.magics_manager.registry.pop(CheckMagic.__name__, None)
    shell.magics_manager.magics["line"].pop("check", None)
    if magic is not None:
        shell.events.unregister("pre_run_cell", magic.ran)
