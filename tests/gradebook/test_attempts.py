"""What is handed in is kept as it is; the last attempt counts."""

from __future__ import annotations

import os
import random
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import pytest

from autograder.gradebook import Gradebook, GradebookError, attempts, clock, marks, open_gradebook, packing
from autograder.gradebook.attempts import (
    asides_of,
    attempt_of,
    attempts_of,
    counting_attempts,
    file_of,
    receive,
    set_aside,
)
from autograder.gradebook.marks import current_mark, marks_of, write_mark
from autograder.gradebook.packing import packed
from autograder.gradebook.roster import add_person
from tests.gradebook.made import attempt

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_what_was_handed_in_comes_back(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path, text="x = 'π'\n")
    assert file_of(book, one.file_sha256) == "x = 'π'\n".encode()
    assert attempt_of(book, one.id) == one
    assert (one.number, one.file_name, one.late) == (1, "answer.py", False)


def test_the_same_again_is_the_same_attempt(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    assert attempt(book, tmp_path) == one
    other = attempt(book, tmp_path, text="x = 2\n")
    assert (other.number, attempt(book, tmp_path)) == (2, one)
    assert counting_attempts(book, "lstm") == [other]


def test_a_file_that_comes_back_later_is_a_new_attempt(book: Gradebook, tmp_path: Path) -> None:
    """First A, then B, then A again: A counts, however often the three are taken in."""
    student = add_person(book, "s1").student_id
    a, b = tmp_path / "a.py", tmp_path / "b.py"
    a.write_text("a")
    b.write_text("b")
    hours = [(a, 0), (b, 1), (a, 2)]
    for _ in range(2):
        for file, hour in hours:
            last = receive(book, "lstm", student, file, submitted_at=NOON + timedelta(hours=hour))
    assert [found.number for found in attempts_of(book, "lstm", student)] == [1, 2, 3]
    assert counting_attempts(book, "lstm") == [last]
    assert last.file_name == "a.py"


def test_late_is_after_the_deadline_in_any_zone(book: Gradebook, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("a")
    ahead = timezone(timedelta(hours=5))
    for sid, minutes, late in (("s1", 0, False), ("s2", 1, True)):
        at = (NOON + timedelta(minutes=minutes)).astimezone(ahead)
        one = receive(book, "lstm", add_person(book, sid).student_id, file, submitted_at=at, deadline=NOON)
        assert (one.late, one.submitted_at) == (late, at)


def test_a_time_without_a_zone_is_refused(book: Gradebook, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("a")
    with pytest.raises(GradebookError, match="has no time zone"):
        receive(book, "lstm", add_person(book, "s1").student_id, file, submitted_at=datetime(2026, 3, 1))


def test_an_attempt_that_is_set_aside_does_not_count(book: Gradebook, tmp_path: Path) -> None:
    one, two = attempt(book, tmp_path), attempt(book, tmp_path, text="x = 2\n")
    set_aside(book, two.id, reason="handed in after the extension", author="ivy")
    assert counting_attempts(book, "lstm") == [one]
    set_aside(book, two.id, reason="the extension was longer", author="ivy", aside=False)
    assert counting_attempts(book, "lstm") == [two]
    for each in (one, two):
        set_aside(book, each.id, reason="withdrawn", author="ivy")
    assert counting_attempts(book, "lstm") == []


def test_a_clock_that_goes_backwards_changes_nothing(
    book: Gradebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = [NOON - timedelta(hours=step) for step in range(9)]
    for module in (attempts, marks):
        monkeypatch.setattr(module, "now", lambda: times.pop(0))
    one, two = attempt(book, tmp_path), attempt(book, tmp_path, text="x = 2\n")
    assert one.submitted_at > two.submitted_at
    assert counting_attempts(book, "lstm") == [two]
    first = write_mark(book, two.id, "cell.style", author="tim", points=1.0)
    second = write_mark(book, two.id, "cell.style", author="tim", points=2.0, expected=first.id)
    assert first.at > second.at
    assert current_mark(book, two.id, "cell.style") == second
    assert marks_of(book, two.id) == [first, second]
    assert clock.now() > NOON


def test_a_folder_is_a_zip_that_depends_on_its_files_alone(tmp_path: Path) -> None:
    here, there = tmp_path / "here" / "ann", tmp_path / "there" / "ann"
    for folder, names in ((here, ("b.py", "a.py")), (there, ("a.py", "b.py"))):
        (folder / "__pycache__").mkdir(parents=True)
        (folder / "__pycache__" / f"{folder.parent.name}.pyc").write_text("")
        for name in names:
            (folder / name).write_text(name)
    os.utime(here / "a.py", (1, 1))
    (here / "secret").symlink_to("/etc/passwd")
    assert packed(here) == packed(there)
    name, data = packed(here)
    assert (name, zipfile.ZipFile(BytesIO(data)).namelist()) == ("ann.zip", ["a.py", "b.py"])


def test_what_cannot_be_taken_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    with pytest.raises(GradebookError, match=r"link\.py: this is neither a file nor a folder"):
        packed(tmp_path / "link.py")
    with pytest.raises(GradebookError, match=r"gone\.py cannot be read \(No such file or directory\)"):
        packed(tmp_path / "gone.py")
    monkeypatch.setattr(packing, "MAX_MB", 1)
    (tmp_path / "big").mkdir()
    for name in "ab":
        (tmp_path / "big" / name).write_bytes(bytes(600_000))
    with pytest.raises(GradebookError, match=r"big/b: more than 1 MB were handed in"):
        packed(tmp_path / "big")


def test_a_name_that_no_database_holds(book: Gradebook, tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xffx.py"))
    file.write_text("a")
    one = receive(book, "lstm", add_person(book, "s\0").student_id, file)
    assert one.file_name == "\ufffdx.py"


def test_what_is_not_there(book: Gradebook, tmp_path: Path) -> None:
    with pytest.raises(GradebookError, match="There is no attempt number 9 in "):
        attempt_of(book, 9)
    with pytest.raises(GradebookError, match="There is no file 000000000000… in "):
        file_of(book, "0" * 64)
    with pytest.raises(GradebookError, match="does not hold what this refers to"):
        write_mark(book, 9, "cell.style", author="tim")


def handed_in(book: Gradebook, folder: Path, hours: list[int | None]) -> list[attempts.Attempt]:
    """Attempts of one student, received in this order; None: when it was handed in is not known."""
    student, found = add_person(book, "s1").student_id, []
    for number, hour in enumerate(hours):
        file = folder / f"{number}.py"
        file.write_text(str(number))
        at = None if hour is None else NOON + timedelta(hours=hour)
        found.append(receive(book, "lstm", student, file, submitted_at=at))
    return found


@pytest.mark.parametrize(
    ("hours", "last"),
    [
        ([5, 2], 0),  # the earlier one came in later
        ([5, 2, 7, 6], 2),
        ([3, 3], 1),
        ([None, 2], 1),  # nothing is known of the first one but that it was there before
        ([2, None], 1),
        ([9, None, 2], 1),  # nothing known: after the 9 that was there before, and so after the 2 that came later
        ([None, None], 1),
        ([9, None, 2, None, 10, 1], 4),
    ],
)
def test_the_last_one_handed_in_counts(book: Gradebook, tmp_path: Path, hours: list[int | None], last: int) -> None:
    found = handed_in(book, tmp_path, hours)
    assert counting_attempts(book, "lstm") == [found[last]]
    assert [one.timed for one in found] == [hour is not None for hour in hours]


def test_some_attempt_always_counts(tmp_path: Path) -> None:
    """Whatever is known of six attempts and in whatever order they came: exactly one, and another when it is set aside."""
    draw = random.Random(5)
    for number in range(4):
        hours = [draw.choice((None, *range(4))) for _ in range(6)]
        folder = tmp_path / str(number)
        folder.mkdir()
        with open_gradebook(folder / "gradebook.db") as fresh:
            handed_in(fresh, folder, hours)
            for left in range(6, 0, -1):
                (counts,) = counting_attempts(fresh, "lstm")
                set_aside(fresh, counts.id, reason="x", author="ivy")
                assert len(asides_of(fresh, "lstm")) == 7 - left
            assert counting_attempts(fresh, "lstm") == []


def test_what_comes_again_in_another_order_is_known(book: Gradebook, tmp_path: Path) -> None:
    late, early = handed_in(book, tmp_path, [5, 2])
    student = late.student_id
    for _ in range(2):
        for file, hour, known in (("1.py", 2, early), ("0.py", 5, late)):
            assert receive(book, "lstm", student, tmp_path / file, submitted_at=NOON + timedelta(hours=hour)) == known


def test_why_an_attempt_is_set_aside_is_kept(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    assert asides_of(book, "lstm") == {}
    set_aside(book, one.id, reason="too late", author="ivy")
    found = asides_of(book, "lstm")[one.id]
    assert (found.reason, found.author) == ("too late", "ivy")
    set_aside(book, one.id, reason="it was not", author="ivy", aside=False)
    assert asides_of(book, "lstm") == {}
