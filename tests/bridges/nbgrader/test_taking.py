"""An nbgrader course's assignment taken over: split, released, graded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.bridges.nbgrader.asserts import prepared, rewritten
from autograder.bridges.nbgrader.reading import answer_of, split
from autograder.bridges.nbgrader.taking import take_over
from autograder.cli import run
from autograder.course.findings import CourseError
from tests.bridges.nbgrader.source import CELLS, nb_cell, ps1


class TestCells:
    def test_markers_become_ours_at_the_indentation_of_the_answer(self) -> None:
        source = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
        assert answer_of(source) == "def f():\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION"

    def test_a_cell_without_markers_is_all_answer(self) -> None:
        """nbgrader replaces the whole cell."""
        assert answer_of("x = 1") == "# BEGIN SOLUTION\nx = 1\n# END SOLUTION"

    @pytest.mark.parametrize(
        "source",
        ["### BEGIN SOLUTION\nx = 1", "### END SOLUTION", "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION"],
    )
    def test_markers_without_partners_are_findings(self, source: str) -> None:
        with pytest.raises(ValueError, match="SOLUTION"):
            answer_of(source)

    def test_hidden_regions_are_cut_out(self) -> None:
        shown, hidden = split("a = 1\n### BEGIN HIDDEN TESTS\nb = 2\n### END HIDDEN TESTS\nc = 3", "hidden")
        assert (shown, hidden) == ("a = 1\nc = 3", "b = 2")
        with pytest.raises(ValueError, match="never closed"):
            split("### BEGIN HIDDEN TESTS", "hidden")


class TestAsserts:
    @pytest.mark.parametrize(
        ("written", "plain"),
        [
            ("assert_equal(f(3), 9)", "assert f(3) == 9"),
            ("assert_equal(f(3), 9, 'three')", "assert f(3) == 9, 'three'"),
            ("assert_true(f(3))", "assert f(3)"),
            ("assert_almost_equal(f(3), 0.1, places=3)", "assert round(abs(f(3) - 0.1), 3) == 0"),
            ("assert_in(1, f(3))", "assert 1 in f(3)"),
            ("for i in (1, 2):\n    assert_equal(f(i), i)", "for i in (1, 2):\n    assert f(i) == i"),
            ("assert f(3) == 9  # nine", "assert f(3) == 9  # nine"),
            ("from nose.tools import assert_equal\nassert f(1)", "assert f(1)"),
        ],
    )
    def test_noses_checks_become_plain_ones(self, written: str, plain: str) -> None:
        assert rewritten(written, set(), hidden=True) == (plain, [])

    def test_numpys_checks_answer_yes_or_no_in_hidden_tests(self) -> None:
        """Raised there, an AssertionError would be taken for a value of another structure."""
        text, _ = rewritten("np.testing.assert_allclose(f(1), 2)", set(), hidden=True)
        assert text.endswith("assert holds(lambda: np.testing.assert_allclose(f(1), 2))")
        assert (
            rewritten("np.testing.assert_allclose(f(1), 2)", set(), hidden=False)[0]
            == "np.testing.assert_allclose(f(1), 2)"
        )

    def test_what_expects_an_exception_is_left_out_and_told(self) -> None:
        source = "assert f(1)\ntry:\n    f(0)\nexcept ValueError:\n    pass"
        text, left = rewritten(source, set(), hidden=True)
        assert text == "assert f(1)"
        assert left == ["try:\n    f(0)\nexcept ValueError:\n    pass"]
        assert rewritten(source, set(), hidden=False) == (source, [])

    def test_a_hidden_part_takes_along_what_it_needs_and_no_more(self) -> None:
        shown = "x = [1]\ny = [2]\nz = len(x)\nassert f(y)"
        assert prepared(shown, "assert f(z)") == "x = [1]\nz = len(x)\nassert f(z)"


def taken(tmp_path: Path, *cells: dict[str, Any]) -> Any:
    return take_over(ps1(tmp_path, list(cells)))


def told(made: Any) -> str:
    return "\n".join(map(str, made.notes))


class TestTaking:
    def test_points_are_criteria_and_none_is_lost(self, tmp_path: Path) -> None:
        made = take_over(ps1(tmp_path))
        assert {c.id: (c.points, c.kind) for c in made.rubric.criteria} == {
            "squares.correct_squares": (2, "tests"), "squares.squares_invalid_input": (1, "ta"),
            "standardise.test_standardise": (3, "tests"), "cell_3f2a.answer": (2, "ta"), "plot.answer": (1.5, "ta"),
            "task1.answer": (4, "ta"),
        }  # fmt: skip
        assert made.rubric.points == sum(cell["metadata"].get("nbgrader", {}).get("points", 0) for cell in CELLS)

    def test_what_has_no_counterpart_is_listed_with_its_place(self, tmp_path: Path) -> None:
        said = told(take_over(ps1(tmp_path)))
        assert "problem1.ipynb, cell 6: squares_invalid_input (1 points) is not taken over as a hidden test" in said
        assert "problem1.ipynb, cell 12: a task has no counterpart" in said
        assert "problem1.ipynb, cell 10: its mark scheme is the text of the highest level" in said

    def test_students_never_get_hidden_tests_or_mark_schemes(self, tmp_path: Path) -> None:
        made = take_over(ps1(tmp_path))
        shipped = json.dumps([cell for cell in made.cells if "BEGIN SOLUTION" not in cell["source"]])
        shipped += "".join(data.decode() for name, data in made.files.items() if name.startswith("tests/public"))
        for secret in (
            "squares(10)",
            "squares(11)",
            "np.arange(12.0)",
            "A source is named",
            "Names the units",
            "HIDDEN",
            "MARK SCHEME",
        ):
            assert secret not in shipped

    def test_data_files_come_along(self, tmp_path: Path) -> None:
        made = take_over(ps1(tmp_path))
        assert made.assignment.data == ("data/heights.csv", "images/scheme.png")
        assert made.files["data/heights.csv"] == b"1.7\n1.8\n"

    def test_a_module_beside_the_notebook_is_given_code(self, tmp_path: Path) -> None:
        folder = ps1(tmp_path)
        (folder / "helpers.py").write_text("def double(x):\n    return 2 * x\n")
        made = take_over(folder)
        assert made.assignment.scaffold == "helpers.py"
        assert "helpers.py" not in made.assignment.data

    def test_several_notebooks_become_one_and_it_is_told(self, tmp_path: Path) -> None:
        folder = ps1(tmp_path)
        (folder / "problem2.ipynb").write_bytes((folder / "problem1.ipynb").read_bytes())
        made = take_over(folder)
        assert "2 notebooks (problem1.ipynb, problem2.ipynb) became one" in told(made)
        assert "squares is defined in squares, too" in told(made)
        assert made.rubric.points == 27

    def test_autotests_and_tests_without_points_are_told(self, tmp_path: Path) -> None:
        answer = nb_cell("code", "def f(x):\n    return x", "f", "answer")
        auto = nb_cell("code", "### AUTOTEST f(3)", "t", "test", 1)
        unpaid = nb_cell("code", "### BEGIN HIDDEN TESTS\nassert f(1) == 1\n### END HIDDEN TESTS", "u", "test", 0)
        said = told(taken(tmp_path, answer, auto, unpaid))
        assert "`### AUTOTEST f(3)` is a test that nbgrader writes: it is left out." in said
        assert "the hidden tests of u have no points, and decide nothing: left out." in said

    def test_defects_are_told_with_their_cells_and_nothing_is_made(self, tmp_path: Path) -> None:
        with pytest.raises(CourseError, match=r"problem1.ipynb, cell 1: BEGIN SOLUTION is never closed"):
            taken(tmp_path, nb_cell("code", "### BEGIN SOLUTION\nx = 1", "f", "answer"))

    def test_a_release_is_no_source(self, tmp_path: Path) -> None:
        with pytest.raises(CourseError, match="no cell is an answer or a test"):
            taken(tmp_path, nb_cell("markdown", "Hello"))

    def test_a_test_cell_that_is_no_python_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(CourseError, match="cell 2: this is not Python"):
            taken(
                tmp_path,
                nb_cell("code", "def f(): return 1", "f", "answer"),
                nb_cell("code", "assert f( == 1", "t", "test", 1),
            )


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course without assignments."""
    for name in ("assignments", "rubrics"):
        (tmp_path / "course" / name).mkdir(parents=True)
    return tmp_path / "course"


