"""Cells that were deleted, doubled, retyped, renamed, moved or changed: what is graded, and what is logged."""

from __future__ import annotations

import copy

from autograder.grading.result import Result

from .desk import CORRECT, STUB, Cells, Desk, cell_of, code_cell, messages, notebook

TEMPLATE = "def standardise(x):\n    " + STUB.replace("\n", "\n    ")


def repairs(result: Result) -> list[tuple[int | None, str | None, str]]:
    return [(repair.cell, repair.question, repair.what) for repair in result.repairs]


def drop(cells: Cells, cell_id: str) -> None:
    cells.remove(cell_of(cells, cell_id))


def test_an_untouched_notebook_needs_no_repair(desk: Desk) -> None:
    assert repairs(desk.grade(notebook())) == []


def test_the_template_is_not_attempted(desk: Desk) -> None:
    result = desk.grade(notebook(standardise=TEMPLATE))
    assert messages(result)["standardise.values"] == "`standardise` is not implemented yet."
    assert repairs(result) == []


def test_a_deleted_given_cell_comes_back(desk: Desk) -> None:
    result = desk.grade(notebook(lambda cells: drop(cells, "imports")))
    assert result.score == 80
    assert repairs(result) == [(None, None, "a given cell was missing and was put back")]


def test_a_changed_given_cell_does_not_count(desk: Desk) -> None:
    result = desk.grade(notebook(imports="#| export\nEPS = 7\nraise SystemExit"))
    assert result.score == 80
    assert repairs(result) == [(2, None, "a given cell was changed; the original was used")]


def test_a_given_cell_without_its_id_is_known_by_its_text(desk: Desk) -> None:
    result = desk.grade(notebook(lambda cells: [cell.pop("id") for cell in cells]))
    assert result.score == 80
    assert repairs(result) == []


def test_a_deleted_answer_cell_is_told(desk: Desk) -> None:
    result = desk.grade(notebook(lambda cells: drop(cells, "standardise")))
    assert result.score == 40
    assert repairs(result) == [(None, "standardise", "the answer cell is missing from the notebook")]
    assert messages(result)["standardise.values"] == (
        "There is no `standardise` in the submission. Define it under exactly this name."
    )


def test_an_answer_that_moved_is_found_by_its_name(desk: Desk) -> None:
    def move(cells: Cells) -> None:
        drop(cells, "standardise")
        cells.append(code_cell(CORRECT))

    result = desk.grade(notebook(move))
    assert result.score == 80
    assert repairs(result) == [(9, "standardise", "the answer cell is missing; the answer was found here by its name")]


def test_an_answer_beside_an_untouched_stub_counts(desk: Desk) -> None:
    def add(cells: Cells) -> None:
        cells.insert(4, code_cell("def standardise(x):\n    return x", id="first"))
        cells.insert(5, code_cell("%time\n" + CORRECT))

    result = desk.grade(notebook(add, standardise=TEMPLATE))
    assert result.score == 80
    assert repairs(result) == [
        (6, "standardise", "the answer cell is the untouched stub; the answer was found here by its name")
    ]


def test_another_definition_beside_a_real_answer_does_not_count(desk: Desk) -> None:
    result = desk.grade(notebook(lambda cells: cells.append(code_cell("def standardise(x):\n    return x"))))
    assert result.score == 80


def test_a_doubled_answer_cell(desk: Desk) -> None:
    def double(cells: Cells) -> None:
        again = copy.deepcopy(cell_of(cells, "standardise"))
        cells.insert(4, again | {"id": "again", "source": CORRECT})

    wrong = "def standardise(x):\n    return x"
    result = desk.grade(notebook(double, standardise=wrong))
    assert result.score == 80
    assert repairs(result) == [(5, "standardise", "the answer stands in 2 cells (4, 5), which were executed in order")]
    result = desk.grade(notebook(double, standardise=TEMPLATE))
    assert result.score == 80
    assert repairs(result) == [(4, "standardise", "an untouched copy of an answer cell was left out")]


def test_an_answer_cell_turned_into_text_is_read_as_code(desk: Desk) -> None:
    for kind in ("markdown", "raw"):
        result = desk.grade(notebook(lambda cells, kind=kind: cell_of(cells, "standardise").update(cell_type=kind)))
        assert result.score == 80
        assert repairs(result) == [(4, "standardise", f"a {kind} cell was read as code")]


def test_a_renamed_grade_id_is_found_by_its_name(desk: Desk) -> None:
    def rename(cells: Cells) -> None:
        cell_of(cells, "standardise")["metadata"]["nbgrader"]["grade_id"] = "standardize"

    result = desk.grade(notebook(rename))
    assert result.score == 80
    assert repairs(result) == [(4, "standardise", "the answer cell is missing; the answer was found here by its name")]


def test_cells_in_another_order(desk: Desk) -> None:
    """A given cell that comes after the answers that need it is executed where the student put it."""
    result = desk.grade(notebook(lambda cells: cells.insert(0, cells.pop(5))))
    assert messages(result)["affine.values"] == (
        "Cell 1, line 1: executing it raises a NameError: `nn` is not defined."
    )
    assert result.score == 40


def test_an_export_cell_of_the_students_own(desk: Desk) -> None:
    def add(cells: Cells) -> None:
        cells.insert(3, code_cell("#| export\ndef middle(x):\n    return x.mean(-1, keepdim=True)"))

    result = desk.grade(notebook(add, standardise=CORRECT.replace("x.mean(-1, keepdim=True)", "middle(x)")))
    assert (result.score, repairs(result)) == (80, [])


def test_other_cells_never_run(desk: Desk) -> None:
    result = desk.grade(notebook(lambda cells: cells.insert(3, code_cell("import os\nos._exit(1)"))))
    assert (result.score, repairs(result)) == (80, [])


def test_jupyter_commands_are_left_out(desk: Desk) -> None:
    inner = CORRECT.replace("    return", "    %time 3\n    !ls\n    return")
    source = f"%matplotlib inline\n!pip install torch\n{inner}\nstandardise?\n"
    result = desk.standardise(source)
    assert result.score == 80
    assert repairs(result) == [(4, "standardise", "Jupyter commands (% and ! lines) were left out")]


def test_a_line_after_jupyter_commands_keeps_its_number(desk: Desk) -> None:
    result = desk.standardise("\n\n%matplotlib inline\n\n!ls\ndef standardise(x):\n    return x[99]\n")
    assert messages(result)["standardise.values"] == "`standardise` raises an IndexError (cell 4, line 7)."


def test_a_timed_cell_is_python_and_a_cell_of_bash_is_not(desk: Desk) -> None:
    result = desk.standardise("%%time\n" + CORRECT)
    assert result.score == 80
    result = desk.standardise("%%bash\nrm -rf /tmp/nothing\n")
    assert repairs(result)[0] == (4, "standardise", "the cell begins with %%bash and is no Python; it was left out")
    assert messages(result)["standardise.values"] == (
        "There is no `standardise` in the submission. Define it under exactly this name."
    )
