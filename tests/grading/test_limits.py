"""Limits from what the accepted submissions took here: found once, kept, and the proof that the machine is sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.loading import load_assignment
from autograder.course.models import Limits, LoadedAssignment
from autograder.grading import measure
from autograder.grading.batch import grade_all, tasks_of
from autograder.grading.limits import MEASURED, Measurement, keep, kept, limits_from, measurement, scaled, to_measure
from autograder.grading.measure import SelfTestFailed
from autograder.sandbox.usage import Usage
from tests.grading.desk import COURSE, loaded_with

QUICK = Measurement(import_seconds=0.01, call_seconds=0.2, total_seconds=0.7, submissions=3)


@pytest.fixture
def scale() -> LoadedAssignment:
    return load_assignment(COURSE, "scale")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "gradus"


def test_the_slowest_counts() -> None:
    usages = [Usage(1.0, 0.5, 3.0, 2.0), Usage(0.1, 2.0, 2.5, 2.0)]
    found = measurement(usages)
    assert found == Measurement(import_seconds=1.0, call_seconds=2.0, total_seconds=3.0, submissions=2)


def test_twice_the_slowest_and_never_under_two_seconds(scale: LoadedAssignment) -> None:
    quick = limits_from(scale, QUICK)
    assert (quick.import_seconds, quick.call_seconds) == (2.0, 2.0)
    slow = limits_from(scale, QUICK.model_copy(update={"import_seconds": 3.01, "call_seconds": 1.52}))
    assert (slow.import_seconds, slow.call_seconds) == (6.1, 3.1)
    assert quick.memory_mb == scale.assignment.limits.memory_mb


def test_the_sum_leaves_room_for_every_question_to_hang(scale: LoadedAssignment) -> None:
    """Two questions ask for code: each may be stopped twice, and each cell once."""
    assert limits_from(scale, QUICK).total_seconds == 2.0 + 2 * (2 * 2.0 + 2.0)
    slow = limits_from(scale, QUICK.model_copy(update={"total_seconds": 10.0}))
    assert slow.total_seconds == 20.0 + 2 * (2 * 2.0 + 2.0)


def test_what_the_assignment_gives_is_fixed() -> None:
    some = loaded_with(Limits(call_seconds=7.0))
    assert to_measure(some)
    found = limits_from(some, QUICK)
    assert (found.call_seconds, found.import_seconds) == (7.0, 2.0)
    assert found.total_seconds == 2.0 + 2 * (2 * 7.0 + 2.0)
    everything = loaded_with(Limits(call_seconds=7.0, import_seconds=8.0, total_seconds=9.0))
    assert not to_measure(everything)
    assert limits_from(everything, QUICK) == everything.assignment.limits


def test_scaled_limits_are_of_time_only(scale: LoadedAssignment) -> None:
    limits = limits_from(scale, QUICK)
    more = scaled(limits, 1.5)
    assert [getattr(more, name) for name in MEASURED] == [1.5 * getattr(limits, name) for name in MEASURED]
    assert (more.cpu_seconds, more.memory_mb) == (270, limits.memory_mb)


def test_it_is_kept_for_the_same_and_for_nothing_else(
    scale: LoadedAssignment, tiny: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kept(scale, "docker") is None
    keep(scale, "docker", QUICK)
    assert kept(scale, "docker") == QUICK
    assert kept(scale, "process") is None
    changed = load_assignment(tiny, "scale")
    assert kept(changed, "docker") == QUICK  # the same files in another place
    hidden = changed.paths.hidden_tests / "test_affine.py"
    hidden.write_text(hidden.read_text() + "\n# another\n")
    assert kept(changed, "docker") is None
    monkeypatch.setattr("platform.node", lambda: "another machine")
    assert kept(scale, "docker") is None


@pytest.mark.parametrize("damage", ["", "{", '{"import_seconds": "x"}', '{"call_seconds": NaN}', "\udcff"])
def test_a_damaged_file_is_measured_again(scale: LoadedAssignment, cache: Path, damage: str) -> None:
    keep(scale, "docker", QUICK)
    (file,) = cache.iterdir()
    file.write_bytes(damage.encode("utf-8", "surrogateescape"))
    assert kept(scale, "docker") is None
    keep(scale, "docker", QUICK)
    assert kept(scale, "docker") == QUICK


def test_where_nothing_can_be_kept_nothing_fails(
    scale: LoadedAssignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    keep(scale, "docker", QUICK)
    assert kept(scale, "docker") is None


@pytest.mark.slow
def test_a_class_is_measured_for_once(
    scale: LoadedAssignment, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For real: the limits stand in the result, and the second class is not measured for."""
    (tmp_path / "ada.py").write_text("x = 1\n")
    tasks = tasks_of([tmp_path / "ada.py"])
    (result,) = grade_all(scale, tasks, tmp_path / "out", seed=7, backend="process", trusted=True)
    measured = kept(scale, "process")
    assert measured is not None
    assert measured.submissions == 3
    assert 0 < measured.call_seconds < measured.total_seconds
    limits = limits_from(scale, measured)
    assert result.environment.limits == {name: getattr(limits, name) for name in MEASURED}
    monkeypatch.setattr(measure, "_measure", lambda crew: pytest.fail("it was measured again"))
    (again,) = grade_all(scale, tasks, tmp_path / "out", seed=7, backend="process", trusted=True)
    assert again.environment.limits == result.environment.limits


def test_a_machine_that_fails_the_answer_key_grades_nobody(tiny: Path, cache: Path, tmp_path: Path) -> None:
    hidden = tiny / "assignments/scale/tests/hidden/test_affine.py"
    hidden.write_text(hidden.read_text() + NEVER)
    (tmp_path / "ada.py").write_text("x = 1\n")
    loaded = load_assignment(tiny, "scale")
    graded = grade_all(
        loaded, tasks_of([tmp_path / "ada.py"]), tmp_path / "out", seed=7, backend="process", trusted=True
    )
    with pytest.raises(SelfTestFailed, match=r"does not get full marks on this machine: affine\.values ends FAIL"):
        list(graded)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".gradus.lock"]
    assert kept(loaded, "process") is None


NEVER = """

@criterion("affine.values")
def test_that_nobody_passes(impl):
    from autograder.checks import require

    require(False, "It is never right.")
"""
