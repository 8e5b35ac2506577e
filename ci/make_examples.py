"""Make notebooks as students hand them in, from submissions with a known outcome.

    python ci/make_examples.py

Three for examples/submissions/, of `lstm`, and three for the class of the course that `gradus init` makes. Each is the
student's notebook with the reference's answers in its answer cells, changed by the definitions of one file in
assignments/<slug>/submissions/. Run it again after a change of either source notebook.
"""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path
from typing import Any

from autograder.course.loading import load_assignment
from autograder.course.merge import merge
from autograder.course.notebook import BEGIN, END, Cell, read_notebook
from autograder.course.source import names_of
from autograder.release.build import read_sound_source, student_files

ROOT = Path(__file__).resolve().parents[1]
STARTING = ROOT / "autograder" / "starting" / "course"
FOLDER = ROOT / "examples" / "submissions"
WEIGHTS = ROOT / "assignments" / "lstm" / "artifacts" / "charlm.safetensors"
EXAMPLES = {
    "ada": "correct/four_slices_and_one_bias",
    "ben": "mistakes/hidden_for_cell_state",
    "mallory": "hostile/patches_the_judge_and_returns_zeros",
}
FIRST_CLASS = {
    "s1001": (
        "correct/by_autograd",
        "I predicted that the largest rate would shake, and it does: a step is the rate times the gradient, so at 3 it leads "
        "across the valley to a place where the slope points back. At 0.3 the steps shrink with the gradient and the curve is "
        "smooth. At 0.01 nothing is wrong, it only needs thirty times as many steps.",
    ),
    "s1002": ("mistakes/sum_for_mean", "The first is slow, the second is good and the third jumps up and down."),
    "s1003": ("hostile/everything_is_equal", None),
}
"""Student id → what the code is made from, and the written answer, if there is one."""


def main() -> None:
    """Write all examples."""
    for student, known in EXAMPLES.items():
        write(FOLDER / student / "lstm.ipynb", notebook_of(known), known)
        shutil.copyfile(WEIGHTS, FOLDER / student / WEIGHTS.name)
    for sid, (known, _) in FIRST_CLASS.items():
        write(STARTING / "handed-in" / sid / "softmax.ipynb", handed_in(sid), known)


def write(path: Path, notebook: bytes, known: str) -> None:
    """One student's folder, anew."""
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir(parents=True)
    path.write_bytes(notebook)
    print(f"{path.relative_to(ROOT)}: {known}")


def handed_in(sid: str) -> bytes:
    """The notebook of a student of the first class."""
    known, written = FIRST_CLASS[sid]
    return notebook_of(known, STARTING, "softmax", {} if written is None else {"report": written})


def notebook_of(known: str, course: Path = ROOT, slug: str = "lstm", written: dict[str, str] | None = None) -> bytes:
    """The notebook of a student whose answers are those of the submission `known`, and what is `written`."""
    loaded = load_assignment(course, slug)
    definitions = (loaded.paths.known / f"{known}.py").read_text(encoding="utf-8")
    template = json.loads(student_files(loaded, read_sound_source(loaded))[f"{slug}.ipynb"])
    answers = changed(reference_answers(loaded.paths.source), definitions)
    notebook = filled(template, {**answers, **(written or {})})
    return (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def reference_answers(source: Path) -> dict[str, str]:
    """grade_id → source of every code cell with an answer in the instructor's notebook, without the markers."""
    notebook = read_notebook(source.read_bytes(), "source.ipynb")
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
        if grade_id in answers:
            cell["source"] = answers[grade_id].splitlines(keepends=True)
    return notebook


if __name__ == "__main__":
    main()
