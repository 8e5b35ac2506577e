"""The outcomes of a criterion, in the order in which one hides another."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What was decided about a test or a criterion."""

    PASS = "PASS"
    FAIL = "FAIL"
    UNSTABLE = "UNSTABLE"
    NOT_ATTEMPTED = "NOT_ATTEMPTED"
    TIMEOUT = "TIMEOUT"
    MEMORY = "MEMORY"
    CRASH = "CRASH"
    OUTPUT_LIMIT = "OUTPUT_LIMIT"
    FORBIDDEN = "FORBIDDEN"
    INCONCLUSIVE = "INCONCLUSIVE"
    SKIPPED = "SKIPPED"
    NEEDS_REVIEW = "NEEDS_REVIEW"
    GRADER_ERROR = "GRADER_ERROR"
    NOT_RUN = "NOT_RUN"
    """Grading has not come to it yet; where it stays so, grading was ended from outside."""

    @property
    def pending(self) -> bool:
        """A TA decides: the points are neither won nor lost yet."""
        return self in (Verdict.INCONCLUSIVE, Verdict.NEEDS_REVIEW, Verdict.GRADER_ERROR, Verdict.NOT_RUN)

    @property
    def lost(self) -> bool:
        """Decided, and not passed."""
        return self is not Verdict.PASS and not self.pending


# A student's definite fault is reported before the grader's doubt, and a doubt before a pass.
SEVERITY: tuple[Verdict, ...] = (
    Verdict.FORBIDDEN,
    Verdict.CRASH,
    Verdict.MEMORY,
    Verdict.OUTPUT_LIMIT,
    Verdict.TIMEOUT,
    Verdict.FAIL,
    Verdict.UNSTABLE,
    Verdict.NOT_ATTEMPTED,
    Verdict.GRADER_ERROR,
    Verdict.NOT_RUN,
    Verdict.INCONCLUSIVE,
    Verdict.SKIPPED,
    Verdict.NEEDS_REVIEW,
    Verdict.PASS,
)
