"""What the container has, read from inside it, and what that means for student code."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.bridges.gradescope.container import LEAST_MB, OWN_MB, Memory, for_students, memory, memory_needed
from autograder.bridges.gradescope.results import keeping, memory_is_ours
from autograder.course.verdict import Verdict
from autograder.grading.result import Result
from tests.report.samples import criterion, result_of


def test_version_1(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory/memory.limit_in_bytes").write_text(f"{768 * 2**20}\n")
    (tmp_path / "memory/memory.stat").write_text(f"cache {500 * 2**20}\nrss {300 * 2**20}\nshmem {2**20}\n")
    assert memory(tmp_path) == Memory(768, 301)


def test_version_2(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text(f"{512 * 2**20}\n")
    (tmp_path / "memory.stat").write_text(f"anon {100 * 2**20}\nfile {300 * 2**20}\nshmem {2 * 2**20}\n")
    assert memory(tmp_path) == Memory(512, 102)


@pytest.mark.parametrize(
    ("file", "text"), [("memory.max", "max\n"), ("memory/memory.limit_in_bytes", f"{2**63 - 4096}\n")]
)
def test_no_limit(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / file).write_text(text)
    assert memory(tmp_path).limit_mb is None
    assert for_students(2048, None) == 2048


def test_nothing_to_read(tmp_path: Path) -> None:
    assert memory(tmp_path) == Memory(None, None)


def test_student_code_gets_what_is_left() -> None:
    assert for_students(2048, 768) == 768 - OWN_MB
    assert for_students(200, 768) == 200
    assert not memory_needed(2048, OWN_MB + LEAST_MB - 1).enough
    assert memory_needed(2048, OWN_MB + LEAST_MB).enough


def test_what_is_needed_is_said() -> None:
    left, full = 768 - OWN_MB, OWN_MB + 2048
    assert memory_needed(300, 768).told() == (
        f"Memory: 768 MB are enough: grading takes about {OWN_MB} MB by itself, student code at most 300 MB."
    )
    assert memory_needed(2048, 768).told() == (
        f"Memory: 768 MB are enough: grading takes about {OWN_MB} MB by itself, and {left} MB are left for student code. "
        f"limits.memory_mb allows 2048: a submission that needs more than {left} loses nothing by it and is left to a TA; "
        f"{full} MB would have room for all of it."
    )
    assert memory_needed(2048, 256).told() == (
        f"Memory: 256 MB are too little: grading takes about {OWN_MB} MB by itself. "
        f"It needs about {OWN_MB + LEAST_MB} MB at least, and {full} MB for all that limits.memory_mb allows."
    )


def test_a_small_machine_is_not_the_students_fault() -> None:
    result = result_of(
        criterion("cell.values", "Values", 4, Verdict.MEMORY), criterion("cell.stable", "Stable", 6, Verdict.PASS)
    )
    assert memory_is_ours(result, 2048, 2048) == result
    ours = memory_is_ours(result, 400, 2048)
    assert [c.verdict for c in ours.criteria] == [Verdict.INCONCLUSIVE, Verdict.PASS]
    assert (ours.score, ours.pending) == (6, 4)
    assert ours.criteria[0].message == (
        "Your code needed more memory than this machine has for it (400 MB; the assignment allows 2048 MB). "
        "It costs you nothing: a TA runs it on a larger one."
    )


def test_a_run_that_begins_again_takes_nothing_back() -> None:
    def partial(values: Verdict, stable: Verdict) -> Result:
        return result_of(criterion("cell.values", "Values", 4, values), criterion("cell.stable", "Stable", 6, stable))

    last = partial(Verdict.PASS, Verdict.NOT_RUN)
    kept = keeping(last, partial(Verdict.NOT_RUN, Verdict.FAIL))
    assert [c.verdict for c in kept.criteria] == [Verdict.PASS, Verdict.FAIL]
    assert kept.score == 4
    newer = keeping(last, partial(Verdict.FAIL, Verdict.NOT_RUN))
    assert [c.verdict for c in newer.criteria] == [Verdict.FAIL, Verdict.NOT_RUN], "what is decided anew counts"
    assert keeping(None, last) == last
