"""A problem set of an nbgrader course as instructors write them, in `source/ps1/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def nb_cell(kind: str, source: str, grade_id: str = "", role: str = "", points: float | None = None) -> dict[str, Any]:
    """`role`: answer, test, written, by hand, task, locked, or nothing for a plain cell."""
    marks = {
        "grade_id": grade_id, "schema_version": 3, "cell_type": kind, "locked": role in ("test", "task", "locked"),
        "solution": role in ("answer", "written", "by hand"), "grade": role in ("test", "written", "by hand"), "task": role == "task",
    }  # fmt: skip
    if points is not None:
        marks["points"] = points
    found: dict[str, Any] = {"cell_type": kind, "metadata": {"nbgrader": marks} if role else {}, "source": source}
    return found | ({"outputs": [], "execution_count": None} if kind == "code" else {})


SQUARES = '''def squares(n):
    """The squares of 1 … n.

    A ValueError where n < 1.
    """
    ### BEGIN SOLUTION
    if n < 1:
        raise ValueError("n must be at least 1")
    return [i**2 for i in range(1, n + 1)]
    ### END SOLUTION'''

SQUARES_TEST = '''"""Check that squares returns the right output for several inputs"""
from nose.tools import assert_equal
assert_equal(squares(1), [1])
assert squares(2) == [1, 4], "two squares"
### BEGIN HIDDEN TESTS
assert_equal(squares(10), [1, 4, 9, 16, 25, 36, 49, 64, 81, 100])
assert len(squares(11)) == 11
### END HIDDEN TESTS'''

RAISES_TEST = '''"""Check that squares raises an error"""
try:
    squares(0)
except ValueError:
    pass
else:
    raise AssertionError("did not raise")'''

STANDARDISE = """def standardise(x):
    ### BEGIN SOLUTION
    return (x - x.mean(axis=0)) / x.std(axis=0)
    ### END SOLUTION"""

STANDARDISE_TEST = """x = np.array([[1.0, 2.0], [3.0, 6.0]])
np.testing.assert_allclose(standardise(x), [[-1, -1], [1, 1]])
### BEGIN HIDDEN TESTS
y = np.arange(12.0).reshape(4, 3) ** 2
assert standardise(y).shape == (4, 3)
np.testing.assert_allclose(standardise(y).mean(axis=0), 0, atol=1e-12)
### END HIDDEN TESTS"""

SCHEME = "=== BEGIN MARK SCHEME ===\n{}\n=== END MARK SCHEME ==="

CELLS = [
    nb_cell("markdown", "# Problem set 1: loops\n\nRead everything first."),
    nb_cell("code", "%matplotlib inline\nimport numpy as np\nimport matplotlib.pyplot as plt", "imports", "locked"),
    nb_cell("markdown", "## Squares"),
    nb_cell("code", SQUARES, "squares", "answer"),
    nb_cell("code", SQUARES_TEST, "correct_squares", "test", 2),
    nb_cell("code", RAISES_TEST, "squares_invalid_input", "test", 1),
    nb_cell("markdown", "## Standardise"),
    nb_cell("code", STANDARDISE, "standardise", "answer"),
    nb_cell("code", STANDARDISE_TEST, "test-standardise", "test", 3),
    nb_cell("markdown", f"Because of their units.\n\n{SCHEME.format('Names the units: 2')}", "cell-3f2a", "written", 2),
    nb_cell("code", "### BEGIN SOLUTION\nplt.plot(squares(5))\n### END SOLUTION", "plot", "by hand", 1.5),
    nb_cell("markdown", f"Find another data set.\n\n{SCHEME.format('A source is named.')}", "task1", "task", 4),
    nb_cell("code", "data = np.loadtxt('data/heights.csv')\ndata.mean()"),
]  # fmt: skip


def ps1(root: Path, cells: list[dict[str, Any]] | None = None) -> Path:
    """`root/source/ps1` with its notebook and a data file."""
    folder = root / "source" / "ps1"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "heights.csv").write_text("1.7\n1.8\n")
    (folder / "images").mkdir()
    (folder / "images" / "scheme.png").write_bytes(b"\x89PNG\r\n\x1a\n0000")
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    tree = {"cells": cells or CELLS, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 4}
    (folder / "problem1.ipynb").write_text(json.dumps(tree))
    return folder
