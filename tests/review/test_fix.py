"""A fix is tried: what may be edited, what becomes of it, and that nothing of it runs in the desk."""

from __future__ import annotations

import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from autograder.course.verdict import Verdict
from autograder.gradebook.attempts import Attempt
from autograder.gradebook.marks import marks_of, shared_patches_of, write_mark
from autograder.gradebook.staff import conflict
from autograder.grading.edited import write_edited
from autograder.review import trials as module
from autograder.review.desk import Desk
from autograder.review.fix import changes, editable, edits_of, patch_of
from autograder.review.guard import Me
from autograder.review.trials import MOST_WAITING, Trials, _Ready
from autograder.review.tried import kept_patches
from autograder.submissions.cells import SeenCell
from tests.review.classroom import SLUG, TESTED, WRITTEN, Classroom, result

FIXED = "def standardise(x):\n    return x\n"
Told = Callable[[Any], Any]


def code(index: int, source: str, grade_id: str | None = None) -> SeenCell:
    return SeenCell(index, "code", source, grade_id, None)


# ── what is edited ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_cells_of_the_question_come_first_and_written_ones_not_at_all() -> None:
    cells = [
        code(1, "import torch"),
        code(2, "a = 1", "affine"),
        code(3, "s = 1", "standardise"),
        SeenCell(4, "markdown", "Why", "why", None),
    ]
    found = editable(cells, "standardise", "standardise.values")
    assert ([cell.index for cell in found.answer], [cell.index for cell in found.other]) == ([3], [1, 2])
    written = editable(cells, "why", "why.reason")
    assert [cell.index for cell in written.answer] == [2, 3], "a written answer has no code: all answers"
    assert not found.too_long


def test_what_is_too_long_is_left_out_and_said() -> None:
    found = editable([code(1, "x" * 300_001, "a"), code(2, "y", "b")], "a", "a.b")
    assert found.too_long
    assert found.cells == ()


def test_only_what_says_something_else_is_an_edit() -> None:
    """Browsers end lines with CR LF."""
    cells = [code(1, "a\nb"), code(2, "c\r\nd"), code(3, "e")]
    form = {"cell-1": "a\r\nb", "cell-2": "c\r\nd", "cell-3": "e\r\nf", "cell-9": "planted"}
    assert edits_of(cells, form) == {3: "e\nf"}


def test_a_patch_is_a_unified_diff_that_names_the_cell() -> None:
    patch = patch_of([code(3, "a\nb\n", "lstm"), code(4, "same")], {3: "a\nc\n"})
    assert patch == (
        "--- cell 3 (lstm), as handed in\n+++ cell 3 (lstm), tried\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n "
    )


def test_the_edited_notebook_differs_in_that_cell_only(room: Classroom, tmp_path: Path) -> None:
    original = (room.course / "assignments" / SLUG / "source.ipynb").read_bytes()
    force = room.desk.rubrics.of(SLUG)
    assert force is not None
    folder = tmp_path / "edited"
    folder.mkdir()
    write_edited(original, "<Ada>.ipynb", {4: FIXED}, force.loaded.assignment, folder)
    assert [file.name for file in folder.iterdir()] == ["scale.ipynb"], "no name of a student's"
    before, after = json.loads(original), json.loads((folder / "scale.ipynb").read_bytes())
    assert after["cells"][3]["source"] == FIXED
    after["cells"][3] = before["cells"][3]
    assert after == before


def test_a_zip_keeps_its_artifacts_and_a_module_is_one_cell(room: Classroom, tmp_path: Path) -> None:
    from autograder.course.models import Artifact

    force = room.desk.rubrics.of(SLUG)
    assert force is not None
    weights = Artifact.model_validate({"name": "w.safetensors", "max_mb": 1, "question": "affine"})
    assignment = force.loaded.assignment.model_copy(update={"artifacts": (weights,)})
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mine/scale.py", "x = 1\n")
        archive.writestr("mine/w.safetensors", b"weights")
        archive.writestr("mine/diary.txt", "private")
    folder = tmp_path / "edited"
    folder.mkdir()
    write_edited(packed.getvalue(), "mine.zip", {1: "x = 2\n"}, assignment, folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        "scale.py": b"x = 2\n", "w.safetensors": b"weights"
    }  # fmt: skip


def test_criteria_that_moved_come_first() -> None:
    before, after = result("s"), result("s", Verdict.PASS)
    (change,) = changes(before, after)
    assert (change.gain, change.moved, change.after.id) == (30.0, True, TESTED)
    assert [one.moved for one in changes(after, after)] == [False]


# ── how it is run ────────────────────────────────────────────────────────────────────────────────────────────────────


class Staged:
    """In place of a worker: does as it is told, when it is let go."""

    def __init__(self, told: Told) -> None:
        self.told, self.runs, self.go, self.broken = told, list[Any](), threading.Event(), False

    def run(self, work: Any, runs: Any, *, tries: int) -> Iterator[tuple[Any, Any]]:
        for run in runs:
            self.runs.append(run)
            assert self.go.wait(20)
            yield run, self.told(run)

    def break_off(self) -> None:
        self.broken = True
        self.go.set()


