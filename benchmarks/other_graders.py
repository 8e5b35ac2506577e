"""Grade one submission of lstm with Gradus, `otter run` and `nbgrader autograde`: the same answers, the same tests.

    python benchmarks/other_graders.py [ROUNDS]

Every round runs the three as whole processes, one after the other; what counts are the ratios within a round. otter and
nbgrader execute the notebook and the tests (benchmarks/same_tests.py) in one kernel; Gradus runs all its hidden tests,
timings included, with the answers in a child process. Needs the extra `instructor`.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from typing import Any

COURSE = Path(__file__).resolve().parents[1]
SLUG = "lstm"
_TEST = f"from same_tests import run_all\ncount = run_all({{names}}, {str(COURSE)!r}, {SLUG!r})\n"
_ENVIRONMENT = os.environ | {
    "PYTHONPATH": f"{COURSE / 'benchmarks'}{os.pathsep}{COURSE / 'assignments' / SLUG}",
    "OMP_NUM_THREADS": "1",
    "JUPYTER_PLATFORM_DIRS": "1",
}


def answer_cells() -> list[dict[str, Any]]:
    """The graded cells of the source notebook, answers in place."""
    notebook = json.loads((COURSE / "assignments" / SLUG / "source.ipynb").read_text())
    kept = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        graded = cell["metadata"].get("nbgrader", {}).get("solution") or source.lstrip().startswith("#| export")
        if cell["cell_type"] == "code" and graded:
            kept.append(source)
    return kept


def notebook_of(sources: list[str], marks: list[dict[str, Any]] | None = None) -> str:
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": mark, "execution_count": None, "outputs": [], "source": source}
        for n, (source, mark) in enumerate(zip(sources, marks or [{}] * len(sources), strict=True))
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def prepare_gradus(folder: Path) -> list[str]:
    submission = folder / "ada"
    submission.mkdir(parents=True)
    (submission / f"{SLUG}.py").write_text("\n\n".join(answer_cells()))
    for artifact in (COURSE / "assignments" / SLUG / "artifacts").iterdir():
        shutil.copy(artifact, submission)
    return [
        sys.executable,
        "-m",
        "autograder",
        "--course",
        str(COURSE),
        "grade",
        SLUG,
        str(submission),
        "--out",
        str(folder / "out"),
        "--i-trust-this-code",
    ]


def prepare_otter(folder: Path) -> list[str]:
    tests = folder / "tests"
    tests.mkdir(parents=True)
    head = "from otter.test_files import test_case\n\nOK_FORMAT = False\nname = 'lstm'\npoints = 1\n\n\n"
    body = textwrap.indent(_TEST.format(names="env"), "    ")
    (tests / "lstm.py").write_text(f"{head}@test_case(points=1)\ndef test_all(env):\n{body}")
    (folder / "ada.ipynb").write_text(notebook_of(answer_cells()))
    subprocess.run(
        [sys.executable, "-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"],
        cwd=folder, env=_ENVIRONMENT, check=True, capture_output=True,
    )  # fmt: skip
    return [sys.executable, "-m", "otter", "run", "-a", "autograder.zip", "-o", ".", "ada.ipynb"]


def prepare_nbgrader(folder: Path) -> list[str]:
    folder.mkdir(parents=True)
    answers = answer_cells()
    base = {"schema_version": 3, "locked": False, "task": False}
    marks = [{"nbgrader": base | {"grade_id": f"a{n}", "solution": True, "grade": False}} for n in range(len(answers))]
    test = {"nbgrader": base | {"grade_id": "test", "solution": False, "grade": True, "locked": True, "points": 1}}
    text = notebook_of([*answers, _TEST.format(names="globals()")], [*marks, test])
    for place in ("source/ps1", "submitted/ada/ps1"):
        (folder / place).mkdir(parents=True)
        (folder / place / "ps1.ipynb").write_text(text)
    config = "c = get_config()\nc.CourseDirectory.course_id = 'c'\nc.ExecutePreprocessor.timeout = 600\n"
    (folder / "nbgrader_config.py").write_text(config)
    generate = [sys.executable, "-m", "nbgrader", "generate_assignment", "ps1", "--create"]
    subprocess.run(generate, cwd=folder, env=_ENVIRONMENT, check=True, capture_output=True)
    return [sys.executable, "-m", "nbgrader", "autograde", "ps1", "--force"]


def measure(command: list[str], folder: Path) -> tuple[float, float]:
    """(wall, CPU) seconds of a whole process and all it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=_ENVIRONMENT, capture_output=True, text=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        commands = {
            "gradus grade": (prepare_gradus(root / "gradus"), root / "gradus"),
            "otter run": (prepare_otter(root / "otter"), root / "otter"),
            "nbgrader autograde": (prepare_nbgrader(root / "nbgrader"), root / "nbgrader"),
        }
        seen: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, (command, folder) in commands.items():
                seen[name].append(measure(command, folder))
        check_scores(root)
    for name, figures in seen.items():
        wall = statistics.median(f[0] for f in figures)
        cpu = statistics.median(f[1] for f in figures)
        ratios = [f[0] / g[0] for f, g in zip(figures, seen["gradus grade"], strict=True)]
        print(f"{name:20} wall {wall:5.1f} s  CPU {cpu:5.1f} s  wall over gradus {statistics.median(ratios):.2f} "
              f"({min(ratios):.2f} to {max(ratios):.2f})")  # fmt: skip


def check_scores(root: Path) -> None:
    """All three must have given the answers full marks: a grader that fails early is fast for nothing."""
    gradus = json.loads((root / "gradus" / "out" / "ada" / "result.json").read_text())
    lost = [c["id"] for c in gradus["criteria"] if c["kind"] == "tests" and c["verdict"] != "PASS"]
    otter = json.loads((root / "otter" / "results.json").read_text())
    import sqlite3

    with sqlite3.connect(root / "nbgrader" / "gradebook.db") as book:
        nbgrader = book.execute("select auto_score from grade").fetchall()
    if lost or sum(t.get("score", 0) for t in otter["tests"]) != 1 or nbgrader != [(1.0,)]:
        sys.exit(f"not all gave full marks: gradus lost {lost}, otter {otter['tests']}, nbgrader {nbgrader}")


if __name__ == "__main__":
    main()
