"""Many processes write at once, on either database: nothing is lost, nothing is done twice."""

from __future__ import annotations

import itertools
import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

from autograder.gradebook import Collision, Gradebook, open_gradebook
from autograder.gradebook.marks import current_mark, marks_of, write_mark
from autograder.gradebook.results import finished
from autograder.gradebook.tasks import Key, Progress, claim, enqueue, finish, progress_of
from tests.gradebook.made import RULES, attempt, result

WRITERS, EACH = 4, 15


def together() -> ProcessPoolExecutor:
    """Processes that share nothing with this one."""
    return ProcessPoolExecutor(WRITERS, mp_context=multiprocessing.get_context("spawn"))


def _mark(where: str, attempt_id: int, who: str) -> int:
    """Marks one criterion again and again, each time upon what counts then: how many collisions there were."""
    collisions = 0
    with open_gradebook(where) as book:
        for number in range(EACH):
            written = False
            while not written:
                seen = current_mark(book, attempt_id, "cell.style")
                try:
                    write_mark(
                        book, attempt_id, "cell.style", author=who, points=float(number),
                        expected=seen.id if seen else None,
                    )  # fmt: skip
                    written = True
                except Collision:
                    collisions += 1
    return collisions


def test_no_mark_is_lost(place: str, tmp_path: Path) -> None:
    """Each mark followed the one its author had seen: none was written over another that nobody looked at."""
    with open_gradebook(place) as book:
        one = attempt(book, tmp_path)
        with together() as pool:
            list(pool.map(_mark, [place] * WRITERS, [one.id] * WRITERS, [f"ta{n}" for n in range(WRITERS)]))
        events = marks_of(book, one.id)
    assert [mark.id for mark in events] == sorted(mark.id for mark in events)
    written = Counter((mark.author, mark.points) for mark in events)
    assert written == Counter({(f"ta{n}", float(k)): 1 for n in range(WRITERS) for k in range(EACH)})


def _work(where: str, who: str) -> list[str]:
    """Claims until there is nothing left: what it finished."""
    mine = []
    with open_gradebook(where) as book:
        while (task := claim(book, "lstm", who, 60)) is not None:
            if finish(book, task.id, result(task.key.submission_sha256)):
                mine.append(task.key.submission_sha256)
    return mine


def test_every_task_is_claimed_by_one(place: str) -> None:
    keys = [Key(RULES, f"{number:064d}", 7) for number in range(WRITERS * EACH)]
    with open_gradebook(place) as book:
        enqueue(book, "lstm", keys)
        with together() as pool:
            done = list(pool.map(_work, [place] * WRITERS, [f"w{n}" for n in range(WRITERS)]))
        assert sorted(name for mine in done for name in mine) == [key.submission_sha256 for key in keys]
        assert progress_of(book, "lstm") == Progress(done=len(keys))
        assert len(finished(book, "lstm", RULES, 7)) == len(keys)


def _finish_all(where: str) -> int:
    with open_gradebook(where) as book:
        return sum(finish(book, number, result("b" * 64)) for number in range(1, EACH + 1))


def test_every_task_is_finished_once_however_many_try(place: str) -> None:
    with open_gradebook(place) as book:
        enqueue(book, "lstm", [Key(RULES, f"{number:064d}", 7) for number in range(EACH)])
        with together() as pool:
            assert sum(pool.map(_finish_all, [place] * WRITERS)) == EACH


def _open(where: str) -> str:
    with open_gradebook(where) as book:
        return str(attempt(book, Path(where).parent, "s1").pseudonym)


def test_a_new_gradebook_is_made_once(tmp_path: Path) -> None:
    """All open it while it is not there yet, and take in the same student and the same file."""
    with together() as pool:
        assert len(set(pool.map(_open, [str(tmp_path / "gradebook.db")] * WRITERS * 2))) == 1


def test_threads_that_write_take_turns(book: Gradebook, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    one = attempt(book, tmp_path)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: write_mark(book, one.id, f"c.n{n}", author="tim", points=1.0), range(64)))
    assert len(marks_of(book, one.id)) == 64


def _mark_for_ever(where: str, attempt_id: int, written: Connection) -> None:
    with open_gradebook(where) as book:
        for number in itertools.count():
            written.send(write_mark(book, attempt_id, f"c.n{number}", author="tim", points=1.0).id)


def test_what_was_written_outlives_a_killed_process(place: str, tmp_path: Path) -> None:
    """A mark that its writer was told about stands, and a new writer goes on where the killed one was."""
    context = multiprocessing.get_context("spawn")
    told = []
    with open_gradebook(place) as book:
        for _ in range(3):
            ours, theirs = context.Pipe(duplex=False)
            other = attempt(book, tmp_path, f"s{len(told)}")
            writer = context.Process(target=_mark_for_ever, args=(place, other.id, theirs))
            writer.start()
            theirs.close()
            heard = [ours.recv() for _ in range(10)]
            writer.kill()
            writer.join()
            told.append((other.id, heard))
        for attempt_id, heard in told:
            stands = [mark.id for mark in marks_of(book, attempt_id)]
            assert stands[: len(heard)] == heard
            assert [mark.criterion for mark in marks_of(book, attempt_id)] == [f"c.n{n}" for n in range(len(stands))]