@pytest.fixture
def stage(room: Classroom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Staged]:
    """A desk whose trials are run on a stage."""
    staged = Staged(lambda run: (None, result("s", Verdict.PASS)))

    def prepared(self: Trials, stack: Any, ready: Any, trial: Any) -> _Ready:
        self._crew = staged  # type: ignore[assignment]
        return _Ready((SLUG, "a" * 64, 7), staged, trial.loaded.assignment.limits, tmp_path)  # type: ignore[arg-type]

    monkeypatch.setattr(Trials, "_prepared", prepared)
    monkeypatch.setattr(module, "__version__", "0")  # the kit that graded the class
    with Trials() as running:
        room.desk = Desk(room.course, room.book, running)
        yield staged


def post(client: Any, attempt: Attempt, criterion: str = TESTED, **fields: str) -> str:
    text: str = client.post(f"/fix/{SLUG}/{criterion}/{attempt.id}", data=fields or {"cell-4": FIXED}).text
    return text


def outcome(client: Any, attempt: Attempt, criterion: str = TESTED) -> str:
    """What the page says when it is over."""
    for _ in range(400):
        text: str = client.get(f"/fix/{SLUG}/{criterion}/{attempt.id}/state").text
        if "hx-trigger" not in text:
            return text
        time.sleep(0.02)
    raise AssertionError("it never ended")


def test_a_fix_shows_what_would_have_passed_and_is_kept_with_the_mark(room: Classroom, stage: Staged) -> None:
    attempt, ann = room.hand_in("ada"), room.visitor("ann")
    page = ann.get(f"/fix/{SLUG}/{TESTED}/{attempt.id}").text
    assert '<textarea id="cell-4"' in page
    assert 'hx-trigger="every 1s"' in post(ann, attempt)
    stage.go.set()
    text = outcome(ann, attempt)
    assert "1 criterion would have earned more: +30 points." in text
    assert "0 → <strong>30</strong> / 30" in text
    assert "+    return x" in text
    (run,) = stage.runs
    assert (run.edits, run.again) == ({4: FIXED}, False), "tests are those of today: the result that is there is the one before"
    grading = ann.get(f"/grade/{SLUG}/{TESTED}/{attempt.id}").text
    assert "It would have earned +30 points." in grading
    number = str(room.desk.trials.last("ann", attempt.id, TESTED).id)  # type: ignore[union-attr]
    room.mark(ann, attempt, "override", TESTED, points="20", comment="One line.", **{"keep-fix": number})
    (mark,) = marks_of(room.book, attempt.id, TESTED)
    assert mark.author == "ann"
    assert "+    return x" in (mark.patch or "")
    assert shared_patches_of(room.book, SLUG) == set(), "not for the student, unless the TA says so"
    assert "A fix that ann tried" in room.visitor("ben").get(f"/grade/{SLUG}/{TESTED}/{attempt.id}").text


def test_a_fix_that_is_not_wanted_is_not_kept_and_one_that_is_stays_with_later_marks(
    room: Classroom, stage: Staged
) -> None:
    attempt, ann = room.hand_in("ada"), room.visitor("ann")
    stage.go.set()
    post(ann, attempt)
    outcome(ann, attempt)
    told = room.mark(ann, attempt, "override", TESTED, points="5", comment="No.").text
    assert [mark.patch for mark in marks_of(room.book, attempt.id)] == [None]
    number = told.partition('name="keep-fix" value="')[2].partition('"')[0]
    now = str(marks_of(room.book, attempt.id)[-1].id)
    told = room.mark(ann, attempt, "comment", TESTED, comment="Look.", expected=now,
                     **{"keep-fix": number, "share-fix": "yes"}).text  # fmt: skip
    assert "It is kept with your mark." in told
    last = marks_of(room.book, attempt.id)[-1]
    assert last.patch
    assert shared_patches_of(room.book, SLUG) == {last.id}
    room.mark(ann, attempt, "override", TESTED, points="6", comment="Look.", expected=str(last.id))
    newest = marks_of(room.book, attempt.id)[-1]
    assert (newest.patch, newest.points) == (last.patch, 6.0)
    assert newest.id not in shared_patches_of(room.book, SLUG), "the box was not ticked this time"
    ben = room.visitor("ben")
    room.mark(ben, attempt, "override", TESTED, points="7", comment="Mine.", expected=str(newest.id),
              **{"keep-fix": number})  # fmt: skip
    assert marks_of(room.book, attempt.id)[-1].patch is None, "ben has tried nothing"


