"""Source notebook → student notebook, by nbgrader's preprocessors and a step of our own.

Importing this module imports nbgrader: seconds. Only `release` does, when it is called.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import nbformat
from nbconvert.exporters.notebook import NotebookExporter
from nbconvert.preprocessors import Preprocessor
from nbgrader.nbgraderformat import MetadataValidator, ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)

from autograder.course.findings import Findings
from autograder.course.notebook import BEGIN, END
from autograder.release.private import Json, strip_private


class StubSolutions(ClearSolutions):  # type: ignore[misc]
    """ClearSolutions whose stub names the question of the cell."""

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> Any:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        sentence = resources["stubs"].get(grade_id, "")
        stub = f"# YOUR CODE HERE\nraise NotImplementedError({json.dumps(sentence, ensure_ascii=False)})"
        self.code_stub = {"python": stub}
        return super().preprocess_cell(cell, resources, cell_index)


class StripPrivate(Preprocessor):  # type: ignore[misc]
    """Our own step: what the others let through."""

    def preprocess(self, nb: Any, resources: Any) -> Any:
        strip_private(nb)
        return nb, resources


STEPS = (
    CheckCellMetadata,
    LockCells,
    StubSolutions,
    ClearOutput,
    ClearHiddenTests,
    ClearMarkScheme,
    StripPrivate,
    ComputeChecksums,
    CheckCellMetadata,
)


def check_metadata(source: Json, file: str, findings: Findings) -> None:
    """Add a finding for every cell whose nbgrader metadata nbgrader would refuse, naming the cell."""
    validator = MetadataValidator()
    for index, cell in enumerate(source["cells"], start=1):
        try:
            validator.validate_cell(nbformat.from_dict(copy.deepcopy(cell)))
        except (ValidationError, KeyError, TypeError, AttributeError) as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            fact = f"cell {index}: its nbgrader metadata is not valid: {said}."
            findings.add(file, None, fact, "Correct it in nbgrader's editor, or by hand (schema version 3).")


def strip(source: Json, stubs: dict[str, str]) -> Json:
    """The student's notebook of `source`, a sound notebook. `stubs`: grade_id → sentence of its stub.

    Raises CourseError when nbgrader refuses what our own checks let pass.
    """
    exporter = NotebookExporter(default_preprocessors=[])
    for step in STEPS:
        exporter.register_preprocessor(_configured(step, exporter), enabled=True)
    try:
        body, _ = exporter.from_notebook_node(nbformat.from_dict(copy.deepcopy(source)), {"stubs": stubs})
    except (ValidationError, RuntimeError, ValueError) as error:
        findings = Findings()
        fact = f"nbgrader refuses the notebook: {str(error).strip().splitlines()[0]}."
        findings.add("source.ipynb", None, fact, "Open it in nbgrader's editor to see the cell.")
        findings.raise_if_any()
    stripped: Json = json.loads(body)
    return stripped


def _configured(step: type[Any], exporter: Any) -> Any:
    """An instance, which nbconvert registers as it is; markers have one `#`."""
    if issubclass(step, ClearSolutions):
        return step(parent=exporter, begin_solution_delimeter=BEGIN, end_solution_delimeter=END, enabled=True)
    return step(parent=exporter, enabled=True)
