"""One verification: what was run, what was found, and its record on disk."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from autograder.course.findings import Finding, Findings
from autograder.course.known import KnownSubmission, read_known
from autograder.course.models import LoadedAssignment
from autograder.course.verdict import Verdict
from autograder.grading.crew import leave_with_the_parent
from autograder.grading.interrupt import interrupts_wait, leave_when_interrupted
from autograder.verify.defects import CHECKS
from autograder.verify.evidence import Evidence, Run, found_by
from autograder.verify.notes import notes_on
from autograder.verify.public import public_tests_tell
from autograder.verify.release import release_is_current
from autograder.verify.run import grade_subjects
from autograder.verify.subjects import DEFAULT_SEEDS, Subject, subjects_of


@dataclass(frozen=True)
class Verification:
    """Evidence and findings of one assignment."""

    evidence: Evidence
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    """What is worth knowing and no defect."""
    seeds: tuple[int, ...]
    seconds: float

    @property
    def clean(self) -> bool:
        return not self.findings

    def record(self) -> dict[str, Any]:
        """As verify.json holds it."""
        first = self.evidence.runs[0].result if self.evidence.runs else None
        return {
            "schema": 1,
            "assignment": self.evidence.loaded.slug,
            "assignment_sha256": first.environment.assignment_sha256 if first else None,
            "clean": self.clean,
            "complete": self.evidence.complete,
            "seeds": list(self.seeds),
            "seconds": round(self.seconds, 1),
            "findings": [_finding_record(finding) for finding in self.findings],
            "notes": [_finding_record(note) for note in self.notes],
            "limits": self.evidence.limits.model_dump(),
            "measured": self.evidence.measured.model_dump() if self.evidence.measured else None,
            "with_more_time": sorted(subject.id for subject in self.evidence.with_more_time),
            "asked_again": [
                {"name": subject.id, "seed": subject.seed, "tests": sorted(tests)}
                for subject, tests in self.evidence.asked_again.items()
            ],
            "runs": [_run_record(run) for run in self.evidence.runs],
        }


def _finding_record(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in ("code", "file", "line", "message", "next_step")}


def _run_record(run: Run) -> dict[str, Any]:
    explained = {c.id: c.mistake for c in run.result.criteria if c.mistake}
    return {
        "kind": run.subject.kind,
        "name": run.subject.name,
        "seed": run.subject.seed,
        "score": run.result.score,
        "verdicts": run.verdicts,
        "untouched": sorted(run.untouched),
        "explained_by": explained,
        "seconds": run.result.environment.seconds,
    }


def plan(
    loaded: LoadedAssignment, *, seeds: int = DEFAULT_SEEDS, first_seed: int = 0, only: tuple[str, ...] = ()
) -> tuple[list[KnownSubmission], list[Subject]]:
    """The known submissions and the subjects to run; with `only`, those whose id contains one of the texts."""
    known = read_known(loaded)
    subjects = subjects_of(known, seeds, first_seed)
    if only:
        subjects = [subject for subject in subjects if any(text in subject.id for text in only)]
    return known, subjects


def verify(
    loaded: LoadedAssignment,
    known: list[KnownSubmission],
    subjects: list[Subject],
    *,
    complete: bool = True,
    every_test: bool = False,
    jobs: int | None = None,
    backend: str = "auto",
    advance: Callable[[Subject], None] = lambda subject: None,
) -> Verification:
    """Grade the subjects and draw the findings. Raises GraderFault when no child can be started at all."""
    started = time.monotonic()
    # In a process of its own, beside the grading: nbgrader's converters change folder and environment.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _beside) as beside:
        with interrupts_wait():
            released = beside.submit(released_findings, loaded) if complete else None
        graded = grade_subjects(
            loaded,
            subjects,
            jobs=jobs,
            backend=backend,
            complete=complete,
            every_test=every_test,
            undecided=_meant_to_be_undecided(known, subjects),
            advance=advance,
        )
        of_release = released.result() if released is not None else []
    nothing: frozenset[str] = frozenset()
    runs = tuple(Run(one, result, graded.reused.get(one, nothing)) for one, result in graded.results.items())
    evidence = Evidence(
        loaded,
        tuple(known),
        runs,
        complete,
        graded.limits,
        graded.measured,
        graded.with_more_time,
        graded.asked_again,
    )
    found = [finding for check in CHECKS for finding in found_by(check, evidence)] + of_release
    seeds = tuple(sorted({subject.seed for subject in subjects}))
    once = tuple(dict.fromkeys(found))  # what holds under several seeds is told once
    return Verification(evidence, once, notes_on(evidence), seeds, time.monotonic() - started)


def _beside() -> None:
    leave_when_interrupted()
    leave_with_the_parent()


def _meant_to_be_undecided(known: list[KnownSubmission], subjects: list[Subject]) -> set[Subject]:
    """Subjects that are known to leave a test undecided."""
    open_ones = {(one.kind, one.name) for one in known if one.verdict is Verdict.INCONCLUSIVE}
    return {subject for subject in subjects if (subject.kind, subject.name) in open_ones}


def released_findings(loaded: LoadedAssignment) -> list[Finding]:
    """About what students get. Their tests are run when they are those of the source."""
    released, told = Findings(), Findings()
    release_is_current(loaded, released)
    if not released.items and loaded.paths.student.is_dir():
        public_tests_tell(loaded, told)
    return [
        replace(finding, code=check.__name__)
        for check, some in ((release_is_current, released), (public_tests_tell, told))
        for finding in some.items
    ]
