"""Rosters: read whole, everything wrong told at once; names stand apart from pseudonyms."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.findings import CourseError
from autograder.gradebook import Gradebook, GradebookError
from autograder.gradebook.pseudonyms import pseudonym
from autograder.gradebook.roster import Imported, add_person, import_roster, people, pseudonym_of, student_of
from autograder.gradebook.roster_file import Entry, read_roster
from autograder.gradebook.staff import add_staff, conflict, conflicts_of, remove_staff, role_of, staff_of


def written(folder: Path, text: str | bytes) -> Path:
    """A roster file."""
    file = folder / "roster.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def wrong(folder: Path, text: str | bytes) -> list[str]:
    """What is said about a file that is refused."""
    with pytest.raises(CourseError) as error:
        read_roster(written(folder, text))
    return str(error.value).splitlines()


def notes(folder: Path, text: str) -> list[str]:
    """What is said about a file that is taken."""
    return [str(note) for note in read_roster(written(folder, text)).notes.items]


ANN = Entry("1001", "Ann Lee", "ann@example.org", "A")


@pytest.mark.parametrize(
    "text",
    [
        "sid,name,email,section\n1001,Ann Lee,ann@example.org,A\n",
        "\ufeffSection;Student_ID;Full Name;E-Mail Address\r\nA;1001;Ann Lee;ann@example.org\r\n",
        "Last Name\tFirst Name\tSIS User ID\tID\tMail\tGroup\nLee\tAnn\t1001\t77\tann@example.org\tA\n",
        '\n\n"SID","Name","Email","Section"\n\n" 1001 ","Ann\u00a0 Lee","ann@example.org","A"\n,,,\n',
    ],
)
def test_headers_of_many_systems(tmp_path: Path, text: str) -> None:
    assert read_roster(written(tmp_path, text)).entries == [ANN]


def test_utf_16_as_spreadsheets_write_it(tmp_path: Path) -> None:
    file = written(tmp_path, "sid\tname\n1\tZoë\n".encode("utf-16"))
    assert read_roster(file).entries == [Entry("1", "Zoë")]


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = (
        "sid,name\n1001,Ann\n ,Bob\n1001,Anne\n1002,Cy,extra\n10\u202e03,Di\n"
        '1004,"Ed\nward"\nab1,Flo\nAB1,Flo\n１００１,Gil\n'
    )
    assert wrong(tmp_path, text) == [
        "roster.csv, line 3: the student id is empty. Fill it in, or remove the line.",
        'roster.csv, line 4: "1001" stands in line 2 already, with other data. Keep one of the two.',
        "roster.csv, line 5: 3 cells where the header has 2. Quote cells that hold a separator.",
        'roster.csv, line 6: the student id "1003" holds characters that change the direction of the text. '
        "Type it anew.",
        'roster.csv, line 10: "AB1" looks like "ab1" in line 9. Write one student\'s id in one way.',
        'roster.csv, line 11: "１００１" looks like "1001" in line 2. Write one student\'s id in one way.',
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "roster.csv: there are no students in it. Write a header, sid,name,email,section, and a line for each."),
        ("sid,name\n", "roster.csv: there are no students in it. Write a header, sid,name,email,section, and a line "),
        ("1001,Ann\n1002,Bob\n", 'roster.csv, line 1: no column holds the student ids. Name one "sid", "student id",'),
        (b"sid,name\n1,Zo\xeb\n", 'roster.csv, line 2: this is not UTF-8. Save the file as "CSV UTF-8" and import'),
        ('sid,name\n1,"Ann\n' + "x" * 140_000, "roster.csv, line 3: this cannot be read as CSV (field larger than"),
        (b"\0\0\0\0", 'roster.csv, line 1: no column holds the student ids. Name one "sid", "student id",'),
    ],
)
def test_files_that_are_no_roster(tmp_path: Path, text: str | bytes, said: str) -> None:
    (line,) = wrong(tmp_path, text)
    assert line.startswith(said)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"roster\.csv: the roster cannot be read \(No such file or directory\)"):
        read_roster(tmp_path / "roster.csv")


def test_what_is_worth_a_look(tmp_path: Path) -> None:
    text = (
        "sid,name,email,shoe size\n1,Ann\u202eeeL,ann@example.org,38\n2,Bob\x07,bob at home,39\n"
        "3,Cy,ANN@example.org,40\n3,Cy,ANN@example.org,41\n"
    )
    assert notes(tmp_path, text) == [
        "roster.csv, line 1: not used: shoe size.",
        "roster.csv, line 2: the name holds characters that change the direction of the text, which are left out.",
        "roster.csv, line 3: the name holds control characters, which are left out.",
        'roster.csv, line 3: "bob at home" is no address of e-mail.',
        "roster.csv, line 4: line 2 has the same e-mail.",
        'roster.csv, line 5: "3" stands in line 4 already, in the same words.',
    ]
    assert [entry.name for entry in read_roster(tmp_path / "roster.csv").entries] == ["AnneeL", "Bob", "Cy"]


NAMES = [
    "محمد عبد الله",
    "שרה לוי",
    "Nguyễn Thị Ánh",
    "李小龍",
    "Zoë O’Brien-García",
    "🦊",
    "=HYPERLINK(1)",
    "<b>x</b>",
]


def test_names_of_all_scripts_come_back(book: Gradebook, tmp_path: Path) -> None:
    lines = [f"{number},{name}" for number, name in enumerate(NAMES)]
    read = read_roster(written(tmp_path, "\n".join(["sid,name", *lines])))
    assert read.notes.items == []
    import_roster(book, read.entries)
    assert [person.name for person in people(book)] == NAMES


def test_an_import_changes_what_differs_and_removes_nobody(book: Gradebook) -> None:
    import_roster(book, [ANN, Entry("1002", "Bob")])
    before = {person.sid: person.pseudonym for person in people(book)}
    new = [Entry("1001", "Ann Li"), Entry("1003")]
    expected = Imported(new=("1003",), changed=("1001",), same=(), absent=("1002",))
    assert import_roster(book, new, preview=True) == expected
    assert len(people(book)) == 2
    assert import_roster(book, new) == expected
    after = {person.sid: person for person in people(book)}
    assert (after["1001"].name, after["1001"].email, after["1002"].name) == ("Ann Li", "", "Bob")
    assert {sid: after[sid].pseudonym for sid in before} == before
    assert import_roster(book, new).same == ("1001", "1003")


def test_a_student_is_known_by_id_and_pseudonym(book: Gradebook) -> None:
    ann = add_person(book, "1001", "Ann")
    assert add_person(book, "1001", "Somebody else") == ann
    assert student_of(book, "1001") == ann.student_id
    assert pseudonym_of(book, ann.student_id) == ann.pseudonym
    assert student_of(book, "unknown") is None
    with pytest.raises(GradebookError, match="There is no student number 99 in "):
        pseudonym_of(book, 99)


def test_a_pseudonym_is_never_given_twice(book: Gradebook, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["amber-owl-10", "amber-owl-10", "amber-owl-11"])
    monkeypatch.setattr("autograder.gradebook.pseudonyms.pseudonym", lambda: next(drawn))
    assert [add_person(book, sid).pseudonym for sid in ("1", "2")] == ["amber-owl-10", "amber-owl-11"]


def test_pseudonyms_differ(book: Gradebook) -> None:
    assert len({pseudonym() for _ in range(100)}) > 90


def test_roles_are_given_changed_and_taken_away(book: Gradebook) -> None:
    add_staff(book, "ivy", "instructor")
    add_staff(book, "tim", "read-only")
    add_staff(book, "tim", "ta", author="ivy")
    assert staff_of(book) == {"ivy": "instructor", "tim": "ta"}
    remove_staff(book, "tim", author="ivy")
    assert (role_of(book, "tim"), role_of(book, "nobody")) == (None, None)


@pytest.mark.parametrize(
    ("name", "role", "said"),
    [("ivy", "dean", 'There is no role "dean"'), (" ", "ta", "cannot be the name"), ("gradus", "ta", "cannot be"),
     ("a\u202eb", "ta", "cannot be the name")],
)  # fmt: skip
def test_staff_that_cannot_be(book: Gradebook, name: str, role: str, said: str) -> None:
    with pytest.raises(GradebookError, match=said):
        add_staff(book, name, role)  # type: ignore[arg-type]


def test_conflicts_of_interest(book: Gradebook) -> None:
    ann, bob = (add_person(book, sid).student_id for sid in ("1", "2"))
    conflict(book, "tim", ann, reason="flatmates")
    conflict(book, "tim", bob)
    conflict(book, "tim", bob, excluded=False)
    assert conflicts_of(book, "tim") == {ann}
    assert conflicts_of(book, "ivy") == set()
