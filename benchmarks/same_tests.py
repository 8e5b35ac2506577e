"""The hidden tests of an assignment, run in the process that holds the student's names: what other graders do.

Used by other_graders.py inside otter and nbgrader, so that all three run the same tests on the same answers. The timing
tests are left out, for they need processes of their own.
"""

from __future__ import annotations

import importlib.util
import inspect
import warnings
from pathlib import Path
from typing import Any

import torch

from autograder.checks import faster_than
from autograder.checks.context import Context, enter, leave
from autograder.checks.criterion import ATTRIBUTE
from autograder.checks.implementation import Implementation
from autograder.checks.peer import LocalPeer
from autograder.child.interpreter import Interpreter
from autograder.course.loading import load_assignment
from autograder.course.notebook import module_source, read_notebook

_made = 0


def run_all(names: dict[str, Any], course: str, slug: str) -> int:
    """Run every hidden test on `names`, the notebook's globals; raises at the first failure. Returns their number."""
    warnings.simplefilter("ignore")  # nbgrader takes all points for a line on stderr
    loaded = load_assignment(Path(course), slug)
    scaffold = (loaded.paths.assignment / (loaded.assignment.scaffold or "")).read_text()
    source = module_source(read_notebook(loaded.paths.source.read_bytes(), "source.ipynb"))
    submission, reference = _interpreter(scaffold), _interpreter(scaffold)
    submission.namespace.update({name: value for name, value in names.items() if not name.startswith("_")})
    exec(source, reference.namespace)
    count = 0
    for file in sorted(loaded.paths.hidden_tests.glob("test_*.py")):
        for name, test in _tests(file):
            context = Context(
                test=f"{file.name}::{name}", criterion=getattr(test, ATTRIBUTE), mistakes=(),
                submission=LocalPeer(submission), reference=LocalPeer(reference),
                draws=torch.Generator().manual_seed(count),
                artifacts={a.name: loaded.paths.artifacts / a.name for a in loaded.assignment.artifacts},
                data_folder=loaded.paths.hidden_tests / "data",
            )  # fmt: skip
            enter(context)
            try:
                wants = inspect.signature(test).parameters
                test(**({"impl": Implementation(context.submission)} if "impl" in wants else {}))
            finally:
                leave()
            count += 1
    return count


def _interpreter(scaffold: str) -> Interpreter:
    global _made
    _made += 1
    interpreter = Interpreter(f"same_tests_{_made}")
    interpreter.request("scaffold", {"source": scaffold.encode()})
    return interpreter


def _tests(file: Path) -> list[tuple[str, Any]]:
    spec = importlib.util.spec_from_file_location(f"same_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = [(name, value) for name, value in vars(module).items() if hasattr(value, ATTRIBUTE)]
    return [(name, test) for name, test in found if faster_than.__name__ not in test.__code__.co_names]
