"""results.json on the platform: valid at every moment, and never the student's loss when something of ours fails."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.bridges.gradescope.package import Package, make_package
from autograder.course.models import LoadedAssignment
from tests.bridges.platform import Platform, check_shape, python_with_the_kit
from tests.grading.desk import CORRECT, notebook

TOLD = 60
"""Partial results that the stand-in tells."""

STAND_IN = f"""
import sys, time, json, os
from pathlib import Path
from autograder.bridges.gradescope.results import untouched
from autograder.bridges.gradescope.settings import read_settings
from autograder.grading.result import CriterionResult

root, out = Path(sys.argv[2]), os.fdopen(int(sys.argv[4]), "w")
settings = read_settings(root / "source")

def criterion(n, done):
    verdict = "PASS" if done else "NOT_RUN"
    return CriterionResult(id=f"q.c{{n}}", question="q", title="t" * 500, kind="tests", points=settings.points / {TOLD},
                           score=settings.points / {TOLD} * done, verdict=verdict)

mode = (root / "source" / "mode").read_text()
for n in range({TOLD}):
    criteria = tuple(criterion(i, i < n) for i in range({TOLD}))
    all_but_the_last = untouched(settings).model_copy(update={{"criteria": criteria}}).model_dump_json(by_alias=True)
    if mode == "nonsense" and n == {TOLD} - 1:
        break  # it comes together with the nonsense
    print(all_but_the_last, file=out, flush=True)
    time.sleep(0.01)
if mode == "crash":
    os.kill(os.getpid(), 11)
if mode == "hang":
    time.sleep(600)
if mode == "half":
    out.write('{{"schema": 1, "assi'); out.flush(); os._exit(1)
if mode == "nonsense":
    out.write("\\n".join([all_but_the_last, "nonsense", ""])); out.flush()
criteria = tuple(criterion(i, True) for i in range({TOLD}))
final = untouched(settings).model_copy(update={{"criteria": criteria, "status": "graded", "message": ""}})
print(final.model_dump_json(by_alias=True), file=out, flush=True)
"""
"""Tells results as the worker does, and then does what the file `mode` says. Quick: no torch."""


@pytest.fixture(scope="module")
def quick_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python whose worker is the stand-in."""
    python = python_with_the_kit(tmp_path_factory.mktemp("quick") / "gradus")
    (worker,) = python.parents[1].glob("lib/python*/site-packages/autograder/bridges/gradescope/work.py")
    worker.write_text(STAND_IN)
    return python


@pytest.fixture
def quick(tmp_path: Path, quick_python: Path, package: Package) -> Iterator[Platform]:
    platform = Platform(tmp_path / "autograder", quick_python)
    platform.unpack(package)
    set_mode(platform, "end")
    yield platform
    for put_right in platform.undo:
        put_right()


def set_mode(platform: Platform, mode: str) -> None:
    (platform.root / "source" / "mode").write_text(mode)


def points(platform: Platform) -> float:
    return float(json.loads((platform.root / "source" / "gradus.json").read_text())["points"])


@pytest.mark.slow
def test_killed_at_any_moment_a_valid_file_stands(quick: Platform) -> None:
    """kill -9, before and while results are told, at random moments between two of them: what stands is a whole file."""
    moments = random.Random(3)
    seen = []
    for told in [0, 0, 0, *range(1, TOLD, 4)]:
        process = quick.start()
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline and not reached(quick, told):
            time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.02))
        process.kill()
        process.communicate()
        sent = quick.results()
        check_shape(sent, points(quick))
        assert sent["score"] >= points(quick) * told / TOLD - 1e-6
        seen.append(sent["score"])
        left = [path.name for path in (quick.root / "results").iterdir() if not path.name.startswith(".")]
        assert left == ["results.json"]
        (quick.root / "results/results.json").unlink()
    assert len(set(seen)) > 5, f"the moments all looked alike: {seen}"


def reached(platform: Platform, told: int) -> bool:
    """Whether results.json is there and holds what `told` criteria earn."""
    return (platform.root / "results/results.json").exists() and scored(platform) >= points(
        platform
    ) * told / TOLD - 1e-6


