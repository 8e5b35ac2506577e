"""A desk to grade on: submissions of the course `tiny`, written in a line, and one bench for all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.course.loading import load_assignment
from autograder.course.models import Limits, LoadedAssignment
from autograder.grading.bench import Bench
from autograder.grading.result import Result

COURSE = Path(__file__).parents[1] / "courses" / "tiny"
SEED = 7
LIMITS = Limits(
    call_seconds=1, import_seconds=1.5, total_seconds=30, cpu_seconds=20, memory_mb=512, output_mb=4, file_mb=8
)
TESTED = ("standardise.values", "standardise.stable", "affine.values", "affine.gradients")
CORRECT = "def standardise(x):\n    c = x - x.mean(-1, keepdim=True)\n    return c / ((c * c).mean(-1, keepdim=True) + EPS).sqrt()"
STUB = '# YOUR CODE HERE\nraise NotImplementedError("scale.standardise: implement standardise")'

Cells = list[dict[str, Any]]


def loaded_with(limits: Limits = LIMITS, course: Path = COURSE) -> LoadedAssignment:
    """The assignment `scale` of the course `tiny`, with limits that are small enough to run into."""
    loaded = load_assignment(course, "scale")
    return loaded.model_copy(update={"assignment": loaded.assignment.model_copy(update={"limits": limits})})


def notebook(change: Callable[[Cells], Any] = lambda cells: None, **answers: str) -> dict[str, Any]:
    """The solution as a notebook, with the answer cells in `answers` replaced and `change(cells)` applied."""
    tree: dict[str, Any] = json.loads((COURSE / "assignments/scale/source.ipynb").read_text(encoding="utf-8"))
    for grade_id, source in answers.items():
        cell_of(tree["cells"], grade_id)["source"] = source
    change(tree["cells"])
    return tree


def cell_of(cells: Cells, cell_id: str) -> dict[str, Any]:
    return next(cell for cell in cells if cell["id"] == cell_id)


def code_cell(source: str, **fields: Any) -> dict[str, Any]:
    return {"cell_type": "code", "id": "extra", "metadata": {}, "outputs": [], "execution_count": 1} | {
        "source": source,
        **fields,
    }


class Desk:
    """Grades what it is given, in the order in which it is given."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench, self.folder = bench, folder

    def put(self, tree: Any, name: str = "scale.ipynb") -> Path:
        path = self.folder / name
        path.write_bytes(tree if isinstance(tree, bytes) else json.dumps(tree).encode())
        return path

    def grade(self, tree: Any, name: str = "scale.ipynb") -> Result:
        return self.bench.grade(self.put(tree, name))

    def standardise(self, source: str) -> Result:
        """The result of a notebook whose answer to `standardise` is `source`, and all else right."""
        return self.grade(notebook(standardise=source))


def verdicts(result: Result) -> dict[str, str]:
    return {c.id: c.verdict.value for c in result.criteria if c.kind == "tests"}


def messages(result: Result) -> dict[str, str]:
    return {c.id: c.message for c in result.criteria if c.kind == "tests"}


def shown_to_students(result: Result) -> str:
    """All text of a result but what is for staff."""
    tree = result.model_dump(mode="json", exclude={"environment"})
    for criterion in tree["criteria"]:
        for test in criterion["tests"]:
            test.pop("detail")
    return json.dumps(tree, ensure_ascii=False)
