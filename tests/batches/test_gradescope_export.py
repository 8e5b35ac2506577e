"""Gradescope's export into the gradebook: whose, when, once; what is hostile in it hurts nobody."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.batches.gradescope_export import Export, read_export, unpack
from autograder.batches.gradescope_intake import import_export, owners_of, preview_export, rejected
from autograder.batches.gradescope_metadata import Submitted, Submitter, read_metadata
from autograder.course.findings import CourseError
from autograder.course.models import LoadedAssignment
from autograder.gradebook import Gradebook
from autograder.gradebook.attempts import attempts_of, counting_attempts
from autograder.gradebook.roster import add_person, people

ADA, BEN, CY = Submitter("00101", "Ada Lovelace", "ada@example.org"), Submitter("102", "Ben"), Submitter("103", "שרה")
METADATA = """---
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: 00101
    :email: ada@example.org
  :created_at: 2026-10-01 12:00:00.861687000 Z
  :score: 2.0
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests:
    - name: check
      output: 'Don''t worry about this test, it just checks that you
        submitted.

'
  :history:
  - :id: 7
    :created_at: 2026-09-30 08:00:00 Z
...
submission_2:
  :submitters:
  - :name: Ben
    :sid: '102'
  - :name: "\\u05E9\\u05E8\\u05D4"
    :sid: '103'
  :created_at: 2026-10-03 01:30:00.000000000 +02:00
