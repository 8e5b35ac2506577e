"""Whose fault it is when a request is not answered."""

from __future__ import annotations

from autograder.course.verdict import Verdict


class StudentFault(Exception):
    """The submission did something that decides the test: it raised, hung, died or broke a rule.

    `message` is for the student and holds nothing that the submission could have put there but its own line numbers;
    `detail` is for staff. `starved`: it ran out of time with less CPU time than its limit, or was not run because of
    that, so that a busy machine may be what was slow.
    """

    def __init__(self, verdict: Verdict, message: str, detail: str = "", *, starved: bool = False) -> None:
        super().__init__(message)
        self.verdict, self.message, self.detail, self.starved = verdict, message, detail, starved

    def told(self, message: str) -> StudentFault:
        """The same fault in other words."""
        return StudentFault(self.verdict, message, self.detail, starved=self.starved)


class GraderFault(Exception):
    """The kit or its machine failed; never the student's fault."""
