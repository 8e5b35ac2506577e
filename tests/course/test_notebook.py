"""Reading notebooks of strangers: every kind of broken file has its own sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autograder.course.notebook import NotebookError, module_cells, module_source, read_notebook

RESAVE = "Open it in Jupyter, save it, and use that file."


def notebook(*cells: dict[str, Any], **top: Any) -> bytes:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | top).encode()


def code(source: Any, **marks: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {"nbgrader": marks} if marks else {}}


BROKEN = [
    (b"", f"a.ipynb: the file is empty. {RESAVE}"),
    (b" \n", f"a.ipynb: the file is empty. {RESAVE}"),
    (b"import torch\n", f"a.ipynb, line 1: this is not a notebook: the text is not JSON. {RESAVE}"),
    (b'{"cells": [],,}', f"a.ipynb, line 1: this is not a notebook: the text is not JSON. {RESAVE}"),
    (b"\x89PNG\r\n", f"a.ipynb: this is not a notebook: it is not UTF-8 text. {RESAVE}"),
    (
        notebook(code("x = 1"))[:-20],
        "a.ipynb, line 1: the file breaks off in the middle of the notebook. "
        "Save it again and use that copy; an upload or download was probably cut short.",
    ),
    (
        b'{"cells": [{"cell_type": "code",\n "source": "x = ',
        "a.ipynb, line 2: the file breaks off in the middle of the notebook. "
        "Save it again and use that copy; an upload or download was probably cut short.",
    ),
    (b"[1, 2]", f"a.ipynb: this is JSON, but not a notebook. {RESAVE}"),
    (b'{"a": 1}', f"a.ipynb: this is JSON, but not a notebook. {RESAVE}"),
    (b'{"nbformat": 4}', f"a.ipynb: this is JSON, but not a notebook: it has no cells. {RESAVE}"),
    (notebook(nbformat=3), f"a.ipynb: the notebook is in the old format 3, format 4 is read. {RESAVE}"),
    (notebook(nbformat=5), "a.ipynb: the notebook is in format 5, format 4 is read. Save it as format 4."),
    (notebook(cells="x"), f"a.ipynb: this is not a notebook: its cells are no list. {RESAVE}"),
    (notebook(code("x"), "y"), f"a.ipynb, cell 2: this is not a cell. {RESAVE}"),  # type: ignore[arg-type]
    (notebook(code(7)), f"a.ipynb, cell 1: the source of the cell is not text. {RESAVE}"),
    (notebook(code(["x", 7])), f"a.ipynb, cell 1: the source of the cell is not text. {RESAVE}"),
    (b"[" * 100_000, f"a.ipynb: the file is nested too deeply to be a notebook. {RESAVE}"),
    (
        b'{"nbformat": ' + b"4" * 5000 + b"}",
        f"a.ipynb: this is not a notebook: a number in it is too long. {RESAVE}",
    ),
]


@pytest.mark.parametrize(("data", "message"), BROKEN)
def test_broken_files(data: bytes, message: str) -> None:
    with pytest.raises(NotebookError) as caught:
        read_notebook(data, "a.ipynb")
    assert str(caught.value) == message


def test_source_as_text_or_lines_and_a_byte_order_mark() -> None:
    read = read_notebook(b"\xef\xbb\xbf" + notebook(code("x = 1\ny = 2"), code(["x = 1\n", "y = 2"])), "a.ipynb")
    assert [cell.source for cell in read.cells] == ["x = 1\ny = 2"] * 2
    assert [cell.label for cell in read.cells] == ["cell 1", "cell 2"]


def test_half_a_surrogate_pair_can_be_written_again() -> None:
    read = read_notebook(notebook(code("x = '\ud800'")), "a.ipynb")
    assert read.cells[0].source == "x = '?'"


@pytest.mark.parametrize("metadata", [None, 3, {"nbgrader": []}, {"nbgrader": {"grade_id": 4, "solution": "yes"}}])
def test_strange_metadata_mark_nothing(metadata: Any) -> None:
    cell = read_notebook(notebook({"cell_type": "code", "source": "x", "metadata": metadata}), "a.ipynb").cells[0]
    assert (cell.grade_id, cell.solution, cell.tags) == (None, False, ())


def test_module_cells_are_export_and_solution_cells_in_order() -> None:
    read = read_notebook(
        notebook(
            code("#| export\nimport torch"),
            code("plot()"),
            code(
                "def f():\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION",
                grade_id="f-2",
                solution=True,
            ),
            {"cell_type": "markdown", "source": "an answer", "metadata": {"nbgrader": {"solution": True}}},
            code("\n#|export\ny = 2"),
            code("# | export\nz = 2"),
        ),
        "a.ipynb",
    )
    cells = module_cells(read)
    assert [(cell.label, cell.question, cell.grade_id) for cell in cells] == [
        ("cell 1", None, None),
        ("cell 3", "f", "f-2"),
        ("cell 5", None, None),
    ]
    assert module_source(read) == "import torch\n\n\ndef f():\n    return 1\n\n\ny = 2\n"
