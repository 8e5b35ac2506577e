"""What was seen when the subjects were graded: all that the findings are drawn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from autograder.course.findings import Finding, Findings
from autograder.course.known import KnownSubmission
from autograder.course.models import Limits, LoadedAssignment
from autograder.course.verdict import Verdict
from autograder.grading.limits import Measurement
from autograder.grading.result import Result
from autograder.verify.subjects import Subject

WRONG = ("mistakes", "slow", "unstable", "hostile")
"""Kinds of submissions that are known to lose something."""


@dataclass(frozen=True)
class Run:
    """One subject and its result."""

    subject: Subject
    result: Result
    reused: frozenset[str] = frozenset()
    """Tests that were not run: they would run the answer key's code, and their outcome is the answer key's."""

    @property
    def untouched(self) -> frozenset[str]:
        """Criteria none of whose tests was run."""
        return frozenset(
            c.id for c in self.result.criteria if c.tests and all(test.name in self.reused for test in c.tests)
        )

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Of the criteria that hidden tests decide."""
        return {c.id: c.verdict for c in self.result.criteria if c.kind == "tests"}


@dataclass(frozen=True)
class Evidence:
    """Every run of one verification. `complete` is False when only some subjects were asked for."""

    loaded: LoadedAssignment
    known: tuple[KnownSubmission, ...]
    runs: tuple[Run, ...]
    complete: bool = True
    limits: Limits = field(default_factory=Limits)
    """What the submissions had."""
    measured: Measurement | None = None
    """What the accepted ones took."""
    with_more_time: Mapping[Subject, Result] = field(default_factory=dict)
    """Those that ran out of time, graded again with more of it."""
    asked_again: Mapping[Subject, frozenset[str]] = field(default_factory=dict)
    """Hidden tests that could not decide at first, and were run again alone."""

    def of(self, *kinds: str) -> list[Run]:
        return [run for run in self.runs if run.subject.kind in kinds]

    def known_of(self, run: Run) -> KnownSubmission:
        return next(k for k in self.known if k.kind == run.subject.kind and k.name == run.subject.name)

    def file(self, run: Run) -> str:
        """Where to look when a run is not as it should be."""
        if run.subject.kind == "solution":
            return self.loaded.paths.source_file
        if run.subject.kind == "template":
            return f"student_template/{self.loaded.slug}"
        return f"assignments/{self.loaded.slug}/submissions/{run.subject.id}.py"


Check = Callable[[Evidence, Findings], None]


def found_by(check: Check, evidence: Evidence) -> list[Finding]:
    """What `check` finds, under its own name: the code that docs/codes.md has a paragraph about."""
    findings = Findings()
    check(evidence, findings)
    return [replace(finding, code=check.__name__) for finding in findings.items]