"""
"""As Ruby writes it: symbols, a tag, a quotation mark in the first column, and a document that ends in the middle."""
FILES = {"submission_1/scale.py": "x = 1\n", "submission_2/scale.py": "x = 2\n", "submission_2/data/notes.txt": "n"}
DEADLINE = datetime(2026, 10, 2, tzinfo=UTC)


def zipped(place: Path, files: Mapping[str, str] = FILES, metadata: str = METADATA, root: str = "assignment_9_export/") -> Path:
    """An export: what Gradescope gives, and what macOS adds to it."""
    with zipfile.ZipFile(place / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{root}submission_metadata.yml", metadata)
        archive.writestr(f"__MACOSX/{root}._submission_metadata.yml", "junk")
        for name, text in files.items():
            archive.writestr(root + name, text)
    return place / "export.zip"


def opened(place: Path, work: Path) -> Export:
    export = read_export(place)
    work.mkdir()
    unpack(export, work)
    return export


def refused(data: str | bytes) -> str:
    with pytest.raises(CourseError) as error:
        read_metadata(data if isinstance(data, bytes) else data.encode())
    return str(error.value)


# --- the metadata


def test_what_ruby_writes_is_read() -> None:
    assert read_metadata(METADATA.encode()) == [
        Submitted("submission_1", (ADA,), datetime(2026, 10, 1, 12, 0, 0, 861687, UTC), 1),
        Submitted("submission_2", (BEN, CY), datetime(2026, 10, 2, 23, 30, tzinfo=UTC), 0),
    ]


def test_numbers_stay_texts_and_null_is_nothing() -> None:
    [one] = read_metadata(b"s:\n  :submitters:\n  - :sid: 0123\n    :name: ~\n    :email:\n")
    assert (one.submitters, one.at) == ((Submitter("0123"),), None)


def test_a_repeated_node_is_shared() -> None:
    """Psych writes an alias where Ruby holds the same object twice."""
    first, second = read_metadata(b"a:\n  :submitters: &x\n  - :sid: '1'\nb:\n  :submitters: *x\n")
    assert first.submitters == second.submitters == (Submitter("1"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "submission_metadata.yml: there are no submissions in it."),
        ("- a\n- b\n", "submission_metadata.yml: it does not say what belongs to whom."),
        ("a: [", "submission_metadata.yml cannot be read as YAML ("),
        ("[" * 5000, "submission_metadata.yml cannot be read as YAML (it is nested too deep)"),
        (b"\xff\xfe\x00", "submission_metadata.yml is not UTF-8."),
        ("s: {submitters: [], created_at: soon}", 's: "soon" is no time.'),
        ("../x: {submitters: []}", '"../x" is no name of a folder in the export.'),
        ("..: {submitters: []}", '".." is no name of a folder in the export.'),
        ("s: {submitters: []}\ns: {submitters: []}\n", '"s" stands there twice.'),
        ("a/b: {submitters: []}\nc: {submitters: [], created_at: x}\n", 'c: "x" is no time.'),
    ],
)
def test_metadata_that_cannot_be_used(text: str | bytes, said: str) -> None:
    assert said in refused(text)


def test_a_bomb_of_aliases_is_small() -> None:
    """Nine levels of nine aliases each would be 387 million texts."""
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 10))
    [one] = read_metadata(f"l0: &l0 [lol]\n{levels}s: {{submitters: [{{sid: '1'}}], history: *l9}}\n".encode())
    assert (one.folder, one.earlier) == ("s", 9)


def test_no_tag_constructs_anything(tmp_path: Path) -> None:
    text = f"s:\n  :submitters: !!python/object/apply:os.mkdir ['{tmp_path / 'made'}']\n"
    assert read_metadata(text.encode())[0].submitters == ()
    assert not (tmp_path / "made").exists()


# --- the files


@pytest.mark.parametrize("root", ["assignment_9_export/", ""])
def test_a_zip_and_its_folder_hold_the_same(tmp_path: Path, root: str) -> None:
    place = zipped(tmp_path, root=root)
    export = opened(place, tmp_path / "work")
    with zipfile.ZipFile(place) as archive:
        archive.extractall(tmp_path / "folder")
    folder = opened(tmp_path / "folder", tmp_path / "unused")
    for one in (export, folder):
        assert (one.broken, one.strays) == ({}, [])
        assert (one.paths["submission_2"] / "data/notes.txt").read_text() == "n"
        assert sorted(one.paths) == ["submission_1", "submission_2"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("submission_1/../../../evil.py", "an entry points outside of it"),
        ("submission_1\\..\\..\\evil.py", "an entry points outside of it"),
        ("submission_1/scale.py/x.py", "a file cannot be unpacked ("),
        (f"submission_1/{'x' * 300}.py", "a file cannot be unpacked ("),
    ],
)
def test_a_hostile_name_costs_its_own_submission_alone(tmp_path: Path, name: str, said: str) -> None:
    export = opened(zipped(tmp_path, {**FILES, name: "evil"}), tmp_path / "work")
    assert list(export.broken) == ["submission_1"]
    assert export.broken["submission_1"].startswith(said)
    assert list(export.paths) == ["submission_2"]
    assert [path.name for path in tmp_path.rglob("evil.py")] == []


def test_an_absolute_name_belongs_to_nobody(tmp_path: Path) -> None:
    place = zipped(tmp_path)
    with zipfile.ZipFile(place, "a") as archive:
        archive.writestr(str(tmp_path / "evil.py"), "x")
    export = opened(place, tmp_path / "work")
    assert (len(export.strays), export.broken) == (1, {})
    assert not (tmp_path / "evil.py").exists()


def test_links_and_files_that_stand_there_twice(tmp_path: Path) -> None:
    place = zipped(tmp_path)
    link = zipfile.ZipInfo("assignment_9_export/submission_1/secret.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(place, "a") as archive:
        archive.writestr(link, "/etc/passwd")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("assignment_9_export/submission_2/scale.py", "another")
    assert opened(place, tmp_path / "work").broken == {
        "submission_1": "secret.ipynb is a symbolic link.",
        "submission_2": "a file cannot be unpacked (File exists).",
    }


def test_a_submission_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.batches import gradescope_export

    monkeypatch.setattr(gradescope_export, "MAX_MB", 1)
    export = opened(zipped(tmp_path, {**FILES, "submission_1/bomb": "0" * 2**21}), tmp_path / "work")
    assert (export.broken, list(export.paths)) == ({"submission_1": "it has more than 1 MB."}, ["submission_2"])


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.batches import gradescope_export

    monkeypatch.setattr(gradescope_export.shutil, "disk_usage", lambda _: type("Disk", (), {"free": 3})())
    with pytest.raises(CourseError, match="Make room, or name another place with TMPDIR"):
        opened(zipped(tmp_path), tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == []


def test_what_is_no_export(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(CourseError, match="is no zip that can be read"):
        read_export(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as archive:
        archive.writestr("a/b.py", "x")
    for place in (tmp_path / "y.zip", tmp_path):
        with pytest.raises(CourseError, match=r"has no submission_metadata\.yml, so nobody knows"):
            read_export(place)


def test_metadata_that_a_student_handed_in_says_nothing(tmp_path: Path) -> None:
    """Folders that were zipped anew without the file of Gradescope: one of them says whose work it would like to be."""
    planted = {"submission_1/submission_metadata.yml": METADATA, "submission_1/submission_2/evil.py": "x", "submission_2/a.py": "y"}
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name, text in planted.items():
            archive.writestr(name, text)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        archive.extractall(tmp_path / "x")
    for place in (tmp_path / "x.zip", tmp_path / "x"):
        with pytest.raises(CourseError, match=r"has no submission_metadata\.yml"):
            read_export(place)
    export = opened(zipped(tmp_path, {**FILES, "submission_1/submission_metadata.yml": "x: 1"}), tmp_path / "work")
    assert (export.broken, len(export.submissions)) == ({}, 2)


def test_a_size_that_is_a_lie(tmp_path: Path) -> None:
    """The zip's index says one byte; a megabyte follows."""
    place = zipped(tmp_path, {**FILES, "submission_1/bomb": "0" * 2**20})
    data = bytearray(place.read_bytes())
    entry = data.rindex(b"submission_1/bomb") - len("assignment_9_export/") - 46
    assert data[entry : entry + 4] == b"PK\x01\x02"
    data[entry + 24 : entry + 28] = (1).to_bytes(4, "little")
    place.write_bytes(data)
    export = opened(place, tmp_path / "work")
    assert list(export.broken) == ["submission_1"]
    assert export.broken["submission_1"].startswith("it is damaged (")


