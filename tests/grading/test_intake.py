"""What is handed in and cannot be read, or only with care: the exact sentence, and what is graded all the same."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.result import Result

from .desk import CORRECT, Cells, Desk, code_cell, notebook

RESAVE = "Open it in Jupyter, save it, and use that file."
SOLUTION = json.dumps(notebook()).encode()
NO_CELLS = (
    "None of the cells of this assignment is in the notebook. "
    "Hand in the scale.ipynb you were given, with your answers in it."
)


def rejected(result: Result) -> str:
    assert (result.status, result.score, result.criteria) == ("rejected", 0.0, ())
    return result.message


def of_format(version: int) -> bytes:
    return json.dumps(notebook() | {"nbformat": version}).encode()


FILES: dict[str, tuple[bytes, str]] = {
    "not a notebook": (b"hello\n", f"scale.ipynb, line 1: this is not a notebook: the text is not JSON. {RESAVE}"),
    "other JSON": (b'{"a": 1}', f"scale.ipynb: this is JSON, but not a notebook. {RESAVE}"),
    "a list": (b"[]", f"scale.ipynb: this is JSON, but not a notebook. {RESAVE}"),
    "empty": (b"", f"scale.ipynb: the file is empty. {RESAVE}"),
    "truncated": (
        SOLUTION[: len(SOLUTION) // 2],
        "scale.ipynb, line 1: the file breaks off in the middle of the notebook. "
        "Save it again and use that copy; an upload or download was probably cut short.",
    ),
    "no UTF-8": (
        SOLUTION.replace(b"Rows", b"R\xf6ws"),
        f"scale.ipynb: this is not a notebook: it is not UTF-8 text. {RESAVE}",
    ),
    "an old format": (of_format(3), f"scale.ipynb: the notebook is in the old format 3, format 4 is read. {RESAVE}"),
    "a new format": (
        of_format(5),
        "scale.ipynb: the notebook is in format 5, format 4 is read. Save it as format 4.",
    ),
    "deep JSON": (b"[" * 100_000, f"scale.ipynb: the file is nested too deeply to be a notebook. {RESAVE}"),
    "a long number": (
        b'{"nbformat": ' + b"4" * 5000 + b"}",
        f"scale.ipynb: this is not a notebook: a number in it is too long. {RESAVE}",
    ),
    "cells that are none": (
        json.dumps(notebook() | {"cells": [1]}).encode(),
        f"scale.ipynb, cell 1: this is not a cell. {RESAVE}",
    ),
    "no solution cells": (json.dumps(notebook() | {"cells": []}).encode(), NO_CELLS),
    "another assignment": (
        json.dumps(notebook() | {"cells": [code_cell("print(1)"), code_cell("#| export\nx = 1")]}).encode(),
        NO_CELLS,
    ),
}


@pytest.mark.parametrize(("data", "message"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_notebook_of_this_assignment(desk: Desk, data: bytes, message: str) -> None:
    assert rejected(desk.grade(data)) == message


def bytes_read() -> int:
    """By this process, so far."""
    return int(re.search(r"^rchar: (\d+)$", Path("/proc/self/io").read_text(), re.MULTILINE)[1])  # type: ignore[index]


def test_a_notebook_of_200_mb_is_not_read(desk: Desk) -> None:
    path = desk.put(SOLUTION)
    os.truncate(path, 200 * 2**20)
    before = bytes_read()
    assert rejected(desk.bench.grade(path)) == (
        "scale.ipynb is 200 MB; the most that is read is 50 MB. "
        "Clear its outputs (in Jupyter: Edit → Clear Outputs of All Cells), save it and hand it in again."
    )
    assert bytes_read() - before < 50 * 2**20


@pytest.mark.parametrize(
    "tidy", [lambda d: b"\xef\xbb\xbf" + d, lambda d: d.replace(b"\n", b"\r\n")], ids=["BOM", "CRLF"]
)
def test_what_an_editor_of_another_system_does_costs_nothing(desk: Desk, tidy: Any) -> None:
    assert desk.grade(tidy(json.dumps(notebook(), indent=1).encode())).score == 80


def test_crlf_inside_cells_costs_nothing(desk: Desk) -> None:
    assert desk.standardise(CORRECT.replace("\n", "\r\n")).score == 80


def test_a_name_with_a_newline_and_quotes(desk: Desk) -> None:
    result = desk.grade(notebook(), "a\n\"b' <i>.ipynb")
    assert (result.score, result.submission.id, result.submission.file) == (80, "a_b_i", "a�\"b' <i>.ipynb")
    assert rejected(desk.grade(b"", "a\nb.ipynb")) == f"a�b.ipynb: the file is empty. {RESAVE}"


def test_a_name_that_is_no_unicode(desk: Desk) -> None:
    path = Path(os.fsdecode(os.fsencode(desk.folder) + b"/caf\xe9.ipynb"))
    path.write_bytes(SOLUTION)
    result = desk.bench.grade(path)
    assert (result.score, result.submission.id, result.submission.file) == (80, "caf", "caf�.ipynb")
    assert Result.model_validate_json(result.model_dump_json(by_alias=True)) == result


def test_other_kinds_of_files(desk: Desk) -> None:
    wanted = "Hand in a .ipynb file, or a folder or zip that holds it."
    assert rejected(desk.grade(SOLUTION, "scale.pdf")) == f"scale.pdf is not a notebook. {wanted}"
    os.mkfifo(desk.folder / "pipe.ipynb")
    assert rejected(desk.bench.grade(desk.folder / "pipe.ipynb")) == f"pipe.ipynb is not a file. {wanted}"
    assert rejected(desk.bench.grade(desk.folder / "gone.ipynb")) == f"gone.ipynb is not a file. {wanted}"


def test_a_python_file(desk: Desk) -> None:
    imports = "import torch\nfrom torch import Tensor, nn\n\nEPS = 1e-5\n\n\n"
    assert desk.grade(b"\xef\xbb\xbf" + (imports + CORRECT).replace("\n", "\r\n").encode(), "scale.py").score == 40
    assert (
        rejected(desk.grade(b"# \xff\n", "scale.py"))
        == "scale.py is not UTF-8 text. Save it as UTF-8 and hand it in again."
    )
    broken = desk.grade((imports + "def standardise(x:\n").encode(), "scale.py")
    assert broken.criteria[0].message == "Your file, line 7: this is not valid Python (SyntaxError)."


# ── folders ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(desk: Desk) -> Path:
    folder = desk.folder / "alice"
    folder.mkdir()
    return folder


def test_an_empty_folder(desk: Desk, folder: Path) -> None:
    assert rejected(desk.bench.grade(folder)) == "The submission is empty. Hand in scale.ipynb."


def test_a_folder_without_a_notebook(desk: Desk, folder: Path) -> None:
    (folder / "notes.txt").write_text("")
    assert rejected(desk.bench.grade(folder)) == "There is no notebook among the 1 files. Hand in scale.ipynb."


def test_two_notebooks(desk: Desk, folder: Path) -> None:
    for name in ("one.ipynb", "two.ipynb"):
        (folder / name).write_bytes(SOLUTION)
    assert rejected(desk.bench.grade(folder)) == (
        "There are 2 notebooks (one.ipynb, two.ipynb). Hand in one, or name the one to grade scale.ipynb."
    )
    (folder / "scale.ipynb").write_bytes(SOLUTION)
    assert desk.bench.grade(folder).score == 80


def test_checkpoints_and_repositories_are_no_notebooks(desk: Desk, folder: Path) -> None:
    for name in (".ipynb_checkpoints", ".git", "__MACOSX"):
        (folder / name).mkdir()
        (folder / name / "scale.ipynb").write_bytes(b"")
    for number in range(2100):
        (folder / ".git" / str(number)).touch()
    (folder / "scale.ipynb").write_bytes(SOLUTION)
    assert desk.bench.grade(folder).score == 80


def test_too_many_files(desk: Desk, folder: Path) -> None:
    for number in range(2001):
        (folder / str(number)).touch()
    assert rejected(desk.bench.grade(folder)) == (
        "The folder holds more than 2000 files. Hand in the notebook and what it asks for, alone."
    )


def test_a_symbolic_link_in_a_folder(desk: Desk, folder: Path) -> None:
    (folder / "scale.ipynb").symlink_to(desk.bench.loaded.paths.source)
    assert rejected(desk.bench.grade(folder)) == "scale.ipynb is a symbolic link. Hand in the file itself."


def test_links_to_folders_are_not_followed(desk: Desk, folder: Path) -> None:
    (folder / "up").symlink_to(desk.bench.loaded.paths.assignment)
    (folder / "loop").symlink_to(folder)
    assert rejected(desk.bench.grade(folder)) == "The submission is empty. Hand in scale.ipynb."


@pytest.mark.parametrize("name", ["numpy.py", "torch.py", "json.py", "sitecustomize.py", "conftest.py"])
def test_a_module_next_to_the_notebook_is_never_imported(desk: Desk, folder: Path, name: str) -> None:
    (folder / name).write_text("raise SystemExit('imported')")
    (folder / "scale.ipynb").write_bytes(SOLUTION)
    assert desk.bench.grade(folder).score == 80


# ── zips ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def zipped(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def locked(data: bytes) -> bytes:
    """The same zip, with the flag for a password set in both places where it stands."""
    raw = bytearray(data)
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def lying(data: bytes, size: int) -> bytes:
    """The same zip, whose directory says that its first file has `size` bytes."""
    raw = bytearray(data)
    at = raw.index(b"PK\x01\x02") + 24
    raw[at : at + 4] = size.to_bytes(4, "little")
    return bytes(raw)


def damaged(data: bytes) -> bytes:
    raw = bytearray(data)
    raw[60:200] = bytes(140)
    return bytes(raw)


DAMAGED = "scale.ipynb in the zip cannot be read: it is damaged. Make the zip again."
ZIPS: dict[str, tuple[bytes, str]] = {
    "no zip": (b"hello", "The zip cannot be opened: it is damaged or no zip. Make it again and hand in that one."),
    "cut short": (
        zipped(("scale.ipynb", SOLUTION))[:-30],
        "The zip cannot be opened: it is damaged or no zip. Make it again and hand in that one.",
    ),
    "empty": (zipped(), "The submission is empty. Hand in scale.ipynb."),
    "outside": (
        zipped(("../scale.ipynb", SOLUTION)),
        "The zip holds an entry that points outside of it (../scale.ipynb). Zip the folder again.",
    ),
    "absolute": (
        zipped(("/etc/scale.ipynb", SOLUTION)),
        "The zip holds an entry that points outside of it (/etc/scale.ipynb). Zip the folder again.",
    ),
    "Windows": (
        zipped(("..\\scale.ipynb", SOLUTION)),
        "The zip holds an entry that points outside of it (../scale.ipynb). Zip the folder again.",
    ),
    "a symbolic link": (
        zipped((link("scale.ipynb"), b"/etc/passwd")),
        "The zip holds a symbolic link (scale.ipynb). Put the file itself into it.",
    ),
    "a password": (
        locked(zipped(("scale.ipynb", SOLUTION))),
        "The zip is locked with a password. Make it again without one.",
    ),
    "a bomb that lies": (lying(zipped(("scale.ipynb", bytes(2**26))), 1000), DAMAGED),
    "an honest bomb": (
        zipped(("scale.ipynb", bytes(2**26))),
        "scale.ipynb is 64 MB; the most that is read is 50 MB. "
        "Clear its outputs (in Jupyter: Edit → Clear Outputs of All Cells), save it and hand it in again.",
    ),
    "damage": (damaged(zipped(("scale.ipynb", SOLUTION))), DAMAGED),
    "two notebooks": (
        zipped(("a/scale.ipynb", SOLUTION), ("b/scale.ipynb", SOLUTION)),
        "There are 2 notebooks (a/scale.ipynb, b/scale.ipynb). Hand in one, or name the one to grade scale.ipynb.",
    ),
    "a zip in a zip": (
        zipped(("scale.zip", zipped(("scale.ipynb", SOLUTION)))),
        "There is no notebook among the 1 files. Hand in scale.ipynb.",
    ),
    "too many files": (
        zipped(*((str(number), b"") for number in range(2001))),
        "The zip holds more than 2000 files. Hand in the notebook and what it asks for, alone.",
    ),
}


@pytest.mark.parametrize(("data", "message"), ZIPS.values(), ids=ZIPS)
def test_a_zip_that_cannot_be_graded(desk: Desk, data: bytes, message: str) -> None:
    assert rejected(desk.grade(data, "alice.zip")) == message


def test_a_folder_inside_a_zip(desk: Desk) -> None:
    result = desk.grade(zipped(("alice/hw/scale.ipynb", SOLUTION), ("__MACOSX/._scale.ipynb", b"x")), "alice.zip")
    assert (result.score, result.submission.id) == (80, "alice")


def test_a_mutated_zip_is_graded_or_rejected(desk: Desk) -> None:
    """Whatever a broken archive makes the standard library raise, the student is told."""
    import random

    from autograder.grading.archive import Rejected, entries_of

    whole = zipped(("scale.ipynb", SOLUTION), ("b.txt", b"b" * 500))
    chance = random.Random(5)
    for _ in range(1500):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.choice([chance.randrange(len(data)), -chance.randrange(1, 180)])] = chance.randrange(256)
        path = desk.put(bytes(data), "mutated.zip")
        try:
            for entry in entries_of(path):
                entry.read()
        except Rejected:
            continue


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["\n" * 200_000, "a:\n" * 200_000, " " * 500_000, "a" * 500_000, "%" * 300_000])
def test_no_pattern_takes_long_on_a_cell_made_for_it(desk: Desk, text: str) -> None:
    def change(cells: Cells) -> None:
        cells[:] = [cell for cell in cells if cell["id"] != "standardise"]
        cells.append(code_cell(text))
        cells.append(code_cell("#| export\n" + text.replace("a", "#a"), id="own"))

    started = time.monotonic()
    desk.grade(notebook(change))
    assert time.monotonic() - started < 30
