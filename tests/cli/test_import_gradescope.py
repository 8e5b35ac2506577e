"""`gradus import gradescope`: what it prints and refuses; an export that is imported, graded and looked at."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.cli import run
from autograder.course.known import merge
from autograder.course.loading import load_assignment
from autograder.course.notebook import module_source, read_notebook
from autograder.gradebook import open_gradebook
from autograder.gradebook.attempts import attempts_of
from autograder.gradebook.roster import add_person
from autograder.returning.standing import standings
from tests.batches.conftest import LIMITS
from tests.batches.test_gradescope_export import METADATA, zipped

MISTAKE = "def standardise(x):\n    return x - x.mean(-1, keepdim=True)\n"
Gradus = Callable[..., tuple[int, str, str]]


@pytest.fixture
def gradus(tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Gradus:
    """gradus("import", "gradescope", …): exit code, stdout and stderr."""
    monkeypatch.delenv("GRADUS_GRADEBOOK", raising=False)
    file = tiny / "assignments" / "scale" / "assignment.yaml"
    file.write_text(file.read_text() + LIMITS)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(["--course", str(tiny), *arguments])
        return (code, *capsys.readouterr())

    return call


def test_a_preview_without_a_gradebook(gradus: Gradus, tiny: Path, tmp_path: Path) -> None:
    code, out, err = gradus("import", "gradescope", str(zipped(tmp_path)), "--preview")
    assert (code, out) == (1, "In the export: 2 submissions, of 0 students of the roster.\nWould be: New in the gradebook: 0.\n")
    assert err.splitlines() == [
        *(f"submission_{n}: {sid} is not in the roster. Import a roster with them, or add --add-unknown." for n, sid in
          ((1, "00101"), (2, "102"), (2, "103"))),
        "1 earlier submissions are mentioned; Gradescope exports the files of the active one only.",
    ]  # fmt: skip
    assert not (tiny / "gradebook.db").exists()


def test_unknown_students_are_enrolled_and_the_next_command_is_named(gradus: Gradus, tmp_path: Path) -> None:
    call = ("import", "gradescope", str(zipped(tmp_path)), "scale", "--add-unknown", "--deadline", "2026-10-02")
    code, out, _ = gradus(*call)
    assert (code, out.splitlines()[1:]) == (
        0, ["New in the gradebook: 3, late: 2. Enrolled: 3.", "Grade them: gradus grade scale --ungraded"],
    )  # fmt: skip
    code, out, _ = gradus(*call, "--json")
    found = json.loads(out)
    assert (code, found["intake"]["new"], [one["sid"] for one in found["attempts"]]) == (0, 0, ["00101", "102", "103"])


def test_what_is_told_in_the_end(gradus: Gradus, tmp_path: Path) -> None:
    text = METADATA + "submission_3:\n  :submitters: []\nsubmission_4:\n  :submitters:\n  - :name: Dan\n"
    files = {"submission_1/a.txt": "", "submission_3/x.py": "", "submission_4/x.py": "", "evil\x1b[31m/x.py": ""}
    code, _, err = gradus("import", "gradescope", str(zipped(tmp_path, files, text)), "--add-unknown")
    assert code == 1
    assert err.splitlines() == [
        "submission_4: Dan is not in the roster. Give them a student id on Gradescope.",
        "submission_3: nobody is named as its student. Assign it on Gradescope and export again.",
        "submission_2: it was not received: its files are not in the export.",
        "submission_1: received, but grading will reject it: There is no notebook among the 1 files. Hand in scale.ipynb.",
        "submission_3: received, but grading will reject it: There is no notebook among the 1 files. Hand in scale.ipynb.",
        "submission_4: received, but grading will reject it: There is no notebook among the 1 files. Hand in scale.ipynb.",
        "1 earlier submissions are mentioned; Gradescope exports the files of the active one only.",
        "Of no submission, and left: assignment_9_export/evil�[31m/x.py.",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["EXPORT", "lstm"], 'There is no assignment "lstm"'),
        (["EXPORT", "--deadline", "soon"], '--deadline "soon" is no time'),
        (["nowhere.zip"], "does not exist"),
        (["COURSE"], "has no submission_metadata.yml"),
    ],
)
def test_wrong_calls(gradus: Gradus, tiny: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    places = {"EXPORT": str(zipped(tmp_path)), "COURSE": str(tiny)}
    code, _, err = gradus("import", "gradescope", *(places.get(word, word) for word in arguments))
    assert (code, said in err) == (2, True)
    assert not (tiny / "gradebook.db").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["x.py", "--ungraded"], "exclude each other"),
        (["--ungraded", "--class", "."], "--ungraded and --class exclude each other"),
        (["--ungraded", "--deadline", "2026-10-01"], "--deadline exclude each other"),
        (["--ungraded", "--out", "x"], "--ungraded and --out exclude each other"),
        (["--ungraded"], "There is no gradebook at "),
    ],
)
def test_what_does_not_go_with_ungraded(
    gradus: Gradus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.py").touch()
    code, _, err = gradus("grade", "scale", *options)
    assert (code, said in err) == (2, True)


@pytest.mark.slow
def test_an_export_is_imported_graded_and_looked_at(gradus: Gradus, tiny: Path, tmp_path: Path) -> None:
    """Ada is right; Ben and Cy handed in one mistake as a group; both have its score."""
    loaded = load_assignment(tiny, "scale")
    source = module_source(read_notebook(loaded.paths.source.read_bytes(), "source.ipynb"))
    place = zipped(tmp_path, {"submission_1/scale.py": source, "submission_2/scale.py": merge(source, MISTAKE)})
    with open_gradebook(tiny / "gradebook.db") as book:
        for sid in ("00101", "102", "103"):
            add_person(book, sid)
    assert gradus("import", "gradescope", str(place))[0] == 0
    here = ("--sandbox", "process", "--i-trust-this-code", "--seed", "7", "--jobs", "1")
    code, out, err = gradus("grade", "scale", "--ungraded", *here)
    assert (code, out.splitlines()[0].startswith("Graded: 2, failing: 1. Seed 7."), err) == (0, True, "")
    with open_gradebook(tiny / "gradebook.db") as book:
        scores = {one.student: one.score.score for one in standings(book, loaded)}
        assert len(attempts_of(book, "scale")) == 3
    assert scores["00101"] > scores["102"] == scores["103"]
    assert gradus("import", "gradescope", str(place))[1].splitlines()[1] == "New in the gradebook: 0."
    assert json.loads(gradus("grade", "scale", "--ungraded", "--json", *here)[1])["graded"] == 0


def test_the_folder_of_an_export(gradus: Gradus, tmp_path: Path) -> None:
    with zipfile.ZipFile(zipped(tmp_path)) as archive:
        archive.extractall(tmp_path / "unzipped")
    code, out, _ = gradus("import", "gradescope", str(tmp_path / "unzipped"), "--add-unknown")
    assert (code, out.splitlines()[1]) == (0, "New in the gradebook: 3. Enrolled: 3.")
