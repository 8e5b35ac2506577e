"""Make examples/submissions/: three notebooks as students hand them in, from submissions with a known outcome.

    python ci/make_examples.py

Each is student_template/lstm/lstm.ipynb with the reference's answers in its answer cells, changed by the definitions of
one file in assignments/lstm/submissions/. Run it again after `gradus release lstm`.
"""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path
from typing import Any

from autograder.course.merge import merge
from autograder.course.notebook import BEGIN, END, Cell, read_notebook
from autograder.course.source import names_of

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = ROOT / "assignments" / "lstm"
TEMPLATE = ROOT / "student_template" / "lstm" / "lstm.ipynb"
FOLDER = ROOT / "examples" / "submissions"
WEIGHTS = ASSIGNMENT / "artifacts" / "charlm.safetensors"
EXAMPLES = {
    "ada": "correct/four_slices_and_one_bias",
    "ben": "mistakes/hidden_for_cell_state",
    "mallory": "hostile/patches_the_judge_and_returns_zeros",
}


def main() -> None:
    """Write all examples."""
    for student, known in EXAMPLES.items():
        folder = FOLDER / student
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "lstm.ipynb").write_bytes(notebook_of(known))
        shutil.copyfile(WEIGHTS, folder / WEIGHTS.name)
        print(f"{folder.relative_to(ROOT)}: {known}")


def notebook_of(known: str) -> bytes:
    """The notebook of a student whose answers are those of the submission `known`."""
    definitions = (ASSIGNMENT / "submissions" / f"{known}.py").read_text(encoding="utf-8")
    template = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    notebook = filled(template, changed(reference_answers(), definitions))
    return (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def reference_answers() -> dict[str, str]:
    """grade_id → source of every answer cell of the instructor's notebook, without the markers."""
    notebook = read_notebook((ASSIGNMENT / "source.ipynb").read_bytes(), "source.ipynb")
    return {cell.grade_id: unmarked(cell) for cell in notebook.cells if is_answer(cell) and cell.grade_id}


def is_answer(cell: Cell) -> bool:
    """A code cell that students complete."""
    return cell.type == "code" and cell.solution


def unmarked(cell: Cell) -> str:
    """Its source without the lines that mark the solution."""
    return "\n".join(line for line in cell.source.split("\n") if line.strip() not in (BEGIN, END))


def changed(answers: dict[str, str], definitions: str) -> dict[str, str]:
    """The answers with `definitions` in them: each in the cell that defines its name, the rest in the first."""
    pieces: dict[str, list[str]] = {}
    homeless: list[str] = []
    for node in ast.parse(definitions).body:
        home = next((place for place, text in answers.items() if defines(text, names_of(node))), None)
        text = ast.get_source_segment(definitions, node) or ""
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        text = "\n".join([*definitions.split("\n")[first - 1 : node.lineno - 1], text])
        (homeless if home is None else pieces.setdefault(home, [])).append(text)
    cells = [place for place in answers if place in pieces] or list(answers)
    pieces.setdefault(cells[0], [])[:0] = homeless
    return {
        place: merge(text, spaced(pieces[place])).strip() if place in pieces else text
        for place, text in answers.items()
    }


def spaced(pieces: list[str]) -> str:
    """Statements as one text, imports close together."""
    return "".join(piece + ("\n" if piece.startswith(("import ", "from ")) else "\n\n\n") for piece in pieces)


def defines(source: str, names: list[str]) -> bool:
    """Whether `source` defines one of `names` at its top level."""
    return any(set(names) & set(names_of(node)) for node in ast.parse(source).body)


def filled(notebook: dict[str, Any], answers: dict[str, str]) -> dict[str, Any]:
    """A student's notebook with `answers` in its answer cells."""
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if cell["cell_type"] == "code" and grade_id in answers:
            cell["source"] = answers[grade_id].splitlines(keepends=True)
    return notebook


if __name__ == "__main__":
    main()
