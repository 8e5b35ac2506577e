"""The sandbox fails under the grader: run again, the others are unharmed, and what stays is a TA's, never a zero."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.grading import attempts, crew
from autograder.grading.batch import grade_all, tasks_of
from autograder.grading.bench import Bench
from autograder.grading.blank import GRADER_FAILED
from autograder.grading.store import read_result
from autograder.sandbox.backends import local
from autograder.sandbox.backends.process import ProcessBackend
from autograder.sandbox.child import Child
from autograder.sandbox.faults import GraderFault
from tests.faults import backends
from tests.faults.backends import Failing
from tests.faults.conftest import LOOPS, WRONG
from tests.grading.desk import Desk, loaded_with, notebook, shown_to_students, verdicts


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_PAUSES", (0.0, 0.0))


@pytest.fixture(scope="module")
def backend() -> Iterator[ProcessBackend]:
    backend = ProcessBackend()
    yield backend
    backend.close()


@pytest.mark.slow
def test_a_daemon_that_stops_in_mid_batch(
    class_of: Callable[..., list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those before it have their results; the others are tried three times, and are the grader's fault."""
    monkeypatch.setattr(crew, "_open_bench", backends.open_bench)
    monkeypatch.setenv("GRADUS_FAILS_FROM", "3")
    tasks = tasks_of(class_of(ada="", ben=WRONG, cleo="", dan=WRONG))
    results = {
        result.submission.id: result
        for result in grade_all(loaded_with(), tasks, tmp_path, seed=7, backend="process", trusted=True, jobs=1)
    }
    assert {name: result.status for name, result in results.items()} == {
        "ada": "graded", "ben": "graded", "cleo": "grader_error", "dan": "grader_error",
    }  # fmt: skip
    assert (results["ada"].score, results["ben"].score) == (80, 40)
    for name in ("cleo", "dan"):
        assert read_result(tmp_path / name) == results[name]
        assert results[name].message == GRADER_FAILED
        assert results[name].environment.detail.count("the daemon does not answer") >= 3
        assert "daemon" not in shown_to_students(results[name])


def test_a_sandbox_that_fails_twice_costs_nothing(tmp_path: Path) -> None:
    failing = Failing(lambda number: number <= 2)
    with Bench(loaded_with(), failing, seed=7) as bench:
        result = Desk(bench, tmp_path).grade(notebook())
    assert (result.status, result.score, failing.opened) == ("graded", 80, 3)
    assert result.environment.detail.count("the daemon does not answer") == 2


def test_only_the_tests_concerned_are_run_again(
    backend: ProcessBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox fails at one request in the middle: what was decided stands, and nothing of it runs twice."""
    real, requests = Child.request, []

    def request(self: Child, verb: str, payload: object, seconds: float, stretch: float = 1.0) -> object:
        requests.append(verb)
        if requests.count("call") == 3 and verb == "call":
            raise GraderFault("the line was cut")
        return real(self, verb, payload, seconds, stretch)  # type: ignore[arg-type]

    monkeypatch.setattr(Child, "request", request)
    result = Desk(Bench(loaded_with(), backend, seed=7), tmp_path).grade(notebook())
    assert (result.status, result.score) == ("graded", 80)
    tests = [test for criterion in result.criteria for test in criterion.tests]
    again = [test for test in tests if "the line was cut" in test.detail]
    assert len(again) == 1
    assert again[0].detail.startswith("An earlier run ended GRADER_ERROR")
    assert result.environment.detail == f"run again (the grader failed): {again[0].name}"
    assert "the line was cut" not in shown_to_students(result)


def test_what_keeps_failing_is_a_tas_and_the_rest_is_decided(
    backend: ProcessBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, opened = local.LocalSandbox.fork, []

    def fork(self: local.LocalSandbox) -> Child:
        opened.append(1)
        if len(opened) > 2:  # one for a question that bans nothing, one for a question that does
            raise GraderFault("no child can be started any more")
        return real(self)

    monkeypatch.setattr(local.LocalSandbox, "fork", fork)
    crash = "import os\n\ndef standardise(x):\n    os._exit(0)\n"
    result = Desk(Bench(loaded_with(), backend, seed=7), tmp_path).standardise(crash)
    found = verdicts(result)
    assert found["standardise.values"] == "CRASH"  # the student's own fault stands
    assert found["standardise.stable"] == "GRADER_ERROR"
    assert found["affine.values"] == "PASS"
    open_ones = [criterion for criterion in result.criteria if criterion.verdict.pending]
    assert result.pending == sum(criterion.points for criterion in open_ones)
    assert "standardise.stable" in [criterion.id for criterion in open_ones]


def test_a_students_fault_is_never_run_again(backend: ProcessBackend, tmp_path: Path) -> None:
    crash = "import os\n\ndef standardise(x):\n    os._exit(0)\n"
    for source in (WRONG, crash):
        result = Desk(Bench(loaded_with(), backend, seed=7), tmp_path).standardise(source)
        assert result.environment.detail == ""


def test_a_loop_that_had_its_time_is_not_run_again(
    backend: ProcessBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on an idle machine, whatever else this one does: all of the time was CPU time.
    monkeypatch.setattr("autograder.sandbox.allowance.STARVED", 0.0)
    result = Desk(Bench(loaded_with(), backend, seed=7), tmp_path).standardise(LOOPS)
    assert verdicts(result)["standardise.values"] == "TIMEOUT"
    assert result.environment.detail == ""


@pytest.mark.slow
def test_a_timeout_of_a_busy_machine_is_undone_by_a_run_alone(
    backend: ProcessBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It burns 1.5 s of a second's limit; its clock says 0.15 s, as on a machine that is ten times too busy."""
    real = Child.cpu_so_far
    monkeypatch.setattr(Child, "cpu_so_far", lambda self: real(self) * 0.1)
    source = (
        "import time\n\ndef standardise(x):\n    end = time.process_time() + 1.5\n    while time.process_time() < end:\n"
        "        pass\n    c = x - x.mean(-1, keepdim=True)\n    return c / ((c * c).mean(-1, keepdim=True) + EPS).sqrt()\n"
    )
    limits = loaded_with().assignment.limits.model_copy(update={"total_seconds": 300, "cpu_seconds": 300})
    result = Desk(Bench(loaded_with(limits), backend, seed=7), tmp_path).standardise(source)
    assert result.score == 80
    assert "the machine may have been too slow" in result.environment.detail


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 9)", "os._exit(0)", "os.close(3)\n    time.sleep(60)"])
def test_a_child_that_is_gone_in_the_middle_of_a_frame(backend: ProcessBackend, tmp_path: Path, end: str) -> None:
    """Half of a megabyte is announced and sent; the other questions and the next submission are unharmed."""
    desk = Desk(Bench(loaded_with(), backend, seed=7), tmp_path)
    source = (
        "import os, struct, time\n\ndef standardise(x):\n    head = b'{}'\n"
        f"    os.write(3, struct.pack('<IQ', len(head), 2**20) + head + bytes(2**19))\n    {end}\n"
    )
    result = desk.standardise(source)
    assert verdicts(result)["standardise.values"] == "CRASH"
    assert verdicts(result)["affine.values"] == "PASS"
    assert desk.grade(notebook()).score == 80
