"""The leak scan can fail: answers and hidden tests are found wherever they were put, harmless text is not."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder.course.loading import load_assignment
from autograder.release.build import read_sound_source, student_files
from autograder.release.leaks import MIN_RUN, Scanner, Secret, tokens
from autograder.release.scan import find_leaks
from autograder.release.shipped import texts

SOLUTION = (
    "centred = x - x.mean(dim=-1, keepdim=True)\n"
    "variance = (centred * centred).mean(dim=-1, keepdim=True)\n"
    "return centred / torch.sqrt(variance + EPS)"
)
REMOVE = "Remove them where this comes from, then release again."


def say(place: str, count: int, origin: str, excerpt: str) -> str:
    return f'{place}{count} tokens in a row of {origin} stand here: "{excerpt} …". {REMOVE}'


WHOLE = ("the solution in cell 4", "centred = x - x . mean (")


def test_a_sound_release_has_no_leak(room: Any) -> None:
    assert room.release(check=True).leaks == ()


@pytest.mark.parametrize("kind", ["markdown", "code"])
def test_solution_pasted_into_another_cell(room: Any, kind: str) -> None:
    extra = {"outputs": [], "execution_count": None} if kind == "code" else {}
    room.append(
        kind,
        f"Look:\n\n```python\n{SOLUTION}\n```" if kind == "markdown" else f"#| export\n{SOLUTION}",
        **extra,
    )
    if kind == "code":
        room.edit(lambda tree: tree["cells"][-1].update(source="def demo(x):\n    " + SOLUTION.replace("\n", "\n    ")))
    assert room.leaks() == [say("scale.ipynb: cell 10: ", 47, *WHOLE)]


def test_solution_in_a_public_test(room: Any) -> None:
    test = room.course / "assignments/scale/tests/public/test_affine.py"
    test.write_text(test.read_text() + "\n\ndef expected(x):\n    " + SOLUTION.replace("\n", "\n    ") + "\n")
    assert room.leaks() == [say("tests/test_affine.py: ", 47, *WHOLE)]


def test_solution_in_the_scaffold(room: Any) -> None:
    scaffold = room.course / "assignments/scale/scaffold.py"
    scaffold.write_text(scaffold.read_text() + "\n\ndef expected(x):\n    " + SOLUTION.replace("\n", "\n    ") + "\n")
    assert room.leaks() == [say("scaffold.py: ", 47, *WHOLE)]


def zipped(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", text)
    return buffer.getvalue()


PART = "variance = (centred * centred).mean(dim=-1"
DATA = {
    "plain": PART.encode(),
    "utf-16": PART.encode("utf-16"),
    "between binary": b"\x00\xff\xfe" + PART.encode() + b"\x00\xff",
    "json": json.dumps({"a": [{"b": PART}]}).encode(),
    "json lines of source": json.dumps({"source": [line + "\n" for line in SOLUTION.split("\n")]}).encode(),
    "base64": base64.encodebytes(PART.encode()),
    "gzip": gzip.compress(PART.encode()),
    "zip": zipped(PART),
    "zip in base64 in json": json.dumps([{"x": base64.b64encode(zipped(PART)).decode()}]).encode(),
    "other quotes and spaces": b"variance=( centred*centred )\n\n.mean( dim = -1",
}


@pytest.mark.parametrize("how", DATA)
def test_solution_in_a_data_file(room: Any, how: str) -> None:
    (room.course / "assignments/scale/data/heights.txt").write_bytes(DATA[how])
    (leak,) = room.leaks()
    assert leak.startswith("data/heights.txt: ")
    assert "tokens in a row of the solution in cell 4 stand here" in leak


def test_solution_in_an_attachment_that_is_shown(room: Any) -> None:
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + SOLUTION.encode()).decode()
    attachment = {"a.png": {"image/png": picture}}
    room.append("markdown", "![](attachment:a.png)", attachments=attachment)
    assert room.leaks() == [say("scale.ipynb: cell 10, beside its source: ", 47, *WHOLE)]


def test_written_answer_in_a_data_file(room: Any) -> None:
    answer = "Inputs of one size let one learning rate fit all layers."
    (room.course / "assignments/scale/data/heights.txt").write_text(answer)
    assert room.leaks() == [
        say(
            "data/heights.txt: ",
            12,
            "the written answer in cell 9",
            "Inputs of one size let one learning rate",
        )
    ]


def test_hidden_test_in_a_public_one(room: Any) -> None:
    hidden = room.course / "assignments/scale/tests/hidden/test_affine.py"
    public = room.course / "assignments/scale/tests/public/test_affine.py"
    public.write_text(hidden.read_text() + "\n# adapted\n")
    (leak,) = room.leaks()
    assert leak.startswith("tests/test_affine.py: ")
    assert "tokens in a row of tests/hidden/test_affine.py stand here" in leak


def test_a_test_that_students_have_and_that_counts_says_so_by_its_name(room: Any) -> None:
    """`test_<question>_shown.py` is no secret; the same text under another name is."""
    folder = room.course / "assignments/scale/tests"
    text = (folder / "hidden/test_standardise.py").read_text()
    (folder / "public/test_affine.py").write_text(text)
    (folder / "hidden/test_standardise.py").rename(folder / "hidden/test_standardise_shown.py")
    assert [leak for leak in room.release(check=True).leaks if "tokens" in leak.message] == []
    (folder / "hidden/test_standardise_shown.py").rename(folder / "hidden/test_standardise.py")
    assert [leak for leak in room.release(check=True).leaks if "tokens" in leak.message] != []


def test_known_submission_in_the_data(room: Any) -> None:
    known = room.course / "assignments/scale/submissions/correct/loop.py"
    (room.course / "assignments/scale/data/heights.txt").write_text(known.read_text() + "\n# adapted\n")
    (leak,) = room.leaks()
    assert "of submissions/correct/loop.py stand here" in leak


def test_data_files_are_never_public_texts(room: Any) -> None:
    """A call that may stand in a public test is a piece of the answer in a data file that looks like code."""
    assignment = room.course / "assignments/scale/assignment.yaml"
    assignment.write_text(assignment.read_text().replace("data/heights.txt", "data/notes.py"))
    (room.course / "assignments/scale/data/notes.py").write_text("x.mean(dim=-1, keepdim=True)")
    assert room.leaks() == [say("data/notes.py: ", 13, WHOLE[0], "x . mean ( dim = - 1")]


def test_names_of_staff_files(room: Any) -> None:
    assignment = room.course / "assignments/scale/assignment.yaml"
    assignment.write_text(assignment.read_text().replace("data/heights.txt", "data/no_bias.py"))
    (room.course / "assignments/scale/data/no_bias.py").write_text("x = 1\n")
    fact = "a file of the staff ships under its own name. Remove it from the data or the public tests."
    assert room.leaks() == [f"data/no_bias.py: {fact}"]


def test_a_copy_of_hidden_data(room: Any) -> None:
    """Data of hidden tests are too long and too ordinary for runs of tokens: the whole file is compared."""
    (room.course / "assignments/scale/tests/hidden/heldout.txt").write_text("To be, or not to be")
    (room.course / "assignments/scale/data/heights.txt").write_text("To be, or not to be")
    fact = "the file is a copy of assignments/scale/tests/hidden/heldout.txt, which is the staff's."
    assert room.leaks() == [f"data/heights.txt: {fact} Remove it from the data or the public tests."]


@pytest.mark.parametrize("where", ["outputs", "cell metadata", "notebook metadata", "answer"])
def test_the_scan_looks_beside_the_source_too(room: Any, where: str) -> None:
    """Stripping removes these; the scan would find them if it did not."""
    loaded = load_assignment(room.course, "scale")
    source = read_sound_source(loaded)
    files = student_files(loaded, source)
    notebook = json.loads(files["scale.ipynb"])
    if where == "outputs":
        notebook["cells"][6]["outputs"] = [{"output_type": "stream", "text": SOLUTION.splitlines(keepends=True)}]
    elif where == "cell metadata":
        notebook["cells"][0]["metadata"]["note"] = SOLUTION
    elif where == "notebook metadata":
        notebook["metadata"]["note"] = SOLUTION
    else:
        notebook["cells"][3]["source"].append("\n    " + SOLUTION.replace("\n", "\n    "))
    assert find_leaks(loaded, source, files) == []
    (leak,) = find_leaks(loaded, source, {**files, "scale.ipynb": json.dumps(notebook).encode()})
    assert "47 tokens in a row of the solution in cell 4" in leak.message


# --- the scanner by itself


def scanner(secret: str, given: str = "", public: str = "") -> Scanner:
    return Scanner([Secret("it", secret)], [given], [public])


LONG = "a = b + c * d - e / f @ g ** h"


def test_seven_tokens_are_no_piece_and_eight_are() -> None:
    words = tokens(LONG)
    assert scanner(LONG).scan(" ".join(words[: MIN_RUN - 1]), on_purpose=False) is None
    found = scanner(LONG).scan("x " + " ".join(words[:MIN_RUN]) + " y", on_purpose=False)
    assert (found.tokens, found.excerpt) == (MIN_RUN, "a = b + c * d -")


def test_what_the_unanswered_part_says_is_no_secret() -> None:
    assert scanner(LONG, given=LONG).scan(LONG, on_purpose=True) is None
    assert scanner(LONG, given=LONG).scan(LONG, on_purpose=False) is None


def test_public_texts_may_repeat_calls_but_not_answers() -> None:
    call = "h, c = lstm_cell(x, (h, c), W_ih, W_hh, b_ih, b_hh)"
    secret = f"for x in xs:\n    {call}\n    ys.append(h)"
    assert scanner(secret).scan(f"A call is {call}", on_purpose=True) is None
    assert scanner(secret).scan(f"A loop is {secret}", on_purpose=True) is not None
    assert scanner(secret).scan(call, on_purpose=False) is not None
    assert scanner(secret, public=call).scan(call, on_purpose=False) is None


def test_a_whole_short_answer_is_found_in_public_texts() -> None:
    answer = "return torch.softmax(x, dim=-1)"
    assert scanner(answer).scan(f"def f(x): {answer}", on_purpose=True) is not None


def test_pieces_apart_are_two_runs() -> None:
    words = tokens(LONG)
    apart = " ".join(words[:8]) + " | " + " ".join(words[3:13])
    assert scanner(LONG).scan(apart, on_purpose=False).tokens == 10


def test_texts_of_broken_archives_do_not_stop_the_scan() -> None:
    for data in (b"\x1f\x8bbroken", b"PK\x03\x04broken", b"{broken", b"[" * 100_000):
        assert isinstance(list(texts(data)), list)


def test_a_large_data_file_is_read_quickly(tmp_path: Path) -> None:
    text = "Now is the winter of our discontent made glorious summer by this sun of York; " * 5_000
    assert scanner(LONG).scan(text, on_purpose=False) is None
