"""A result as Gradescope's `results.json` (its autograder specification, "Output format")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.grading.result import CriterionResult, Result
from autograder.report.errormap import describe
from autograder.report.wording import amount, face_of, hint_label, points, printable

_OUR_FAULT = "This is not your fault and costs you no points: staff will grade your file again."


_NO_LEADERBOARD: Mapping[str, str] = {}


def gradescope_results(
    result: Result, *, include_ta: bool = True, leaderboard: Mapping[str, str] = _NO_LEADERBOARD
) -> dict[str, Any]:
    """What to write to /autograder/results/results.json.

    The `max_score`s add up to the assignment's points, and the `score`s to `score`. With
    `include_ta=False` the criteria of TAs are left out of both: for courses that mark them in
    Gradescope's own rubric. `leaderboard` names the criteria whose share of their points all students see, under a
    name of each one's choosing: criterion → title there. All text is `text`, so nothing of a submission is ever markup there.
    """
    criteria = [c for c in result.criteria if include_ta or c.kind == "tests"]
    tests = _tests(criteria) or [_whole(result)]
    board = _leaderboard(criteria, leaderboard)
    return {
        "score": round(sum(test["score"] for test in tests), 6),
        "execution_time": round(result.environment.seconds),
        "output": _summary(result, criteria),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    } | ({"leaderboard": board} if board else {})


def _leaderboard(criteria: list[CriterionResult], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """In per cent of the points; what is not decided yet is not shown."""
    return [
        {"name": printable(names[c.id]), "value": round(100 * c.score / c.points, 2), "order": "desc"}
        for c in criteria
        if c.id in names and not c.verdict.pending
    ]


def _tests(criteria: list[CriterionResult]) -> list[dict[str, Any]]:
    """One entry a criterion, numbered by question as on the feedback page."""
    questions = list(dict.fromkeys(c.question for c in criteria))
    seen = dict.fromkeys(questions, 0)
    entries = []
    for criterion in criteria:
        seen[criterion.question] += 1
        number = f"{questions.index(criterion.question) + 1}.{seen[criterion.question]}"
        entries.append(_entry(criterion, number))
    return entries


def _entry(criterion: CriterionResult, number: str) -> dict[str, Any]:
    face = face_of(criterion.verdict, criterion.score, criterion.points)
    won = criterion.score >= criterion.points
    entry = {
        "name": printable(f"{criterion.title} ({face.phrase})"),
        "name_format": "text",
        "number": number,
        # Not rounded: of sixty rounded ones the sum would be off, and a full score could exceed the total.
        "score": criterion.score,
        "max_score": criterion.points,
        "status": "passed" if won else "failed",
        "visibility": criterion.visibility,
        "output": _explanation(criterion),
        "output_format": "text",
        "tags": [criterion.question, criterion.verdict.value],
    }
    if criterion.verdict.pending:
        # Gradescope knows passed and failed only; an open criterion is neither, and its name says so.
        del entry["status"]
    return entry


def _explanation(criterion: CriterionResult) -> str:
    face = face_of(criterion.verdict, criterion.score, criterion.points)
    lines = [f"{face.symbol} {face.word}"]
    if face.tone == "pending" or not criterion.message:
        lines.append(face.meaning)
    if criterion.message and criterion.message != face.meaning:
        lines.append(criterion.message)
    if criterion.error_map is not None:
        lines.append(f"Where it is off: {describe(criterion.error_map)}")
    if criterion.hint:
        lines.append(f"{hint_label(criterion.hint)}: {criterion.hint}")
    return printable("\n".join(line for line in lines if line))


def _whole(result: Result) -> dict[str, Any]:
    """The only entry of a submission without criteria, so that totals are still the assignment's."""
    entry = {
        "name": "The submission as a whole",
        "name_format": "text",
        "number": "1",
        "score": result.score,
        "max_score": result.max_score,
        "status": "failed",
        "visibility": "visible",
        "output": printable(result.message) or "There is nothing to grade.",
        "output_format": "text",
        "tags": [result.status],
    }
    if result.status != "rejected":
        del entry["status"]
    return entry


def _summary(result: Result, criteria: list[CriterionResult]) -> str:
    lines = [f"{result.title}: {_standing(result)}"]
    if result.message:
        lines.append(result.message)
    pending = sum(c.points - c.score for c in criteria if c.verdict.pending and c.visibility != "hidden")
    if pending:
        lines.append(f"{points(pending)} points are still open: they are neither won nor lost.")
    if result.repairs:
        lines.append(f"We healed {amount(len(result.repairs), 'place')} in your notebook before grading:")
        lines += [_repair(repair.cell, repair.what) for repair in result.repairs]
    environment = result.environment
    lines.append(f"gradus {environment.kit} · seed {environment.seed} · sandbox {environment.sandbox}")
    return printable("\n".join(lines))


def _standing(result: Result) -> str:
    if result.status == "rejected":
        return "we could not grade this file. Correct it and hand it in again."
    if result.status == "grader_error":
        return f"our grader failed. {_OUR_FAULT}"
    if result.status == "placeholder":
        return f"grading has not finished. {_OUR_FAULT}"
    return "graded."


def _repair(cell: int | None, what: str) -> str:
    return f"- {'a missing cell' if cell is None else f'cell {cell}'}: {what}"
