"""Out and back with the real nbgrader: its gradebook, its commands, its formgrader over HTTP."""

from __future__ import annotations

import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import run
from autograder.gradebook import Gradebook, open_gradebook
from autograder.gradebook.attempts import counting_attempts
from autograder.gradebook.marks import Mark, current_marks
from tests.bridges.nbgrader.made import PLANTED, alive, cell, hands_in, hostile_notebook
from tests.conftest import COURSES
from tests.returning.made import ESSAY, marked, result

pytestmark = pytest.mark.slow
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "JUPYTER_PLATFORM_DIRS": "0",
}


@dataclass(frozen=True)
class Class:
    """The tiny course with three students, and the nbgrader course that it was exported to."""

    course: Path
    nb: Path

    def gradus(self, *arguments: str) -> int:
        return run(["--course", str(self.course), *arguments])

    def export(self) -> int:
        return self.gradus("export", "scale", "--to", "nbgrader", str(self.nb))

    def come_back(self, *options: str) -> int:
        return self.gradus("import", "marks", "scale", str(self.nb), "--as", "tess", *options)

    def book(self) -> Gradebook:
        return open_gradebook(self.course / "gradebook.db")

    @contextmanager
    def theirs(self) -> Iterator[Any]:
        """nbgrader's own gradebook."""
        from nbgrader.api import Gradebook as Theirs

        with Theirs(f"sqlite:///{self.nb / 'gradebook.db'}") as opened:
            yield opened

    def give(self, student: str, grade_id: str, score: float | None, comment: str | None = None) -> None:
        """What formgrader's REST API does with a score, which it does not check, and a comment."""
        with self.theirs() as book:
            if score is not None:
                grade = book.find_grade(grade_id, "scale", "scale", student)
                grade.manual_score, grade.needs_manual_grade = score, False
            if comment is not None:
                book.find_comment(grade_id, "scale", "scale", student).manual_comment = comment
            book.db.commit()

    def marks(self) -> dict[tuple[str, str], Mark]:
        with self.book() as book:
            sids = {one.id: one.file_name.partition(".")[0] for one in counting_attempts(book, "scale")}
            return {(sids[attempt], name): mark for (attempt, name), mark in current_marks(book, "scale").items()}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """s1 failed affine.values and has a marked essay, s2 attacks and waits for a mark, s3 could not be read."""
    root = tmp_path_factory.mktemp("class")
    shutil.copytree(COURSES / "tiny", root / "tiny")
    (root / "nb").mkdir()
    made = Class(root / "tiny", root / "nb")
    with open_gradebook(made.course / "gradebook.db", create=True) as book:
        cells = [cell("code", "def standardise(x):\n    return x", "standardise"), cell("markdown", "So.", "why")]
        answers = {"cells": cells, "metadata": {}, "nbformat": 4}
        one = hands_in(book, root, "s1", "Ada", answers, result(made.course, lost=("affine.values",)))
        marked(book, one, 10, comment=f"Explain it. {PLANTED}")
        hands_in(book, root, "s2", PLANTED, hostile_notebook(), result(made.course))
        nothing = {
            "status": "rejected",
            "criteria": (),
            "score": 0.0,
            "pending": 0.0,
            "message": "There is no notebook.",
        }
        refused = result(made.course).model_copy(update=nothing)
        hands_in(book, root, "s3", "Cleo", {"cells": [], "metadata": {}, "nbformat": 4, "x": 3}, refused)
    assert made.export() == 0
    return made


@pytest.fixture
def klass(exported: Class, tmp_path: Path) -> Class:
    """A copy of the exported class, for tests that change it."""
    shutil.copytree(exported.course, tmp_path / "course")
    shutil.copytree(exported.nb, tmp_path / "nb")
    return Class(tmp_path / "course", tmp_path / "nb")


def scores(klass: Class, student: str) -> dict[str, tuple[float | None, bool]]:
    with klass.theirs() as book:
        notebook = book.find_submission_notebook("scale", "scale", student)
        return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades}


