"""Which cell holds the points of which criterion."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from autograder.bridges.nbgrader.cells import MADE_HERE, added_cell, seats, with_added
from autograder.course.loading import load_assignment
from autograder.course.models import Rubric
from autograder.course.notebook import Notebook, read_notebook
from tests.boundaries.arrows import ROOT
from tests.bridges.nbgrader.made import cell


def notebook(*cells: dict[str, Any]) -> Notebook:
    tree = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return read_notebook(json.dumps(tree).encode(), "source.ipynb")


def rubric(**kinds: str) -> Rubric:
    """`cell__values="tests"` is the criterion cell.values, worth 2 points."""
    ids = {name.replace("__", "."): kind for name, kind in kinds.items()}
    criteria = [
        {"id": i, "question": i.split(".")[0], "title": i, "points": 2, "kind": kind} for i, kind in ids.items()
    ]
    return Rubric.model_validate({"assignment": "x", "points": 2 * len(criteria), "criteria": criteria})


def placed(source: Notebook, wanted: Rubric) -> dict[str, tuple[str, bool, str]]:
    return {seat.criterion.id: (seat.grade_id, seat.added, seat.comments) for seat in seats(source, wanted)}


def test_tests_get_a_cell_each_and_comment_below_the_last_answer() -> None:
    source = notebook(cell("code", "", "cell"), cell("code", "", "cell-2"))
    found = placed(source, rubric(cell__values="tests", cell__gradients="tests"))
    assert found == {
        "cell.values": ("cell-values", True, "cell-2"),
        "cell.gradients": ("cell-gradients", True, "cell-2"),
    }


def test_a_written_answer_is_the_cell_of_its_only_criterion() -> None:
    assert placed(notebook(cell("markdown", "", "why")), rubric(why__reason="ta")) == {
        "why.reason": ("why", False, "why")
    }


def test_written_answers_named_like_criteria_are_theirs() -> None:
    source = notebook(cell("markdown", "", "report-gates"), cell("markdown", "", "report-tradeoffs"))
    found = placed(source, rubric(report__gates="ta", report__tradeoffs="ta"))
    assert found["report.gates"] == ("report-gates", False, "report-gates")
    assert found["report.tradeoffs"] == ("report-tradeoffs", False, "report-tradeoffs")


def test_two_criteria_on_one_answer_get_task_cells() -> None:
    """Their points could not be told apart in one cell."""
    found = placed(notebook(cell("markdown", "", "why")), rubric(why__reason="ta", why__style="ta"))
    assert found["why.style"] == ("why-style", True, "why-style")
    assert found["why.reason"] == ("why-reason", True, "why-reason")


def test_a_name_that_is_taken_gets_another() -> None:
    source = notebook(cell("code", "", "cell"), cell("code", "", "cell-values"))
    assert placed(source, rubric(cell__values="tests"))["cell.values"][0] == "cell-values-points"


def test_added_cells_stand_behind_the_answers_of_their_question() -> None:
    answers = [cell("code", "", "a"), cell("markdown", "prose"), cell("code", "", "b")]
    all_seats = seats(notebook(*answers), rubric(a__x="tests", b__y="ta", c__z="ta"))
    names = [c["metadata"].get("nbgrader", {}).get("grade_id") for c in with_added(answers, all_seats)]
    assert names == ["a", "a-x", None, "b", "b-y", "c-z"]


def test_a_task_cell_is_locked() -> None:
    """One that is not makes every later autograde of nbgrader fail."""
    [seat] = seats(notebook(), rubric(why__style="ta"))
    marks = added_cell(seat)["metadata"]["nbgrader"]
    assert (marks["task"], marks["locked"], marks["grade"], marks["points"]) == (True, True, False, 2)
    assert MADE_HERE in added_cell(seat)["source"]


@pytest.mark.parametrize("slug", sorted(path.parent.name for path in ROOT.glob("assignments/*/source.ipynb")))
def test_every_criterion_of_a_real_assignment_has_a_cell_of_its_own(slug: str) -> None:
    """Names that nbgrader takes, and that formgrader's scripts can look up."""
    loaded = load_assignment(ROOT, slug)
    found = seats(read_notebook(loaded.paths.source.read_bytes(), "source.ipynb"), loaded.rubric)
    names = [seat.grade_id for seat in found]
    assert len(set(names)) == len(names) == len(loaded.rubric.criteria)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in names)
    assert sum(seat.criterion.points for seat in found) == loaded.rubric.points
