"""A source that jupytext keeps as text is the notebook that it stands for."""

from __future__ import annotations

import io
import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.bridges.gradescope.package import make_package
from autograder.cli import run
from autograder.course.findings import CourseError
from autograder.course.loading import load_assignment
from autograder.course.models import Paths
from autograder.course.notebook import read_notebook
from autograder.course.text_source import source_notebook
from autograder.grading.blank import assignment_sha256
from autograder.grading.heal import heal
from autograder.release import release
from autograder.release.build import read_sound_source, student_files

jupytext = pytest.importorskip("jupytext", reason="jupytext is not installed")
ROOT = Path(__file__).parents[2]
FORMATS = {"py:percent": "source.py", "md": "source.md", "md:myst": "source.md", "py:light": "source.py"}


def kept_as_text(folder: Path, fmt: str, keep: bool = False) -> Path:
    """The source of the assignment in `folder`, in another format."""
    source, text = folder / "source.ipynb", folder / FORMATS[fmt]
    jupytext.write(jupytext.read(source), text, fmt=fmt)
    if not keep:
        source.unlink()
    return text


def contents(*folders: Path) -> dict[str, bytes]:
    return {f"{folder.parent.name}/{p.relative_to(folder)}": p.read_bytes() for folder in folders for p in folder.rglob("*.*")}


def without_ids(files: dict[str, bytes]) -> dict[str, object]:
    """Notebooks as JSON, without the ids that no text holds."""
    read: dict[str, object] = dict(files)
    for name, data in files.items():
        if name.endswith(".ipynb"):
            tree = json.loads(data)
            for cell in tree["cells"]:
                del cell["id"]
            read[name] = tree
    return read


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_release_is_the_same_but_for_ids(tiny: Path, fmt: str) -> None:
    folders = tiny / "student_template/scale", tiny / "solutions/scale"
    assert release(load_assignment(tiny, "scale")).written
    before = contents(*folders)
    kept_as_text(tiny / "assignments/scale", fmt)
    report = release(load_assignment(tiny, "scale"))
    assert [finding.file.rpartition("/")[2] for finding in report.differences] == ["scale.ipynb", "solution.ipynb"]
    assert without_ids(contents(*folders)) == without_ids(before)
    assert not release(load_assignment(tiny, "scale"), check=True).findings


@pytest.mark.slow
@pytest.mark.parametrize("fmt", ["py:percent", "md"])
@pytest.mark.parametrize("slug", sorted(path.parent.name for path in ROOT.glob("assignments/*/source.ipynb")))
def test_and_so_are_those_of_real_assignments(tmp_path: Path, slug: str, fmt: str) -> None:
    (tmp_path / "rubrics").symlink_to(ROOT / "rubrics")
    folder = tmp_path / "assignments" / slug
    folder.mkdir(parents=True)
    for path in (ROOT / "assignments" / slug).iterdir():
        (folder / path.name).symlink_to(path)
    before = _released(tmp_path, slug)
    kept_as_text(folder, fmt)
    assert without_ids(_released(tmp_path, slug)) == without_ids(before)


def _released(course: Path, slug: str) -> dict[str, bytes]:
    loaded = load_assignment(course, slug)
    return student_files(loaded, read_sound_source(loaded))


def test_the_same_text_twice_has_two_ids(tiny: Path) -> None:
    text = kept_as_text(tiny / "assignments/scale", "py:percent")
    text.write_text(text.read_text() + "\n# %%\nprint(1)\n\n# %%\nprint(1)\n")
    ids = [cell.id for cell in source_notebook(Paths(course=tiny, slug="scale")).cells]
    assert len(set(ids)) == len(ids)
    assert ids[-1] == f"{ids[-2]}-2"
    assert release(load_assignment(tiny, "scale")).written


@pytest.mark.parametrize("fmt", ["py:percent", "md"])
def test_a_given_cell_that_comes_back_changed_is_the_given_one(tiny: Path, fmt: str) -> None:
    """Students get the ids that the grader knows, so that nobody changes what is given."""
    kept_as_text(tiny / "assignments/scale", fmt)
    loaded = load_assignment(tiny, "scale")
    release(loaded)
    tree = json.loads((tiny / "student_template/scale/scale.ipynb").read_text())
    given = next(cell for cell in tree["cells"] if "".join(cell["source"]).startswith("#| export"))
    given["source"] = "#| export\nEPS = 7.0"
    student = read_notebook(json.dumps(tree).encode(), "scale.ipynb")
    cells, repairs = heal(source_notebook(loaded.paths), student, loaded.assignment)
    assert "EPS = 1e-5" in cells[0].source
    assert not any("EPS = 7" in cell.source for cell in cells)
    assert [(repair.cell, repair.what) for repair in repairs] == [
        (2, "a given cell was changed; the original was used")
    ]


def test_gradescope_gets_a_notebook(tiny: Path) -> None:
    """There is no jupytext on the platform."""
    kept_as_text(tiny / "assignments/scale", "py:percent")
    with zipfile.ZipFile(io.BytesIO(make_package(load_assignment(tiny, "scale")).data)) as archive:
        inside = [name for name in archive.namelist() if "/source." in name]
        cells = read_notebook(archive.read(inside[0]), "source.ipynb").cells
    assert inside == ["course/assignments/scale/source.ipynb"]
    assert [cell.source for cell in cells if cell.grade_id == "why"] == [""]
    assert "BEGIN SOLUTION" in next(cell.source for cell in cells if cell.grade_id == "affine")


