"""Pages that students get: marks and comments in them, staff's details and hidden criteria not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import delete

from autograder.cli import run
from autograder.course.verdict import Verdict
from autograder.gradebook import Gradebook
from autograder.gradebook.marks import write_mark
from autograder.gradebook.requests import answer, ask
from autograder.gradebook.results import adopt, finished
from autograder.gradebook.returns import returned_of
from autograder.gradebook.rubrics import keep_rubric
from autograder.gradebook.tables import roster
from autograder.gradebook.tasks import Key, claim, enqueue, finish
from autograder.returning.pages import file_name
from tests.report.test_feedback import Page
from tests.returning.made import ESSAY, handed_in, marked, result, scale

OPEN = "A member of your course staff marks this."


def returned(course: Path, *more: str) -> int:
    return run(["--course", str(course), "return", "scale", "--to", str(course / "back"), "--as", "ina", *more])


def page(course: Path, sid: str) -> str:
    return Page((course / "back" / f"{sid}.html").read_text(encoding="utf-8")).text


class TestContent:
    def test_a_mark_and_its_comment(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        one = handed_in(book, tiny, tmp_path, "s1")
        marked(book, one, 10, comment="Say *why* the mean\nmust be 0.", level=1)
        assert returned(tiny) == 0
        text = page(tiny, "s1")
        assert "90 of 100 points" in text
        assert "Partly right The answer names a reason 10 / 20" in text
        assert "A reason is named, but not explained. From your course staff: Say *why* the mean must be 0." in text
        assert OPEN not in text
        assert "tess" not in text, "who marked stays with staff"

    def test_a_fix_is_for_staff_unless_they_say_otherwise(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        patch = "--- cell 4, as handed in\n+++ cell 4, tried\n-<b>a</b>\n+b"
        for sid, share in (("s1", False), ("s2", True)):
            one = handed_in(book, tiny, tmp_path, sid)
            write_mark(book, one.id, ESSAY, author="tess", points=10.0, patch=patch, share_patch=share)
        returned(tiny)
        assert "cell 4" not in page(tiny, "s1")
        assert "A change of your code that your course staff tried" in page(tiny, "s2")
        assert "-<b>a</b> +b" in page(tiny, "s2"), "as text"

    def test_the_level_is_that_of_the_rubric_it_was_marked_by(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        old = (tiny / "rubrics/scale.yaml").read_text().replace("A reason is named, but not explained.", "In the old words.")
        one = handed_in(book, tiny, tmp_path, "s1")
        marked(book, one, 10, rubric_sha256=keep_rubric(book, "scale", old))
        returned(tiny)
        assert "In the old words." in page(tiny, "s1")

    @pytest.mark.parametrize(("points", "face"), [(20, "Full marks"), (10, "Partly right"), (0, "No points")])
    def test_a_marked_essay_is_not_called_code(
        self, tiny: Path, book: Gradebook, tmp_path: Path, points: float, face: str
    ) -> None:
        marked(book, handed_in(book, tiny, tmp_path, "s1"), points)
        returned(tiny)
        text = page(tiny, "s1")
        assert f"{face} The answer names a reason {points:g} / 20" in text
        assert "your code returns" not in text

    def test_an_override_is_shown_and_takes_the_hint_away(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        one = handed_in(book, tiny, tmp_path, "s1", made=result(tiny, lost=("affine.values",)))
        marked(book, one, 20)
        marked(book, one, 20, criterion="affine.values", kind="override", comment="The test was wrong.")
        returned(tiny)
        text = page(tiny, "s1")
        assert "100 of 100 points" in text
        assert "the automatic tests gave 0, the points are now 20. From your course staff: The test was wrong." in text
        assert "Divide by n" not in text

    def test_mistakes_and_the_curve_are_explained(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        one = handed_in(book, tiny, tmp_path, "s1", made=result(tiny, lost=("affine.values",)))
        marked(book, one, 20)
        returned(tiny)
        text = page(tiny, "s1")
        assert "Hint: Divide by n, not n − 1." in text
        assert "yours grows like N 2.00 , the reference like N 1.00" in text
        assert "unbiased_variance" not in text, "names of mistakes are for staff"

    def test_how_to_ask(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        one = handed_in(book, tiny, tmp_path, "s1", made=result(tiny, lost=("affine.values",)))
        marked(book, one, 20)
        returned(tiny, "--ask", "Mail tas@example.org until <Friday>.")
        text = page(tiny, "s1")
        assert "Mail tas@example.org until <Friday>. Ask about one criterion at a time" in text
        assert "Assignment: scale Student: s1 Attempt: 1 Criterion: Reason:" in text
        assert "Every column has its own scale and shift affine.values 0 / 20" in text

    def test_a_request_and_its_answer(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        one = handed_in(book, tiny, tmp_path, "s1")
        marked(book, one, 10)
        number = ask(book, one.id, ESSAY, "I did say why: <b>see line 2</b>.", "s1")
        returned(tiny)
        assert "You asked: I did say why: <b>see line 2</b>. Not answered yet" in page(tiny, "s1")
        marked(book, one, 20)
        answer(book, number, "You did.", "changed", "tess")
        returned(tiny)
        assert "Answered, and changed: You did." in page(tiny, "s1")
        assert "<b>see" not in (tiny / "back/s1.html").read_text(encoding="utf-8")

    def test_why_it_was_graded_again(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        one = handed_in(book, tiny, tmp_path, "s1", made=result(tiny, lost=("affine.values",)))
        marked(book, one, 20)
        rules = "b" * 64
        enqueue(book, "scale", [Key(rules, one.file_sha256, 7)])
        task = claim(book, "scale", "w", 60, assignment_sha256=rules)
        assert task is not None
        finish(book, task.id, result(tiny))
        new = finished(book, "scale", rules, 7)[one.file_sha256]
        adopt(book, one.id, new, "ina", "never-lower", "Test 3 asked for too much.")
        returned(tiny)
        text = page(tiny, "s1")
        assert "Graded again Test 3 asked for too much. Your score from the tests was 60 and is now 80." in text

    def test_graded_once_says_nothing_of_that(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        marked(book, handed_in(book, tiny, tmp_path, "s1"), 20)
        returned(tiny)
        assert "Graded again" not in page(tiny, "s1")


class TestSecrets:
    def test_details_for_staff_are_nowhere(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        made = result(tiny, lost=("affine.values",))
        environment = made.environment.model_copy(update={"detail": "STAFF ONLY: run again"})
        one = handed_in(book, tiny, tmp_path, "s1", made=made.model_copy(update={"environment": environment}))
        marked(book, one, 20, patch="STAFF ONLY: tried a fix")
        returned(tiny)
        html = (tiny / "back/s1.html").read_text(encoding="utf-8")
        assert "The result is off." in html
        assert "STAFF ONLY" not in html

    def test_hidden_criteria_stay_hidden_with_all_that_was_said_about_them(
        self, tiny: Path, book: Gradebook, tmp_path: Path
    ) -> None:
        made = result(tiny)
        criteria = [c.model_copy(update={"visibility": "hidden"}) if c.id == ESSAY else c for c in made.criteria]
        one = handed_in(book, tiny, tmp_path, "s1", made=made.model_copy(update={"criteria": tuple(criteria)}))
        marked(book, one, 10, comment="SECRET comment")
        ask(book, one.id, ESSAY, "SECRET request", "s1")
        returned(tiny)
        html = (tiny / "back/s1.html").read_text(encoding="utf-8")
        assert "SECRET" not in html
        assert ESSAY not in html
        assert "1 criterion worth 20 points is not shown on this page; it counts in the score." in page(tiny, "s1")

    @pytest.mark.parametrize("visibility", ["after_published", "after_due_date", "visible"])
    def test_the_others_are_visible_now(self, tiny: Path, book: Gradebook, tmp_path: Path, visibility: str) -> None:
        made = result(tiny)
        criteria = tuple(c.model_copy(update={"visibility": visibility}) for c in made.criteria)
        marked(book, handed_in(book, tiny, tmp_path, "s1", made=made.model_copy(update={"criteria": criteria})), 20)
        returned(tiny)
        assert page(tiny, "s1").count(" / 20") >= 3

    def test_comments_are_text(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        one = handed_in(book, tiny, tmp_path, "s1")
        marked(book, one, 10, comment="<script>alert(1)</script>\u202e`x<y`")
        returned(tiny)
        html = (tiny / "back/s1.html").read_text(encoding="utf-8")
        assert "<script" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;�<code>x&lt;y</code>" in html


class TestWhatIsOpen:
    def test_it_is_held_back_and_listed(self, tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        marked(book, handed_in(book, tiny, tmp_path, "s1"), 20)
        handed_in(book, tiny, tmp_path, "s2")
        assert returned(tiny) == 1
        told = capsys.readouterr().out
        assert "1 new pages" in told
        assert "1 held back, because something is still open (--pending-too returns them as they are):\n  s2: why.reason" in told
        assert [file.name for file in (tiny / "back").iterdir()] == ["s1.html"]

    def test_pending_too_says_what_is_open(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        handed_in(book, tiny, tmp_path, "s2")
        assert returned(tiny, "--pending-too") == 0
        assert "20 points are still open: they are neither won nor lost." in page(tiny, "s2")

    def test_a_fault_of_the_grader_is_open(self, tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        made = result(tiny).model_copy(update={"status": "grader_error", "criteria": ()})
        handed_in(book, tiny, tmp_path, "s1", made=made)
        assert returned(tiny) == 1
        assert "s1: the grader failed: grade it again" in capsys.readouterr().out

    def test_what_could_not_be_read_is_returned(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        made = result(tiny).model_copy(
            update={"status": "rejected", "criteria": (), "score": 0.0, "pending": 0.0, "message": "This is a photo."}
        )
        handed_in(book, tiny, tmp_path, "s1", made=made)
        assert returned(tiny) == 0
        assert "We could not grade this file This is a photo." in page(tiny, "s1")


class TestHandingOut:
    def test_it_is_noted_once(self, tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        one = handed_in(book, tiny, tmp_path, "s1")
        marked(book, one, 20)
        returned(tiny)
        first = returned_of(book, "scale")
        before = (tiny / "back/s1.html").read_bytes()
        assert returned(tiny) == 0
        assert "0 new pages" in capsys.readouterr().out.splitlines()[-1]
        assert returned_of(book, "scale") == first
        assert list(first) == [one.id]
        assert (tiny / "back/s1.html").read_bytes() == before
        marked(book, one, 10)
        returned(tiny)
        assert returned_of(book, "scale") != first

    def test_only_some(self, tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for sid in ("s1", "s2", "s3"):
            marked(book, handed_in(book, tiny, tmp_path, sid), 20)
        assert returned(tiny, "--only", "s1", "--only", "s3") == 0
        assert sorted(file.name for file in (tiny / "back").iterdir()) == ["s1.html", "s3.html"]
        assert returned(tiny, "--only", "s9") == 2
        assert "Nobody with the sid s9 has an attempt that counts." in capsys.readouterr().err

    def test_two_students_with_the_same_file_get_pages_of_their_own(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        for sid, points in (("s1", 20), ("s2", 0)):
            marked(book, handed_in(book, tiny, tmp_path, sid, text="the same\n"), points)
        returned(tiny)
        assert "100 of 100" in page(tiny, "s1")
        assert "80 of 100" in page(tiny, "s2")
        assert "s1" not in re.findall(r"feedback for (\S+)", (tiny / "back/s2.html").read_text())

    def test_whose_name_was_removed_gets_nothing(
        self, tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        one = handed_in(book, tiny, tmp_path, "s1")
        marked(book, one, 20)
        with book.write() as connection:
            connection.execute(delete(roster))
        assert returned(tiny) == 1
        assert f"{one.pseudonym}: not in the roster, so there is nobody to return it to." in capsys.readouterr().out
        assert list((tiny / "back").iterdir()) == []

    @pytest.mark.parametrize(
        ("sid", "name"),
        [
            ("s1", "s1"),
            ("ada@uni.example", "ada@uni.example"),
            ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
            (".hidden", "%2Ehidden"),
            ("a\\b\0c", "a%5Cb%00c"),
            ("محمد", "محمد"),
        ],
    )
    def test_a_sid_does_not_lead_out_of_the_folder(self, sid: str, name: str) -> None:
        assert file_name(sid) == name

    def test_points_above_the_maximum_stop_everything(
        self, tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        marked(book, handed_in(book, tiny, tmp_path, "s1"), 20.5)
        assert returned(tiny) == 2
        assert "s1, why.reason: 20.5 points are not from 0 to 20. Correct the mark" in capsys.readouterr().err
        assert not (tiny / "back").exists()


def test_a_criterion_with_a_ta_for_our_fault_can_be_decided(tiny: Path, book: Gradebook, tmp_path: Path) -> None:
    """INCONCLUSIVE at a criterion of tests: an override decides it, and the page says that tests could not."""
    made = result(tiny)
    criteria = [
        c.model_copy(update={"verdict": Verdict.INCONCLUSIVE, "score": 0.0}) if c.id == "affine.values" else c
        for c in made.criteria
    ]
    one = handed_in(book, tiny, tmp_path, "s1", made=made.model_copy(update={"criteria": tuple(criteria)}))
    marked(book, one, 20)
    marked(book, one, 15, criterion="affine.values", kind="override")
    assert scale(tiny).rubric.points == 100
    assert returned(tiny) == 0
    assert "the automatic tests could not decide, the points are now 15." in page(tiny, "s1")
