"""The figure of what is attended to: its words, its table, and what a page shows of it."""

from __future__ import annotations

from collections import Counter

from autograder.course.record import Curve, Line, Pattern
from autograder.report.feedback import feedback_html
from autograder.report.pattern import PITCH, describe, pattern_figure

from . import samples

RIGHT = Pattern(name="local, window 1", rows=("##..", "###.", ".###", "..##"))
WRONG = Pattern(name="local <window>", rows=("#-.+", "##-.", ".##-", "..##"))
ERRORS = Line(points=((8, 0.5), (32, 0.25)), exponent=-0.5)


def test_what_is_right_has_no_columns_for_what_is_not():
    found = pattern_figure(RIGHT)
    assert found.heads == ("i", "attends to j")
    assert found.rows == (("0", "0–1"), ("1", "0–2"), ("2", "1–3"), ("3", "2–3"))
    assert describe(RIGHT) == "4 positions attend to 10 keys in all."


def test_what_is_wrong_is_marked():
    found = pattern_figure(WRONG)
    assert found.heads == ("i", "attends to j", "should not", "missing")
    assert found.rows[0] == ("0", "0, 3", "3", "1")
    assert found.rows[3] == ("3", "2–3", "", "")
    assert Counter(dot.kind for dot in found.squares) == {"attends": 7, "excess": 1, "missing": 3}
    assert {(dot.x // PITCH, dot.y // PITCH) for dot in found.squares if dot.kind == "excess"} == {(3, 0)}
    assert describe(WRONG) == "4 positions attend to 8 keys in all; 1 too many, 3 missing."


def test_characters_without_a_meaning_are_nothing():
    assert pattern_figure(Pattern(name="x", rows=("?#", "  "))).rows == (("0", "1"), ("1", ""))


def test_the_page():
    result = samples.typical()
    first, *others = result.criteria
    errors = Curve(quantity="error", over="features", submission=ERRORS, reference=ERRORS)
    first = first.model_copy(update={"patterns": (RIGHT, WRONG), "curves": (errors,)})
    page = feedback_html(result.model_copy(update={"criteria": (first, *others)}))
    assert page.count('class="dots"') == 2
    assert "local &lt;window&gt;" in page
    assert "local <window>" not in page
    assert "How its error falls with more features" in page
    assert "features m = 8 to 32 yours changes like m<sup>-0.50</sup>" in page
    assert "cost grows" not in page
