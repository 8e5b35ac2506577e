"""Many submissions: a placeholder first, a result for each in the end, the same whoever graded it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.course.known import merge
from autograder.course.models import LoadedAssignment
from autograder.course.notebook import module_source, read_notebook
from autograder.grading import batch, crew
from autograder.grading.batch import Task, Unfinished, grade_all, tasks_of
from autograder.grading.blank import GRADER_FAILED, NOT_ENDED
from autograder.grading.result import Result
from autograder.grading.store import read_result
from autograder.sandbox.backend import Refused
from tests.grading import scripts
from tests.grading.desk import loaded_with

MISTAKE = "def standardise(x):\n    return x - x.mean(-1, keepdim=True)\n"
CRASH = "import os\n\ndef standardise(x):\n    os._exit(0)\n"


@pytest.fixture
def scale(tiny: Path) -> LoadedAssignment:
    """With limits that are fixed: nothing is measured first."""
    return loaded_with(course=tiny)


@pytest.fixture
def class_of(scale: LoadedAssignment, tmp_path: Path) -> Any:
    """class_of(name=definitions): submissions that differ from the solution so."""
    source = module_source(read_notebook(scale.paths.source.read_bytes(), "source.ipynb"))
    folder = tmp_path / "class"
    folder.mkdir()

    def write(**definitions: str) -> list[Task]:
        for name, text in definitions.items():
            (folder / f"{name}.py").write_text(merge(source, text))
        return tasks_of([folder / f"{name}.py" for name in definitions])

    return write


def facts(result: Result) -> dict[str, Any]:
    """All of a result that may not depend on the machine, the other submissions or the number of workers."""
    found = result.model_dump(exclude={"environment": {"seconds"}})
    for criterion in found["criteria"]:
        for test in criterion["tests"]:
            del test["seconds"]
    return found


def by_id(results: list[Result]) -> dict[str, dict[str, Any]]:
    return {result.submission.id: facts(result) for result in results}


# --- names


def test_every_task_has_a_name_of_its_own(tmp_path: Path) -> None:
    names = ["a/x.ipynb", "b/x.ipynb", "c/x-2.ipynb", "d/x.py", "e/x y.ipynb", "f/x_y.ipynb", "g/.ipynb", "h/….zip"]
    ids = [task.id for task in tasks_of([tmp_path / name for name in names])]
    assert ids[:4] == ["x", "x-2", "x-2-2", "x-3"]
    assert ids[4:6] == ["x_y", "x_y-2"]
    assert len(set(ids)) == len(ids)
    assert all(task_id and "/" not in task_id and not task_id.startswith(".") for task_id in ids)


# --- scripted: what a worker does with a task is told by the submission's name


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_grade_here", scripts.grade)
    monkeypatch.setattr(crew, "_open_bench", scripts.no_bench)


def grade(loaded: LoadedAssignment, tasks: list[Task], out: Path, **options: Any) -> Iterator[Result]:
    return grade_all(loaded, tasks, out, **{"seed": 7, "backend": "process", "trusted": True, **options})


@pytest.mark.usefixtures("scripted")
def test_placeholders_stand_before_the_first_submission_is_opened(scale: LoadedAssignment, tmp_path: Path) -> None:
    tasks = tasks_of([tmp_path / "ada.py", tmp_path / "grace.py"])
    seen = []

    def finish(folder: Path, result: Result) -> None:
        seen.append({task.id: read_result(tmp_path / task.id).status for task in tasks})

    results = list(grade(scale, tasks, tmp_path, jobs=1, finish=finish))
    assert seen == [{"ada": "rejected", "grace": "placeholder"}, {"ada": "rejected", "grace": "rejected"}]
    assert [result.submission.id for result in results] == ["ada", "grace"]
    assert all(read_result(tmp_path / result.submission.id) == result for result in results)


@pytest.mark.usefixtures("scripted")
def test_a_placeholder_says_that_grading_has_not_ended(scale: LoadedAssignment, tmp_path: Path) -> None:
    """And names the sandbox that was chosen."""
    graded = grade(scale, tasks_of([tmp_path / "ada.py", tmp_path / "grace.py"]), tmp_path, jobs=1)
    next(graded)
    waiting = read_result(tmp_path / "grace")
    assert (waiting.status, waiting.message, waiting.score) == ("placeholder", NOT_ENDED, 0.0)
    assert (waiting.submission.file, waiting.environment.seed) == ("grace.py", 7)
    assert waiting.environment.sandbox == "process"
    graded.close()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("scripted")
def test_an_earlier_result_stands_until_there_is_a_newer_one(scale: LoadedAssignment, tmp_path: Path) -> None:
    tasks = tasks_of([tmp_path / "ada.py", tmp_path / "grace.py"])
    (old,) = [result for result in grade(scale, tasks, tmp_path, jobs=1) if result.submission.id == "grace"]
    graded = grade(scale, tasks, tmp_path, jobs=1, seed=8)
    next(graded)
    assert read_result(tmp_path / "grace") == old
    graded.close()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("scripted")
def test_an_error_of_the_kits_own_costs_nobody_else_a_result(scale: LoadedAssignment, tmp_path: Path) -> None:
    tasks = tasks_of([tmp_path / name for name in ("ada.py", "broken.py", "grace.py")])
    results = {result.submission.id: result for result in grade(scale, tasks, tmp_path, jobs=1)}
    assert (results["ada"].status, results["grace"].status) == ("rejected", "rejected")
    broken = results["broken"]
    assert (broken.status, broken.message, broken.environment.sandbox) == ("grader_error", GRADER_FAILED, "process")
    assert broken.environment.detail == 'ValueError("the kit\'s own")'
    assert read_result(tmp_path / "broken") == broken


@pytest.mark.usefixtures("scripted")
def test_a_report_that_fails_costs_nobody_a_result(scale: LoadedAssignment, tmp_path: Path) -> None:
    """It is told, with the submission's name, but only when everyone has been graded."""
    tasks = tasks_of([tmp_path / name for name in ("ada.py", "grace.py")])

    def finish(folder: Path, result: Result) -> None:
        if folder.name == "ada":
            raise RuntimeError("the feedback cannot be written")

    graded = []
    with pytest.raises(Unfinished, match=r"^ada: the feedback cannot be written$") as caught:
        graded += grade(scale, tasks, tmp_path, jobs=1, finish=finish)
    assert list(caught.value.troubles) == ["ada"]
    assert [read_result(tmp_path / task.id).status for task in tasks] == ["rejected", "rejected"]


