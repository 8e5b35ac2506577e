"""Commands: what they print, and the exit code that says whose fault it is."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from autograder.cli import COMMANDS, run
from autograder.cli.errors import reported
from autograder.course.findings import CourseError


def gradus(course: Path, *arguments: str) -> int:
    return run(["--course", str(course), *arguments])


def test_help_lists_every_command_without_importing_any() -> None:
    program = (
        "import sys; from autograder.cli import run; code = run(['--help']); "
        "heavy = ('torch', 'nbgrader', 'nbformat', 'pydantic', 'rich', 'autograder.cli.release'); "
        "print(code, [name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_module_and_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = import_module(f"autograder.cli.{name.replace('-', '_')}").command
    assert isinstance(command, click.Command)
    assert command.name == name
    assert run([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: gradus {name} ")


def test_release_then_check(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gradus(tiny, "release", "scale", "--check") == 1
    assert capsys.readouterr().out == "scale: out of date, differences: 11.\n"
    assert gradus(tiny, "release", "scale") == 0
    assert capsys.readouterr().out == "scale: released 11 files; 11 differed from before.\n"
    assert gradus(tiny, "release", "scale", "--check") == 0
    assert capsys.readouterr().out == "scale: up to date: 11 files, nothing leaks.\n"
    (tiny / "student_template/scale/README.md").write_text("mine")
    assert gradus(tiny, "release", "scale", "--check") == 1
    assert capsys.readouterr() == (
        "scale: out of date, differences: 1.\n",
        "student_template/scale/README.md: the file is not what the source gives. Run `gradus release scale`.\n",
    )


def test_release_that_would_leak(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tiny / "assignments/scale/data/heights.txt").write_text("centred / torch.sqrt(variance + EPS)")
    assert gradus(tiny, "release", "scale") == 1
    assert capsys.readouterr() == (
        "scale: not released: the student's files would hold what they must not.\n",
        "student_template/scale/data/heights.txt: 10 tokens in a row of the solution in cell 4 stand here: "
        '"centred / torch . sqrt ( variance + …". Remove them where this comes from, then release again.\n',
    )
    assert not (tiny / "student_template").exists()


def test_release_as_json(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gradus(tiny, "release", "scale", "--json") == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert (report["slug"], report["ok"], report["written"], report["leaks"]) == ("scale", True, True, [])
    assert "student_template/scale/scale.ipynb" in report["files"]


def test_release_of_a_broken_assignment(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rubric = tiny / "rubrics/scale.yaml"
    rubric.write_text(rubric.read_text().replace("points: 100", "points: 90"))
    assert gradus(tiny, "release", "scale") == 2
    assert capsys.readouterr().err == (
        "rubrics/scale.yaml, line 2: the criteria sum to 100 points, the rubric promises 90. "
        "Change the criteria or this total.\n"
    )


def test_list(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gradus(tiny, "list") == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["scale:", "Standardise", "and", "scale,", "100", "points"]
    assert ["standardise", "standardise", "40", "2", "3"] in lines
    assert ["why", "Why", "networks", "standardise", "20", "20"] in lines


def test_list_as_json(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gradus(tiny, "list", "--json") == 0
    (scale,) = json.loads(capsys.readouterr().out)
    assert (scale["slug"], scale["points"]) == ("scale", 100)
    assert [(q["id"], q["points"], q["public"], q["hidden"]) for q in scale["questions"]] == [
        ("standardise", 40, 2, 3),
        ("affine", 40, 1, 2),
        ("why", 20, 0, 0),
    ]


def test_list_shows_what_can_be_read_and_what_cannot(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tiny / "assignments/draft").mkdir()
    (tiny / "assignments/draft/assignment.yaml").write_text("slug: [draft\n")
    assert gradus(tiny, "list") == 2
    shown = capsys.readouterr()
    assert "scale: Standardise and scale" in shown.out
    assert "assignments/draft/assignment.yaml, line 2: this is not YAML" in shown.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["relase"], 'There is no command "relase". Did you mean "release"? (try `gradus --help`)\n'),
        (
            ["xyzzy"],
            f'There is no command "xyzzy". There are {", ".join(sorted(COMMANDS))}. (try `gradus --help`)\n',
        ),
        (["release"], "Missing argument 'SLUG...'. (try `gradus release --help`)\n"),
        (
            ["--course", "nowhere", "list"],
            "Invalid value for '--course': Directory 'nowhere' does not exist. ",
        ),
    ],
)
def test_wrong_calls(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr().err.startswith(said)


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert capsys.readouterr().err.startswith("Usage: gradus ")


def raises(error: BaseException) -> int:
    def command() -> int:
        raise error

    return reported(command)


def test_exit_codes_of_errors(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADUS_DEBUG", raising=False)
    assert raises(CourseError("No course here.")) == 2
    assert capsys.readouterr().err == "No course here.\n"
    assert raises(ZeroDivisionError("division by zero\nand more")) == 3
    assert capsys.readouterr().err == (
        "gradus failed: ZeroDivisionError: division by zero. "
        "This is not your input's fault. GRADUS_DEBUG=1 shows where it happened.\n"
    )
    assert raises(ModuleNotFoundError("No module named 'nbgrader'", name="nbgrader")) == 2
    assert capsys.readouterr().err == (
        'This command needs nbgrader, which is not installed. Run: pip install "gradus-kit[instructor]"\n'
    )
    assert raises(ModuleNotFoundError("No module named 'sqlalchemy'", name="sqlalchemy")) == 2
    assert 'Run: pip install "gradus-kit[gradebook]"' in capsys.readouterr().err
    assert raises(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "Interrupted.\n"
    monkeypatch.setenv("GRADUS_DEBUG", "1")
    assert raises(ZeroDivisionError("x")) == 3
    assert "Traceback (most recent call last)" in capsys.readouterr().err
    assert reported(lambda: 1) == 1
    assert reported(lambda: None) == 0
