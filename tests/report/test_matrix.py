"""The matrix of verify: what counts as a surprise, and that both pictures show it."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len
from rich.console import Console

from autograder.course.verdict import Verdict
from autograder.report.heatmap import matrix_svg
from autograder.report.matrix import UNTOUCHED_PHRASE, MatrixRow, matrix_table, standing

from . import samples

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("verdict", "expected", "surprise"),
    [
        (Verdict.PASS, False, ""),
        (Verdict.FAIL, True, ""),
        (Verdict.TIMEOUT, True, ""),
        (Verdict.NEEDS_REVIEW, False, ""),
        (None, False, ""),
        (Verdict.FAIL, False, "lost unexpectedly"),
        (Verdict.NOT_ATTEMPTED, False, "lost unexpectedly"),
        (Verdict.SKIPPED, False, "lost unexpectedly"),
        (Verdict.PASS, True, "expected to be lost, but was kept"),
        (None, True, "expected to be lost, but was not run"),
        (Verdict.INCONCLUSIVE, False, "ended as could not decide"),
        (Verdict.GRADER_ERROR, True, "ended as our error"),
    ],
)
def test_surprise(verdict: Verdict | None, expected: bool, surprise: str) -> None:
    row = MatrixRow("mistakes", "m", {"a.b": verdict} if verdict else {}, frozenset({"a.b"} if expected else ()))
    assert row.surprise("a.b") == surprise
    assert row.surprises == ({"a.b": surprise} if surprise else {})


def test_what_must_be_left_to_a_ta_and_is_surprises_nobody():
    verdicts = {"a.b": Verdict.INCONCLUSIVE, "c.d": Verdict.INCONCLUSIVE, "e.f": Verdict.PASS}
    announced = MatrixRow("hostile", "helper", verdicts, frozenset(verdicts), frozenset({"a.b", "e.f"}))
    assert announced.surprises == {"c.d": "ended as could not decide", "e.f": "expected to be lost, but was kept"}


def test_what_was_not_run_is_no_pass() -> None:
    """A criterion whose tests would run the answer key's code has a mark of its own, and a line in the legend."""
    columns = samples.rubric()[:2]
    verdicts = {columns[0].id: Verdict.FAIL, columns[1].id: Verdict.PASS}
    row = MatrixRow("mistakes", "m", verdicts, frozenset({columns[0].id}), untouched=frozenset({columns[1].id}))
    console = Console(width=100, file=io.StringIO(), no_color=True)
    console.print(matrix_table([row], columns))
    text = " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    assert "m 1 of 1 ✗·" in text
    assert text.endswith("· not run: the answer key's own code")
    picture = matrix_svg([row], columns, title="x")
    assert f"m, {columns[1].id}: {UNTOUCHED_PHRASE}" in picture
    assert picture.count('href="#untouched"') == 2  # in its row, and in the legend
    assert matrix_svg([replace(row, untouched=frozenset())], columns, title="x").count('href="#untouched"') == 0


def test_standing() -> None:
    rows, columns = samples.matrix_rows(), samples.rubric()
    assert standing(rows, columns) == "16 submissions against 23 criteria: 3 unexpected outcomes."
    assert standing(rows[:1], columns) == "1 submission against 23 criteria: every outcome is as expected."


def test_the_table_fits_and_tells_every_surprise() -> None:
    console = Console(width=80, file=io.StringIO(), no_color=True)
    console.print(matrix_table(samples.matrix_rows(), samples.rubric(), title="lstm"))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(cell_len(line) <= 80 for line in text.splitlines())
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "gates_i_f_swapped 2 of 2 ✗✗✓✓✓ ✗!✓✓✓✓✓ ✓✓✓✓ ✓✓ ✓✓ ✓✓ ……" in lines
    assert "! lstm.values lost unexpectedly" in lines
    assert "! lstm.speed ended as could not decide" in lines
    assert "global_seed 0 of 1 ✓✓✓✓✓ ✓✓✓✓✓✓ ✓✓✓✓ ✓✓ ✓✓! ✓✓ ……" in lines
    assert "sampling.chance expected to be lost, but was kept" in " ".join(lines).replace("! ", "")


def test_a_long_list_of_surprises_is_cut_with_its_number() -> None:
    row = MatrixRow("correct", "variant", {c.id: Verdict.FAIL for c in samples.rubric()})
    console = Console(width=80, file=io.StringIO())
    console.print(matrix_table([row], samples.rubric()))
    assert "! and 18 more" in console.file.getvalue()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def picture() -> str:
    return matrix_svg(samples.matrix_rows(), samples.rubric(), title="LSTM: known submissions")


class TestPicture:
    def test_it_is_one_document_that_needs_no_other(self, picture: str) -> None:
        ElementTree.fromstring(picture)
        assert picture.count("http") == 1  # the namespace
        assert "<script" not in picture
        assert "url(" not in picture
        assert set(re.findall(r'href="([^"]*)"', picture)) <= {
            f"#{name}" for name in re.findall(r'id="([^"]*)"', picture)
        }

    def test_it_describes_itself(self, picture: str) -> None:
        root = ElementTree.fromstring(picture)
        assert root.get("role") == "img"
        assert root.findtext(f"{SVG}title") == "LSTM: known submissions"
        assert root.findtext(f"{SVG}desc") == (
            "16 submissions against 23 criteria: 3 unexpected outcomes. "
            "module_list: lstm.speed ended as could not decide. "
            "gates_i_f_swapped: lstm.values lost unexpectedly. "
            "global_seed: sampling.chance expected to be lost, but was kept."
        )

    def test_each_tile_has_its_words(self, picture: str) -> None:
        root = ElementTree.fromstring(picture)
        tips = [g.findtext(f"{SVG}title") for g in root.findall(f"{SVG}g")]
        assert len(tips) == 16 * 23
        assert "c_detached, lstm.gradients: not right; as expected" in tips
        assert "global_seed, sampling.chance: passed; expected to be lost, but was kept" in tips

    def test_outlines_and_alarms_are_counted(self, picture: str) -> None:
        rows = samples.matrix_rows()
        # One more of each stands in the legend.
        assert picture.count('href="#expect"') == sum(len(row.expected) for row in rows) + 1
        assert picture.count('href="#bang"') == sum(len(row.surprises) for row in rows) + 1

    def test_coordinates_are_finite(self, picture: str) -> None:
        assert not re.search(r'"(nan|inf)', picture)

    def test_names_are_escaped(self) -> None:
        row = MatrixRow("hostile", '<script>"&\x1b', {})
        drawn = matrix_svg([row], samples.rubric(), title="<b>")
        ElementTree.fromstring(drawn)
        assert "<script" not in drawn
        assert "<b>" not in drawn

    def test_nothing_to_show_is_still_a_picture(self) -> None:
        root = ElementTree.fromstring(matrix_svg([], [], title="Nothing"))
        assert root.findtext(f"{SVG}desc", "").startswith("0 submissions against 0 criteria")
