"""Rosters of other systems: known by their header, and no line of theirs that is no student becomes one."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.findings import CourseError
from autograder.gradebook.roster_file import Entry, RosterFile, read_roster
from autograder.gradebook.roster_format import CANVAS, PLAIN, display_name, format_of

CANVAS_FILE = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Essay (41),Final Score\r\n"
    ",,,,,Manual Posting,\r\n"
    "    Points Possible,,,,,10.00,(read only)\r\n"
    '"Lovelace, Ada",11,s1,ada@example.org,"A and B",7.00,\r\n'
    "\"לוי, שרה\",12,s2,sara,A,EX,\r\n"
    '"Student, Test",99,,0a1b2c,A,,\r\n'
)


def read(folder: Path, text: str, **how: str) -> RosterFile:
    (folder / "roster.csv").write_bytes(text.encode())
    return read_roster(folder / "roster.csv", **how)


def wrong(folder: Path, text: str, **how: str) -> str:
    with pytest.raises(CourseError) as error:
        read(folder, text, **how)
    return str(error.value)


def test_canvas(tmp_path: Path) -> None:
    found = read(tmp_path, CANVAS_FILE)
    assert (found.format.name, found.sid_column) == ("canvas", "SIS User ID")
    assert found.entries == [
        Entry("s1", "Ada Lovelace", "ada@example.org", "A and B"), Entry("s2", "שרה לוי", "", "A"),
    ]  # fmt: skip
    assert [str(note) for note in found.notes.items] == ["roster.csv, line 6: left out: the test student."]


@pytest.mark.parametrize(
    ("header", "row", "sid", "column"),
    [
        ("Student;ID;SIS Login ID;Section", "A;11;ada;S", "ada", "SIS Login ID"),
        ("Student\tID\tSection", "A\t11\tS", "11", "ID"),
        ("LastName,FirstName,ID,SIS User ID,Integration ID,Root Account,Section", "A,B,11,s1,i,h,S", "s1", "SIS User ID"),
    ],
)
def test_canvas_without_some_ids(tmp_path: Path, header: str, row: str, sid: str, column: str) -> None:
    found = read(tmp_path, f"{header}\n{row}\n")
    assert (found.format.name, found.entries[0].sid, found.sid_column) == ("canvas", sid, column)


def test_canvas_rows_without_an_id_are_all_told(tmp_path: Path) -> None:
    text = "Student,ID,SIS User ID,SIS Login ID,Section\nA,1,,ada,S\nB,2,s2,ben,S\nC,3,,cy,S\n"
    step = "Fill in SIS User ID, remove the line, or take another column with --sid."
    assert wrong(tmp_path, text).splitlines() == [
        f"roster.csv, line {line}: the student id is empty. {step}" for line in (2, 4)
    ]
    assert [one.sid for one in read(tmp_path, text, sid="sis login id").entries] == ["ada", "ben", "cy"]


def test_gradescope(tmp_path: Path) -> None:
    text = (
        "First Name,Last Name,SID,Email,Role,Sections\nAda,Lovelace,00101,ada@example.org,Student,A\n"
        "Tim,Berners,7,tim@example.org,TA,\nIvy,Lee,8,ivy@example.org,Instructor,\n"
    )
    found = read(tmp_path, text)
    assert (found.format.name, found.entries) == ("gradescope", [Entry("00101", "Ada Lovelace", "ada@example.org", "A")])
    assert [note.message for note in found.notes.items] == ["left out: role TA.", "left out: role Instructor."]


def test_nbgraders_students(tmp_path: Path) -> None:
    found = read(tmp_path, "id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,ada@example.org,11\n")
    assert (found.format.name, found.entries) == ("nbgrader", [Entry("ada", "Ada Lovelace", "ada@example.org")])


def test_nbgraders_grades_name_a_student_once_an_assignment(tmp_path: Path) -> None:
    header = "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score"
    rows = [f"ps{n},,,{sid},L,{sid},,1.0,0.0,1.0,2.0" for n in (1, 2) for sid in ("ada", "ben")]
    found = read(tmp_path, "\n".join([header, *rows]))
    assert (found.format.name, [one.sid for one in found.entries]) == ("nbgrader", ["ada", "ben"])
    assert found.notes.items == []


@pytest.mark.parametrize("header", ["sid,name,email,section", "ID,First Name,Last Name,Email", "Student,ID", "x"])
def test_everything_else_is_plain(header: str) -> None:
    assert format_of(header.split(",")) is PLAIN


def test_a_format_is_forced(tmp_path: Path) -> None:
    text = "SIS User ID,ID,Student,Section\ns1,11,\"Lovelace, Ada\",A\n"
    assert read(tmp_path, text, format="plain").entries[0].name == "Lovelace, Ada"
    said = "roster.csv, line 1: this is no Gradescope roster. Its header has email, first name, last name, sid or "
    assert wrong(tmp_path, text, format="gradescope").startswith(said)


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    assert wrong(tmp_path, CANVAS_FILE, sid="UID") == (
        'roster.csv, line 1: no column holds the student ids. Name one "UID".'
    )


def test_a_student_who_is_called_test_and_has_an_id(tmp_path: Path) -> None:
    text = 'Student,ID,SIS User ID,Section\n"Student, Test",1,s1,A\n'
    assert read(tmp_path, text).entries == [Entry("s1", "Test Student", "", "A")]


@pytest.mark.parametrize(
    ("written", "shown"),
    [("Lovelace, Ada", "Ada Lovelace"), ("Plato", "Plato"), ("Lee, Jr., Bo", "Lee, Jr., Bo"), ("Lee, ", "Lee, ")],
)
def test_names_that_canvas_sorts(written: str, shown: str) -> None:
    assert (display_name(CANVAS, written), display_name(PLAIN, written)) == (shown, written)
