"""The queue hands a task to one worker at a time, and takes one result."""

from __future__ import annotations

from pathlib import Path

from autograder.gradebook import Gradebook
from autograder.gradebook.results import adopt, finished, result_of, results_of
from autograder.gradebook.tasks import (
    Key,
    Progress,
    claim,
    enqueue,
    extend,
    fail,
    failed_tasks,
    finish,
    progress_of,
    release_stale,
    retry_failed,
)
from tests.gradebook.made import RULES, attempt, graded, result

KEYS = [Key(RULES, letter * 64, 7) for letter in "bcd"]


def test_a_task_is_put_in_once(book: Gradebook) -> None:
    assert enqueue(book, "lstm", [*KEYS, KEYS[0]]) == 3
    assert enqueue(book, "lstm", [*KEYS, Key(RULES, "b" * 64, 8)]) == 1
    assert progress_of(book, "lstm", RULES, 7) == Progress(waiting=3)
    assert progress_of(book, "lstm") == Progress(waiting=4)


def test_a_task_has_one_claimant(book: Gradebook) -> None:
    enqueue(book, "lstm", KEYS[:2])
    first, second = (claim(book, "lstm", who, 60) for who in ("w1", "w2"))
    assert first is not None
    assert second is not None
    assert (first.key, second.key, first.tries) == (KEYS[0], KEYS[1], 1)
    assert claim(book, "lstm", "w3", 60) is None
    assert progress_of(book, "lstm", RULES, 7) == Progress(claimed=2)


def test_a_claim_whose_lease_has_run_out_is_free_again(book: Gradebook) -> None:
    enqueue(book, "lstm", KEYS[:1])
    first = claim(book, "lstm", "w1", -1)
    second = claim(book, "lstm", "w2", 60)
    assert first is not None
    assert second is not None
    assert (second.id, second.tries) == (first.id, 2)
    assert not extend(book, first.id, "w1", 60)
    assert extend(book, first.id, "w2", -1)
    assert release_stale(book, "lstm") == 1
    assert progress_of(book, "lstm", RULES, 7) == Progress(waiting=1)


def test_what_a_worker_held_can_be_put_back(book: Gradebook) -> None:
    enqueue(book, "lstm", KEYS)
    for who in ("w1", "w2"):
        claim(book, "lstm", who, 60)
    assert release_stale(book, "lstm") == 0
    assert release_stale(book, "lstm", claimed_by="w1") == 1
    assert progress_of(book, "lstm", RULES, 7) == Progress(waiting=2, claimed=1)


def test_a_task_is_finished_once(book: Gradebook) -> None:
    enqueue(book, "lstm", KEYS[:1])
    task = claim(book, "lstm", "w1", -1)
    again = claim(book, "lstm", "w2", 60)
    assert task is not None
    assert again is not None
    assert finish(book, again.id, result("b" * 64, 4.0))
    assert not finish(book, task.id, result("b" * 64, 0.0))
    fail(book, task.id, "too late to fail", final=True)
    assert progress_of(book, "lstm", RULES, 7) == Progress(done=1)
    assert list(finished(book, "lstm", RULES, 7)) == ["b" * 64]


def test_a_failure_is_tried_again_or_given_up(book: Gradebook) -> None:
    enqueue(book, "lstm", KEYS[:1])
    task = claim(book, "lstm", "w1", 60)
    assert task is not None
    fail(book, task.id, "The sandbox did not start.", final=False)
    assert progress_of(book, "lstm", RULES, 7) == Progress(waiting=1)
    fail(book, task.id, "The sandbox did not start.", final=True)
    assert claim(book, "lstm", "w1", 60) is None
    assert failed_tasks(book, "lstm") == {"b" * 64: "The sandbox did not start."}
    assert retry_failed(book, "lstm") == 1
    assert claim(book, "lstm", "w1", 60) is not None


def test_a_worker_is_given_tasks_of_its_own_run_only(book: Gradebook) -> None:
    enqueue(book, "lstm", KEYS[:1])
    enqueue(book, "lstm", [Key("f" * 64, "b" * 64, 7)])
    task = claim(book, "lstm", "w1", 60, assignment_sha256="f" * 64, seed=7)
    assert task is not None
    assert task.key.assignment_sha256 == "f" * 64
    assert claim(book, "lstm", "w1", 60, assignment_sha256="f" * 64) is None


def test_the_same_file_of_two_students_is_graded_once(book: Gradebook, tmp_path: Path) -> None:
    one, two = attempt(book, tmp_path, "s1"), attempt(book, tmp_path, "s2")
    assert one.file_sha256 == two.file_sha256
    assert graded(book, one) == graded(book, two)
    assert progress_of(book, "lstm", RULES, 7) == Progress(done=1)
    assert set(results_of(book, "lstm")) == {one.id, two.id}


def test_an_assignment_that_changes_between_attempts(book: Gradebook, tmp_path: Path) -> None:
    """Each attempt keeps the result it was given until another is adopted, with a reason."""
    one, two = attempt(book, tmp_path, "s1", "x = 1\n"), attempt(book, tmp_path, "s2", "x = 2\n")
    old = graded(book, one)
    graded(book, two, result(two.file_sha256, 0.0, rules="f" * 64), rules="f" * 64)
    found = {number: made.environment.assignment_sha256 for number, made in results_of(book, "lstm").items()}
    assert found == {one.id: RULES, two.id: "f" * 64}
    assert not adopt(book, one.id, old, "gradus", "first", "")
    graded(book, one, rules="f" * 64)
    made = result_of(book, one.id)
    assert made is not None
    assert made.environment.assignment_sha256 == "f" * 64
