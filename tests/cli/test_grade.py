"""`gradus grade` and what it refuses, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.cli import run
from autograder.grading.measure import SelfTestFailed
from autograder.sandbox import backend
from autograder.sandbox.backends import bubblewrap, docker, uid
from tests.grading.desk import COURSE


@pytest.fixture
def grade(tmp_path: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    (tmp_path / "ada.py").write_text("x = 1\n")

    def command(*options: str) -> tuple[int, str]:
        out = ["--out", str(tmp_path / "out")]
        code = run(["--course", str(COURSE), "grade", "scale", str(tmp_path / "ada.py"), *out, *options])
        assert code == 0 or not (tmp_path / "out").exists()
        return code, capsys.readouterr().err

    return command


def test_a_sandbox_that_does_not_exist(grade) -> None:  # type: ignore[no-untyped-def]
    code, said = grade("--sandbox", "cloud")
    assert (code, said) == (2, "There is no sandbox 'cloud'. There are: auto, docker, bubblewrap, uid, process.\n")


def test_nothing_is_run_where_nothing_locks_it_in(grade, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    for module in (docker, bubblewrap, uid):
        monkeypatch.setattr(module, "obstacle", lambda **_: "it is not here.")
    code, said = grade()
    assert code == 2
    assert [line.split(":")[0].strip() for line in said.splitlines()[1:]] == list(backend.BACKENDS)
    assert "--i-trust-this-code" in said
    code, said = grade("--sandbox", "process")
    assert (code, "--i-trust-this-code" in said) == (2, True)


def test_a_failed_self_test_is_the_kits_fault(grade, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from autograder.grading import batch

    def refuse(*arguments: object, **options: object) -> Iterator[None]:
        raise SelfTestFailed("the answer key fails")
        yield

    monkeypatch.setattr(batch, "grade_all", refuse)
    assert grade() == (3, "the answer key fails\n")