@pytest.mark.parametrize("mode", ["crash", "half", "nonsense"])
def test_a_worker_that_dies_costs_nothing_that_was_earned(quick: Platform, mode: str) -> None:
    set_mode(quick, mode)
    sent, _ = quick.grade()
    check_shape(sent, points(quick))
    assert sent["extra_data"]["gradus"]["status"] == "grader_error"
    assert sent["score"] == pytest.approx(points(quick) * (TOLD - 1) / TOLD)
    assert "our grader failed. This is not your fault and costs you no points" in sent["output"]
    assert "What was earned before it failed is kept" in sent["output"]
    assert [test["tags"][1] for test in sent["tests"]].count("NOT_RUN") == 1


def test_time_that_runs_out_leaves_the_rest_open(quick: Platform) -> None:
    set_mode(quick, "hang")
    shorten(quick, seconds=4)
    began = time.monotonic()
    sent, _ = quick.grade()
    assert time.monotonic() - began < 60
    check_shape(sent, points(quick))
    assert sent["score"] == pytest.approx(points(quick) * (TOLD - 1) / TOLD)
    assert "grading has not finished. This is not your fault" in sent["output"]
    assert "stopped before the platform's time ran out" in sent["output"]
    (left,) = [test for test in sent["tests"] if "NOT_RUN" in test["tags"]]
    assert "status" not in left
    assert "It is not your fault and costs you no points" in left["output"]


def shorten(platform: Platform, seconds: float) -> None:
    """Less time than any platform gives: in the kit that is installed for this test alone."""
    (settings,) = platform.python.parents[1].glob("lib/python*/site-packages/autograder/bridges/gradescope/settings.py")
    text = settings.read_text()

    def put_right() -> None:
        settings.write_text(text)

    platform.undo.append(put_right)
    settings.write_text(text.replace("return self.platform_minutes * 60 - _RESERVE_SECONDS", f"return {seconds}"))
    assert f"return {seconds}" in settings.read_text()


def test_asked_to_end_it_writes_what_it_has(quick: Platform) -> None:
    set_mode(quick, "hang")
    process = quick.start()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (scored(quick) > 0):
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    sent = quick.results()
    check_shape(sent, points(quick))
    assert sent["score"] > 0
    assert "Grading was ended from outside" in sent["output"]


def scored(platform: Platform) -> float:
    try:
        return float(platform.results()["score"])
    except OSError:
        return 0.0


def test_without_python_the_first_results_stand(quick: Platform) -> None:
    """The image is broken: bash alone has put a valid file there."""
    broken = Platform(quick.root, Path("/nonexistent/python"))
    sent, _ = broken.grade()
    check_shape(sent, points(quick))
    assert "grading has begun" in sent["output"]
    assert "not your fault" in sent["output"]


def test_broken_settings_leave_the_first_results(quick: Platform) -> None:
    total = points(quick)
    (quick.root / "source" / "gradus.json").write_text("{")
    sent, said = quick.grade()
    check_shape(sent, total)
    assert "ValidationError" in said


def test_a_file_that_cannot_be_replaced_stays_whole(quick: Platform) -> None:
    """A full disk, as far as it can be had: the folder takes no new files for a while."""
    (quick.root / "results" / "results.json").parent.mkdir(exist_ok=True)
    limited = f'ulimit -f 8; exec {quick.python} "$@"'
    wrapper = quick.root / "python"
    wrapper.write_text(f"#!/bin/bash\ntrap '' XFSZ\n{limited}\n")
    wrapper.chmod(0o755)
    sent, said = Platform(quick.root, wrapper).grade()
    check_shape(sent, points(quick))
    assert sent["score"] == 0, "each result is larger than 4 KB, so that only the first file fits"
    assert "results.json could not be replaced" in said


def test_folders_are_closed_before_student_code_runs(quick: Platform) -> None:
    (quick.root / "submission_metadata.json").write_text('{"previous_submissions": [{}, {}]}')
    for name in ("source", "submission"):
        (quick.root / name).chmod(0o755)
    sent, _ = quick.grade()
    for name in ("source", "submission", "results"):
        assert (quick.root / name).stat().st_mode & 0o777 == 0o700
    assert (quick.root / "submission_metadata.json").stat().st_mode & 0o777 == 0o600
    assert sent["extra_data"]["gradus"]["attempt"] == 3


@pytest.mark.parametrize("metadata", ["", "[]", '{"previous_submissions": 3}', "\xff"])
def test_odd_metadata_is_no_reason_to_fail(quick: Platform, metadata: str) -> None:
    (quick.root / "submission_metadata.json").write_text(metadata, encoding="latin-1")
    sent, _ = quick.grade()
    assert sent["extra_data"]["gradus"]["status"] == "graded"
    assert sent["extra_data"]["gradus"]["attempt"] is None


