"""A source that jupytext keeps as text is the notebook that it stands for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.course.findings import CourseError
from autograder.course.loading import load_assignment
from autograder.course.models import Paths
from autograder.course.text_source import source_notebook
from autograder.grading.blank import assignment_sha256
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


def test_no_name_is_the_same_where_ids_are_made_up(tiny: Path) -> None:
    """A question may be called "cell": the grade_id of its second cell is what a cell without one would get."""
    text = kept_as_text(tiny / "assignments/scale", "py:percent")
    text.write_text(text.read_text().replace('"grade_id": "why"', '"grade_id": "cell-2"'))
    paths = Paths(course=tiny, slug="scale")
    assert source_notebook(paths).cells[-1].grade_id == "cell-2"
    assert "cell-2_" in _ids(tiny)


def _ids(course: Path) -> list[str]:
    from autograder.course.findings import Findings
    from autograder.course.text_source import source_bytes
    from autograder.release.private import give_ids

    tree: dict[str, Any] = json.loads(source_bytes(Paths(course=course, slug="scale")))
    findings = Findings()
    give_ids(tree, "source.py", findings)
    assert not findings.items
    return [cell["id"] for cell in tree["cells"]]


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
