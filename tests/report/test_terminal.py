"""Tables and panels in 80 columns and without colour."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from autograder.course.verdict import Verdict
from autograder.report.terminal import results_table, submission_panel
from autograder.report.wording import FACES, PARTLY, amount, hint_label, points, printable

from . import samples


def shown(renderable: RenderableType, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), no_color=True, force_terminal=False)
    console.print(renderable)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b" not in text
    assert all(cell_len(line) <= width for line in text.splitlines())
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_one_row_a_submission() -> None:
    table = shown(results_table([samples.typical(), samples.perfect(), samples.rejected(), samples.grader_error()]))
    assert table.splitlines() == [
        "Submission       Score Open cell  lstm   lm   bptt sampling gates report",
        "ada           47.5/100   14 ✗✓✓≈✓ ✓✓✗✓✓? ✓✓✓◐ ∞·   ○○       ⚑✓    ……",
        "grace          100/100      ✓✓✓✓✓ ✓✓✓✓✓✓ ✓✓✓✓ ✓✓   ✓✓       ✓✓    ✓✓",
        "essay       ✗ rejected",
        "edsger     ⚑ our error",
        "✗ not right  ✓ passed  ≈ numerically unstable  ? could not decide  ◐",
        "partly right  ∞ out of time  · not run  ○ not attempted  ⚑ our error  …",
        "with a TA",
    ]  # fmt: skip


def test_many_questions_share_a_column_and_no_mark_is_lost() -> None:
    table = shown(results_table([samples.many()]))
    assert "Criteria of 9 questions" in table
    row = table.splitlines()[1]
    assert len(row.split(maxsplit=3)[3].replace(" ", "")) == 45


def test_a_class_without_criteria_and_an_empty_class() -> None:
    assert "✗ rejected" in shown(results_table([samples.rejected()]))
    assert "Submission" in shown(results_table([]))


def test_foreign_names_are_not_markup() -> None:
    table = shown(results_table([samples.hostile()]), width=200)
    assert "<script>alert(1)</script> [bold red]x[/] �[31m" in table


def test_the_panel_tells_verdict_points_message_and_hint() -> None:
    panel = shown(submission_panel(samples.typical()))
    assert "│ ✗ Not right  One step gives the right h and c                            0/8 │" in panel
    assert "│     Ask yourself: Which of the two states does the output gate act on?       │" in panel
    assert "│     Where it is off: h (5 × 7): 21 of 35 cells are off: at batch 1–3," in panel
    assert "│ 47.5 of 100 points, 14 still open" in panel
    assert "│ cell 9: the cell stood twice; the first copy with an answer was taken." in panel
    assert "│ … report.lag  3 points  Gradient norm against time lag for RNN, GRU and LSTM" in panel
    assert "a gate (hidden from students)" in panel
    assert "STAFF ONLY" not in panel


def test_the_panel_of_what_was_not_graded() -> None:
    assert "✗ We could not grade this file." in shown(submission_panel(samples.rejected()))
    assert "⚑ Our grader failed. This is not the student's fault." in shown(submission_panel(samples.grader_error()))
    unfinished = samples.result_of(status="placeholder")
    assert "… Grading has not finished. This is not the student's fault." in shown(submission_panel(unfinished))


def test_the_panel_does_not_read_markup() -> None:
    assert "[bold red]x[/] �[31m" in shown(submission_panel(samples.hostile()))


def test_every_verdict_has_a_face_of_its_own_and_one_column() -> None:
    assert set(FACES) == set(Verdict)
    faces = [*FACES.values(), PARTLY]
    assert len({face.symbol for face in faces}) == len({face.word for face in faces}) == len(faces)
    assert all(cell_len(face.symbol) == 1 for face in faces)
    assert all(FACES[v].tone == "pending" for v in Verdict if v.pending)


@pytest.mark.parametrize(("value", "text"), [(7.5, "7.5"), (10, "10"), (1 / 3, "0.33"), (0.0, "0"), (100, "100")])
def test_points(value: float, text: str) -> None:
    assert points(value) == text


def test_amounts_and_labels() -> None:
    assert [amount(1, "criterion"), amount(2, "criterion"), amount(0, "place")] == [
        "1 criterion",
        "2 criteria",
        "0 places",
    ]
    assert hint_label("Which state?") == "Ask yourself"
    assert hint_label("The state is wrong.") == "Hint"


def test_printable_keeps_letters_and_line_breaks() -> None:
    assert printable("∂L/∂h ≤ ½\n\t日本") == "∂L/∂h ≤ ½\n\t日本"
    assert printable("\x1b[2J\x00\r\u202e\u200b\ud800") == "�[2J�����"
