"""Which backend is taken, and what is said when none may be."""

from __future__ import annotations

import types
from pathlib import Path

import pytest

from autograder.sandbox import backend
from autograder.sandbox.backend import BACKENDS, Refused, choose, kind_of


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch):
    """Pretend that only these backends work here."""

    def pretend(*working: str) -> list[tuple[str, dict[str, object]]]:
        asked: list[tuple[str, dict[str, object]]] = []

        def kind(name: str) -> types.SimpleNamespace:
            def obstacle(**given: object) -> str | None:
                asked.append((name, given))
                return None if name in working else f"{name} is missing."

            return types.SimpleNamespace(obstacle=obstacle)

        monkeypatch.setattr(backend, "kind_of", kind)
        return asked

    return pretend


@pytest.mark.parametrize(
    ("working", "taken"),
    [
        (BACKENDS, "docker"),
        (("bubblewrap", "uid", "process"), "bubblewrap"),
        (("uid", "process"), "uid"),
    ],
)
def test_the_strongest_that_works_is_taken(only, working, taken):
    """`process` works everywhere and is never taken for a stronger one's lack."""
    only(*working)
    assert choose() == taken


def test_process_runs_trusted_code_only(only):
    """Neither by default nor by name."""
    only("process")
    with pytest.raises(Refused) as caught:
        choose()
    assert str(caught.value).splitlines() == [
        "No sandbox that locks student code in works here.",
        "  docker: docker is missing.",
        "  bubblewrap: bubblewrap is missing.",
        "  uid: uid is missing.",
        "  process: it does not lock code in: a submission can read the hidden tests and write its own result. "
        "For code that you trust, such as your own, add --i-trust-this-code.",
    ]
    with pytest.raises(Refused, match=r"^The sandbox process cannot be used here: it does not lock code in"):
        choose("process")
    assert choose(trusted=True) == choose("process", trusted=True) == "process"


def test_trust_does_not_weaken_what_can_be_had(only):
    """Trusted code is locked in, too, where that works."""
    only("uid", "process")
    assert choose(trusted=True) == "uid"


def test_a_backend_that_is_asked_for_is_not_replaced(only):
    """Not by a weaker one, not by a stronger one."""
    only("docker", "uid", "process")
    with pytest.raises(Refused, match=r"^The sandbox bubblewrap cannot be used here: bubblewrap is missing\.$"):
        choose("bubblewrap", trusted=True)
    assert choose("uid") == "uid"


def test_private_folders_and_a_gpu_are_asked_about(only, tmp_path: Path):
    """Every backend judges for itself what it can keep closed and reach."""
    asked = only("uid")
    choose(private=[tmp_path], gpu=True)
    assert asked == [(name, {"private": [tmp_path], "gpu": True}) for name in BACKENDS[:3]]


def test_there_is_a_module_for_each():
    """With the two functions of a kind."""
    for name in BACKENDS:
        assert callable(kind_of(name).obstacle)
        assert callable(kind_of(name).open_here)
