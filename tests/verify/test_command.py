"""`gradus verify` from end to end: worker processes, the matrix, the record, the figure, the exit code."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import NoneType
from typing import Any

import pytest

from autograder.cli import run
from autograder.course.findings import Findings
from autograder.course.loading import load_assignment
from autograder.verify import verification
from autograder.verify.public import public_tests_tell
from tests.verify.conftest import Room

CRITERIA = ["standardise.values", "standardise.stable", "affine.values", "affine.gradients"]
RECORD: dict[str, Any] = {
    "schema": int, "assignment": str, "assignment_sha256": str, "clean": bool, "complete": bool, "seeds": list,
    "seconds": float, "findings": list, "notes": list, "limits": dict, "measured": (dict, NoneType),
    "with_more_time": list, "asked_again": list, "runs": list,
}  # fmt: skip
RUN = {
    "kind": str, "name": str, "seed": int, "score": float, "verdicts": dict, "untouched": list, "explained_by": dict,
    "seconds": float,
}  # fmt: skip
SUBMISSIONS = "assignments/scale/submissions"


def has_form(record: dict[str, Any], form: dict[str, Any]) -> bool:
    return list(record) == list(form) and all(
        type(record[key]) in (kind if isinstance(kind, tuple) else (kind,)) for key, kind in form.items()
    )


@pytest.fixture
def verify(room: Room, tmp_path: Path) -> Any:
    """verify(*options): exit code, stdout and stderr; the record goes to tmp_path/out."""

    def command(*options: str) -> tuple[int, str, str]:
        code = run(["--course", str(room.course), "verify", *options, "--out", str(tmp_path / "out")])
        shown = room.capsys.readouterr()
        return code, shown.out, shown.err

    return command


@pytest.mark.slow
def test_a_sound_course(verify: Any, tmp_path: Path) -> None:
    """In worker processes, with all that the command does."""
    code, out, err = verify("scale", "--seeds", "2", "--jobs", "2")
    assert (code, err) == (0, "")
    assert "every outcome is as expected." in " ".join(out.split())
    *_, last = out.splitlines()
    assert last.startswith("Clean: 12 runs in ")
    assert last.endswith(f" s. Record: {tmp_path}/out/verify.json, {tmp_path}/out/matrix.svg")

    record = json.loads((tmp_path / "out" / "verify.json").read_text(encoding="utf-8"))
    assert has_form(record, RECORD)
    assert all(has_form(one, RUN) for one in record["runs"])
    assert (record["schema"], record["assignment"], record["seeds"]) == (1, "scale", [0, 1])
    assert (record["clean"], record["complete"], record["findings"], record["notes"]) == (True, True, [], [])
    assert len(record["assignment_sha256"]) == 64
    subjects = sorted((one["kind"], one["name"], one["seed"]) for one in record["runs"])
    assert subjects == [
        ("correct", "loop", 0), ("correct", "loop", 1), ("correct", "moments", 0), ("correct", "moments", 1),
        ("hostile", "leaves_early", 0), ("mistakes", "in_place", 0), ("mistakes", "no_bias", 0),
        ("mistakes", "unbiased_variance", 0), ("solution", "solution", 0), ("solution", "solution", 1),
        ("template", "template", 0), ("unstable", "difference_of_squares", 0),
    ]  # fmt: skip
    assert record["measured"]["submissions"] == 6
    assert 2 * record["measured"]["call_seconds"] <= record["limits"]["call_seconds"]
    by_name = {one["name"]: one for one in record["runs"]}
    assert all(list(one["verdicts"]) == CRITERIA for one in record["runs"])
    assert by_name["solution"]["score"] == 80
    assert by_name["template"]["verdicts"] == dict.fromkeys(CRITERIA, "NOT_ATTEMPTED")
    assert by_name["no_bias"]["explained_by"] == {"affine.values": "no_bias", "affine.gradients": "no_bias"}
    assert by_name["difference_of_squares"]["verdicts"]["standardise.stable"] == "UNSTABLE"

    assert by_name["no_bias"]["untouched"] == ["standardise.stable", "standardise.values"]
    assert by_name["leaves_early"]["untouched"] == by_name["solution"]["untouched"] == []

    figure = ElementTree.parse(tmp_path / "out" / "matrix.svg").getroot()
    assert figure.tag == "{http://www.w3.org/2000/svg}svg"
    words = " ".join(figure.itertext())
    assert all(name in words for name in by_name)


@pytest.mark.slow
def test_every_test_on_every_submission(verify: Any, tmp_path: Path) -> None:
    """When it is asked for, nothing is taken from the answer key, and the outcomes are the same."""
    code, out, _ = verify("scale", "--seeds", "1", "--every-test", "--json")
    record = json.loads(out)
    assert code == 0
    assert {name for one in record["runs"] for name in one["untouched"]} == set()
    verify("scale", "--seeds", "1", "--json")
    reused = json.loads((tmp_path / "out" / "verify.json").read_text(encoding="utf-8"))
    assert any(one["untouched"] for one in reused["runs"])
    assert [(one["name"], one["verdicts"]) for one in record["runs"]] == [
        (one["name"], one["verdicts"]) for one in reused["runs"]
    ]


def test_a_course_with_findings(verify: Any, room: Room, tmp_path: Path) -> None:
    room.edit(f"{SUBMISSIONS}/mistakes/no_bias.py", "loses: affine.values, affine.gradients", "loses: affine.values")
    code, out, err = verify("scale", "--only", "no_bias", "--jobs", "1")
    finding = (
        f"{SUBMISSIONS}/mistakes/no_bias.py: it also loses affine.gradients (FAIL): No gradient of `bias` arrives: "
        'something cuts the graph (detach, .data, .item(), no_grad). Narrow the test, or add the criterion to "loses:".'
    )
    assert (code, err) == (1, "")
    assert out.splitlines()[-2] == f"{finding} [mistake_loses_more]"
    assert out.splitlines()[-1].startswith("1 finding: 1 run in ")
    record = json.loads((tmp_path / "out" / "verify.json").read_text(encoding="utf-8"))
    assert (record["clean"], record["complete"], record["seeds"]) == (False, False, [0])
    assert record["findings"] == [
        {
            "code": "mistake_loses_more",
            "file": f"{SUBMISSIONS}/mistakes/no_bias.py",
            "line": None,
            "message": finding.partition(": ")[2].partition(" Narrow")[0],
            "next_step": 'Narrow the test, or add the criterion to "loses:".',
        }
    ]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("options", "runs"),
    [
        (["--only", "mistakes/"], [("in_place", 0), ("no_bias", 0), ("unbiased_variance", 0)]),
        (["--only", "no_bias", "--only", "unstable"], [("no_bias", 0), ("difference_of_squares", 0)]),
        (["--only", "solution", "--seeds", "3", "--seed", "7"], [("solution", 7), ("solution", 8), ("solution", 9)]),
        (["--only", "no_bias", "--seeds", "3", "--seed", "7"], [("no_bias", 7)]),
    ],
)
def test_only_some_and_other_seeds(verify: Any, options: list[str], runs: list[tuple[str, int]]) -> None:
    code, out, _ = verify("scale", *options, "--json")
    record = json.loads(out)
    assert code == 0
    assert has_form(record, RECORD)
    assert sorted((one["name"], one["seed"]) for one in record["runs"]) == sorted(runs)
    assert record["seeds"] == sorted({seed for _, seed in runs})
    assert record["complete"] is False


@pytest.mark.usefixtures("at_once")
def test_json_is_the_record_and_nothing_else(verify: Any, room: Room, tmp_path: Path) -> None:
    room.edit(f"{SUBMISSIONS}/mistakes/no_bias.py", "loses: affine.values, affine.gradients", "loses: affine.values")
    code, out, err = verify("scale", "--only", "no_bias", "--json")
    assert (code, err) == (1, "")
    assert json.loads(out) == json.loads((tmp_path / "out" / "verify.json").read_text(encoding="utf-8"))
    assert out.count("\n") == 1


def test_only_that_matches_nothing(verify: Any, tmp_path: Path) -> None:
    assert verify("scale", "--only", "attention", "--only", "rope") == (
        2,
        "",
        "no submission of scale matches --only attention --only rope (try `gradus verify --help`)\n",
    )
    assert not (tmp_path / "out").exists()


def test_an_unknown_assignment(verify: Any, room: Room) -> None:
    message = f'There is no assignment "scael" in {room.course}. Did you mean "scale"?\n'
    assert verify("scael") == (2, "", message)


@pytest.mark.parametrize(("options", "said"), [(["--seeds", "0"], "'--seeds'"), (["--jobs", "0"], "'--jobs'")])
def test_numbers_out_of_range(verify: Any, options: list[str], said: str) -> None:
    code, out, err = verify("scale", *options)
    assert (code, out) == (2, "")
    assert said in err
    assert "0 is not in the range x>=1." in err


def test_a_criterion_without_a_test_is_wrong_input(verify: Any, room: Room) -> None:
    """It is found before anything runs, as every command finds it."""
    room.edit("assignments/scale/tests/hidden/test_affine.py", '@criterion("affine.gradients")', "")
    assert verify("scale") == (
        2,
        "",
        "assignments/scale/tests/hidden/test_affine.py, line 21: test_gradients decides no criterion. "
        'Put @criterion("<id of the rubric>") above it.\n'
        'rubrics/scale.yaml, line 11: no hidden test decides the criterion "affine.gradients". '
        'Write one with @criterion("affine.gradients"), or say "kind: ta".\n',
    )


# --- the checks that students run


def public(room: Room) -> list[str]:
    findings = Findings()
    public_tests_tell(load_assignment(room.course, "scale"), findings)
    return [str(finding) for finding in findings.items]


def test_public_tests_that_tell_nothing(room: Room) -> None:
    """One passes before anything is written, one fails on the solution; the others are sound."""
    test = room.assignment / "tests" / "public" / "test_affine.py"
    test.write_text(
        test.read_text()
        + '\n\ndef test_anything(impl):\n    """Nothing is asked."""\n    assert True\n'
        + '\n\ndef test_wrong(impl):\n    """It starts at 1."""\n    assert impl.Affine(2).bias.sum() == 2\n'
    )
    room.release()
    place = "assignments/scale/tests/public/test_affine.py"
    wrong, anything = public(room)
    assert wrong.startswith(f"{place}: test_wrong does not pass on the solution: ")
    assert wrong.endswith(" Correct it.")
    assert anything == (
        f"{place}: test_anything passes on the template, before anything is written. "
        "Make it call what the student is to write."
    )


def test_a_student_folder_that_check_cannot_open(room: Room) -> None:
    folder = room.course / "student_template" / "scale"
    (folder / "assignment.json").write_text("{")
    (finding,) = public(room)
    assert finding.startswith("student_template/scale: `gradus check` does not work in it: ")
    assert finding.endswith("assignment.json is damaged. Copy it from the folder you were given.")


@pytest.mark.parametrize("current", [True, False])
def test_public_tests_are_run_when_they_are_the_sources(
    room: Room, monkeypatch: pytest.MonkeyPatch, current: bool
) -> None:
    ran = []
    monkeypatch.setattr(verification, "public_tests_tell", lambda loaded, findings: ran.append(loaded.slug))
    if not current:
        (room.course / "student_template" / "scale" / "README.md").write_text("mine")
    verification.released_findings(load_assignment(room.course, "scale"))
    assert ran == (["scale"] if current else [])
