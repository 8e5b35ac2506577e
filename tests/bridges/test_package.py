"""The zip for Gradescope: what is in it, what is not, and that it is the same every time."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.bridges.gradescope.package import Package, make_package
from autograder.bridges.gradescope.wheel import kit_project, kit_wheel
from autograder.course.findings import CourseError
from autograder.course.loading import load_assignment
from autograder.course.models import LoadedAssignment
from autograder.grading.blank import assignment_sha256
from tests.boundaries.arrows import ROOT
from tests.bridges.platform import check_shape
from tests.grading.desk import COURSE


def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def test_the_same_course_gives_the_same_bytes(package: Package, tmp_path: Path) -> None:
    """Another folder, other times, another order of files on disk, another umask."""
    copy = tmp_path / "elsewhere"
    for path in sorted(COURSE.rglob("*"), reverse=True):
        if path.is_file() and "__pycache__" not in path.parts:
            target = copy / path.relative_to(COURSE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            target.chmod(0o600)
    again = make_package(load_assignment(copy, "scale"), seed=7)
    assert again.data == package.data


def test_a_changed_test_gives_another_zip(package: Package, tiny: Path) -> None:
    test = tiny / "assignments/scale/tests/hidden/test_affine.py"
    test.write_text(test.read_text() + "\n# a change\n")
    changed = make_package(load_assignment(tiny, "scale"), seed=7)
    assert changed.data != package.data
    assert changed.settings.stamp != package.settings.stamp


def test_what_is_in_it(package: Package) -> None:
    found = set(entries(package.data))
    inside = "course/assignments/scale/"
    assert {name for name in found if not name.startswith("course/")} == {
        "first_results.json", "gradus.json", f"kit/{kit_wheel()[0]}", "kit/torch.txt", "run_autograder", "setup.sh",
    }  # fmt: skip
    assert {name.removeprefix(inside) for name in found if name.startswith(inside)} == {
        "assignment.yaml", "source.ipynb", "scaffold.py", "data/heights.txt",
        "tests/hidden/test_affine.py", "tests/hidden/test_standardise.py",
        "submissions/mistakes/in_place.py", "submissions/mistakes/no_bias.py",
        "submissions/mistakes/unbiased_variance.py", "submissions/unstable/difference_of_squares.py",
    }  # fmt: skip
    assert "course/rubrics/scale.yaml" in found


def test_what_is_not_in_it(package: Package) -> None:
    """Nothing that grading does not read: other assignments, right and hostile submissions, public tests, caches."""
    for name in entries(package.data):
        assert not any(word in name for word in ("/correct/", "/hostile/", "/slow/", "/public/", "__pycache__", ".pyc"))
        assert ".." not in name
        assert not name.startswith("/")


def test_written_answers_stay_at_home(tiny: Path) -> None:
    source = tiny / "assignments/scale/source.ipynb"
    tree = json.loads(source.read_text(encoding="utf-8"))
    written = [
        c for c in tree["cells"] if c["cell_type"] == "markdown" and c["metadata"].get("nbgrader", {}).get("solution")
    ]
    assert written
    written[0]["source"] = "The model answer is forty-two."
    source.write_text(json.dumps(tree))
    inside = entries(make_package(load_assignment(tiny, "scale")).data)
    assert b"forty-two" not in inside["course/assignments/scale/source.ipynb"]
    assert b"standardise" in inside["course/assignments/scale/source.ipynb"]


def test_scripts_can_be_executed_and_times_are_fixed(package: Package) -> None:
    with zipfile.ZipFile(io.BytesIO(package.data)) as archive:
        infos = archive.infolist()
    assert [info.filename for info in infos] == sorted(info.filename for info in infos)
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    modes = {info.filename: info.external_attr >> 16 & 0o777 for info in infos}
    assert {name for name, mode in modes.items() if mode == 0o755} == {"run_autograder", "setup.sh"}
    assert set(modes.values()) == {0o644, 0o755}


@pytest.mark.parametrize("script", ["run_autograder", "setup.sh"])
def test_scripts_are_bash_that_parses(package: Package, script: str) -> None:
    text = entries(package.data)[script]
    assert text.startswith(b"#!/usr/bin/env bash\n")
    assert b"\r" not in text
    subprocess.run(["bash", "-n"], input=text, check=True)


def test_the_stamp_says_what_it_was_made_from(package: Package, scale: LoadedAssignment) -> None:
    told = json.loads(entries(package.data)["gradus.json"])
    assert told["kit"] == kit_project(ROOT).version
    assert told["assignment_sha256"] == assignment_sha256(scale)
    assert told["sandbox"] == "uid"


def test_the_first_results_are_valid_and_blame_nobody(package: Package) -> None:
    sent = json.loads(entries(package.data)["first_results.json"])
    check_shape(sent, package.settings.points)
    assert sent["score"] == 0
    assert "not your fault" in sent["output"]
    assert "status" not in sent["tests"][0]


def test_without_criteria_of_tas_totals_are_smaller(scale: LoadedAssignment) -> None:
    alone = make_package(scale, include_ta=False)
    ta = sum(c.points for c in scale.rubric.criteria if c.kind == "ta")
    assert ta > 0
    assert alone.settings.points == scale.rubric.points - ta
    check_shape(json.loads(entries(alone.data)["first_results.json"]), scale.rubric.points - ta)


def test_nothing_to_grade_is_said(scale: LoadedAssignment) -> None:
    only_ta = tuple(c for c in scale.rubric.criteria if c.kind == "ta")
    bare = scale.model_copy(update={"rubric": scale.rubric.model_copy(update={"criteria": only_ta})})
    with pytest.raises(CourseError) as caught:
        make_package(bare, include_ta=False)
    assert str(caught.value) == (
        "All criteria of scale are decided by TAs: without them nothing is left to grade. Leave --without-ta out."
    )


# --- the wheel


@pytest.mark.slow
def test_pip_installs_the_wheel_and_it_runs(tmp_path: Path) -> None:
    name, data = kit_wheel()
    wheel = tmp_path / name
    wheel.write_bytes(data)
    target = tmp_path / "site"
    call = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", target, wheel]
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode:
        pytest.skip("there is no pip here")
    subprocess.run(call, check=True, capture_output=True)
    told = subprocess.run(
        [target / "bin" / "gradus", "--version"],
        env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"gradus, version {kit_project(ROOT).version}\n"


def test_an_installed_kit_makes_the_same_wheel_as_its_source_tree(python: Path) -> None:
    """No pyproject.toml is beside an installed one: it is described by what was installed with it."""
    program = (
        "import sys; from autograder.bridges.gradescope.wheel import kit_wheel; sys.stdout.buffer.write(kit_wheel()[1])"
    )
    made = subprocess.run([python, "-I", "-c", program], capture_output=True, check=True, cwd="/")
    assert made.stdout == kit_wheel()[1]


def test_the_wheel_asks_for_what_grading_needs_and_no_more() -> None:
    name, data = kit_wheel()
    inside = entries(data)
    metadata = inside[f"gradus_kit-{kit_project(ROOT).version}.dist-info/METADATA"].decode()
    assert name == f"gradus_kit-{kit_project(ROOT).version}-py3-none-any.whl"
    assert "Requires-Dist: torch==" in metadata
    assert not any(word in metadata for word in ("nbgrader", "otter", "jupyter", "playwright"))
    assert "autograder/report/templates/feedback.html.j2" in inside
    assert "autograder/bridges/gradescope/platform/setup.sh" in inside


def test_an_unpinned_torch_is_an_error() -> None:
    from dataclasses import replace

    loose = replace(kit_project(ROOT), dependencies=("torch>=2",))
    with pytest.raises(CourseError, match="pins no version of torch"):
        loose.pinned("torch")