# --- with the real worker


@pytest.mark.slow
def test_a_right_notebook(platform: Platform, package: Package) -> None:
    platform.unpack(package)
    platform.submit("scale.ipynb", json.dumps(notebook()))
    sent, said = platform.grade()
    check_shape(sent, package.settings.points)
    ta = sum(test["max_score"] for test in sent["tests"] if "NEEDS_REVIEW" in test["tags"])
    assert ta > 0
    assert sent["score"] == package.settings.points - ta
    stamp = sent["extra_data"]["gradus"]
    assert stamp["status"] == "graded"
    assert stamp["assignment_sha256"] == package.settings.assignment_sha256
    assert stamp["seed"] == 7
    assert package.settings.stamp in said


@pytest.mark.slow
def test_a_module_and_criteria_of_tas_left_out(platform: Platform, scale: LoadedAssignment) -> None:
    package = make_package(scale, include_ta=False)
    platform.unpack(package)
    platform.submit("scale.py", "EPS = 1e-5\n" + CORRECT)
    sent, _ = platform.grade()
    check_shape(sent, package.settings.points)
    assert not [test for test in sent["tests"] if "NEEDS_REVIEW" in test["tags"]]
    assert 0 < sent["score"] < package.settings.points


ODD = {
    "nothing": ({}, "The submission is empty. Hand in scale.ipynb."),
    "two notebooks": (
        {"a.ipynb": b"{}", "b.ipynb": b"{}"},
        "There are 2 notebooks (a.ipynb, b.ipynb). Hand in one, or name the one to grade scale.ipynb.",
    ),
    "no notebook": ({"essay.docx": b"PK"}, "There is no notebook among the 1 files. Hand in scale.ipynb."),
    "no JSON": ({"scale.ipynb": b"\x00\xff"}, None),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", ODD)
def test_odd_submissions_are_told_what_to_do(platform: Platform, package: Package, case: str) -> None:
    files, told = ODD[case]
    platform.unpack(package)
    for name, data in files.items():
        platform.submit(name, data)
    sent, _ = platform.grade()
    check_shape(sent, package.settings.points)
    assert sent["score"] == 0
    assert sent["extra_data"]["gradus"]["status"] == "rejected"
    (test,) = sent["tests"]
    assert test["status"] == "failed"
    assert told is None or told == test["output"]


@pytest.mark.slow
def test_a_broken_hidden_test_is_ours(platform: Platform, package: Package) -> None:
    platform.unpack(package)
    test = platform.root / "source/course/assignments/scale/tests/hidden/test_affine.py"
    test.write_text("import nothing_of_the_kind\n" + test.read_text())
    platform.submit("scale.ipynb", json.dumps(notebook()))
    sent, said = platform.grade()
    check_shape(sent, package.settings.points)
    assert sent["extra_data"]["gradus"]["status"] == "grader_error"
    assert "not your fault" in sent["output"]
    assert "nothing_of_the_kind" not in json.dumps(sent)
    assert "nothing_of_the_kind" in said, "staff are told why"


def test_a_worker_that_cannot_begin_is_ours(platform: Platform, package: Package) -> None:
    platform.unpack(package)
    (platform.root / "source/course/assignments/scale/assignment.yaml").unlink()
    platform.submit("scale.ipynb", json.dumps(notebook()))
    sent, _ = platform.grade()
    check_shape(sent, package.settings.points)
    assert sent["extra_data"]["gradus"]["status"] == "grader_error"
    assert "our grader failed. This is not your fault" in sent["output"]


@pytest.mark.slow
def test_the_real_worker_killed_while_it_grades(platform: Platform, package: Package) -> None:
    """At some moments of a real grading: the watcher goes on, and what was earned by then is kept."""
    platform.unpack(package)
    platform.submit("scale.ipynb", json.dumps(notebook()))
    earned = []
    for patience in (0.0, 0.1, 0.3):
        process = platform.start()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (scored(platform) > 0 and process.poll() is None):
            time.sleep(0.002)
        time.sleep(patience)
        for pid in children_of(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=60)
        sent = platform.results()
        check_shape(sent, package.settings.points)
        assert sent["extra_data"]["gradus"]["status"] in ("grader_error", "graded")
        earned.append(sent["score"])
        (platform.root / "results/results.json").unlink()
    assert min(earned) > 0


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
