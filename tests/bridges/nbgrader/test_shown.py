"""A student's notebook as formgrader gets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.bridges.nbgrader.cells import seats
from autograder.bridges.nbgrader.shown import MISSING, submitted_notebook
from autograder.course.loading import load_assignment
from autograder.course.notebook import read_notebook
from autograder.gradebook import Gradebook
from autograder.returning.standing import standings
from autograder.submissions.opened import Opened, opened
from tests.bridges.nbgrader.made import PLANTED, PNG, cell, hands_in, hostile_notebook
from tests.returning.made import result


@pytest.fixture
def shown(tiny: Path, book: Gradebook, tmp_path: Path) -> Any:
    """A function: what becomes of a notebook, with all criteria passed but affine.values."""
    loaded = load_assignment(tiny, "scale")
    data = loaded.paths.source.read_bytes()
    master = json.loads(data)["cells"]
    hands_in(
        book, tmp_path, "s1", "Ada", {"cells": [], "nbformat": 4, "metadata": {}}, result(tiny, lost=("affine.values",))
    )
    [standing] = standings(book, loaded)

    def make(notebook: dict[str, Any] | Opened) -> dict[str, Any]:
        seen = (
            notebook
            if isinstance(notebook, Opened)
            else opened(json.dumps(notebook).encode(), "x.ipynb", loaded.assignment)
        )
        return submitted_notebook(master, seen, seats(read_notebook(data, "source.ipynb"), loaded.rubric), standing)

    return make


def by_name(notebook: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {c["metadata"]["nbgrader"]["grade_id"]: c for c in notebook["cells"] if c["metadata"]}


def test_nothing_of_a_hostile_notebook_reaches_a_page(shown: Any) -> None:
    """What is not code, which pages escape, holds no tag, and no foreign name or metadata is left."""
    made = shown(hostile_notebook())
    for one in made["cells"]:
        if one["cell_type"] != "code":
            for form in ("<s", "<i", "javascript:", "![it]"):
                assert form not in one["source"]
            continue
        for found in one["outputs"]:
            assert found["output_type"] in ("stream", "display_data")
            assert found.get("name", "stdout") in ("stdout", "stderr")
            for mime, data in found.get("data", {}).items():
                assert mime in ("text/plain", "text/html", "image/png")
                assert mime == "text/plain" or "<script" not in data
    assert PLANTED not in json.dumps(made["metadata"])
    names = [c["metadata"]["nbgrader"]["grade_id"] for c in made["cells"] if c["metadata"]]
    assert not any("<" in name for name in names)
    assert {one["cell_type"] for one in made["cells"]} == {"code", "markdown"}, (
        "raw cells are written into pages as they are"
    )


def test_pictures_and_tables_stay(shown: Any) -> None:
    outputs = [{"output_type": "display_data", "metadata": {}, "data": {"image/png": PNG, "text/plain": "plot"}},
               {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<table><tr><td>7</td></tr></table>"}}]  # fmt: skip
    attached = cell("markdown", "see ![it](attachment:my plot.png)", attachments={"my plot.png": {"image/png": PNG}})
    made = shown({"cells": [cell("code", "plot()", outputs=outputs), attached], "metadata": {}, "nbformat": 4})
    first, second = made["cells"][:2]
    assert first["outputs"][0]["data"]["image/png"] == PNG
    assert "<td>7</td>" in first["outputs"][1]["data"]["text/html"]
    assert (second["source"], second["attachments"]) == (
        "see ![it](attachment:picture-1)",
        {"picture-1": {"image/png": PNG}},
    )


def test_of_two_cells_with_one_name_the_first_keeps_it(shown: Any) -> None:
    """nbgrader stops a whole class at a duplicated name."""
    made = shown(
        {"cells": [cell("markdown", "one", "why"), cell("markdown", "two", "why")], "metadata": {}, "nbformat": 4}
    )
    assert [c["source"] for c in made["cells"] if c["source"] in ("one", "two")] == ["one", "two"]
    assert by_name(made)["why"]["source"] == "one"


def test_an_answer_that_was_deleted_is_there_to_be_marked(shown: Any) -> None:
    made = by_name(shown({"cells": [cell("markdown", "prose")], "metadata": {}, "nbformat": 4}))
    assert made["why"]["source"] == MISSING
    assert made["standardise"]["cell_type"] == "code"


def test_metadata_are_those_of_the_release(shown: Any) -> None:
    """A student who writes other points into a cell changes nothing."""
    answer = cell("markdown", "x", "why")
    answer["metadata"]["nbgrader"] |= {"points": 1000, "schema_version": 99}
    marks = by_name(shown({"cells": [answer], "metadata": {}, "nbformat": 4}))["why"]["metadata"]["nbgrader"]
    assert (marks["points"], marks["schema_version"]) == (20, 3)


def test_what_the_tests_said_stands_below_their_points(shown: Any) -> None:
    made = by_name(shown({"cells": [], "metadata": {}, "nbformat": 4}))
    assert made["standardise-values"]["outputs"][0]["text"] == "Passed: 30 of 30 points\n"
    said = made["affine-values"]["outputs"][0]["text"]
    assert said.splitlines() == ["Not right: 0 of 20 points", "The result is off.", "Divide by n, not n − 1."]
    assert "STAFF ONLY" not in json.dumps(made)


def test_a_file_that_cannot_be_read_says_so(shown: Any) -> None:
    made = shown(Opened(trouble="This is not a notebook."))
    assert made["cells"][0]["source"] == "This is not a notebook."
    assert "why" in by_name(made)


def test_ids_are_ours_and_unique(shown: Any) -> None:
    ids = [one["id"] for one in shown(hostile_notebook())["cells"]]
    assert ids == [f"cell-{n}" for n in range(1, len(ids) + 1)]
