"""Canvas' gradebook export: our cells are filled, every other byte stays."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.cli import run
from autograder.course.findings import CourseError
from autograder.gradebook import Gradebook
from autograder.gradebook.roster import add_person
from autograder.returning.canvas import number_in, written
from autograder.returning.csv_cells import read_cells
from tests.returning.made import handed_in, marked, result

EXPORT = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Essay (41),scale (42),Homework Current Score,Final Score\r\n"
    ",,,,,,Manual Posting,,,\r\n"
    "    Points Possible,,,,,(read only),10.00,100.00,(read only),(read only)\r\n"
    '"Lovelace, Ada",11,s1,ada,"A and ""B""",,7.00,,70.0,\r\n'
    '"=""=cmd|x""",12,s2,ben,A,-1+2,,55.50,,\r\n'
    "\"שרה, לוי\",13,s3,sara,A,,EX,,,\r\n"
    '"Student, Test",99,,0a1b2c,A,,,,,\r\n'
)
"""As gradebook_exporter.rb writes it: hidden grades, points, a name that looks like a formula, right to left, the test student."""
Canvas = Callable[..., tuple[int, str, str, bytes]]


@pytest.fixture
def canvas(tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Canvas:
    """canvas(text, "--preview"): exit code, stdout, stderr, and the bytes that were written."""

    def call(text: str | bytes = EXPORT, *options: str) -> tuple[int, str, str, bytes]:
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "in.csv").write_bytes(data)
        to = [] if "--preview" in options else ["--to", str(tmp_path / "out.csv")]
        where = ["--format", "canvas", "--from", str(tmp_path / "in.csv"), *to]
        code = run(["--course", str(tiny), "export", "scale", *where, *options])
        out = tmp_path / "out.csv"
        assert (tmp_path / "in.csv").read_bytes() == data, "the export itself is never changed"
        return (code, *capsys.readouterr(), out.read_bytes() if out.exists() else b"")

    return call


@pytest.fixture
def ada_and_ben(tiny: Path, book: Gradebook, tmp_path: Path) -> None:
    """72.5 and 80 points, nothing open; Sara handed nothing in."""
    marked(book, handed_in(book, tiny, tmp_path, "s1", "Ada", result(tiny, lost=("affine.values",))), 12.5)
    marked(book, handed_in(book, tiny, tmp_path, "s2", "Ben", result(tiny, lost=("affine.values",))), 20)
    add_person(book, "s3", "Sara")


def filled(text: str, *cells: tuple[str, str]) -> bytes:
    """The file with these pieces replaced, each of which stands there once."""
    for before, after in cells:
        assert text.count(before) == 1
        text = text.replace(before, after)
    return text.encode()


ADA, BEN = ('"",,7.00,,70.0', '"",,7.00,72.5,70.0'), (",55.50,", ",80,")


