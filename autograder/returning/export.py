"""The gradebook as files of other systems: CSV for spreadsheets, Gradescope's results.json, JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

from autograder.course.models import Rubric
from autograder.report.gradescope import gradescope_results
from autograder.returning.standing import Standing

_FORMULA = re.compile(r"^(?=[\t\r\n]|\s*[=+\-@＝＋－＠])|(?<=[;|\t\r\n])(?=\s*[=+\-@＝＋－＠])")
"""Where spreadsheets take a formula from (OWASP, CSV injection): Excel reads full-width characters as the plain ones, some programs leave
out spaces, and one that takes another separator than the comma, as Excel does in many locales, begins a cell after it."""
_HEAD = ("sid", "name", "email", "section", "assignment", "attempt", "submitted_at", "late", "score", "max_score", "pending")


def csv_text(everybody: Sequence[Standing], rubric: Rubric) -> str:
    """One row a student, one column a criterion of the rubric; empty where a criterion is not decided, or not in the result.

    Text that a spreadsheet would run as a formula gets a `'` in front. Numbers are written as numbers.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    ids = [criterion.id for criterion in rubric.criteria]
    writer.writerow([*_HEAD, *ids])
    for one in everybody:
        writer.writerow([guarded(cell) for cell in _row(one, ids)])
    return file.getvalue()


def guarded(cell: Any) -> Any:
    """A text that no spreadsheet runs, whatever separates its cells; what is not text is left as it is."""
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell


def _row(one: Standing, criteria: Sequence[str]) -> list[Any]:
    person, attempt, score = one.person, one.attempt, one.score
    decided = {part.id: part.score for part in score.criteria if part.source != "pending"}
    graded = one.result is not None
    return [
        one.student,
        person.name if person else "",
        person.email if person else "",
        person.section if person else "",
        attempt.assignment,
        attempt.number,
        attempt.submitted_at.isoformat(),
        "yes" if attempt.late else "no",
        _number(score.score) if graded else "",
        _number(score.max_score) if graded else "",
        _number(score.pending) if graded else "",
        *(_number(decided[criterion]) if criterion in decided else "" for criterion in criteria),
    ]


def _number(value: float) -> float | int:
    """Without the noise of binary fractions, and never -0."""
    rounded = round(value, 6) + 0.0
    return int(rounded) if rounded.is_integer() else rounded


def json_text(everybody: Sequence[Standing]) -> str:
    """A list of students; staff's details of tests are not in it."""
    return json.dumps([_record(one) for one in everybody], ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _record(one: Standing) -> dict[str, Any]:
    person, attempt, result = one.person, one.attempt, one.result
    kinds = {part.id: part.source for part in one.score.criteria}
    return {
        "sid": person.sid if person else None,
        "pseudonym": attempt.pseudonym,
        "name": person.name if person else None,
        "email": person.email if person else None,
        "section": person.section if person else None,
        "assignment": attempt.assignment,
        "attempt": attempt.number,
        "submitted_at": attempt.submitted_at.isoformat(),
        "late": attempt.late,
        "status": result.status if result else None,
        "score": _number(one.score.score) if result else None,
        "max_score": _number(one.score.max_score) if result else None,
        "pending": _number(one.score.pending) if result else None,
        "criteria": [
            {
                "id": c.id,
                "points": _number(c.points),
                "score": None if c.verdict.pending else _number(c.score),
                "decided_by": kinds.get(c.id, "tests"),
                "verdict": c.verdict.value,
                "mistake": c.mistake,
                "comment": one.words[c.id].comment,
            }
            for c in (result.criteria if result else ())
        ],
    }


def gradescope_text(one: Standing) -> str:
    """One student's results.json, with marks and comments of TAs."""
    assert one.result is not None
    criteria = []
    for criterion in one.result.criteria:
        word = one.words[criterion.id]
        told = "\n".join(text for text in (word.instead, criterion.message, word.comment) if text)
        criteria.append(criterion.model_copy(update={"message": told}))
    result = one.result.model_copy(update={"criteria": tuple(criteria)})
    return json.dumps(gradescope_results(result), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
