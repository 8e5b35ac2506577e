"""Who grades which submission: every one once, and those of a further seed by as few workers as keep all of them busy."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from autograder.course.known import KnownSubmission
from autograder.course.loading import load_assignment
from autograder.verify.run import batches, grade_subjects
from autograder.verify.subjects import Subject, subjects_of
from tests.verify.conftest import Room

RIGHT = [Subject("correct", name, seed) for seed in range(5) for name in "abcde"]


@pytest.mark.parametrize("workers", [1, 2, 4, 8, 64])
def test_every_subject_is_in_one_batch_and_a_batch_has_one_seed(workers: int) -> None:
    found = batches(RIGHT, workers, 0)
    assert Counter(subject for batch in found for subject in batch) == Counter(RIGHT)
    assert all(len({subject.seed for subject in batch}) == 1 for batch in found)


def test_a_further_seed_is_one_workers_and_comes_before_the_first() -> None:
    found = batches(RIGHT, 2, 0)
    assert [[subject.seed for subject in batch] for batch in found] == [[seed] * 5 for seed in range(1, 5)] + [[0]] * 5


def test_more_workers_than_seeds_share_one() -> None:
    assert [len(batch) for batch in batches(RIGHT, 8, 0)] == [3, 2] * 4 + [1] * 5


def test_subjects_of_one_seed_keep_their_order() -> None:
    wrong = [Subject("mistakes", name, 3) for name in "zyx"]
    assert batches(wrong, 2, 3) == [[subject] for subject in wrong]
    assert batches(wrong, 2, 0) == [wrong[:2], wrong[2:]]
    assert batches([], 2, 0) == []


def test_what_is_timed_is_timed_in_several_sessions() -> None:
    known = [KnownSubmission(kind, "x", "x", "") for kind in ("correct", "mistakes", "slow", "unstable", "hostile")]
    found = Counter(subject.kind for subject in subjects_of(known, 5, 7))
    assert found == {"solution": 5, "correct": 5, "slow": 5, "mistakes": 1, "unstable": 1, "hostile": 1, "template": 1}
    assert {subject.seed for subject in subjects_of(known, 5, 7)} == set(range(7, 12))


UNDECIDED = """from pathlib import Path
    from autograder.checks.outcome import Decided
    from autograder.course.verdict import Verdict
    count = Path({log!r})
    with count.open("a") as log:
        log.write("x")
    if count.stat().st_size <= {undecided}:
        raise Decided(Verdict.INCONCLUSIVE, "It could not be decided here.")
    compare(lambda impl: impl.Affine(2)(torch.ones(1, 2)))"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("undecided", "runs", "verdict"),
    [(0, 1, "PASS"), (1, 2, "PASS"), (2, 3, "PASS"), (3, 4, "PASS"), (4, 4, "INCONCLUSIVE")],
)
def test_what_could_not_be_decided_is_asked_again(
    room: Room, tmp_path: Path, undecided: int, runs: int, verdict: str
) -> None:
    """Twice as every submission's, and twice more when nothing else is graded; the record tells of these."""
    log = tmp_path / "log"
    room.add_test("affine.values", UNDECIDED.format(log=str(log), undecided=undecided), "test_start")
    subject = Subject("solution", "solution", 0)
    graded = grade_subjects(load_assignment(room.course, "scale"), [subject], jobs=1, backend="process")
    assert len(log.read_text()) == runs
    affine = next(one for one in graded.results[subject].criteria if one.id == "affine.values")
    assert affine.verdict == verdict
    assert graded.asked_again == ({subject: frozenset({"test_more.py::test_start"})} if undecided > 1 else {})


@pytest.mark.slow
def test_what_is_known_to_stay_undecided_is_not_asked_again(room: Room, tmp_path: Path) -> None:
    log = tmp_path / "log"
    room.add_test("affine.values", UNDECIDED.format(log=str(log), undecided=9), "test_start")
    subject = Subject("mistakes", "no_bias", 0)
    loaded = load_assignment(room.course, "scale")
    graded = grade_subjects(loaded, [subject], jobs=1, backend="process", undecided={subject})
    assert len(log.read_text()) == 2
    assert graded.asked_again == {}
