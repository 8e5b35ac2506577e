"""`gradus release --otter`: what the folder holds, what a failing check says, and otter itself in a real kernel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.bridges.otter.student import otter_test, release_for_otter
from autograder.cli import run
from autograder.course.findings import CourseError
from autograder.course.loading import load_assignment
from autograder.student.folder import open_folder
from autograder.student.in_otter import asked

ANSWERS = {
    "standardise": (
        "def standardise(x):\n    c = x - x.mean(-1, keepdim=True)\n"
        "    return c / ((c * c).mean(-1, keepdim=True) + EPS).sqrt()"
    ),
    "affine": (
        "class Affine(nn.Module):\n    def __init__(self, d):\n        super().__init__()\n"
        "        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))\n\n"
        "    def forward(self, x):\n        return x * self.weight + self.bias"
    ),
}


@pytest.fixture
def folder(tiny: Path, tmp_path: Path) -> Path:
    to = tmp_path / "for otter" / "scale"
    assert release_for_otter(load_assignment(tiny, "scale"), to).findings == ()
    return to


def cells(folder: Path) -> dict[str, str]:
    tree = json.loads((folder / "scale.ipynb").read_text())
    return {cell["id"]: "".join(cell["source"]) for cell in tree["cells"]}


def test_the_folder_has_otters_tests_and_cells(folder: Path) -> None:
    assert sorted(p.name for p in (folder / "tests").iterdir()) == ["affine.py", "standardise.py"]
    own = [name for name in cells(folder) if name.startswith("otter-")]
    assert own == ["otter-init", "otter-check-standardise", "otter-check-affine", "otter-export"]
    assert next(iter(cells(folder))) == "otter-init"
    assert cells(folder)["otter-check-affine"] == 'grader.check("affine")'
    assert "otter-grader>=7.0,<8" in (folder / "requirements.txt").read_text().splitlines()


def test_gradus_check_runs_the_same_tests(folder: Path) -> None:
    student = open_folder(folder)
    assert [student.tests_of(q).name for q in student.questions if q.public] == ["standardise.py", "affine.py"]


def test_the_same_bytes_again_and_stale_files_are_found(tiny: Path, folder: Path) -> None:
    loaded = load_assignment(tiny, "scale")
    assert release_for_otter(loaded, folder, check=True).findings == ()
    (folder / "tests" / "affine.py").write_text("mine")
    assert [finding.code for finding in release_for_otter(loaded, folder, check=True).findings] == ["differs"]


def test_somebody_elses_folder_is_not_replaced(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(CourseError, match="holds something else"):
        release_for_otter(load_assignment(tiny, "scale"), tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_the_command_stops_at_a_leak(tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = tiny / "assignments/scale/tests/public/test_affine.py"
    hidden = (tiny / "assignments/scale/tests/hidden/test_affine.py").read_text()
    test.write_text(test.read_text() + hidden.replace("autograder.checks", "math"))
    call = ["--course", str(tiny), "release", "scale", "--otter", "--to", str(tmp_path / "o")]
    assert run(call) == 1
    assert "tokens in a row of tests/hidden/test_affine.py" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_parameters_become_cases() -> None:
    text = (
        '@pytest.mark.parametrize("a, b", [(1, 2), (3, 4)])\n@pytest.mark.parametrize("c", [True])\n'
        'def test_it(impl, a, b, c):\n    """It holds."""\n'
    )
    made = otter_test("q", text)
    assert "test_it(impl, **dict(zip(['a', 'b'], (1, 2))), c=True)" in made
    assert 'name="It holds. [(3, 4)] [True]"' in made


@pytest.mark.parametrize(
    "text", ["def test_it(impl, tmp_path): ...", "@pytest.mark.slow\ndef test_it(impl): ...", "@given(x)\ndef test_it(impl): ..."]
)
def test_what_otter_cannot_run_is_told(text: str) -> None:
    with pytest.raises(CourseError, match=r"test_it .* and otter cannot run it"):
        otter_test("q", text)


def missing(impl: Any) -> None:
    assert impl.cell


def stub(impl: Any) -> None:
    raise NotImplementedError("lstm.cell: implement lstm_cell")


def bare(impl: Any) -> None:
    assert impl.x == 4


def gives_up(impl: Any) -> None:
    pytest.fail("too far off")


def leaves(impl: Any) -> None:
    raise SystemExit(3)


def breaks(impl: Any) -> None:
    raise ValueError("shapes")


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (missing, "There is no `cell` yet: answer the question, and run its cell."),
        (stub, "Not answered yet. lstm.cell: implement lstm_cell"),
        (bare, "assert 3 == 4"),
        (gives_up, "too far off"),
        (leaves, "Your code ends the whole process."),
        (breaks, "ValueError: shapes"),
    ],
)
def test_a_failing_check_is_an_assertion_with_words(test: Any, said: str) -> None:
    with pytest.raises(AssertionError) as caught, asked({"x": 3}) as impl:
        test(impl)
    assert said in str(caught.value)


def test_an_assertion_without_words_shows_its_line() -> None:
    with pytest.raises(AssertionError) as caught, asked({}):
        raise AssertionError
    assert str(caught.value) == "This does not hold: raise AssertionError"


def executed(folder: Path, **answers: str) -> dict[str, str]:
    """Every cell's output, as text, of the notebook executed in the folder by a kernel of its own."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    book = nbformat.read(folder / "scale.ipynb", 4)
    for cell in book.cells:
        cell.source = answers.get(cell.id, cell.source)
    nbformat.write(book, folder / "scale.ipynb")
    nbclient.NotebookClient(book, allow_errors=True, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return {c.id: json.dumps(c.outputs, ensure_ascii=False) for c in book.cells if c.cell_type == "code"}


@pytest.mark.slow
def test_otter_itself(tiny: Path, folder: Path, tmp_path: Path) -> None:
    """Unanswered, checks say what to do; answered, they pass; what grader.export makes is graded."""
    before = executed(folder)
    assert "Not answered yet. scale.standardise: implement standardise" in before["otter-check-standardise"]
    assert "Not answered yet. scale.affine: implement Affine" in before["otter-check-affine"]
    for made in folder.glob("*.zip"):
        made.unlink()
    after = executed(folder, **ANSWERS)
    assert "passed!" in after["otter-check-standardise"]
    assert "passed!" in after["otter-check-affine"]
    exported = next(folder.glob("scale_*.zip"))
    out = tmp_path / "graded"
    call = ["--course", str(tiny), "grade", "scale", str(exported), "--sandbox", "process", "--i-trust-this-code"]
    assert run([*call, "--out", str(out)]) == 0
    result = json.loads(next(out.rglob("result.json")).read_text())
    assert (result["status"], result["score"], result["pending"]) == ("graded", 80, 20)
