"""`gradus new-mistake` and `gradus new-test`: what they write loads at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.cli import run
from autograder.course.findings import CourseError, Findings
from autograder.course.hidden_tests import read_hidden_tests
from autograder.course.known import read_known
from autograder.course.loading import load_assignment
from autograder.course.models import LoadedAssignment
from autograder.starting.sketch import sketch_mistake, sketch_test
from tests.boundaries.arrows import wrong_imports_of_a_test


@pytest.fixture
def scale(tiny: Path) -> LoadedAssignment:
    return load_assignment(tiny, "scale")


def test_a_mistake_is_the_answer_and_is_read_as_a_mistake(scale: LoadedAssignment) -> None:
    path = sketch_mistake(scale, "no_epsilon", ["standardise"])
    one = next(known for known in read_known(scale) if known.name == "no_epsilon")
    assert (one.kind, one.title, one.loses) == ("mistakes", "No epsilon.", ("standardise.values", "standardise.stable"))
    assert one.hint
    assert "centred / torch.sqrt(variance + EPS)" in path.read_text()
    assert "SOLUTION" not in path.read_text()


def test_a_mistake_may_replace_a_class_and_more(scale: LoadedAssignment) -> None:
    path = sketch_mistake(scale, "both", ["Affine", "EPS"])
    assert "class Affine(nn.Module):" in path.read_text()
    assert "EPS = 1e-5" in path.read_text()
    assert any(known.name == "both" for known in read_known(scale))


@pytest.mark.parametrize(
    ("name", "of", "said"),
    [
        ("x", [], "What does the mistake replace? Say --of with one of standardise, Affine; it may be repeated."),
        ("x", ["affine"], 'The answer key defines no "affine". Asked for are standardise, Affine.'),
        ("../x", ["Affine"], '"../x" is no name: use small letters, digits and _, as in sum_for_mean.'),
        ("no_bias", ["Affine"], "assignments/scale/submissions/mistakes/no_bias.py is there already. "
         "Choose another name; nothing was changed."),
    ],
)  # fmt: skip
def test_a_mistake_that_cannot_be_begun(scale: LoadedAssignment, name: str, of: list[str], said: str) -> None:
    before = {path: path.read_bytes() for path in scale.paths.known.rglob("*.py")}
    with pytest.raises(CourseError) as error:
        sketch_mistake(scale, name, of)
    assert str(error.value) == said
    assert {path: path.read_bytes() for path in scale.paths.known.rglob("*.py")} == before


def test_a_test_loads_and_decides_its_criterion(scale: LoadedAssignment) -> None:
    path = sketch_test(scale, "affine", "wide", "affine.values")
    read = read_hidden_tests(scale.paths, Findings())
    assert read is not None
    assert [(one.name, one.criterion) for one in read.tests if one.file.endswith(path.name)] == [("test_wide", "affine.values")]
    assert "    d = draw(5, 3)\n    compare(lambda impl: impl.Affine(d))" in path.read_text()
    assert wrong_imports_of_a_test(path.read_text()) == []
    load_assignment(scale.paths.course, "scale")


@pytest.mark.parametrize(
    ("question", "criterion", "said"),
    [
        ("why", None, 'There is no question "why" with code. There are: standardise, affine.'),
        ("affine", None, "Which criterion does the test decide? Say --criterion with one of affine.values, affine.gradients, "),
        ("affine", "affine.speed", 'Tests decide no criterion "affine.speed" of affine. Say --criterion with one of '
         'affine.values, affine.gradients, or add a new one to rubrics/scale.yaml first: '
         '- {id: affine.speed, question: affine, title: "…", points: …}'),
    ],
)  # fmt: skip
def test_a_test_that_cannot_be_begun(scale: LoadedAssignment, question: str, criterion: str | None, said: str) -> None:
    with pytest.raises(CourseError) as error:
        sketch_test(scale, question, "x", criterion)
    assert str(error.value).startswith(said)


def test_the_commands(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--course", str(tiny), "new-mistake", "scale", "no_epsilon", "--of", "standardise"]) == 0
    assert run(["--course", str(tiny), "new-test", "scale", "affine", "wide", "--criterion", "affine.values"]) == 0
    assert capsys.readouterr().out == (
        "assignments/scale/submissions/mistakes/no_epsilon.py: make the one error in it, then correct title, loses: and hint:.\n"
        "assignments/scale/tests/hidden/test_affine_wide.py: draw inputs that fit, and say what holds.\n"
    )


def test_the_first_test_of_an_assignment(scale: LoadedAssignment, capsys: pytest.CaptureFixture[str]) -> None:
    """While there is no hidden test nothing else works, and this does."""
    for path in scale.paths.hidden_tests.glob("test_*.py"):
        path.unlink()
    course = ["--course", str(scale.paths.course)]
    assert run([*course, "new-mistake", "scale", "no_epsilon", "--of", "standardise"]) == 2
    assert "Begin one: gradus new-test scale QUESTION NAME" in capsys.readouterr().err
    assert run([*course, "new-test", "scale", "affine", "wide", "--criterion", "affine.values"]) == 0


def test_the_source_may_be_a_text(scale: LoadedAssignment) -> None:
    """source.py in place of source.ipynb, as jupytext writes it."""
    jupytext = pytest.importorskip("jupytext")
    notebook = jupytext.read(scale.paths.source)
    scale.paths.source.unlink()
    jupytext.write(notebook, scale.paths.assignment / "source.py", fmt="py:percent")
    assert "def standardise" in sketch_mistake(load_assignment(scale.paths.course, "scale"), "no_epsilon", ["standardise"]).read_text()