@pytest.mark.usefixtures("scripted")
def test_a_worker_that_is_killed_costs_its_own_submission_only(scale: LoadedAssignment, tmp_path: Path) -> None:
    """Three times each, with one left on each side: those that waited are graded, and so is the one beside it."""
    names = ["a", "killer", "b", "c", "killer2", "d"]
    tasks = tasks_of([tmp_path / f"{name}.py" for name in names])
    results = list(grade(scale, tasks, tmp_path, jobs=2))
    assert sorted(result.submission.id for result in results) == sorted(names)
    by_name = {result.submission.id: result for result in results}
    assert {name: by_name[name].message for name in "abcd"} == {name: name for name in "abcd"}
    for name in ("killer", "killer2"):
        assert by_name[name].environment.detail.startswith("the process that graded it ended: BrokenProcessPool(")
        broken = read_result(tmp_path / name)
        assert (broken.status, broken.message, broken.score) == ("grader_error", GRADER_FAILED, 0.0)


@pytest.mark.usefixtures("scripted")
def test_a_submission_whose_worker_died_is_graded_by_another(scale: LoadedAssignment, tmp_path: Path) -> None:
    tasks = tasks_of([tmp_path / name for name in ("once.py", "b.py")])
    results = [(result.submission.id, result.status) for result in grade(scale, tasks, tmp_path, jobs=1)]
    assert results == [("b", "rejected"), ("once", "rejected")]


@pytest.mark.slow
@pytest.mark.usefixtures("scripted")
def test_a_worker_that_is_stopped_is_given_up(
    scale: LoadedAssignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "patience", lambda limits: 20.0)
    monkeypatch.setattr(crew, "MOST_TRIES", 1)
    tasks = tasks_of([tmp_path / "stopper.py", tmp_path / "b.py", tmp_path / "c.py"])
    results = {result.submission.id: result for result in grade(scale, tasks, tmp_path, jobs=2)}
    assert (results["b"].message, results["c"].message) == ("b", "c")
    assert results["stopper"].status == "grader_error"


# --- a crew


@pytest.mark.usefixtures("scripted")
def test_a_crew_takes_a_task_when_a_worker_is_free(scale: LoadedAssignment) -> None:
    """A class of any size: what waits is not in memory, and somebody else may take it."""
    drawn: list[int] = []

    def supply() -> Iterator[int]:
        for number in range(6):
            drawn.append(number)
            yield number

    with crew.Crew(crew.Post(scale, "process"), 2, patience=60) as workers:
        seen = [(outcome, len(drawn)) for _, outcome in workers.run(abs, supply())]
    assert sorted(outcome for outcome, _ in seen) == list(range(6))
    assert all(number <= place + 3 for place, (_, number) in enumerate(seen))


# --- refused before anything is written


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"backend": "wishful"},
            r"^There is no sandbox 'wishful'\. There are: auto, docker, bubblewrap, uid, process\.$",
        ),
        ({"backend": "process", "trusted": False}, r"--i-trust-this-code"),
    ],
)
def test_a_sandbox_that_may_not_be_used_is_told_and_nothing_is_written(
    scale: LoadedAssignment, tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        list(grade(scale, tasks_of([tmp_path / "ada.py"]), tmp_path / "out", **options))
    assert not (tmp_path / "out").exists()


# --- graded for real


@pytest.mark.slow
def test_one_worker_or_two_give_the_same_results_bit_for_bit(
    scale: LoadedAssignment, class_of: Any, tmp_path: Path
) -> None:
    """Nor does the order of the submissions matter, or who else is graded. Another seed draws other inputs."""
    tasks = class_of(right="", wrong=MISTAKE, crashes=CRASH)
    alone = by_id(list(grade(scale, tasks, tmp_path / "1", seed=5, jobs=1)))
    together = by_id(list(grade(scale, tasks[::-1], tmp_path / "2", seed=5, jobs=2)))
    assert alone == together
    assert {name: result["score"] for name, result in alone.items()} == {"right": 80, "wrong": 40, "crashes": 40}
    (other,) = grade(scale, tasks[1:2], tmp_path / "3", seed=6, jobs=1)
    maps = [criterion["error_map"] for criterion in (alone["wrong"]["criteria"][0], facts(other)["criteria"][0])]
    assert maps[0] is not None
    assert maps[0] != maps[1]


def test_a_broken_hidden_test_file_is_our_fault_for_everyone(
    scale: LoadedAssignment, class_of: Any, tmp_path: Path
) -> None:
    """Each gets a result that says so, and staff the reason."""
    hidden = scale.paths.hidden_tests / "test_affine.py"
    hidden.write_text("import no_such_module\n" + hidden.read_text())
    results = list(grade(scale, class_of(right="", wrong=MISTAKE), tmp_path, jobs=1))
    assert [(r.status, r.message, r.score, r.criteria) for r in results] == [("grader_error", GRADER_FAILED, 0, ())] * 2
    assert all("No module named 'no_such_module'" in r.environment.detail for r in results)
