"""How a hidden test ends other than by passing."""

from __future__ import annotations

from autograder.course.record import ErrorMap
from autograder.course.verdict import Verdict


class Decided(Exception):
    """A test's verdict with what the student is told.

    `message` states what was seen and never holds an expected value; `hint` and `mistake` come from the submission
    with a known outcome whose numbers the student's equal; `credit` in [0, 1] counts where the rubric pays by
    fraction.
    """

    def __init__(
        self,
        verdict: Verdict,
        message: str,
        *,
        hint: str = "",
        mistake: str | None = None,
        error_map: ErrorMap | None = None,
        credit: float = 0.0,
        detail: str = "",
    ) -> None:
        super().__init__(message)
        self.verdict, self.message, self.hint, self.mistake = verdict, message, hint, mistake
        self.error_map, self.credit, self.detail = error_map, credit, detail
