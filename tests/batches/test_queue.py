"""The queue of a class: each key graded once, whatever becomes of graders and submissions."""

from __future__ import annotations

import platform
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, update

from autograder.batches import grading, lease
from autograder.batches.backlog import Version, is_dead, our_name, seed_of, ungraded, versions_of
from autograder.batches.grading import Queue
from autograder.course.models import LoadedAssignment
from autograder.gradebook import Gradebook, GradebookError, open_gradebook
from autograder.gradebook.attempts import counting_attempts
from autograder.gradebook.results import result_of, results_of
from autograder.gradebook.tables import files, gradings, results, tasks
from autograder.gradebook.tasks import claim, enqueue, progress_of
from autograder.grading.crew import Failure
from autograder.grading.result import Result
from tests.batches.made import SEED, Scripted, graded, received, result

WHO = ["ada", "bea", "cy"]


@pytest.fixture
def book(place: str) -> Iterator[Gradebook]:
    """In SQLite and in PostgreSQL."""
    with open_gradebook(place) as opened:
        yield opened


@pytest.fixture
def queue(book: Gradebook, scale: LoadedAssignment) -> Queue:
    return Queue(book, scale, SEED)


def right(scale: LoadedAssignment) -> Scripted:
    return Scripted(lambda order: result(scale, order.label))


def rows(book: Gradebook) -> list[tuple[str, int, str]]:
    """(state, tries, detail) of every task."""
    with book.read() as connection:
        chosen = select(tasks.c.state, tasks.c.tries, tasks.c.detail).order_by(tasks.c.id)
        return [tuple(row) for row in connection.execute(chosen)]


# --- each once