def test_who_marks_without_seeing_others_sees_no_fix_of_theirs(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    mark = write_mark(room.book, attempt.id, TESTED, author="ben", points=1.0, patch="+b")
    place = room.desk.place(SLUG, TESTED, attempt.id, "ann")
    ann, ben = (Me(name, "ta", "") for name in ("ann", "ben"))
    assert [one.patch for one in kept_patches(room.desk, place, ann, mark)] == ["+b"]
    assert kept_patches(room.desk, place, ann, None) == []
    assert [one.patch for one in kept_patches(room.desk, place, ben, None)] == ["+b"]


def test_tests_that_changed_since_are_run_on_both(room: Classroom, stage: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "__version__", "1")
    stage.told = lambda run: (result("s", Verdict.UNSTABLE), result("s", Verdict.PASS))
    stage.go.set()
    attempt, ann = room.hand_in("ada"), room.visitor("ann")
    post(ann, attempt)
    assert "Numerically unstable" in outcome(ann, attempt)
    assert stage.runs[0].again


def test_one_at_a_time_each_and_so_many_in_all(room: Classroom, stage: Staged) -> None:
    attempt = room.hand_in("ada")
    names = [f"t{number}" for number in range(MOST_WAITING + 2)]
    room.staff(**dict.fromkeys(names, "ta"))
    ann = room.visitor("ann")
    post(ann, attempt)
    assert "Your last one is not finished yet." in post(ann, attempt)
    while not stage.runs:
        time.sleep(0.01)
    told = [post(room.visitor(name), attempt) for name in names]
    assert ["Too many of you" in text for text in told] == [False] * MOST_WAITING + [True, True]
    assert "Waiting: 1 before it." in told[0]
    assert f"Waiting: {MOST_WAITING} before it." in told[MOST_WAITING - 1]


def test_it_can_be_stopped_running_or_waiting(room: Classroom, stage: Staged) -> None:
    attempt, ann, ben = room.hand_in("ada"), room.visitor("ann"), room.visitor("ben")
    post(ann, attempt)
    while not stage.runs:
        time.sleep(0.01)
    post(ben, attempt)
    address = f"/fix/{SLUG}/{TESTED}/{attempt.id}/stop"
    assert "Nothing was kept." in ben.post(address, data={"x": "1"}).text
    assert not stage.broken, "ben's was waiting: ann's goes on"
    assert "Nothing was kept." in ann.post(address, data={"x": "1"}).text
    assert stage.broken
    assert "Nothing was kept." in outcome(ann, attempt)
    assert len(stage.runs) == 1


@pytest.mark.parametrize("told", ["a worker died", "the grader failed"])
def test_a_fault_of_ours_is_told_as_ours(room: Classroom, stage: Staged, told: str) -> None:
    from autograder.grading.crew import Failure

    where = result("s").environment.model_copy(update={"detail": "the grader failed"})
    failed = result("s").model_copy(update={"status": "grader_error", "environment": where})
    stage.told = lambda run: Failure(told) if told == "a worker died" else (None, failed)
    stage.go.set()
    attempt, ann = room.hand_in("ada"), room.visitor("ann")
    post(ann, attempt)
    text = outcome(ann, attempt)
    assert "That is not due to the code." in text
    assert told in text
    stage.told = lambda run: (None, result("s"))
    post(ann, attempt)
    assert "No criterion would have ended otherwise." in outcome(ann, attempt), "and the next one is run"


def test_without_a_sandbox_it_says_what_to_do(room: Classroom) -> None:
    """`process` locks nothing in: it is refused, and nothing runs."""
    attempt = room.hand_in("ada")
    with Trials(sandbox="process") as running:
        room.desk = Desk(room.course, room.book, running)
        ann = room.visitor("ann")
        post(ann, attempt)
        text = outcome(ann, attempt)
    assert "--i-trust-this-code" in text
    assert "start the desk where Docker or bubblewrap works" in text


def test_nothing_changed_is_said_and_read_only_and_conflicts_hold(room: Classroom, stage: Staged) -> None:
    attempt, ann = room.hand_in("ada"), room.visitor("ann")
    assert "You have changed nothing yet." in post(ann, attempt, other="x")
    assert room.visitor("rob").post(f"/fix/{SLUG}/{TESTED}/{attempt.id}", data={"cell-4": "x"}).status_code == 403
    conflict(room.book, "ann", attempt.student_id)
    assert ann.get(f"/fix/{SLUG}/{TESTED}/{attempt.id}").status_code == 404
    assert ann.post(f"/fix/{SLUG}/{TESTED}/{attempt.id}", data={"cell-4": "x"}).status_code == 404
    assert stage.runs == []


def test_what_was_typed_is_there_again_and_is_never_markup(room: Classroom, stage: Staged) -> None:
    attempt, ann = room.hand_in("ada"), room.visitor("ann")
    planted = "</textarea><script>document.title='owned'</script>"
    post(ann, attempt, WRITTEN, **{"cell-4": planted})
    stage.go.set()
    text = outcome(ann, attempt, WRITTEN)
    page = ann.get(f"/fix/{SLUG}/{WRITTEN}/{attempt.id}").text
    for html in (text, page):
        assert "<script>document" not in html
        assert "&lt;/textarea&gt;&lt;script&gt;" in html
