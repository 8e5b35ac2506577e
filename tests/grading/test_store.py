"""A result on disk is whole: the old one or the new one, whatever happens while it is written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from autograder.grading.store import read_result, remove_torn, write_atomically, write_result
from tests.report.samples import perfect, typical


def test_a_result_comes_back_as_it_was(tmp_path: Path) -> None:
    write_result(tmp_path / "ada", typical())
    assert read_result(tmp_path / "ada") == typical()
    text = (tmp_path / "ada/result.json").read_text(encoding="utf-8")
    assert text.startswith('{\n "schema": 1,\n "assignment": "lstm",')
    assert text.endswith("}\n")


def test_a_newer_result_takes_the_place_of_the_old(tmp_path: Path) -> None:
    write_result(tmp_path, typical())
    write_result(tmp_path, perfect())
    assert read_result(tmp_path) == perfect()
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_others_may_read_it(tmp_path: Path) -> None:
    write_atomically(tmp_path / "note", "x")
    assert (tmp_path / "note").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("call", ["fsync", "replace", "chmod", "fdopen"])
def test_on_a_full_disk_the_old_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """Whichever step fails, the old bytes stand and nothing half written is left behind."""
    write_result(tmp_path, typical())

    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(OSError, match="No space left on device"):
            write_result(tmp_path, perfect())
    assert read_result(tmp_path) == typical()
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """/dev/full takes no byte: the write itself fails."""
    old = tmp_path / "result.json"
    write_atomically(old, "old")
    real = os.fdopen
    opened = []

    def full(descriptor: int, *arguments: object, **options: object) -> object:
        os.close(descriptor)
        opened.append(descriptor)
        return real(os.open("/dev/full", os.O_WRONLY), *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fdopen", full)
        with pytest.raises(OSError, match="No space left on device"):
            write_atomically(old, "new" * 100_000)
    assert opened
    assert old.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_interrupted_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_atomically(tmp_path / "note", "old")

    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "note", "new")
    assert (tmp_path / "note").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["note"]


def test_a_number_that_json_lacks_is_refused(tmp_path: Path) -> None:
    """NaN as a score would be written as null, and read by nobody."""
    with pytest.raises(ValueError, match="finite number"):
        perfect().model_validate({**perfect().model_dump(), "score": float("nan")})


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        os.fsync = lambda descriptor: os.kill(os.getpid(), 9)  # type: ignore[assignment]
        write_atomically(tmp_path / "result.json", "new")
    os.waitpid(pid, 0)
    (torn,) = tmp_path.iterdir()
    assert torn.name.startswith(".result.json-")
    for name in (".gradus.lock", ".note-1", "result.json", "a-12345678"):
        (tmp_path / name).write_text("kept")
    remove_torn(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".gradus.lock", ".note-1", "a-12345678", "result.json"]
