"""Gradescope's results.json."""

from __future__ import annotations

import json

import pytest

from autograder.course.verdict import Verdict
from autograder.grading.result import Result
from autograder.report.gradescope import gradescope_results

from . import samples
from .samples import criterion, result_of

ALL = [samples.typical(), samples.perfect(), samples.rejected(), samples.grader_error(), samples.hostile(),
       samples.many(), result_of()]  # fmt: skip


@pytest.mark.parametrize("result", ALL)
def test_totals_are_the_assignments_and_all_numbers_are_finite(result: Result) -> None:
    sent = gradescope_results(result)
    json.dumps(sent, allow_nan=False)
    assert sum(test["max_score"] for test in sent["tests"]) == pytest.approx(result.max_score, abs=1e-4)
    assert sent["score"] == pytest.approx(result.score, abs=1e-4)
    assert sent["score"] == pytest.approx(sum(test["score"] for test in sent["tests"]))


@pytest.mark.parametrize("result", ALL)
def test_only_words_that_gradescope_knows(result: Result) -> None:
    sent = gradescope_results(result)
    assert (sent["output_format"], sent["visibility"], sent["stdout_visibility"]) == (
        "text",
        "visible",
        "hidden",
    )
    for test in sent["tests"]:
        assert test.get("status", "passed") in ("passed", "failed")
        assert test["visibility"] in ("visible", "hidden", "after_due_date", "after_published")
        assert test["output_format"] == test["name_format"] == "text"
        assert isinstance(test["number"], str)
        assert all(isinstance(tag, str) for tag in test["tags"])


def test_one_entry_a_criterion() -> None:
    assert gradescope_results(samples.typical())["tests"][0] == {
        "name": "One step gives the right h and c (not right)",
        "name_format": "text",
        "number": "1.1",
        "score": 0.0,
        "max_score": 8.0,
        "status": "failed",
        "visibility": "after_published",
        "output": "✗ Not right\n"
        "`h` differs from the equations in float64. Shape [5, 7] and dtype are right.\n"
        "The largest difference is in row 3, column 3. `c` is right.\n"
        "Where it is off: h (5 × 7): 21 of 35 cells are off: at batch 1–3, everywhere along hidden unit; "
        "9 too large, 11 too small.\n"
        "Ask yourself: Which of the two states does the output gate act on?",
        "output_format": "text",
        "tags": ["cell", "FAIL"],
    }


def test_what_is_said_of_the_whole() -> None:
    assert gradescope_results(samples.typical())["output"] == (
        "LSTM from scratch: graded.\n"
        "14 points are still open: they are neither won nor lost.\n"
        "We healed 3 places in your notebook before grading:\n"
        "- cell 9: the cell stood twice; the first copy with an answer was taken.\n"
        "- a missing cell: the cell was gone; the one handed out was put back.\n"
        "- cell 14: the type was `markdown`; it was read as code.\n"
        "gradus 0.1.0 · seed 20931 · sandbox process"
    )


def test_criteria_of_tas_can_be_left_to_gradescope() -> None:
    sent = gradescope_results(samples.typical(), include_ta=False)
    assert sum(test["max_score"] for test in sent["tests"]) == 93
    assert not [test for test in sent["tests"] if "report" in test["tags"]]
    assert sent["score"] == 47.5


@pytest.mark.parametrize("verdict", [v for v in Verdict if v.pending])
def test_an_open_criterion_is_neither_passed_nor_failed(verdict: Verdict) -> None:
    (test,) = gradescope_results(result_of(criterion("cell.values", "One step", 4, verdict)))["tests"]
    assert "status" not in test
    assert test["score"] == 0


def test_hidden_stays_hidden() -> None:
    hidden = criterion("cell.values", "One step", 4, Verdict.NEEDS_REVIEW, visibility="hidden")
    sent = gradescope_results(result_of(hidden))
    assert sent["tests"][0]["visibility"] == "hidden"
    assert "still open" not in sent["output"]


def test_rejected_says_what_to_do() -> None:
    sent = gradescope_results(samples.rejected())
    assert sent["output"].startswith(
        "LSTM from scratch: we could not grade this file. Correct it and hand it in again.\n`essay.docx`"
    )
    (test,) = sent["tests"]
    assert (test["name"], test["status"], test["score"], test["max_score"]) == (
        "The submission as a whole", "failed", 0, 100,
    )  # fmt: skip


def test_a_grader_error_is_not_the_students_failure() -> None:
    sent = gradescope_results(samples.grader_error())
    assert sent["output"].startswith(
        "LSTM from scratch: our grader failed. This is not your fault and costs you no points: "
        "staff will grade your file again.\n"
    )
    assert "status" not in sent["tests"][0]


def test_nothing_for_staff_and_no_control_characters_leave() -> None:
    for result in ALL:
        sent = json.dumps(gradescope_results(result), ensure_ascii=False)
        assert "STAFF ONLY" not in sent
        assert "\\u001b" not in sent
        assert "\u202e" not in sent


def test_a_full_score_is_the_total_and_no_more() -> None:
    """Sixty criteria of a sixtieth each: rounded one by one they would sum to 100.00002."""
    share = 100 / 60
    sent = gradescope_results(result_of(*(criterion(f"cell.c{i}", "Part", share, Verdict.PASS) for i in range(60))))
    assert sent["score"] == 100
    assert sum(test["max_score"] for test in sent["tests"]) == pytest.approx(100, abs=1e-9)


def test_the_leaderboard_shows_what_is_decided_and_asked_for() -> None:
    decided, open_one = (
        criterion("lm.artifact", "Trained", 6, Verdict.PASS),
        criterion("lm.loss", "Loss", 4, Verdict.NOT_RUN),
    )
    sent = gradescope_results(
        result_of(decided, open_one), leaderboard={"lm.artifact": "Best model", "lm.loss": "Loss", "lm.other": "Other"}
    )
    assert sent["leaderboard"] == [{"name": "Best model", "value": 100.0, "order": "desc"}]
    assert "leaderboard" not in gradescope_results(result_of(decided))
