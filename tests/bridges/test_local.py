"""`gradus gradescope --try` and the command around it, with a docker client that only writes down how it was called."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from autograder.bridges.gradescope.results import document, untouched
from autograder.bridges.gradescope.settings import Settings
from autograder.cli import run
from tests.grading.desk import COURSE, notebook

FAKE = """
import json, os, shutil, sys
folder = os.environ["FAKE_DOCKER"]
with open(folder + "/calls", "a") as calls:
    print(json.dumps(sys.argv[1:]), file=calls)
told = json.load(open(folder + "/behaviour"))
call = " ".join(sys.argv[1:])
for beginning, (code, text) in told.items():
    if call.startswith(beginning):
        print(text)
        sys.exit(code)
if sys.argv[1] == "cp" and sys.argv[2].endswith("results.json"):
    shutil.copy(folder + "/results.json", sys.argv[3])
if call.startswith("image inspect"):
    print("sha256:0123")
if call.startswith("inspect"):
    print("false")
"""


class FakeDocker:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.behave({"image inspect --format {{.Id}} gradus-try": (1, "no such image")})

    def behave(self, behaviour: dict[str, tuple[int, str]]) -> None:
        (self.folder / "behaviour").write_text(json.dumps(behaviour))

    def leave(self, results: str) -> None:
        (self.folder / "results.json").write_text(results)

    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]

    def call(self, *beginning: str) -> list[str]:
        """The only call that begins so."""
        (found,) = [call for call in self.calls() if call[: len(beginning)] == list(beginning)]
        return found


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDocker:
    folder = tmp_path / "fake"
    folder.mkdir()
    program = folder / "docker"
    program.write_text(f"#!{sys.executable}\n{FAKE}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_DOCKER", str(folder))
    for name in ("GRADUS_CA_BUNDLE", "GRADUS_PIP_CONF", "GRADUS_WHEELHOUSE"):
        monkeypatch.delenv(name, raising=False)
    docker = FakeDocker(folder)
    docker.leave(json.dumps(results()))
    return docker


def results(status: str = "graded", message: str = "") -> dict[str, object]:
    settings = Settings(slug="scale", title="Scaling", points=100, kit="0", assignment_sha256="0" * 64)
    return document(untouched(settings).model_copy(update={"status": status, "message": message}), settings)


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    path = tmp_path / "scale.ipynb"
    path.write_text(json.dumps(notebook()))
    return path


def try_it(submission: Path, *more: str) -> int:
    return run(["--course", str(COURSE), "gradescope", "scale", "--try", str(submission), *more])


def test_the_container_is_the_platforms(fake: FakeDocker, submission: Path) -> None:
    """Its memory without swap, its half CPU, no network, root with docker's own capabilities; removed in the end."""
    assert try_it(submission) == 0
    graded = [call for call in fake.calls() if call[0] == "create"][-1]
    options = graded[3:]
    assert options[:2] == ["--label", "gradus.try"]
    assert options[2:10] == ["--memory", "768m", "--memory-swap", "768m", "--cpus", "0.5", "--network", "none"]
    assert options[-1] == "/autograder/run_autograder"
    assert not [word for word in graded if word.startswith(("--cap", "--security", "--user", "--privileged"))]
    created = [call[2] for call in fake.calls() if call[0] == "create"]
    removed = [call[-1] for call in fake.calls() if call[:2] == ["rm", "--force"]]
    assert sorted(created) == sorted(removed)
    assert len(created) == 2


def test_an_image_that_is_there_is_not_built_again(fake: FakeDocker, submission: Path) -> None:
    fake.behave({})
    assert try_it(submission) == 0
    assert not [call for call in fake.calls() if call[0] in ("exec", "commit")]


