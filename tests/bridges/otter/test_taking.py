"""A notebook for `otter assign` → an assignment: what it holds, what is told, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.bridges.conversion.taken_over import TakenOver, course_files, put
from autograder.bridges.otter.taking import take_over
from autograder.cli import run
from autograder.course.findings import CourseError
from autograder.course.loading import load_assignment
from tests.bridges.otter.master import DOCTESTS, EXCEPTIONS, cases, code, notebook, question, raw, solution, text
from tests.bridges.otter.master import put as put_notebook

SQUARE = solution(code("def square(x):\n    return x * x # SOLUTION"))


def taken(folder: Path, *cells: Any, config: str = "", slug: str | None = None) -> TakenOver:
    return take_over(put_notebook(folder, notebook(*cells, config=config)), slug)


def notes(over: TakenOver) -> str:
    return "\n".join(map(str, over.notes))


def refused(folder: Path, *cells: Any) -> str:
    with pytest.raises(CourseError) as caught:
        taken(folder, *cells)
    return str(caught.value)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for name in ("assignments", "rubrics"):
        (tmp_path / "course" / name).mkdir(parents=True)
    return tmp_path / "course"


def test_a_whole_notebook(tmp_path: Path, course: Path) -> None:
    over = take_over(put_notebook(tmp_path, DOCTESTS))
    put(course, over)
    loaded = load_assignment(course, "hw03")
    assert [(q.id, q.targets) for q in loaded.assignment.questions] == [
        ("q1", ("count",)),
        ("q2", ("spread", "tall")),
        ("q3", ("standard",)),
        ("why", ()),
    ]
    assert [(c.id, c.points, c.kind, c.pays, c.visibility) for c in loaded.rubric.criteria] == [
        ("q1.public", 1, "tests", "all", "visible"),
        ("q1.hidden", 1, "tests", "all", "after_published"),
        ("q2.public", 2, "tests", "fraction", "visible"),
        ("q2.hidden", 2, "tests", "fraction", "after_published"),
        ("q3.public", 1, "tests", "all", "visible"),
        ("q3.hidden", 2, "tests", "fraction", "after_published"),
        ("why.answer", 3, "ta", "all", "after_published"),
    ]
    assert loaded.assignment.arrays == "numpy"
    assert "export_cell" in notes(over)
    assert "generate" in notes(over)


def test_given_code_that_is_used_is_exported_and_plots_are_not(tmp_path: Path) -> None:
    over = take_over(put_notebook(tmp_path, DOCTESTS))
    sources = [cell["source"] for cell in over.cells if cell["cell_type"] == "code" and not cell["metadata"]]
    assert sources == [
        "#| export\nimport numpy as np",
        "import matplotlib.pyplot as plt\n%matplotlib inline\nplt.rcParams['figure.figsize'] = (4, 3)",
        "#| export\n# Heights of five people.\nheights = np.array([1.6, 1.7, 1.8, 1.9, 2.0])\n\n"
        "def centre(x):\n    return x - np.mean(x)",
    ]


def test_all_or_nothing_is_one_criterion(tmp_path: Path) -> None:
    over = take_over(put_notebook(tmp_path, EXCEPTIONS))
    assert [(c.id, c.points, c.pays) for c in over.rubric.criteria][-1] == ("layer.all", 5, "all")
    assert over.assignment.arrays == "torch"
    assert over.notes == ()


def test_tests_of_different_points_have_a_criterion_each(tmp_path: Path) -> None:
    tests = cases(code("square(3)", "9"), code("# HIDDEN\nsquare(1)", "1"), code("# HIDDEN\nsquare(2)", "4"))
    over = taken(tmp_path, question("name: q1\npoints: [0, 1, 2]", *SQUARE, *tests))
    assert [(c.id, c.points) for c in over.rubric.criteria] == [("q1.hidden_2", 1), ("q1.hidden_3", 2)]
    assert "tests/public/test_q1.py" in over.files
    assert "tests/hidden/test_q1_shown.py" not in over.files


def test_points_of_a_test_that_cannot_go_over_are_left_to_a_ta(tmp_path: Path) -> None:
    tests = cases(code("square(3)", "9"), code("# HIDDEN\nhelp(square)", "x"))
    over = taken(tmp_path, question("name: q1\npoints: 2", *SQUARE, *tests))
    assert [(c.id, c.points, c.kind) for c in over.rubric.criteria] == [("q1.public", 1, "tests"), ("q1.by_hand", 1, "ta")]
    assert "test 2 (1 points) is not taken over as a hidden test" in notes(over)


def test_names_that_are_no_ids_are_changed_and_told(tmp_path: Path) -> None:
    tests = cases(code("square(3)", "9"))
    over = taken(tmp_path, question("name: 1.a", *SQUARE, *tests), question("name: 1-A", *solution(code("y = 1 # SOLUTION"))))
    assert [q.id for q in over.assignment.questions] == ["q1_a", "q1_a_2"]
    assert 'question 1.a: it is called "q1_a" here' in notes(over)


def test_a_name_of_two_questions_belongs_to_the_last(tmp_path: Path) -> None:
    first = question("name: q1", *solution(code("x = 1 # SOLUTION")), *cases(code("x", "1")))
    second = question("name: q2", *solution(code("x = 2 # SOLUTION")), *cases(code("x", "2")))
    over = taken(tmp_path, first, second)
    assert [q.targets for q in over.assignment.questions] == [(), ("x",)]
    assert "x is defined in q1, too" in notes(over)
    assert [(c.id, c.kind) for c in over.rubric.criteria] == [("q1.by_hand", "ta"), ("q2.public", "tests")]
    assert "a later question defines x anew" in notes(over)


def test_an_answer_outside_its_block_never_ships(tmp_path: Path) -> None:
    over = taken(tmp_path, code("key = 41 # SOLUTION"), question("name: q1", *SQUARE, *cases(code("square(3)", "9"))))
    assert "41" not in json.dumps(over.cells)
    assert "cell 1: an answer stands outside a question" in notes(over)


def test_an_answer_that_is_not_python_is_refused_and_magics_do_nothing(tmp_path: Path) -> None:
    said = refused(tmp_path, question("name: q1", *solution(code("x = ( # SOLUTION"))))
    assert said.startswith("hw.ipynb, cell 3: the answer is not Python")
    timed = solution(code("# BEGIN SOLUTION\n%timeit 1\nx = 1\n# END SOLUTION"))
    over = taken(tmp_path, question("name: q1", *timed, *cases(code("x", "1"))))
    assert "pass  # %timeit 1" in json.dumps(over.cells)
    assert "cell 3: lines of Jupyter's own" in notes(over)


def test_a_notebook_that_tas_mark_can_be_loaded(tmp_path: Path, course: Path) -> None:
    over = taken(tmp_path, question("name: why\nmanual: true\npoints: 2", text("Why?")))
    put(course, over)
    assert [c.kind for c in load_assignment(course, "hw").rubric.criteria] == ["ta"]
    assert "question why: it has no answer in a SOLUTION block" in notes(over)
    assert "no test decides points" in notes(over)


def test_calls_of_otter_are_left_out_and_told(tmp_path: Path) -> None:
    init = code("import numpy as np\nimport otter\ngrader = otter.Notebook()")
    over = taken(tmp_path, init, question("name: q1", *SQUARE, *cases(code("square(np.int64(3))", "9"))))
    assert over.cells[0]["source"] == "#| export\nimport numpy as np"
    assert "otter" not in json.dumps(over.cells)
    assert "cell 1: calls of otter itself are left out" in notes(over)


def test_settings_in_fences_and_files(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1,2\n")
    (tmp_path / "req.txt").write_text("scipy>=1.10  # newer\notter-grader\n")
    fenced = text("```otter\n# ASSIGNMENT CONFIG\nname: lab\nrequirements: req.txt\nfiles: [data.csv, ../x]\n```\n\n# A lab")
    over = taken(tmp_path, fenced, question("name: q1", *SQUARE, *cases(code("square(3)", "9"))))
    assert (over.slug, over.assignment.data, over.assignment.requirements) == ("lab", ("data.csv",), ("scipy>=1.10",))
    assert "the file ../x is not beside the notebook" in notes(over)
    assert over.cells[0]["source"] == "# A lab"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([raw("# BEGIN QUESTION\nname: q1")], "a question block is never closed"),
        ([raw("# END TESTS")], "cell 1: END TESTS without its BEGIN"),
        ([raw("# BEGIN TESTS")], "cell 1: BEGIN TESTS stands outside a question"),
        ([raw("# BEGIN QUESTION\npoints: 1"), raw("# END QUESTION")], "cell 1: the question has no name"),
        ([raw("# BEGIN QUESTION\n- a: ["), raw("# END QUESTION")], "cell 1: this is not YAML"),
        ([text("# Hello")], "holds no question of otter's"),
    ],
)
def test_a_notebook_that_otter_would_refuse(tmp_path: Path, cells: list[Any], said: str) -> None:
    assert said in refused(tmp_path, *cells)


def test_an_assignment_that_is_there_is_not_written_over(tmp_path: Path, course: Path) -> None:
    over = take_over(put_notebook(tmp_path, EXCEPTIONS))
    put(course, over)
    before = {p: p.read_bytes() for p in course.rglob("*") if p.is_file()}
    with pytest.raises(CourseError, match="is there already"):
        put(course, over)
    assert {p: p.read_bytes() for p in course.rglob("*") if p.is_file()} == before
    assert len(before) == len(course_files(over))


def test_the_command_previews_then_writes_what_a_release_takes(
    tmp_path: Path, course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["--course", str(course), "import", "otter", str(put_notebook(tmp_path, DOCTESTS)), "--slug", "means"]
    assert run([*call, "--preview", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["slug"], told["points"], told["written"], told["before_release"]) == ("means", 12, False, [])
    assert {note["place"] for note in told["notes"]} == {"hw.ipynb, assignment config", "hw.ipynb, cell 24"}
    assert not [*course.rglob("*.yaml")]
    assert run(call) == 0
    assert "means: 4 questions, 12 points (3 by TAs), 13 files written." in capsys.readouterr().out
    assert run(["--course", str(course), "release", "means"]) == 0
    shipped = "".join(p.read_text() for p in (course / "student_template/means").rglob("*") if p.is_file())
    assert "np.mean(d" not in shipped
    assert "0.1414" not in shipped
    assert run(call) == 2