def test_every_submission_is_graded_once_and_its_attempt_has_the_result(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", *WHO)
    workforce = right(scale)
    assert [one.state for one in graded(queue, workforce)] == ["done"] * 3
    assert len({order.submission_sha256 for order in workforce.orders}) == 3
    assert len(results_of(book, "scale")) == 3
    again = right(scale)
    assert graded(queue, again) == []
    assert again.orders == []


def test_two_students_with_the_same_file_share_a_result(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", "ada", "bea", text="x = 1\n")
    workforce = right(scale)
    graded(queue, workforce)
    assert len(workforce.orders) == 1
    received(book, tmp_path / "late", "cy", text="x = 1\n")
    assert graded(queue, workforce) == []
    assert [result_of(book, one.id) is not None for one in counting_attempts(book, "scale")] == [True] * 3


def test_an_order_says_nothing_about_whose_it_is(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", "ada.lovelace", text="x = 1\n")
    workforce = right(scale)
    graded(queue, workforce)
    (order,) = workforce.orders
    assert (order.file, order.data) == ("scale.py", b"x = 1\n")
    assert "ada" not in repr(order)


def test_orders_are_taken_when_somebody_is_free(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    """So another grader finds the rest, and this one holds no class in memory."""
    received(book, tmp_path / "in", *WHO)
    seen = []

    def look(order: object) -> Result:
        seen.append(progress_of(book, "scale").claimed)
        return result(scale)

    graded(queue, Scripted(look))
    assert seen == [1, 1, 1]


def test_a_result_that_was_kept_before_a_crash_is_adopted_by_the_next_call(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", *WHO)
    queue.fill(counting_attempts(book, "scale"))
    list(queue.grade(right(scale)))  # and then it was killed
    assert len(ungraded(book, "scale")) == 3
    workforce = right(scale)
    graded(queue, workforce)
    assert (workforce.orders, ungraded(book, "scale")) == ([], [])


def test_a_resumed_class_has_the_seed_that_it_began_with(
    book: Gradebook, scale: LoadedAssignment, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", "ada")
    first = seed_of(book, "scale")
    Queue(book, scale, first).fill(counting_attempts(book, "scale"))
    assert seed_of(book, "scale") == seed_of(book, "scale") == first
    assert 0 <= seed_of(book, "other") < 2**31


def test_graders_that_begin_at_once_draw_the_same_seed(book: Gradebook, tmp_path: Path) -> None:
    """Else each would grade the whole class under its own."""
    first = seed_of(book, "scale")
    assert seed_of(book, "scale") == first
    with open_gradebook(tmp_path / "other.db") as other:
        assert len({first, seed_of(book, "other"), seed_of(other, "scale")}) == 3


# --- failures


def test_what_the_grader_fails_at_is_tried_three_times_and_stops_nobody(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", *WHO)
    told = Scripted(lambda order: Failure("the worker died") if order.data == b"ada" else result(scale))
    outcomes = graded(queue, told)
    assert sorted(one.state for one in outcomes) == ["again", "again", "done", "done", "failed"]
    assert [one.trouble for one in outcomes if one.state == "failed"] == ["the worker died"]
    assert sorted(rows(book)) == [("done", 1, ""), ("done", 1, ""), ("failed", 3, "the worker died")]
    assert [one.file_name for one in ungraded(book, "scale")] == ["ada.py"]


def test_the_next_call_tries_again_what_was_given_up(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", "ada")
    graded(queue, Scripted(lambda order: Failure("no memory")))
    assert [one.state for one in graded(queue, right(scale))] == ["done"]
    assert rows(book) == [("done", 1, "")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "grader_error", "message": "The grader could not run."}, "The grader could not run."),
        ({"environment": {"kit": "0.0.0"}}, "version 0.0.0 of the kit"),
        ({"environment": {"assignment_sha256": "other"}}, "the assignment was changed while it was graded"),
    ],
)
def test_what_is_no_result_of_this_version_is_not_kept(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    received(book, tmp_path / "in", "ada")
    made = result(scale)
    where = made.environment.model_copy(update=change.get("environment", {}))
    spoiled = made.model_copy(update={**change, "environment": where})
    *_, last = graded(queue, Scripted(lambda order: spoiled))
    assert (last.state, said in last.trouble) == ("failed", True)
    assert results_of(book, "scale") == {}


def test_a_rejected_submission_is_graded_and_failing(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", "ada")
    made = result(scale).model_copy(update={"status": "rejected", "criteria": (), "score": 0.0})
    assert [(one.state, one.failing) for one in graded(queue, Scripted(lambda order: made))] == [("done", True)]


def test_a_purged_file_stops_nobody(book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path) -> None:
    received(book, tmp_path / "in", *WHO)
    with book.write() as connection:
        connection.exec_driver_sql("UPDATE files SET data = NULL, name = '' WHERE name = 'ada.py'")
    assert [one.state for one in graded(queue, right(scale))] == ["done", "done"]
    assert [state for state, _, detail in rows(book) if "was removed" in detail] == ["failed"]


# --- who holds what


def held_by(book: Gradebook, who: str) -> None:
    assert claim(book, "scale", who, 3600) is not None


def dead_name() -> str:
    """The name of a grader of this machine that is gone."""
    program = "from autograder.batches.backlog import our_name; print(our_name())"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_what_a_killed_grader_held_is_taken_over_and_its_try_does_not_count(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", *WHO)
    name = dead_name()
    assert is_dead(name)
    for _ in range(5):  # more often than a submission may be tried
        queue.fill(counting_attempts(book, "scale"))
        held_by(book, name)
    workforce = right(scale)
    assert len(graded(queue, workforce)) == 3
    assert {order.tries for order in workforce.orders} == {1}


def test_what_somebody_else_holds_is_left_to_them(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", *WHO)
    queue.fill(counting_attempts(book, "scale"))
    elsewhere = dead_name().removesuffix(platform.node()) + "elsewhere"
    for who in (our_name(), elsewhere):
        assert not is_dead(who)
        held_by(book, who)
    assert len(graded(queue, right(scale))) == 1
    assert len(ungraded(book, "scale")) == 2


def test_tasks_of_another_version_are_left_alone(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    """They would be graded by tests that their key does not name."""
    received(book, tmp_path / "in", "ada")
    (attempt,) = counting_attempts(book, "scale")
    others = [Version("scale", "0" * 64, SEED), Version("scale", queue.version.assignment_sha256, SEED + 1)]
    enqueue(book, "scale", [other.key(attempt.file_sha256) for other in others])
    assert len(graded(queue, right(scale))) == 1
    assert [state for state, *_ in rows(book)] == ["waiting", "waiting", "done"]


def test_an_assignment_changed_between_attempts_grades_the_new_one_only(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    """An attempt that has a result keeps it: changing it is what a regrade is for."""
    received(book, tmp_path / "in", "ada", "bea")
    graded(queue, right(scale))
    hidden = scale.paths.hidden_tests / "test_affine.py"
    hidden.write_text(hidden.read_text() + "\n# changed\n")
    received(book, tmp_path / "in", "ada", text="better")
    later = Queue(book, scale, SEED)
    workforce = right(scale)
    graded(later, workforce)
    assert [order.data for order in workforce.orders] == [b"better"]
    attempts = counting_attempts(book, "scale")
    found = versions_of(book, attempts)
    assert [found[one.id] == later.version.assignment_sha256 for one in attempts] == [True, False]


def test_what_is_being_graded_is_held_for_as_long_as_it_takes(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    received(book, tmp_path / "in", "ada")
    renewed = threading.Event()
    renew = lease.renew
    monkeypatch.setattr(lease, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(lease, "renew", lambda *of: renewed.set() if renew(*of) == 1 else None)
    monkeypatch.setattr(grading, "LEASE_SECONDS", -1.0)  # it has run out before the first beat

    def slow(order: object) -> Result:
        assert renewed.wait(30)
        assert claim(book, "scale", "somebody", 60) is None
        return result(scale)

    assert [one.state for one in graded(queue, Scripted(slow))] == ["done"]


def test_what_a_coordinator_holds_that_ends_early_waits_for_the_next(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", *WHO)

    def interrupt(order: object) -> Result:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        graded(queue, Scripted(interrupt))
    assert rows(book) == [("waiting", 0, "")] * 3


# --- a gradebook that cannot be written


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_full_disk_loses_nothing_that_was_graded(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", *WHO)
    pages: list[int] = []

    @event.listens_for(book.engine, "begin")
    def limit(connection) -> None:  # type: ignore[no-untyped-def]
        if pages:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages[0]}")

    def fill_up(order: object) -> Result:
        if progress_of(book, "scale").done == 1:
            with book.read() as connection:
                pages.append(int(connection.exec_driver_sql("PRAGMA page_count").scalar_one()))
        return result(scale).model_copy(update={"message": "x" * 100_000})

    with pytest.raises(GradebookError, match="the disk is full"):
        graded(queue, Scripted(fill_up))
    pages[:] = [2**20]
    kept = results_of(book, "scale")
    assert len(kept) == 1
    with book.write() as connection:  # the grader that failed is gone
        connection.execute(update(tasks).where(tasks.c.state == "claimed").values(claimed_by=dead_name()))
    workforce = right(scale)
    graded(queue, workforce)
    assert len(workforce.orders) == 2
    assert len(results_of(book, "scale")) == 3
    assert kept.items() <= results_of(book, "scale").items()
    with book.read() as connection:
        count = [len(connection.execute(select(table)).all()) for table in (results, gradings, files)]
    assert count == [3, 3, 3]


def test_what_failed_is_tried_again_after_all_others(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, tmp_path: Path
) -> None:
    received(book, tmp_path / "in", *WHO)
    workforce = Scripted(lambda order: Failure("once") if order.tries == 1 and order.data == b"ada" else result(scale))
    graded(queue, workforce)
    assert [order.data for order in workforce.orders].index(b"ada") < 3
    assert workforce.orders[-1].data == b"ada"
