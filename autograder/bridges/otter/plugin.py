"""The plugin for courses that keep otter's image: otter executes nothing of the student's, and tells our results as its own.

otter runs a submission in the process that grades it, and unpickles a log that the student hands in. Here all that was
handed in is moved away before either happens; what otter executes is an empty notebook.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import traceback
from pathlib import Path
from typing import Any

import nbformat
from otter.plugins import AbstractOtterPlugin
from otter.test_files import GradingResults

from autograder.bridges.gradescope.results import NOT_YOUR_FAULT, first_results, write_results
from autograder.bridges.gradescope.settings import Settings, read_settings
from autograder.bridges.otter.results import replace_results, without_a_result
from autograder.grading.result import Result

FOLDER = "gradus"
"""Where the course stands among otter's files."""


class GradusPlugin(AbstractOtterPlugin):  # type: ignore[misc]
    """Named in otter_config.json; `gradus gradescope --otter` writes it there."""

    IMPORTABLE_NAME = "autograder.bridges.otter.plugin.GradusPlugin"

    def __init__(self, submission_path: str, submission_metadata: Any, plugin_config: Any) -> None:
        super().__init__(submission_path, submission_metadata, plugin_config)
        # otter also makes one when it packs, where there is no submission.
        self.notebook = Path(submission_path or "autograder/submission/none.ipynb")
        self.root = self.notebook.parents[1]
        self.sandbox = str((plugin_config or {}).get("sandbox", "uid"))
        self.handed_in: Path | None = None
        self.report = ""

    @property
    def source(self) -> Path:
        """The course and its settings, as they were packed."""
        return self.root / "source" / "files" / FOLDER

    def before_grading(self, config: Any) -> None:
        """Put a valid results.json in place, and move away all that was handed in."""
        try:
            write_results(self.root / "results", first_results(read_settings(self.source)))
        except (OSError, ValueError):
            self.report = traceback.format_exc()
        self.handed_in = Path(tempfile.mkdtemp(prefix="gradus-"))
        for path in list(self.notebook.parent.iterdir()):
            if path.name != "tests":  # those are otter's own, by now
                shutil.move(path, self.handed_in / path.name)
        _drop(self.handed_in / FOLDER)
        _drop(self.handed_in / "__init__.py")  # otter's own, too
        empty = nbformat.writes(nbformat.v4.new_notebook()) if self.notebook.suffix == ".ipynb" else ""
        self.notebook.write_text(empty, encoding="utf-8")

    def before_execution(self, submission: Any) -> Any:
        """An empty notebook, whatever was handed in."""
        return nbformat.v4.new_notebook()

    def after_grading(self, results: GradingResults) -> None:
        """Our results in the place of otter's. A failure of ours is told, and never leaves an older result standing."""
        try:
            replace_results(results, self._graded(read_settings(self.source)))
        except Exception:
            self.report += traceback.format_exc()
            without_a_result(results, f"The grader failed here, not your code. {NOT_YOUR_FAULT}")
        finally:
            if self.handed_in is not None:
                shutil.rmtree(self.handed_in, ignore_errors=True)

    def generate_report(self) -> str:
        """For staff: what the grader itself failed at."""
        return f"gradus: {self.report}" if self.report else ""

    def _graded(self, settings: Settings) -> Result:
        from autograder.course.loading import load_assignment
        from autograder.sandbox.backend import open_backend

        assert self.handed_in is not None
        loaded = load_assignment(self.source / "course", settings.slug)
        private = (self.root / "source", self.root / "results", self.handed_in)
        backend = open_backend(self.sandbox, trusted=self.sandbox == "process", private=private)
        from autograder.grading.bench import Bench

        seed = secrets.randbelow(2**31) if settings.seed is None else settings.seed
        with Bench(loaded, backend, seed=seed) as bench:
            return bench.grade(self.handed_in, identifier="submission")


def _drop(path: Path) -> None:
    """Remove what otter put there; a student may have handed in something else of that name."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
