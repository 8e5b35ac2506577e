"""A marker that is not what it seems stops the release, with cell, line and next step."""

from __future__ import annotations

import pytest

from autograder.course.notebook import Cell, Notebook
from autograder.release.markers import Findings, check_markers

HEAD = "def f(x):\n"
GOOD = f"{HEAD}    # BEGIN SOLUTION\n    return x\n    # END SOLUTION"


def check(source: str, kind: str = "code", **marks: bool) -> list[str]:
    marks = marks or {"solution": kind == "code"}
    findings = Findings()
    notebook = Notebook((Cell(index=7, type=kind, source=source, grade_id="f", **marks),))  # type: ignore[arg-type]
    check_markers(notebook, "source.ipynb", findings)
    return [str(finding).removeprefix("source.ipynb: ") for finding in findings.items]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (GOOD, "code"),
        (
            f"{GOOD}\n\n\ndef g(x):\n    # BEGIN SOLUTION\n    # a comment\n    return x\n    # END SOLUTION",
            "code",
        ),
        (
            "## Solution\n\nThe solution of this equation begins with an ansatz. In the end, solutions vary.",
            "markdown",
        ),
    ],
)
def test_sound_cells(source: str, kind: str) -> None:
    assert check(source, kind) == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("### BEGIN SOLUTION", "# BEGIN SOLUTION"),
        ("## BEGIN SOLUTION", "# BEGIN SOLUTION"),
        ("#BEGIN SOLUTION", "# BEGIN SOLUTION"),
        ("# begin solution", "# BEGIN SOLUTION"),
        ("# Begin Solution", "# BEGIN SOLUTION"),
        ("# BEGIN SOLUTIONS", "# BEGIN SOLUTION"),
        ("# BEGIN SOLUTION:", "# BEGIN SOLUTION"),
        ("# BEGIN SOLTUION", "# BEGIN SOLUTION"),
        ("# BEGN SOLUTION", "# BEGIN SOLUTION"),
        ("# BEGIN_SOLUTION", "# BEGIN SOLUTION"),
        ("# start of the solution", "# BEGIN SOLUTION"),
        ("### END SOLUTION", "# END SOLUTION"),
        ("# end solution", "# END SOLUTION"),
        ("# END SOLUTON", "# END SOLUTION"),
        ("x = 1  # END SOLUTION", "# END SOLUTION"),
    ],
)
def test_misspelt_markers(written: str, meant: str) -> None:
    said = f'cell 7, line 3: "{written}" is not a marker. Write "{meant}", alone on its line.'
    assert said in check(f"{HEAD}    y = x\n    {written}\n    return y")
    assert said in check(f"text\n\n{written}", "markdown") or not written.startswith("#")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            f"{HEAD}    # BEGIN SOLUTION\n    return x",
            ['cell 7, line 2: BEGIN SOLUTION is never closed. Add "# END SOLUTION" below the answer.'],
        ),
        (
            f"{HEAD}    return x\n    # END SOLUTION",
            ['cell 7, line 3: END SOLUTION without BEGIN SOLUTION. Add "# BEGIN SOLUTION" above the answer.'],
        ),
        (
            f"{HEAD}    # BEGIN SOLUTION\n    y = x\n    # BEGIN SOLUTION\n    return y\n    # END SOLUTION",
            [
                "cell 7, line 4: BEGIN SOLUTION stands inside the region that begins in line 2. "
                'Add "# END SOLUTION" above it.'
            ],
        ),
        (
            f"{HEAD}    return x",
            [
                "cell 7: the solution cell has no solution region. "
                'Put "# BEGIN SOLUTION" and "# END SOLUTION" around the answer.'
            ],
        ),
        (
            f"{HEAD}    # BEGIN SOLUTION\n    # later\n    # END SOLUTION",
            ["cell 7, line 2: the solution region is empty. Put the answer into it, or remove the markers."],
        ),
        (
            f"{HEAD}# BEGIN SOLUTION\n    return x\n# END SOLUTION",
            [
                "cell 7, line 2: BEGIN SOLUTION is not indented like the answer below it. "
                "Indent both alike: the stub stands where the marker stood."
            ],
        ),
        (
            f"{GOOD}\ny = f(2)  # SOLUTION",
            [
                'cell 7, line 5: "# SOLUTION" behind a line does not hide it. '
                'Put "# BEGIN SOLUTION" above and "# END SOLUTION" below.'
            ],
        ),
        (
            f"{GOOD}\n### BEGIN HIDDEN TESTS\nassert f(1) == 1",
            [
                'cell 7, line 5: "BEGIN HIDDEN TESTS" is a marker of another kit. '
                "Move hidden tests to tests/hidden/, public ones to tests/public/, and delete this line."
            ],
        ),
        (
            f"{GOOD}\n# begin hidden test",
            [
                'cell 7, line 5: "begin hidden test" is a marker of another kit. '
                "Move hidden tests to tests/hidden/, public ones to tests/public/, and delete this line."
            ],
        ),
    ],
)
def test_solution_cells(source: str, expected: list[str]) -> None:
    assert check(source) == expected


def test_region_in_a_cell_that_is_no_solution_cell() -> None:
    next_step = 'Give the cell nbgrader metadata with "solution: true" and the grade_id of its question.'
    assert check(GOOD, solution=False) == [
        f'cell 7, line 2: "# BEGIN SOLUTION" stands in a cell that is not a solution cell. {next_step}',
        f'cell 7, line 4: "# END SOLUTION" stands in a cell that is not a solution cell. {next_step}',
    ]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_region_outside_code(kind: str) -> None:
    next_step = "Written answers need no markers: the whole cell is replaced. Delete the line."
    assert check("# BEGIN SOLUTION\nBecause.\n# END SOLUTION", kind, solution=True) == [
        f'cell 7, line 1: "# BEGIN SOLUTION" stands in a {kind} cell. {next_step}',
        f'cell 7, line 3: "# END SOLUTION" stands in a {kind} cell. {next_step}',
    ]


def test_marking_schemes_only_in_task_cells() -> None:
    scheme = "=== BEGIN MARK SCHEME ===\nTwo points.\n=== END MARK SCHEME ==="
    assert check(scheme, "markdown", task=True) == []
    assert check(scheme, "markdown", task=False) == [
        f'cell 7, line {line}: "{word} MARK SCHEME" stands outside a task cell. '
        "Put what TAs read into the rubric's levels."
        for line, word in ((1, "BEGIN"), (3, "END"))
    ]
    assert check("BEGIN MARK SCHEME\nx", "markdown", task=True) == [
        'cell 7, line 1: BEGIN MARK SCHEME is never closed. Add "END MARK SCHEME" below it.'
    ]
    assert check("END MARK SCHEME\nx", "markdown", task=True) == [
        'cell 7, line 1: "END MARK SCHEME" has no partner. Write BEGIN and END MARK SCHEME in pairs.'
    ]
    assert check("BEGIN MARKING SCHEME\nx", "markdown", task=True) == [
        'cell 7, line 1: "BEGIN MARKING SCHEME" is not a marker. Write "BEGIN MARK SCHEME".'
    ]
