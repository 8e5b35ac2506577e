"""What is decided by then is told after every test, and a listener that fails costs nothing."""

from __future__ import annotations

from autograder.course.verdict import Verdict
from autograder.grading.blank import NOT_ENDED
from autograder.grading.result import Result
from tests.grading.desk import TESTED, Desk, notebook, verdicts


def test_every_part_is_a_valid_result_that_only_grows(desk: Desk) -> None:
    parts: list[Result] = []
    whole = desk.bench.grade(desk.put(notebook()), on_progress=parts.append)
    assert len(parts) == sum(len(criterion.tests) for criterion in whole.criteria)
    for part in parts:
        assert Result.model_validate_json(part.model_dump_json(by_alias=True)) == part
        assert (part.status, part.message, part.max_score) == ("placeholder", NOT_ENDED, whole.max_score)
        assert [criterion.id for criterion in part.criteria] == [criterion.id for criterion in whole.criteria]
        assert part.pending + part.score == part.max_score  # nothing of it is lost: it is won or open
    scores = [part.score for part in parts]
    assert scores == sorted(scores)
    assert scores[0] < scores[-1] == whole.score


def test_a_criterion_is_open_until_its_last_test(desk: Desk) -> None:
    parts: list[Result] = []
    whole = desk.bench.grade(desk.put(notebook()), on_progress=parts.append)
    final = verdicts(whole)
    for number, part in enumerate(parts, start=1):
        shown = verdicts(part)
        decided = [criterion for criterion in TESTED if shown[criterion] != "NOT_RUN"]
        assert all(shown[criterion] == final[criterion] for criterion in decided)
        ran = {test.name for criterion in part.criteria for test in criterion.tests}
        assert len(ran) <= number
    assert verdicts(parts[0]) != final
    assert verdicts(parts[-1]) == final
    first = next(criterion for criterion in parts[0].criteria if criterion.verdict is Verdict.NOT_RUN)
    assert (first.score, first.tests, first.message) == (0, (), "Not run yet: grading has not ended.")


def test_a_listener_that_fails_is_given_up_and_costs_nothing(desk: Desk) -> None:
    calls = []

    def full(part: Result) -> None:
        calls.append(part)
        raise OSError(28, "No space left on device")

    result = desk.bench.grade(desk.put(notebook()), on_progress=full)
    assert (result.status, result.score, len(calls)) == ("graded", 80, 1)
    assert "No space left on device" in result.environment.detail
