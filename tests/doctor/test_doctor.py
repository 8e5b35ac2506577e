"""`gradus doctor`: each look sees what is amiss, and what is well."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.cli import run
from autograder.doctor import Diagnosis, examination, installation, machine
from autograder.doctor.course import examine_course, examine_data
from autograder.doctor.examination import examine
from autograder.doctor.installation import examine_extras, examine_python, examine_torch
from autograder.doctor.machine import examine_disk, examine_sandboxes


def states(found: list[Diagnosis]) -> dict[str, str]:
    return {one.part: one.state for one in found}


def says(torch: dict[str, object]) -> object:
    """A stand-in for the process that imports torch."""
    answer = json.dumps({"version": "2.13.0+cpu", "cuda": None, "gpu": None, "threads": 4} | torch)
    return lambda *a, **k: SimpleNamespace(returncode=0, stdout=answer + "\n", stderr="")


def test_python(monkeypatch: pytest.MonkeyPatch) -> None:
    assert states(examine_python(None)) == {"python": "ok"}
    monkeypatch.setattr(installation, "OLDEST", (4, 0))
    (old,) = examine_python(None)
    assert (old.state, old.mend) == ("problem", "Python 4.0 or newer is needed: make a new environment with it.")


def test_torch_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", says({"version": "1.2.0", "cuda": "10.0"}))
    torch, _ = examine_torch(None)
    assert (torch.state, torch.fact) == ("problem", "1.2.0, built for CUDA 10.0, 4 threads")
    assert 'Run: pip install "torch==' in torch.mend


def test_torch_that_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = SimpleNamespace(returncode=1, stdout="", stderr="Traceback\nModuleNotFoundError: No module named 'torch'\n")
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: failed)
    (torch,) = examine_torch(None)
    assert torch.fact == "it cannot be imported: ModuleNotFoundError: No module named 'torch'"
    assert torch.state == "problem"


def test_a_gpu_that_is_missed(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", says({}))
    assert states(examine_torch(tiny))["device"] == "ok"
    yaml = tiny / "assignments/scale/assignment.yaml"
    yaml.write_text(yaml.read_text() + "gpu: true\n")
    assert states(examine_torch(tiny))["device"] == "warning"
    monkeypatch.setattr(subprocess, "run", says({"gpu": "H200", "cuda": "12.8"}))
    assert states(examine_torch(tiny))["device"] == "ok"


def test_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {one.part for one in examine_extras(None)} == {f"extra {name}" for name in installation.EXTRAS}
    monkeypatch.setattr(installation, "_is_met", lambda one: one.name != "sqlalchemy")
    lacking = next(one for one in examine_extras(None) if one.part == "extra gradebook")
    assert lacking.state == "warning"
    assert lacking.fact == "missing or in another version: sqlalchemy<3,>=2.0; a class needs it"
    assert lacking.mend == 'Run: pip install "gradus-kit[gradebook]"'


def kinds(monkeypatch: pytest.MonkeyPatch, **reasons: str | None) -> None:
    """Stand-ins for the backends, with their obstacles."""
    monkeypatch.setattr(machine, "kind_of", lambda name: SimpleNamespace(obstacle=lambda **_: reasons[name]))


def test_one_sandbox_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds(monkeypatch, docker="no daemon.", bubblewrap=None, uid="not root.")
    found = examine_sandboxes(None)
    assert {one.state for one in found} == {"ok"}
    assert found[-1].fact == "gradus grade takes bubblewrap"


def test_without_a_sandbox_there_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds(monkeypatch, docker="no daemon. Start it.", bubblewrap="not installed.", uid="not root.")
    found = examine_sandboxes(None)
    assert [one.state for one in found] == ["warning", "warning", "warning", "problem"]
    assert found[0].fact == "not here: no daemon. Start it."


def test_the_real_backends_answer() -> None:
    assert [one.part for one in examine_sandboxes(None)] == [
        "sandbox docker", "sandbox bubblewrap", "sandbox uid", "sandbox",
    ]  # fmt: skip


@pytest.mark.parametrize(("free", "state"), [(2**40, "ok"), (2**31, "warning"), (2**20, "problem")])
def test_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=free))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "not" / "yet"))
    assert set(states(examine_disk(tmp_path)).values()) == {state}


def test_course(tiny: Path) -> None:
    assert states(examine_course(None)) == {"course": "warning"}
    (unreleased,) = examine_course(tiny)
    assert (unreleased.state, unreleased.mend) == ("warning", "Run: gradus release scale")
    (tiny / "student_template/scale").mkdir(parents=True)
    assert states(examine_course(tiny)) == {"assignment scale": "ok"}
    (tiny / "rubrics/scale.yaml").write_text("points: [")
    assert states(examine_course(tiny)) == {"assignment scale": "problem"}


def test_an_archive_that_is_not_whole(tiny: Path) -> None:
    assert states(examine_data(tiny)) == {"data": "ok"}
    (tiny / "data").mkdir()
    (tiny / "data/cifar-10-binary.tar.gz").write_bytes(b"half of it")
    (found,) = examine_data(tiny)
    assert found.state == "problem"
    assert "it has 10 bytes" in found.fact


def test_a_look_that_fails_hides_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def examine_moon(course: Path | None) -> list[Diagnosis]:
        raise OSError("clouds")

    monkeypatch.setattr(examination, "LOOKS", (examine_moon, examine_python))
    first, second = examine(tmp_path)
    assert first == Diagnosis("moon", "problem", "it could not be looked at: OSError: clouds")
    assert second.part == "python"


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A problem makes the exit code 1, a warning does not."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(examination, "LOOKS", (examine_python, examine_course))
    assert run(["doctor"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[1].split() == ["warning", "course", *["the", "current", "folder", "is", "not", "inside", "one"]]
    assert out[-1] == "1 ok, warnings: 1, problems: 0."
    monkeypatch.setattr(installation, "OLDEST", (4, 0))
    assert run(["doctor", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["state"] == "problem"