def test_inputs_reach_the_build_and_not_the_image(fake: FakeDocker, submission: Path, tmp_path: Path) -> None:
    bundle, conf, wheels = tmp_path / "ca.crt", tmp_path / "pip.conf", tmp_path / "wheels"
    bundle.write_text("")
    conf.write_text("")
    wheels.mkdir()
    assert try_it(submission, "--ca-bundle", str(bundle), "--pip-conf", str(conf), "--wheelhouse", str(wheels)) == 0
    create = next(call for call in fake.calls() if call[0] == "create")
    assert f"{bundle}:/run/gradus-try/ca.crt:ro" in create
    assert f"{wheels}:{wheels}:ro" in create
    assert "--env" not in create, "a committed image keeps the environment of its container"
    assert {
        "PIP_CERT=/run/gradus-try/ca.crt",
        f"PIP_FIND_LINKS={wheels}",
        "PIP_CONFIG_FILE=/run/gradus-try/pip.conf",
    } <= set(fake.call("exec"))


def test_the_table_and_the_file(
    fake: FakeDocker, submission: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.json"
    assert try_it(submission, "--results", str(kept)) == 0
    assert json.loads(kept.read_text()) == results()
    assert "Score: 0 of 100" in capsys.readouterr().out


def test_json(fake: FakeDocker, submission: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert try_it(submission, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["results"] == results()
    assert (told["timed_out"], told["out_of_memory"]) == (False, False)


@pytest.mark.parametrize(("status", "code"), [("graded", 0), ("rejected", 0), ("placeholder", 1), ("grader_error", 1)])
def test_grading_that_did_not_end_is_a_finding(fake: FakeDocker, submission: Path, status: str, code: int) -> None:
    fake.leave(json.dumps(results(status)))
    assert try_it(submission) == code


ERRORS = {
    "daemon": (
        {"version": (1, "Cannot connect to the Docker daemon")},
        "Docker's daemon does not answer. Start Docker, and see to it that you may use it (`docker ps` must work). "
        "It said:\n  Cannot connect to the Docker daemon\n",
    ),
    "image": (
        {"image inspect": (1, ""), "pull": (1, "pull access denied")},
        "There is no image gradescope/autograder-base:ubuntu-22.04 here, and it could not be fetched. "
        "Name one that is here with --image. Docker said:\n  pull access denied\n",
    ),
    "setup": (
        {"image inspect --format {{.Id}} gradus-try": (1, ""), "exec": (100, "E: Unable to locate package python3.11")},
        "setup.sh failed (exit code 100) in gradescope/autograder-base:ubuntu-22.04. "
        "It would fail on Gradescope too. Its last lines:\n  E: Unable to locate package python3.11\n",
    ),
    "create": (
        {"create": (125, "invalid value for --cpus")},
        "Creating a container failed (exit code 125). Docker said:\n  invalid value for --cpus\n",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_what_goes_wrong_is_said(
    fake: FakeDocker, submission: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    behaviour, message = ERRORS[case]
    fake.behave(behaviour)
    assert try_it(submission) == 2
    assert capsys.readouterr().err.endswith(message)


def test_results_that_are_no_json_are_said(
    fake: FakeDocker, submission: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.leave("")
    assert try_it(submission) == 2
    assert "There is no valid results.json (Expecting value" in capsys.readouterr().err


def test_without_docker(submission: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert try_it(submission) == 2
    said = "docker is not installed here. Install Docker, or try the zip on Gradescope itself.\n"
    assert capsys.readouterr().err == said


# --- the command without --try


def test_the_zip_is_written_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "autograder.zip"
    assert run(["--course", str(COURSE), "gradescope", "scale", "-o", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bytes"] == out.stat().st_size
    assert told["points"] == 100
    assert "setup.sh" in told["files"]
    assert run(["--course", str(COURSE), "gradescope", "scale", "-o", str(out), "--memory", "256"]) == 0
    said = capsys.readouterr().out
    assert f"{out}: {len(told['files'])} files" in said
    assert "256 MB are too little" in said


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "nowhere" / "autograder.zip"
    assert run(["--course", str(COURSE), "gradescope", "scale", "-o", str(out)]) == 2
    assert f"{out} cannot be written: No such file or directory. Name another file." in capsys.readouterr().err


def test_the_command_needs_no_torch(tmp_path: Path) -> None:
    from tests.boundaries.test_light_start import last_line

    assert last_line("--course", str(COURSE), "gradescope", "scale", "-o", str(tmp_path / "a.zip")) == "0 []"