class TestOut:
    def test_its_gradebook_has_every_criterion(self, exported: Class) -> None:
        assert scores(exported, "s1") == {
            "standardise-values": (30, False), "standardise-stable": (10, False), "affine-values": (0, False),
            "affine-gradients": (20, False), "why": (10, False),
        }  # fmt: skip
        assert scores(exported, "s2")["why"] == (None, True), "what nobody has decided waits there, too"
        assert set(scores(exported, "s3").values()) == {(0, False)}, "a hand-in that was rejected has 0"
        with exported.theirs() as book:
            found = book.find_submission("scale", "s1")
            assert (found.score, found.max_score, found.needs_manual_grade) == (70, 100, False)
            assert book.find_student("s2").last_name == "script window.planted = 1 /script"

    def test_comments_came_along_and_are_harmless(self, exported: Class) -> None:
        with exported.theirs() as book:
            said = book.find_comment("why", "scale", "scale", "s1").auto_comment
        assert said.startswith("A reason is named, but not explained.\n\nExplain it. ")
        assert "<script" not in said

    def test_what_nbgrader_cannot_hold_is_listed(self, klass: Class, capsys: pytest.CaptureFixture[str]) -> None:
        assert klass.gradus("export", "scale", "--to", "nbgrader", str(klass.nb), "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["students"], told["open"]) == (3, 1)
        assert [note["place"] for note in told["notes"]] == ["rubrics/scale.yaml, why.reason"]
        assert told["notes"][0]["fact"] == "nbgrader has no levels."

    def test_again_brings_up_to_date(self, klass: Class) -> None:
        with klass.book() as book:
            [two] = [one for one in counting_attempts(book, "scale") if one.file_name == "s2.ipynb"]
            marked(book, two, 20)
        assert klass.export() == 0
        assert scores(klass, "s2")["why"] == (20, False)
        with klass.theirs() as book:
            assert len(book.assignment_submissions("scale")) == 3

    def test_its_feedback_and_export_run(self, klass: Class) -> None:
        """The real commands, which execute no notebook; the hostile one's feedback holds no script of the student's."""
        for command in (["generate_feedback", "scale"], ["export", "--to", "grades.csv"]):
            call = [sys.executable, "-m", "nbgrader", *command]
            done = subprocess.run(call, cwd=klass.nb, env=ENVIRONMENT, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        with (klass.nb / "grades.csv").open(newline="") as file:
            rows = {row["student_id"]: row for row in csv.DictReader(file)}
        assert [(rows[sid]["score"], rows[sid]["max_score"]) for sid in ("s1", "s2", "s3")] == [
            ("70.0", "100.0"), ("80.0", "100.0"), ("0.0", "100.0"),
        ]  # fmt: skip
        page = (klass.nb / "feedback/s2/scale/scale.html").read_text()
        assert "window.planted = 1" in page, "the student's text is there to be read"
        assert alive(page) == []
        told = (klass.nb / "feedback/s1/scale/scale.html").read_text()
        assert "The result is off." in told
        assert "(Score: 70.0 / 100.0)" in told

    def test_our_own_gradebook_is_never_taken_for_nbgraders(
        self, klass: Class, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Both are called gradebook.db."""
        before = (klass.course / "gradebook.db").read_bytes()
        assert Class(klass.course, klass.course).export() == 2
        assert "is not a gradebook of nbgrader" in capsys.readouterr().err
        assert (klass.course / "gradebook.db").read_bytes() == before

    @pytest.mark.parametrize("notebook", ["scale", "problem1"])
    def test_an_assignment_of_another_notebook_stays_as_it_is(
        self, exported: Class, tmp_path: Path, notebook: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        other = Class(exported.course, tmp_path)
        with other.theirs() as book:
            book.add_assignment("scale")
            book.add_notebook(notebook, "scale")
            book.add_grade_cell("task1_test", notebook, "scale", max_score=5, cell_type="code")
        assert other.export() == 2
        assert {"scale": 'a cell "task1_test"', "problem1": "other notebooks (problem1)"}[
            notebook
        ] in capsys.readouterr().err
        with other.theirs() as book:
            assert book.find_grade_cell("task1_test", notebook, "scale").max_score == 5
        assert not (tmp_path / "autograded").exists()

    def test_a_cell_that_somebody_marked_there_does_not_go(
        self, klass: Class, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with klass.theirs() as book:
            book.add_grade_cell("gone", "scale", "scale", max_score=5, cell_type="code")
            from nbgrader.api import Grade

            submitted = book.find_submission_notebook("scale", "scale", "s1")
            cell_id = book.find_grade_cell("gone", "scale", "scale").id
            book.db.add(Grade(cell_id=cell_id, notebook=submitted, manual_score=3))
            book.db.commit()
        assert klass.export() == 2
        assert "somebody has marked it in formgrader" in capsys.readouterr().err

    def test_a_criterion_that_went_goes_there_too(self, klass: Class) -> None:
        rubric = klass.course / "rubrics/scale.yaml"
        text = rubric.read_text().replace("standardise.stable", "standardise.rows")
        rubric.write_text(text)
        for test in (klass.course / "assignments/scale/tests/hidden").glob("*.py"):
            test.write_text(test.read_text().replace("standardise.stable", "standardise.rows"))
        assert klass.export() == 0
        names = scores(klass, "s1")
        assert "standardise-stable" not in names
        assert names["standardise-rows"] == (None, True), "nobody has graded it yet"


class TestBack:
    def test_changed_there_after_an_import_is_no_conflict(self, klass: Class) -> None:
        """Nobody has to export between two imports."""
        for points, comment in ((20, "Well put."), (10, "On second thoughts, no.")):
            klass.give("s2", "why", points, comment)
            assert klass.come_back() == 0
            assert (klass.marks()["s2", ESSAY].points, klass.marks()["s2", ESSAY].comment) == (points, comment)

    def test_a_hand_in_without_a_result_gets_no_mark(self, klass: Class, capsys: pytest.CaptureFixture[str]) -> None:
        klass.give("s3", "why", 5)
        assert klass.come_back() == 1
        assert "its result here has no such criterion" in capsys.readouterr().err

    def test_points_and_a_comment_become_marks_once(self, klass: Class, capsys: pytest.CaptureFixture[str]) -> None:
        klass.give("s2", "why", 20, "Well put.")
        assert klass.come_back("--preview") == 0
        assert ("s2", ESSAY) not in klass.marks(), "a preview writes nothing"
        assert klass.come_back() == 0
        mark = klass.marks()["s2", ESSAY]
        assert (mark.points, mark.comment, mark.author, mark.kind, mark.level) == (20, "Well put.", "tess", "mark", 2)
        capsys.readouterr()
        assert klass.come_back() == 0
        assert "0 marks written, 1 known already, 0 left out." in capsys.readouterr().out
        assert klass.marks()["s2", ESSAY].id == mark.id
        assert klass.export() == 0
        assert klass.come_back() == 0
        assert klass.marks()["s2", ESSAY].id == mark.id, "nor after another export"

    def test_points_of_tests_become_an_override(self, klass: Class) -> None:
        klass.give("s1", "affine-values", 15)
        klass.give("s1", "affine", None, "The scale is right.")
        klass.come_back()
        mark = klass.marks()["s1", "affine.values"]
        assert (mark.kind, mark.points, mark.comment) == ("override", 15, "The scale is right.")

    @pytest.mark.parametrize("score", [99, 20.5, -1, float("inf")])
    def test_points_out_of_bounds_are_told_and_not_taken(
        self, klass: Class, score: float, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """nbgrader's REST API takes them."""
        klass.give("s2", "why", score)
        assert klass.come_back() == 1
        assert f"s2, why.reason: {score:g} points are not from 0 to 20." in capsys.readouterr().err
        assert ("s2", ESSAY) not in klass.marks()

    def test_a_mark_given_here_meanwhile_is_not_overwritten(
        self, klass: Class, capsys: pytest.CaptureFixture[str]
    ) -> None:
        klass.give("s2", "why", 20)
        with klass.book() as book:
            [two] = [one for one in counting_attempts(book, "scale") if one.file_name == "s2.ipynb"]
            marked(book, two, 10, author="tom")
        assert klass.come_back() == 1
        assert (
            "s2, why.reason: formgrader says 20, and here tom has changed it meanwhile: 10 points."
            in capsys.readouterr().err
        )
        assert klass.marks()["s2", ESSAY].points == 10
        assert klass.export() == 0
        assert "formgrader holds 20, and since then the gradebook says 10." in capsys.readouterr().out
        assert klass.come_back() == 1, "it waits for a person, after an export, too"
        assert klass.marks()["s2", ESSAY].points == 10

    def test_a_new_attempt_is_not_marked_by_what_was_said_of_an_older_one(self, klass: Class, tmp_path: Path) -> None:
        klass.give("s2", "why", 20)
        with klass.book() as book:
            answers = {"cells": [cell("markdown", "New.", "why")], "metadata": {}, "nbformat": 4}
            hands_in(book, tmp_path, "s2", "", answers, result(klass.course))
        assert klass.come_back() == 1
        assert klass.export() == 0
        assert klass.come_back() == 1
        assert ("s2", ESSAY) not in klass.marks()
        klass.give("s2", "why", 10)
        assert klass.come_back() == 0
        assert klass.marks()["s2", ESSAY].points == 10

    def test_what_has_no_counterpart_is_told(self, klass: Class, capsys: pytest.CaptureFixture[str]) -> None:
        klass.give("s1", "standardise", None, "Nice loop.")
        klass.give("s2", "why", None, "Hm.")
        with klass.theirs() as book:
            book.find_grade("affine-values", "scale", "scale", "s1").extra_credit = 3
            book.db.commit()
        assert klass.come_back() == 1
        told = capsys.readouterr().err
        assert "s1, affine.values: extra credit of 3 has no counterpart." in told
        assert "s1, standardise: a comment that belongs to no decision here." in told
        assert "s2, why.reason: a comment without points." in told

    def test_whom_one_must_not_mark(self, klass: Class) -> None:
        from autograder.gradebook.staff import add_staff, conflict

        klass.give("s2", "why", 20)
        with klass.book() as book:
            add_staff(book, "tess", "ta")
            [two] = [one for one in counting_attempts(book, "scale") if one.file_name == "s2.ipynb"]
            conflict(book, "tess", two.student_id)
        assert klass.come_back() == 1
        assert ("s2", ESSAY) not in klass.marks()


@pytest.fixture(scope="module")
def formgrader(exported: Class, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Jupyter server with nbgrader's extension on the exported course: its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("jupyter")
    call = [
        sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=t", f"--ServerApp.root_dir={exported.nb}",
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]  # fmt: skip
    surroundings = {
        **ENVIRONMENT,
        **{name: str(home) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")},
    }
    server = subprocess.Popen(
        call, cwd=exported.nb, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}/formgrader"
    try:
        for _ in range(240):
            try:
                fetched(f"{address}/gradebook")
                break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, "the server has ended"
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def fetched(address: str) -> str:
    request = urllib.request.Request(address, headers={"Authorization": "token t"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(answer.read().decode())


class TestFormgrader:
    def test_lists_the_assignment_and_its_submissions(self, formgrader: str) -> None:
        [assignment] = json.loads(fetched(f"{formgrader}/api/assignments"))
        assert (assignment["name"], assignment["average_score"], assignment["max_score"]) == ("scale", 50, 100)
        listed = {
            one["student"]: one for one in json.loads(fetched(f"{formgrader}/api/submitted_notebooks/scale/scale"))
        }
        assert [(one["score"], one["needs_manual_grade"]) for _, one in sorted(listed.items())] == [
            (70, False),
            (80, True),
            (0, False),
        ]
        assert "Manual Grading" in fetched(f"{formgrader}/gradebook/scale/scale")

    def test_shows_a_submission_without_the_planted_script(self, formgrader: str) -> None:
        listed = {
            one["student"]: one["id"]
            for one in json.loads(fetched(f"{formgrader}/api/submitted_notebooks/scale/scale"))
        }
        page = fetched(f"{formgrader}/submissions/{listed['s2']}/")
        assert "window.planted = 1" in page, "the student's text is there to be read"
        assert alive(page) == []
        for field in ('id="why"', 'id="why-comment"', 'id="affine-values"', 'id="affine-comment"'):
            assert field in page
