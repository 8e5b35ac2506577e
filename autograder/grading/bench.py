"""Everything that grading one assignment needs, built once and used for many submissions."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np
import torch

from autograder.checks.context import Context, Mistake
from autograder.checks.peer import LocalPeer, Peer
from autograder.child.interpreter import Interpreter
from autograder.course.known import KnownSubmission, merge, read_known
from autograder.course.models import LoadedAssignment, Question
from autograder.course.notebook import Notebook, module_source
from autograder.course.text_source import source_notebook
from autograder.grading.archive import Rejected, shown, submission_id
from autograder.grading.attempts import Attempts, Given, insist
from autograder.grading.blank import GRADER_FAILED, NOT_ENDED, assignment_sha256, blank_result, environment
from autograder.grading.intake import Submission, read_submission
from autograder.grading.limits import MEASURED
from autograder.grading.plugin import GradingPlugin, Observer, draws_of, run_hidden_tests
from autograder.grading.progress import Progress, Told
from autograder.grading.result import CriterionResult, Environment, Result, SubmissionId
from autograder.grading.score import score
from autograder.grading.turns import Turns
from autograder.sandbox.answer import IN_USE
from autograder.sandbox.backend import Backend, Sandbox
from autograder.sandbox.faults import GraderFault
from autograder.sandbox.leftovers import mark
from autograder.sandbox.submission import Cell, SubmissionPeer
from autograder.sandbox.usage import Usage

_REFERENCE_LABEL = "reference"


class Bench:
    """Grades submissions of one assignment, one at a time. A context manager: it ends its children."""

    def __init__(
        self, loaded: LoadedAssignment, backend: Backend, *, seed: int = 0, turns: Turns | None = None
    ) -> None:
        self.loaded, self.seed = loaded, seed
        self.turns = turns or Turns()
        self.proving = False
        """The assignment itself is under test, by `gradus verify`: may be set before the first submission."""
        self.usage = Usage()
        """What the submission that was graded last has used, in all its runs."""
        self.asked: dict[str, set[str]] = {}
        """Hidden test → the top-level names that it asked of the submission that was graded last."""
        self.left_out = False
        """Whether a cell of the submission that was graded last could not be executed."""
        self.backend = backend
        self.limits = loaded.assignment.limits
        """What submissions may use: may be set between two of them."""
        torch.set_num_threads(1)
        self.source: Notebook = source_notebook(loaded.paths)
        self.reference_source = module_source(self.source)
        self.scaffold = self._read_scaffold()
        self._digest = assignment_sha256(loaded)
        self._cache: dict[Any, Any] = {}

    def __enter__(self) -> Bench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.backend.close()

    # ── grading ──────────────────────────────────────────────────────────────────────────────────────────────────

    def grade(self, path: Path, *, identifier: str | None = None, on_progress: Told | None = None) -> Result:
        """The result of the submission at `path`, whatever it does.

        After every hidden test `on_progress` is given what is decided by then: a result of status `placeholder`, whose
        other criteria are NOT_RUN. What it raises ends the telling and never the grading; `environment.detail` says so.
        """
        started = time.monotonic()
        name = SubmissionId(id=identifier or submission_id(path), sha256="", file=shown(path.name))
        story: list[str] = []
        try:
            with insist(lambda: tempfile.TemporaryDirectory(prefix=mark()), story) as work:
                read = insist(lambda: self._read(path, Path(work)), story)
                if isinstance(read, Rejected):
                    return self._blank(name, started, "rejected", str(read))
                return self.grade_read(read, identifier=identifier, started=started, on_progress=on_progress)
        except (GraderFault, OSError) as error:
            return self._blank(name, started, "grader_error", GRADER_FAILED, "\n".join([*story, str(error)]))

    def _read(self, path: Path, work: Path) -> Submission | Rejected:
        try:
            return read_submission(path, self.loaded.assignment, self.source, work)
        except Rejected as error:
            return error

    def grade_read(
        self,
        submission: Submission,
        *,
        identifier: str | None = None,
        started: float | None = None,
        on_progress: Told | None = None,
        given: Given | None = None,
        until_lost: bool = False,
    ) -> Result:
        """The result of a submission that has been read; outcomes that are `given` are taken as they are.

        With `until_lost` no test is run after the first that it loses: of its criteria nothing else can be said then.
        """
        started = time.monotonic() if started is None else started
        name = SubmissionId(id=identifier or submission.id, sha256=submission.sha256, file=submission.file)
        progress = Progress(on_progress)
        attempts = Attempts(
            lambda observer, only, stretch: self._attempt(submission, observer, only, stretch, until_lost),
            self.turns,
            {criterion.id: criterion.question for criterion in self.loaded.rubric.criteria},
            lambda: progress.tell(lambda: self._partial(submission, name, started, attempts)),
            given,
        )
        self.usage, self.asked, self.left_out = Usage(), {}, False
        try:
            attempts.run()
        except Exception as error:
            story = "\n".join([str(error), *attempts.story])
            return self._blank(name, started, "grader_error", GRADER_FAILED, story)
        criteria = score(self.loaded.rubric, attempts.outcomes)
        story = "\n".join([*attempts.story, *progress.trouble])
        return self._result(submission, name, criteria, self._environment(started, story))

    def _attempt(
        self, submission: Submission, observer: Observer, only: frozenset[str] | None, stretch: float, until_lost: bool
    ) -> None:
        """Run the hidden tests, or those named `only`, on a fresh sandbox."""
        sandbox = self.backend.open(self.limits)
        peer = self._peer(sandbox, submission.cells, stretch)

        def open_context(test: str, criterion: str) -> Context:
            return self._context(test, criterion, submission, sandbox, peer, stretch)

        folder = self.loaded.paths.hidden_tests.resolve()
        try:
            # What one test may call another may not: those that may call the same share a child.
            run_hidden_tests(
                GradingPlugin(folder, open_context, observer, only, kind=self._banned, until_lost=until_lost)
            )
        finally:
            peer.close()
            sandbox.close()
            IN_USE.let_go()
            self.usage.add(peer.usage)
            self.left_out |= peer.left_out

    def _partial(self, submission: Submission, name: SubmissionId, started: float, attempts: Attempts) -> Result:
        criteria = score(self.loaded.rubric, attempts.outcomes, attempts.awaited)
        return self._result(submission, name, criteria, self._environment(started), "placeholder", NOT_ENDED)

    def _result(
        self,
        submission: Submission,
        name: SubmissionId,
        criteria: tuple[CriterionResult, ...],
        where: Environment,
        status: Literal["graded", "placeholder"] = "graded",
        message: str = "",
    ) -> Result:
        return Result(
            assignment=self.loaded.slug,
            title=self.loaded.assignment.title,
            submission=name,
            status=status,
            message=message,
            score=round(sum(criterion.score for criterion in criteria), 2),
            max_score=self.loaded.rubric.points,
            pending=round(sum(criterion.points for criterion in criteria if criterion.verdict.pending), 2),
            criteria=criteria,
            repairs=submission.repairs,
            environment=where,
        )

    def _blank(self, name: SubmissionId, started: float, status: Any, message: str, detail: str = "") -> Result:
        return blank_result(self.loaded, name, self._environment(started, detail), status, message)

    def _environment(self, started: float, detail: str = "") -> Environment:
        return environment(
            self.loaded,
            sandbox=self.backend.name,
            seed=self.seed,
            digest=self._digest,
            limits={name: getattr(self.limits, name) for name in MEASURED},
            seconds=round(time.monotonic() - started, 3),
            detail=detail,
        )

    # ── what a test works on ─────────────────────────────────────────────────────────────────────────────────────

    def _context(
        self,
        test: str,
        criterion: str,
        submission: Submission,
        sandbox: Sandbox,
        peer: SubmissionPeer,
        stretch: float,
    ) -> Context:
        question, banned = self._question(criterion), self._banned(criterion)
        peer.start_test(question.id if question else "", banned)
        return Context(
            test=test,
            criterion=criterion,
            submission=peer,
            end_child=peer.close,
            reference=self.reference,
            mistakes=self.mistakes,
            draws=draws_of(self.seed, test),
            artifacts=submission.artifacts,
            artifact_limits={artifact.name: artifact.max_mb for artifact in self.loaded.assignment.artifacts},
            asked=self.asked.setdefault(test, set()),
            data_folder=self.loaded.paths.hidden_tests / "data",
            fresh_pair=lambda: self._fresh_pair(sandbox, submission.cells, stretch, banned),
            reference_cache=self._cache,
            proving=self.proving,
            arrays=self.loaded.assignment.arrays,
        )

    def _question(self, criterion: str) -> Question | None:
        found = self.loaded.rubric.criterion(criterion)
        return self.loaded.assignment.question(found.question) if found is not None else None

    def _banned(self, criterion: str) -> frozenset[str]:
        question = self._question(criterion)
        return frozenset(question.banned if question else ())

    def _peer(self, sandbox: Sandbox, cells: tuple[Cell, ...], stretch: float) -> SubmissionPeer:
        return SubmissionPeer(
            sandbox,
            cells,
            self.limits,
            scaffold=self.scaffold,
            stretch=stretch,
        )

    @contextmanager
    def _fresh_pair(
        self, sandbox: Sandbox, cells: tuple[Cell, ...], stretch: float, banned: frozenset[str]
    ) -> Iterator[tuple[SubmissionPeer, SubmissionPeer]]:
        """New children of the submission and of the reference, for a timing."""
        ours = self._peer(sandbox, cells, stretch)
        ours.start_test("", banned)
        reference = self._peer(sandbox, (Cell(_REFERENCE_LABEL, self.reference_source),), stretch)
        try:
            yield ours, reference
        finally:
            ours.close()
            reference.close()
            self.usage.add(ours.usage)

    @cached_property
    def reference(self) -> Peer:
        return self.local(self.reference_source, "reference")

    @cached_property
    def known(self) -> list[KnownSubmission]:
        return read_known(self.loaded)

    @cached_property
    def mistakes(self) -> tuple[Mistake, ...]:
        """Known submissions that may explain a failure, those with a hint."""
        return tuple(
            self._mistake(known) for known in self.known if known.hint and known.kind in ("mistakes", "unstable")
        )

    def _mistake(self, known: KnownSubmission) -> Mistake:
        started: list[Peer] = []

        def start() -> Peer:
            if not started:
                started.append(self.local(merge(self.reference_source, known.definitions), known.name))
            return started[0]

        return Mistake(known.name, known.hint, known.loses, start)

    def local(self, source: str, name: str) -> Peer:
        """Staff's own code in this process."""
        interpreter = Interpreter(f"gradus_{name}")
        if self.scaffold:
            interpreter.request("scaffold", {"source": _bytes(self.scaffold)})
        interpreter.request("load", {"label": name, "source": _bytes(source)})
        return LocalPeer(interpreter)

    # ── files ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _read_scaffold(self) -> str:
        name = self.loaded.assignment.scaffold
        return (self.loaded.paths.assignment / name).read_text(encoding="utf-8") if name else ""


def _bytes(text: str) -> np.ndarray[Any, Any]:
    return np.frombuffer(text.encode(), dtype=np.uint8)