def imported(course: Path, folder: Path, *options: str) -> int:
    return run(["--course", str(course), "import", "nbgrader", str(folder), *options])


@pytest.mark.slow
class TestWhole:
    def test_the_answer_key_gets_every_point_and_a_mistake_does_not(self, course: Path, tmp_path: Path) -> None:
        """Loaded, released, graded: what students get lacks the answers, and hidden assertions decide."""
        assert imported(course, ps1(tmp_path)) == 0
        assert run(["--course", str(course), "release", "ps1"]) == 0
        given = (course / "student_template/ps1/ps1.ipynb").read_text()
        assert "i**2" not in given
        assert "x.std(axis=0)" not in given
        assert (course / "student_template/ps1/data/heights.csv").is_file()
        key = course / "solutions/ps1/solution.ipynb"
        wrong = tmp_path / "wrong.ipynb"
        wrong.write_text(
            key.read_text().replace("x.std(axis=0)", "x.std()").replace("range(1, n + 1)", "range(1, min(n, 9) + 1)")
        )
        call = [
            "grade",
            "ps1",
            str(key),
            str(wrong),
            "--sandbox",
            "process",
            "--i-trust-this-code",
            "--out",
            str(tmp_path / "out"),
        ]
        run(["--course", str(course), *call])
        scores = {}
        for name in ("solution", "wrong"):
            result = json.loads((tmp_path / "out" / name / "result.json").read_text())
            scores[name] = {c["id"]: c["score"] for c in result["criteria"] if c["kind"] == "tests"}
        assert scores["solution"] == {"squares.correct_squares": 2, "standardise.test_standardise": 3}
        assert scores["wrong"] == {"squares.correct_squares": 0, "standardise.test_standardise": 0}

    def test_a_preview_writes_nothing_and_nothing_is_overwritten(
        self, course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        folder = ps1(tmp_path)
        assert imported(course, folder, "--preview", "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["slug"], told["written"], told["points"]) == ("ps1", False, 13.5)
        assert list((course / "assignments").iterdir()) == []
        assert imported(course, folder, "--slug", "loops") == 0
        source = course / "assignments/loops/source.ipynb"
        before = source.read_bytes()
        assert imported(course, folder, "--slug", "loops") == 2
        assert "is there already" in capsys.readouterr().err
        assert source.read_bytes() == before