@pytest.mark.slow
def test_grading_with_a_text_gives_what_grading_with_a_notebook_gives(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handed_in = tmp_path / "scale.ipynb"
    shutil.copyfile(tiny / "assignments/scale/source.ipynb", handed_in)
    scores = [_graded(tiny, handed_in, tmp_path / "first")]
    kept_as_text(tiny / "assignments/scale", "py:percent")
    scores.append(_graded(tiny, handed_in, tmp_path / "second"))
    assert scores[0] == scores[1]
    assert "PASS" in scores[0]["standardise.values"]


def _graded(course: Path, file: Path, out: Path) -> dict[str, str]:
    options = ["--out", str(out), "--sandbox", "process", "--i-trust-this-code", "--seed", "3"]
    assert run(["--course", str(course), "grade", "scale", str(file), *options]) == 0
    (result,) = out.rglob("result.json")
    return {c["id"]: f"{c['verdict']} {c['score']}" for c in json.loads(result.read_text())["criteria"]}


# --- what is told, and where


def refused(course: Path, act: Callable[[Path], object] = lambda course: load_assignment(course, "scale")) -> list[str]:
    with pytest.raises(CourseError) as caught:
        act(course)
    return [str(finding) for finding in caught.value.findings]


def test_two_sources_are_one_too_many(tiny: Path) -> None:
    kept_as_text(tiny / "assignments/scale", "py:percent", keep=True)
    assert refused(tiny) == [
        "assignments/scale: the source stands here more than once: source.ipynb, source.py. "
        "Keep one of them, and delete the rest."
    ]


@pytest.mark.parametrize("fmt", FORMATS)
def test_every_cell_that_says_something_has_the_line_in_which_it_begins(tiny: Path, fmt: str) -> None:
    lines = kept_as_text(tiny / "assignments/scale", fmt).read_text().splitlines()
    for cell in source_notebook(Paths(course=tiny, slug="scale")).cells:
        assert cell.starts is not None
        assert lines[cell.starts - 1].lstrip("# ") == cell.source.split("\n")[0].lstrip("# ")


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_defect_is_told_with_the_line_of_the_text(tiny: Path, fmt: str) -> None:
    text = kept_as_text(tiny / "assignments/scale", fmt)
    text.write_text(text.read_text().replace("# END SOLUTION", "# END SOLUTIONS", 1))
    line = next(n for n, x in enumerate(text.read_text().splitlines(), start=1) if "END SOLUTIONS" in x)
    said = refused(tiny, lambda course: release(load_assignment(course, "scale")))
    assert said[0] == (
        f'assignments/scale/{text.name}: line {line} (cell 4): "# END SOLUTIONS" is not a marker. '
        'Write "# END SOLUTION", alone on its line.'
    )


def test_what_is_not_python_is_told_with_its_line(tiny: Path) -> None:
    text = kept_as_text(tiny / "assignments/scale", "py:percent")
    text.write_text(text.read_text().replace("EPS = ", "EPS == = ", 1))
    line = next(n for n, x in enumerate(text.read_text().splitlines(), start=1) if "EPS == =" in x)
    assert f"assignments/scale/source.py: line {line} (cell 2): this is not Python: invalid syntax." in refused(tiny)[0]


def test_a_header_that_cannot_be_read(tiny: Path) -> None:
    text = kept_as_text(tiny / "assignments/scale", "md")
    text.write_text("---\njupyter:\n  jupytext:\n   a: [\n---\n\n```python\nx = 1\n```\n")
    (said,) = [x for x in refused(tiny) if x.startswith("assignments/scale/source.md")]
    assert said.startswith("assignments/scale/source.md: jupytext cannot read it: ")
    assert said.endswith(". Correct the text, or its header.")


def test_a_text_that_is_not_utf8(tiny: Path) -> None:
    kept_as_text(tiny / "assignments/scale", "py:percent").write_bytes(b"# %% [markdown]\n# caf\xe9\n")
    assert "assignments/scale/source.py: this is not UTF-8 text. Save it as UTF-8." in refused(tiny)


def test_a_notebook_needs_no_jupytext(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jupytext", None)
    load_assignment(tiny, "scale")
    monkeypatch.undo()
    kept_as_text(tiny / "assignments/scale", "py:percent")
    monkeypatch.setitem(sys.modules, "jupytext", None)
    with pytest.raises(ModuleNotFoundError, match="jupytext"):
        load_assignment(tiny, "scale")


def test_a_change_of_the_text_is_another_version(tiny: Path) -> None:
    text = kept_as_text(tiny / "assignments/scale", "py:percent")
    before = assignment_sha256(load_assignment(tiny, "scale"))
    text.write_text(text.read_text().replace("EPS = 1e-5", "EPS = 1e-6"))
    assert assignment_sha256(load_assignment(tiny, "scale")) != before