def test_what_the_metadata_does_not_name_is_told(tmp_path: Path) -> None:
    export = opened(zipped(tmp_path, {"submission_1/a.py": "", "submission_9/b.py": ""}), tmp_path / "work")
    assert export.strays == ["assignment_9_export/submission_9/b.py"]
    assert export.broken == {"submission_2": "its files are not in the export."}


def test_a_decomposed_name_is_the_same_folder(tmp_path: Path) -> None:
    text = METADATA.replace("submission_1", "Zoe\u0308")
    export = opened(zipped(tmp_path, {"Zoë/scale.py": "x", "submission_2/a.py": "y"}, text), tmp_path / "work")
    assert (sorted(export.paths), export.broken) == (["Zoë", "submission_2"], {})


# --- into the gradebook


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return opened(zipped(tmp_path), tmp_path / "work")


def test_a_group_has_an_attempt_each_and_lateness_is_kept(book: Gradebook, export: Export) -> None:
    for sid in ("00101", "102", "103"):
        add_person(book, sid)
    owners, intake = import_export(book, "scale", export, deadline=DEADLINE)
    assert (intake.new, intake.late, intake.complete, owners.unknown) == (3, 2, True, [])
    ada, ben, cy = attempts_of(book, "scale")
    assert (ada.submitted_at, ada.late, ada.file_name) == (export.submissions[0].at, False, "submission_1.zip")
    assert (ben.file_sha256 == cy.file_sha256, ben.late, cy.late) == (True, True, True)


def test_the_same_export_again_is_nothing_new(book: Gradebook, export: Export) -> None:
    import_export(book, "scale", export, add_unknown=True)
    assert preview_export(book, "scale", export)[1].new == 0
    assert import_export(book, "scale", export)[1].new == 0
    assert len(attempts_of(book, "scale")) == 3


def test_a_preview_foresees_what_happens_and_writes_nothing(book: Gradebook, export: Export) -> None:
    add_person(book, "102")
    for add in (False, True):
        foreseen, would = preview_export(book, "scale", export, deadline=DEADLINE, add_unknown=add)
        assert (len(people(book)), attempts_of(book, "scale")) == (1, [])
    owners, intake = import_export(book, "scale", export, deadline=DEADLINE, add_unknown=True)
    assert (foreseen.enrolled, would.new, would.late) == (owners.enrolled, intake.new, intake.late) == (["00101", "103"], 3, 2)


def test_an_unknown_student_is_told_and_the_others_are_received(book: Gradebook, export: Export) -> None:
    add_person(book, "102")
    owners, intake = import_export(book, "scale", export)
    assert owners.unknown == [("submission_1", ADA), ("submission_2", CY)]
    assert (intake.new, len(people(book))) == (1, 1)


def test_unknown_students_are_enrolled_with_their_names(book: Gradebook, export: Export) -> None:
    import_export(book, "scale", export, add_unknown=True)
    assert [(one.sid, one.name, one.email) for one in people(book)] == [
        ("00101", "Ada Lovelace", "ada@example.org"), ("102", "Ben", ""), ("103", "שרה", ""),
    ]  # fmt: skip


def test_an_e_mail_that_one_student_has_stands_for_the_sid(book: Gradebook, export: Export) -> None:
    add_person(book, "ada", "", "ADA@example.org")
    assert [entry.sid for entry in owners_of(export, people(book)).entries] == ["ada"]
    add_person(book, "eve", "", "ada@EXAMPLE.org")
    assert owners_of(export, people(book)).entries == []


def test_of_several_submissions_the_last_handed_in_counts(book: Gradebook, tmp_path: Path) -> None:
    text = "".join(
        f"s{n}:\n  :submitters:\n  - :sid: a\n  :created_at: 2026-10-0{day} 00:00:00 Z\n" for n, day in ((1, 5), (2, 3), (3, 4))
    )
    export = opened(zipped(tmp_path, {f"s{n}/a.py": f"x = {n}" for n in (1, 2, 3)}, text), tmp_path / "work")
    import_export(book, "scale", export, add_unknown=True)
    assert [one.file_name for one in attempts_of(book, "scale")] == ["s2.zip", "s3.zip", "s1.zip"]
    assert counting_attempts(book, "scale")[0].file_name == "s1.zip"


def test_what_grading_will_reject_is_told(scale: LoadedAssignment, tmp_path: Path) -> None:
    text = METADATA + "submission_3:\n  :submitters:\n  - :sid: '9'\n"
    files = {"submission_1/a.ipynb": "", "submission_1/b.ipynb": "", "submission_2/x.txt": "", "submission_3/scale.ipynb": ""}
    told = rejected(opened(zipped(tmp_path, files, text), tmp_path / "work"), scale.assignment)
    assert list(told) == ["submission_1", "submission_2"]
    assert told["submission_1"].startswith("There are 2 notebooks (a.ipynb, b.ipynb).")
    assert told["submission_2"].startswith("There is no notebook among the 1 files.")