@pytest.mark.usefixtures("ada_and_ben")
class TestFilling:
    def test_the_column_is_filled_and_every_other_byte_stays(self, canvas: Canvas) -> None:
        code, out, err, data = canvas()
        assert (code, data) == (0, filled(EXPORT, ADA, BEN))
        assert out.startswith('1 scores new in "scale (42)", 1 changed, 0 as before.\n  s2: 55.50 → 80\n')
        assert err == "In the file, and nothing of theirs here: שרה, לוי.\n"

    def test_a_preview_writes_nothing(self, canvas: Canvas) -> None:
        code, out, _, data = canvas(EXPORT, "--preview")
        assert (code, data) == (0, b"")
        assert out == 'Would be: 1 scores new in "scale (42)", 1 changed, 0 as before.\n  s2: 55.50 → 80\n'

    @pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
    def test_marks_of_encodings_stay(self, canvas: Canvas, coding: str) -> None:
        data = canvas(EXPORT.encode(coding))[3]
        assert data == filled(EXPORT, ADA, BEN).decode().encode(coding)

    def test_semicolons_decimal_commas_and_plain_line_ends(self, canvas: Canvas) -> None:
        text = "Student;ID;SIS User ID;Section;scale (42)\n    Points Possible;;;;100,00\nA;1;s1;A;\nB;2;s2;A;\"1,00\"\n"
        assert canvas(text)[3] == filled(text, ("s1;A;", "s1;A;72,5"), ('"1,00"', '"80"'))

    def test_decimal_commas_between_commas_are_quoted(self, canvas: Canvas) -> None:
        text = 'Student,ID,SIS User ID,Section,scale (42)\n    Points Possible,,,,"100,00"\nA,1,s1,A,\n'
        assert canvas(text)[3] == filled(text, ("s1,A,", 's1,A,"72,5"'))

    def test_the_same_again_changes_nothing(self, canvas: Canvas) -> None:
        once = canvas()[3]
        _, out, _, twice = canvas(once)
        assert (twice, out.splitlines()[0]) == (once, '0 scores new in "scale (42)", 0 changed, 2 as before.')

    def test_first_and_last_names_and_other_columns(self, canvas: Canvas) -> None:
        text = "LastName,FirstName,ID,SIS Login ID,Integration ID,Root Account,Section,Scale\nL,A,1,x,s1,h,A,\n"
        code, _, err, data = canvas(text, "--column", "scale")
        assert (code, data) == (1, filled(text, ("h,A,", "h,A,72.5")))
        assert err == "Not in the file, so without a place: s2. Export all sections, or compare the ids.\n"

    @pytest.mark.parametrize("chosen", ["Essay", "essay (41)", "41"])
    def test_another_column(self, canvas: Canvas, chosen: str) -> None:
        text = EXPORT.replace("10.00", "80.00")
        code, _, err, data = canvas(text, "--column", chosen)
        assert (code, data) == (1, filled(text, (",7.00,", ",72.5,"), ("-1+2,,", "-1+2,80,")))
        assert '"Essay (41)" has 80 points in Canvas and 100 here. Scores are not scaled' in err

    @pytest.mark.parametrize("there", ["EX", "N/A", "ex"])
    def test_who_is_excused_stays_excused(self, canvas: Canvas, there: str) -> None:
        text = EXPORT.replace(",55.50,", f",{there},")
        code, _, err, data = canvas(text)
        assert (code, data) == (0, filled(text, ADA))
        assert f"s2: {there} in Canvas, and left so.\n" in err

    def test_a_name_writes_nothing_else_to_the_terminal(self, canvas: Canvas) -> None:
        assert "here: �[2J, x" in canvas(EXPORT.replace("שרה, לוי", "\x1b[2J, x"))[2]

    def test_json(self, canvas: Canvas) -> None:
        found = json.loads(canvas(EXPORT, "--json")[1])
        assert (found["filled"], found["changed"], found["possible"]) == (2, [["s2", "55.50", "80"]], 100)


class TestStudents:
    def test_login_or_e_mail_where_the_sis_id_is_missing(self, tiny: Path, book: Gradebook, tmp_path: Path, canvas: Canvas) -> None:
        for sid in ("ada", "s2"):
            marked(book, handed_in(book, tiny, tmp_path, sid), 20)
        text = "Student,ID,SIS Login ID,Section,scale\nA,11,ada,A,\nB,12,2@example.org,A,\n"
        assert canvas(text)[3] == filled(text, ("ada,A,", "ada,A,100"), ("2@example.org,A,", "2@example.org,A,100"))

    def test_numbers_of_canvas_count_where_nothing_else_does(self, tiny: Path, book: Gradebook, tmp_path: Path, canvas: Canvas) -> None:
        marked(book, handed_in(book, tiny, tmp_path, "11"), 20)
        text = "Student,ID,SIS User ID,Section,scale\nA,11,777,A,\nB,12,778,A,\n"
        assert canvas(text)[3] == filled(text, ("777,A,", "777,A,100"))
        text = "Student,ID,SIS User ID,Section,scale\nA,11,777,A,\nB,12,11,A,\n"
        assert canvas(text)[3] == filled(text, ("12,11,A,", "12,11,A,100")), "a number of Canvas is nobody's sid here"

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ("A,1,s1,s2,A,\n", "in.csv, line 2: A: its ids are those of s1 and s2. Correct the roster."),
            ("A,1,s1,,A,\nB,2,s1,,A,\n", "in.csv, line 3: s1 stands in line 2 already. Keep one of the two."),
            ("A,1,s1\nB,2\n", "in.csv, line 3: 2 cells where the header has 6. Export it anew from Canvas."),
        ],
    )
    @pytest.mark.usefixtures("ada_and_ben")
    def test_rows_that_contradict_each_other(self, canvas: Canvas, rows: str, said: str) -> None:
        code, _, err, data = canvas(f"Student,ID,SIS User ID,SIS Login ID,Section,scale\n{rows}")
        assert (code, data) == (2, b"")
        assert said in err


