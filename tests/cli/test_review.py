"""`gradus review`: the links that it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra [review] is not installed")

from autograder.cli import run
from autograder.gradebook import open_gradebook
from autograder.gradebook.staff import add_staff, staff_of
from autograder.review import serving


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Nothing is served; what would be is noted."""
    seen: list[Any] = []
    monkeypatch.setattr(serving, "serve", lambda application, socket: seen.append(application))
    return seen


@pytest.fixture
def gradebook(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tiny)
    monkeypatch.delenv("GRADUS_GRADEBOOK", raising=False)
    with open_gradebook(tiny / "gradebook.db"):
        return tiny / "gradebook.db"


def test_the_first_becomes_the_instructor(
    gradebook: Path, served: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["review", "--port", "0", "--as", "ida"]) == 0
    told = capsys.readouterr()
    assert "ida is its instructor now" in told.err
    assert told.out.startswith("ida  http://localhost:")
    assert len(served) == 1
    with open_gradebook(gradebook) as book:
        assert staff_of(book) == {"ida": "instructor"}


def test_each_of_the_staff_gets_a_link(gradebook: Path, served: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    with open_gradebook(gradebook) as book:
        add_staff(book, "ida", "instructor")
        add_staff(book, "ann", "ta")
    assert run(["review", "--port", "0", "--json"]) == 0
    links = json.loads(capsys.readouterr().out)["links"]
    assert set(links) == {"ann", "ida"}
    assert len(set(links.values())) == 2


def test_somebody_unknown_is_refused(gradebook: Path, served: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    with open_gradebook(gradebook) as book:
        add_staff(book, "ida", "instructor")
    assert run(["review", "--as", "mallory"]) == 2
    assert '"mallory" is not among the staff of this gradebook (ida)' in capsys.readouterr().err
    assert served == []


def test_without_a_gradebook_it_says_so(tiny: Path, served: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny)
    assert run(["review"]) == 2
    assert not (tiny / "gradebook.db").exists()
