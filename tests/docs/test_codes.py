"""Every word that an outcome can have is explained in docs/codes.md, and none that does not exist."""

from __future__ import annotations

import re
from typing import get_args

from autograder.cli import errors
from autograder.course.verdict import Verdict
from autograder.grading.result import Result
from autograder.verify.defects import CHECKS
from autograder.verify.notes import NOTES
from autograder.verify.public import public_tests_tell
from autograder.verify.release import release_is_current
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")


def paragraphs(text: str) -> dict[str, dict[str, str]]:
    """Heading of a part → word → what is said about it."""
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    return {
        heading: dict(re.findall(r"^### (.+)\n\n((?:(?!###).+\n)+)", body, flags=re.MULTILINE))
        for heading, body in zip(parts[::2], parts[1::2], strict=True)
    }


SAID = paragraphs(PAGE)


def test_every_verdict_has_a_paragraph() -> None:
    assert set(SAID["Verdicts"]) == {verdict.value for verdict in Verdict}


def test_every_status_has_a_paragraph() -> None:
    assert set(SAID["Statuses of a result"]) == set(get_args(Result.model_fields["status"].annotation))


def test_every_exit_code_has_a_paragraph() -> None:
    codes = (errors.DONE, errors.FINDINGS, errors.WRONG_INPUT, errors.KIT_FAILED, errors.INTERRUPTED)
    assert set(SAID["Exit codes"]) == {str(code) for code in codes}


def test_every_finding_and_note_has_a_paragraph() -> None:
    checks = [*(check.__name__ for check in CHECKS), release_is_current.__name__, public_tests_tell.__name__]
    assert list(SAID["Findings of `gradus verify`"]) == checks
    assert list(SAID["Notes of `gradus verify`"]) == [look.__name__ for look in NOTES]


def test_a_word_without_a_paragraph_is_missed() -> None:
    assert paragraphs("## Verdicts\n\n### PASS\n\nGood.\n\n### FAIL\n\n### TIMEOUT\n\nLate.\n") == {
        "Verdicts": {"PASS": "Good.\n", "TIMEOUT": "Late.\n"}
    }