class TestRefused:
    def test_above_the_points_possible(self, canvas: Canvas, ada_and_ben: None) -> None:
        code, _, err, data = canvas(EXPORT.replace("100.00", "75.00"))
        assert (code, data) == (2, b"")
        assert "in.csv, line 5: s2: 80 points are more than the 75 possible in Canvas." in err

    def test_what_is_open_stays_empty_unless_told_otherwise(self, tiny: Path, book: Gradebook, tmp_path: Path, canvas: Canvas) -> None:
        handed_in(book, tiny, tmp_path, "s2")
        code, _, err, data = canvas()
        assert (code, data) == (0, EXPORT.encode())
        assert "Something is open, so left as it was: s2. --pending-too writes these scores, too.\n" in err
        assert canvas(EXPORT, "--pending-too")[3] == filled(EXPORT, BEN)

    @pytest.mark.parametrize(
        ("text", "options", "said"),
        [
            ("sid,name\n1,A\n", (), "is no gradebook export of Canvas: its first line must name"),
            ("", (), "is no gradebook export of Canvas"),
            (EXPORT, ("--column", "Final Score"), 'no column for scores is called "Final Score"'),
            (EXPORT, ("--column", "Notes"), 'there are "Essay (41)", "scale (42)".'),
            (EXPORT.replace("Essay (41)", "Scale (41)"), (), 'several columns are called "scale" or "Standardise and scale"'),
            (b"Student,ID,Section\nZo\xeb,1,A\n", (), "is not UTF-8. Export it anew"),
            ('Student,ID,Section\n"A"x,1,A\n', (), "has quotation marks that can be read in two ways."),
            ('Student,ID,Section\n"A,1,A\n', (), "has quotation marks that can be read in two ways."),
        ],
    )
    @pytest.mark.usefixtures("book")
    def test_files_that_cannot_be_filled(self, canvas: Canvas, text: str | bytes, options: tuple[str, ...], said: str) -> None:
        code, _, err, data = canvas(text, *options)
        assert (code, data) == (2, b"")
        assert said in err

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--format", "canvas"], "name the gradebook export of Canvas with --from"),
            (["--format", "canvas", "--from", "IN"], "say where to write it with --to, or look first with --preview"),
            (["--format", "canvas", "--from", "IN", "--to", "IN"], "--from and --to are the same file"),
            (["--format", "csv", "--from", "IN", "--to", "x"], "--from goes with --format canvas, not with csv"),
            (["--format", "csv"], "say where to write it with --to"),
        ],
    )
    def test_wrong_calls(
        self, tiny: Path, book: Gradebook, tmp_path: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "in.csv").write_text(EXPORT)
        words = [str(tmp_path / "in.csv") if word == "IN" else word for word in options]
        assert run(["--course", str(tiny), "export", "scale", *words]) == 2
        assert said in capsys.readouterr().err
        assert (tmp_path / "in.csv").read_text() == EXPORT.replace("\r\n", "\n")


class TestNumbers:
    @given(st.floats(0, 1e11))
    def test_a_score_is_digits_only(self, score: float) -> None:
        assert re.fullmatch(r"\d+(\.\d+)?", written(score))
        assert number_in(written(score)) == pytest.approx(score, abs=1e-6)

    @pytest.mark.parametrize("score", [-1.0, float("nan"), float("inf"), -0.001])
    def test_nothing_else_is_a_score(self, score: float) -> None:
        with pytest.raises(ValueError, match="is no score"):
            written(score)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff\v\f\x1c\x1d\x1e\x85\u2028\u2029"), max_size=6)
TABLES = st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    TABLES, st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(0, 4), st.integers(0, 2), TEXTS,
)  # fmt: skip
def test_any_table_keeps_all_other_cells(
    tmp_path: Path, table: list[list[str]], delimiter: str, end: str, quoting: int, row: int, column: int, value: str
) -> None:
    """What Python's own csv module wrote and reads, with one cell filled."""
    text = io.StringIO()
    rows = [["a", "b", "c"], *table]
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    before = list(csv.reader(io.StringIO(text.getvalue(), newline=""), delimiter=delimiter))
    (tmp_path / "x.csv").write_bytes(text.getvalue().encode())
    try:
        found = read_cells(tmp_path / "x.csv")
    except CourseError:
        return  # refused, and nothing was changed
    row %= len(found.rows)
    column %= len(found.rows[row])
    after = found.filled({(row, column): value}).decode()
    [line for line in before if line][row][column] = value
    assert list(csv.reader(io.StringIO(after, newline=""), delimiter=delimiter)) == before
    cell = found.rows[row][column]
    assert after.startswith(text.getvalue()[: cell.start])
    assert after.endswith(text.getvalue()[cell.end :])


def test_most_tables_are_not_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(EXPORT.encode())
    assert [[cell.value for cell in row] for row in read_cells(tmp_path / "x.csv").rows] == list(
        csv.reader(io.StringIO(EXPORT, newline=""))
    )
