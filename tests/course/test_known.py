"""Submissions with a known outcome: their docstrings, and how they are put into the reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.findings import CourseError
from autograder.course.known import parse_docstring, read_known
from autograder.course.loading import load_assignment
from autograder.course.merge import merge, unknown_names
from autograder.course.verdict import Verdict

FOLDER = "assignments/scale/submissions"


def test_the_tiny_course_reads(tiny: Path) -> None:
    known = {one.id: one for one in read_known(load_assignment(tiny, "scale"))}
    assert list(known) == [
        "correct/loop",
        "correct/moments",
        "mistakes/in_place",
        "mistakes/no_bias",
        "mistakes/unbiased_variance",
        "unstable/difference_of_squares",
        "hostile/leaves_early",
    ]
    assert known["mistakes/no_bias"].loses == ("affine.values", "affine.gradients")
    assert known["mistakes/in_place"].hint == "Look at x after the call. Whose tensor does `-=` change?"
    assert known["unstable/difference_of_squares"].verdict is Verdict.UNSTABLE
    assert known["correct/loop"].title == "One row at a time."


def test_docstring_grammar() -> None:
    text = "Title.\n\nloses: a.b,\n    c.d\nhint:\n    Look again.\n\nA note for colleagues.\nartifact: none"
    assert parse_docstring(text) == (
        "Title.",
        {"loses": "a.b, c.d", "hint": "Look again.", "artifact": "none"},
    )


BROKEN = [
    ("x = (", ", line 1: this is not Python: '(' was never closed. Correct the submission."),
    ("x = 1", ", line 1: the submission has no docstring. Begin the file with one that says what it does."),
    (
        '"""T.\n\nloses: affine.values\nhints: x\nhint: x\n"""',
        ', line 4: unknown key "hints" in the docstring. The keys are loses, verdict, hint, artifact.',
    ),
    (
        '"""T.\n\nloses: affine.value\nhint: x\n"""',
        ', line 3: it loses an unknown criterion "affine.value". '
        "Correct it, or add the criterion to rubrics/scale.yaml.",
    ),
    (
        '"""T.\n\nloses: why.reason\nhint: x\n"""',
        ', line 3: it loses the criterion "why.reason", which a TA decides. Name criteria that hidden tests decide.',
    ),
    (
        '"""T.\n\nhint: x\n"""',
        ', line 1: the docstring does not say what the submission loses. Add "loses: <criterion>".',
    ),
    (
        '"""T.\n\nloses: affine.values\n"""',
        ', line 1: the mistake has no hint. Add "hint: …": the student whose numbers equal this mistake\'s reads it.',
    ),
    (
        '"""T.\n\nloses: affine.values\nhint: x\nverdict: SLOW\n"""',
        ', line 5: unknown verdict "SLOW" in the docstring. The verdicts are ' + ", ".join(Verdict) + ".",
    ),
    (
        '"""T.\n\nloses: affine.values\nhint: x\nartifact: w.safetensors\n"""',
        ', line 5: the artifact "w.safetensors" is missing from submissions/artifacts/. '
        'Add it, or say "artifact: none".',
    ),
    (
        '"""T.\n\nloses: affine.values\nhint: x\n"""\ndef standardize(x): ...\ndef _own(x): ...\n',
        ': it defines "standardize", which the reference lacks. '
        'Correct the name, or call it "_standardize" if only this file uses it.',
    ),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_each_defect_is_one_finding(tiny: Path, text: str, message: str) -> None:
    (tiny / FOLDER / "mistakes" / "new.py").write_text(text)
    with pytest.raises(CourseError) as caught:
        read_known(load_assignment(tiny, "scale"))
    assert str(caught.value) == f"{FOLDER}/mistakes/new.py{message}"


def test_a_correct_variant_loses_nothing(tiny: Path) -> None:
    (tiny / FOLDER / "correct" / "new.py").write_text('"""T.\n\nloses: affine.values\n"""')
    with pytest.raises(CourseError) as caught:
        read_known(load_assignment(tiny, "scale"))
    assert str(caught.value) == (
        f"{FOLDER}/correct/new.py, line 3: a correct variant must not lose anything. "
        "Remove the line, or move the file to mistakes/."
    )


REFERENCE = '''"""The reference."""
import math

# a comment stays
LIMIT, STEP = 3, 1


@staticmethod
def f(x):
    return x


class A:
    def one(self):
        return f(1)


def last():
    return A().one()
'''


def run(definitions: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(compile(merge(REFERENCE, definitions), "merged", "exec"), names)
    return names


def test_a_function_is_replaced_where_it_stands() -> None:
    merged = merge(REFERENCE, '"""Title."""\n\n\ndef f(x):\n    return 2 * x\n')
    assert merged == REFERENCE.replace("@staticmethod\ndef f(x):\n    return x", "def f(x):\n    return 2 * x")
    assert run("def f(x):\n    return 2 * x")["last"]() == 2  # type: ignore[operator]


def test_a_class_that_extends_itself_overrides_single_methods() -> None:
    names = run("class A(A):\n    def one(self):\n        return 10 * super().one()")
    assert names["last"]() == 10  # type: ignore[operator]


def test_new_names_go_behind_what_they_need() -> None:
    merged = merge(REFERENCE, "class _B(A): pass\ndef _g(): return 1\n_C = _B()\ndef f(x): return _g() + x\n")
    positions = [merged.index(part) for part in ("import math", "def _g", "def f", "class A", "class _B", "_C = ")]
    assert positions == sorted(positions)
    assert run("class _B(A): pass\n_C = _B()")["_C"] is not None


def test_an_assignment_of_one_of_two_names_keeps_the_other() -> None:
    names = run("STEP = 7")
    assert (names["LIMIT"], names["STEP"]) == (3, 7)


def test_imports_are_added_once_and_other_statements_go_to_the_end() -> None:
    merged = merge(REFERENCE, "from __future__ import annotations\nimport math\nimport os; print('bye')\n")
    assert merged.count("import math") == 1
    assert merged.endswith("print('bye')\n")
    assert merged.index("__future__") < merged.index("import math") < merged.index("import os") < merged.index("LIMIT")
    compile(merged, "merged", "exec")


def test_unknown_names() -> None:
    assert unknown_names(REFERENCE, "def f(x): ...\ndef g(): ...\ndef _h(): ...\nSTEP = 2\nK: int = 1") == [
        "g",
        "K",
    ]
