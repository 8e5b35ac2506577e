"""What is taken over earns what otter itself gives: real `otter assign`, real grading by otter, and ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import run
from tests.bridges.otter.master import DOCTESTS, put

pytestmark = pytest.mark.slow

WRONG = {"count = ...": "count = 6", "    ...": "    return x * 0 + 1.0", "tall = ...\ntall": "tall = 0.2"}
"""Stub of otter's → an answer: some tests hold, others do not."""


def otter_scores(folder: Path, answers: dict[str, str]) -> dict[str, float]:
    """What otter gives to its own student notebook, answered."""
    from otter.api import grade_submission

    tree = json.loads((folder / "student" / "hw03.ipynb").read_text())
    for cell in tree["cells"]:
        source = "".join(cell["source"])
        for stub, answer in answers.items():
            source = source.replace(stub, answer)
        cell["source"] = source
    put(folder, tree, "hw03.ipynb")
    zipped = next((folder / "autograder").glob("*.zip"))
    results = grade_submission(str(folder / "hw03.ipynb"), str(zipped), quiet=True)
    return {name: test.score for name, test in results.results.items()}


def our_scores(course: Path, out: Path, notebook: Path) -> dict[str, float]:
    call = ["--course", str(course), "grade", "hw03", str(notebook), "--sandbox", "process", "--i-trust-this-code"]
    assert run([*call, "--out", str(out)]) == 0
    result = json.loads(next(out.rglob("result.json")).read_text())
    found: dict[str, float] = {}
    for criterion in result["criteria"]:
        if criterion["kind"] == "tests":
            found[criterion["question"]] = found.get(criterion["question"], 0) + criterion["score"]
    return found


def answered(tree: dict[str, Any]) -> dict[str, Any]:
    """Our student notebook with the same wrong answers."""
    sources = {
        "q1": "count = 6",
        "q2": "def spread(x):\n    return x * 0 + 1.0",
        "q2-2": "tall = 0.2",
        "q3": "def standard(x):\n    return x * 0 + 1.0",
    }
    for cell in tree["cells"]:
        cell["source"] = sources.get(cell["metadata"].get("nbgrader", {}).get("grade_id"), cell["source"])
    return tree


def test_the_same_points(tmp_path: Path) -> None:
    pytest.importorskip("otter")
    from otter.assign import main as assign

    course, dist = tmp_path / "course", tmp_path / "dist"
    for folder in (course / "assignments", course / "rubrics", dist):
        folder.mkdir(parents=True)
    master = put(tmp_path, DOCTESTS, "hw03.ipynb")
    assign(str(master), str(dist), no_pdfs=True, no_run_tests=True)
    assert run(["--course", str(course), "import", "otter", str(master)]) == 0
    assert run(["--course", str(course), "release", "hw03"]) == 0
    key = our_scores(course, tmp_path / "key", course / "solutions/hw03/solution.ipynb")
    assert key == {"q1": 2, "q2": 4, "q3": 3}
    student = json.loads((course / "student_template/hw03/hw03.ipynb").read_text())
    ours = our_scores(course, tmp_path / "wrong", put(tmp_path, answered(student), "wrong.ipynb"))
    assert ours == otter_scores(dist, WRONG)
    assert 0 < sum(ours.values()) < 9
