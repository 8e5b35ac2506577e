"""The same attacks on otter, nbgrader and Gradus: which of them win points, read the tests, or cost others a result.

    python benchmarks/attacks_elsewhere.py [ATTACK …]

One question, `standardise`, in four hidden tests worth a point each, which compare as people do (assert_close of torch,
allclose of NumPy, a difference, allclose of torch). Every submission is worth nothing: what it gets, it won. otter runs
as `otter run` on a generated autograder, nbgrader as `nbgrader autograde`, Gradus on the course of tests/attacks with every
backend that works here. Needs the extra `instructor` and the repository.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
ZEROS = "\n\ndef standardise(x):\n    return x * 0\n"
RIGHT = (
    "import torch\n\ndef standardise(x):\n    c = x - x.mean(-1, keepdim=True)\n"
    "    return c / (c.square().mean(-1, keepdim=True) + 1e-5).sqrt()\n"
)
_LOOK = """
import os
def look(text):
    if "canary-" in text:
        try:
            open(DROP, "a").write(text)
        except OSError:
            pass
"""
ATTACKS: dict[str, str] = {
    "comparisons patched": (
        "import torch, numpy as np\ntorch.testing.assert_close = lambda *a, **k: None\n"
        "torch.allclose = np.allclose = lambda *a, **k: True\n"
        "torch.Tensor.__lt__ = lambda a, b: torch.ones(1, dtype=torch.bool)\n" + ZEROS
    ),
    "always-equal object": (
        "class Same:\n    __sub__ = __rsub__ = __abs__ = lambda self, *a: self\n"
        "    __lt__ = __gt__ = __eq__ = lambda self, other: self\n    all = any = __bool__ = lambda self, *a: True\n\n"
        "def standardise(x):\n    return Same()\n"
    ),
    "__torch_function__": (
        "import torch\n\nclass Rigged(torch.Tensor):\n    @classmethod\n"
        "    def __torch_function__(cls, function, types, args=(), kwargs=None):\n"
        "        name = getattr(function, '__name__', '')\n"
        "        if name in ('allclose', 'isclose', 'equal', 'eq', '__eq__', 'lt', '__lt__', 'le', 'all'):\n"
        "            return torch.ones((), dtype=torch.bool)\n"
        "        if name in ('__array__', 'numpy'):\n            return args[0].as_subclass(torch.Tensor).numpy()\n"
        "        return super().__torch_function__(function, types, args, kwargs or {})\n\n"
        "def standardise(x):\n    return torch.zeros_like(x).as_subclass(Rigged)\n"
    ),
    "stack frames": (
        "import sys, torch\n\ndef standardise(x):\n    frame = sys._getframe(1)\n    while frame is not None:\n"
        "        for space in (frame.f_locals, frame.f_globals):\n"
        "            if isinstance(space.get('expected'), torch.Tensor):\n                return space['expected']\n"
        "        frame = frame.f_back\n    return x * 0\n"
    ),
    "gc": (
        "import gc, torch\n\ndef standardise(x):\n    for thing in gc.get_objects():\n"
        "        if type(thing) is torch.Tensor and thing.shape == x.shape and thing is not x:\n"
        "            if abs(float(thing.mean(-1).abs().max())) < 1e-5 and float(thing.abs().max()) > 0.1:\n"
        "                return thing\n    return x * 0\n"
    ),
    "a function of the tests": (
        "import sys\n\ndef standardise(x):\n    frame = sys._getframe(1)\n    while frame is not None:\n"
        "        if 'reference' in frame.f_globals:\n            return frame.f_globals['reference'](x)\n"
        "        frame = frame.f_back\n    return x * 0\n"
    ),
    "tests read from disk": (
        _LOOK + "for place in ('.', '..', '../..', '../../..', '../../../..'):\n"
        "    for root, folders, files in os.walk(place):\n        folders[:] = folders[:50]\n        for name in files[:200]:\n"
        "            if name.endswith(('.py', '.ipynb', '.db')) and root.count('/') < 9:\n                try:\n"
        "                    look(open(os.path.join(root, name), errors='replace').read(2**20))\n"
        "                except OSError:\n                    pass\n" + ZEROS
    ),
    "results overwritten": (
        "import glob, json, os, sqlite3\nfor path in glob.glob(RESULTS + '/alice/*.json'):\n    try:\n"
        "        open(path, 'w').write(json.dumps({'score': 0, 'tests': []}))\n    except OSError:\n        pass\n"
        "try:\n    if os.path.exists(RESULTS + '/gradebook.db'):\n        book = sqlite3.connect(RESULTS + '/gradebook.db')\n"
        "        book.execute('update grade set auto_score = 0, extra_credit = 0')\n        book.commit()\n"
        "        book.close()\nexcept Exception:\n    pass\n" + ZEROS
    ),
    "os._exit": "import os\nos._exit(0)\n" + ZEROS,
    "SystemExit in an answer": "def standardise(x):\n    raise SystemExit(0)\n",
    "pickle": (
        "import pickle\n_dump = pickle.dump\n\ndef dump(value, file, *a, **k):\n"
        "    for test in getattr(value, 'results', {}).values():\n        for case in test.test_case_results:\n"
        "            case.passed = True\n    return _dump(value, file, *a, **k)\n\npickle.dump = dump\n" + ZEROS
    ),
    "a check of the grader's own patched": (
        "try:\n    from otter.test_files.abstract_test import TestFile\n    import otter.test_files.exception_test as e\n"
        "    e.test_case.call_func = lambda *a, **k: None\nexcept Exception:\n    pass\n"
        "try:\n    import ast\n    class Drop(ast.NodeTransformer):\n"
        "        def visit_Assert(self, node):\n            return ast.Pass()\n"
        "        def visit_Expr(self, node):\n            return ast.Pass() if 'assert' in ast.dump(node) else node\n"
        "    get_ipython().ast_transformers.append(Drop())\nexcept NameError:\n    pass\n" + ZEROS
    ),
    "magics": "!echo ran > $DROP.magic\n%alias_magic t timeit\n" + ZEROS,
    "outputs and points edited": ZEROS,
    # Last: it goes on for half a minute, and would write into what is measured after it.
    "a daemon writes later": (
        "import glob, os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.closerange(0, 256)\n"
        "        for _ in range(60):\n            time.sleep(0.5)\n"
        "            for path in glob.glob(RESULTS + '/me/results.json'):\n"
        '                open(path, \'w\').write(\'{"tests": [{"name": "q1", "score": 4, "max_score": 4}]}\')\n'
        "    os._exit(0)\n" + ZEROS
    ),
}
TESTS = """
import numpy as np
import torch

# canary: CANARY


def reference(x):
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()


def case(seed):
    x = torch.randn(3, 7, generator=torch.Generator().manual_seed(seed))
    return x, reference(x)
"""
CASES = (
    "torch.testing.assert_close(standardise(x), expected)",
    "assert np.allclose(standardise(x), expected)",
    "assert (abs(standardise(x) - expected) < 1e-4).all()",
    "assert torch.allclose(standardise(x), expected)",
)


def notebook_of(cells: list[tuple[str, dict[str, Any], list[Any]]]) -> str:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    body = [
        {"cell_type": "code", "id": f"c{n}", "metadata": meta, "execution_count": None, "outputs": outs, "source": text}
        for n, (text, meta, outs) in enumerate(cells)
    ]
    return json.dumps({"cells": body, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def run(command: list[str], folder: Path, *, check: bool = True) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False, env=ENVIRONMENT
    )
    if check and done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "JUPYTER_PLATFORM_DIRS": "1"}
FAKED = [{"output_type": "stream", "name": "stdout", "text": "q1 results: All test cases passed!\n"}]


class Grader:
    """One grader: `prepare` once, `grade` a source for a student, and tell the score and alice's."""

    def __init__(self, folder: Path, canary: str, results: Path) -> None:
        self.folder, self.canary, self.results = folder, canary, results
        folder.mkdir()


class Otter(Grader):
    name = f"otter {importlib.metadata.version('otter-grader')}"

    def prepare(self) -> None:
        (self.folder / "tests").mkdir()
        head = "from otter.test_files import test_case\n\nOK_FORMAT = False\nname = 'q1'\npoints = 4\n"
        bodies = "".join(
            f"\n\n@test_case(points=1, hidden=True)\ndef test_{n}(standardise):\n    x, expected = case({n})\n    {line}\n"
            for n, line in enumerate(CASES)
        )
        (self.folder / "tests" / "q1.py").write_text(head + TESTS.replace("CANARY", self.canary) + bodies)
        run([sys.executable, "-m", "otter", "generate", "-t", "tests", "-o", "a.zip", "--no-environment"], self.folder)

    def grade(self, student: str, source: str, points: int) -> None:
        outputs = FAKED if points != 1 else []
        (self.folder / "in.ipynb").write_text(notebook_of([(source, {"otter": {"points": points}}, outputs)]))
        (self.results / student).mkdir(exist_ok=True)
        command = [sys.executable, "-m", "otter", "run", "-a", "a.zip", "-o", str(self.results / student), "in.ipynb"]
        run(command, self.folder, check=False)

    def score(self, student: str) -> float | None:
        file = self.results / student / "results.json"
        if not file.exists():
            return None
        tests = json.loads(file.read_text()).get("tests", [])
        return float(sum(test.get("score", 0) for test in tests))

    def forget(self, student: str) -> None:
        (self.results / student / "results.json").unlink(missing_ok=True)


class Nbgrader(Grader):
    name = f"nbgrader {importlib.metadata.version('nbgrader')}"

    def __init__(self, folder: Path, canary: str, results: Path) -> None:
        super().__init__(results, canary, results)

    def cells(self, source: str, points: int = 1) -> str:
        base = {"schema_version": 3, "task": False}
        answer = {"nbgrader": base | {"grade_id": "a", "solution": True, "grade": False, "locked": False}}
        tests = [
            (
                f"### BEGIN HIDDEN TESTS\n{TESTS.replace('CANARY', self.canary) if n == 0 else ''}\n"
                f"x, expected = case({n})\n{line}\n### END HIDDEN TESTS",
                {"nbgrader": base | {"grade_id": f"t{n}", "solution": False, "grade": True, "locked": True, "points": points}},
                FAKED if points != 1 else [],
            )
            for n, line in enumerate(CASES)
        ]  # fmt: skip
        return notebook_of([(source, answer, []), *tests])

    def prepare(self) -> None:
        (self.folder / "source/ps1").mkdir(parents=True)
        (self.folder / "source/ps1/ps1.ipynb").write_text(self.cells("### BEGIN SOLUTION\npass\n### END SOLUTION"))
        config = "c = get_config()\nc.CourseDirectory.course_id = 'c'\nc.ExecutePreprocessor.timeout = 60\n"
        (self.folder / "nbgrader_config.py").write_text(config)
        run([sys.executable, "-m", "nbgrader", "generate_assignment", "ps1", "--create"], self.folder)
        self.released = json.loads((self.folder / "release/ps1/ps1.ipynb").read_text())

    def grade(self, student: str, source: str, points: int) -> None:
        place = self.folder / "submitted" / student / "ps1"
        place.mkdir(parents=True, exist_ok=True)
        tree = json.loads(json.dumps(self.released))
        tree["cells"][0]["source"] = source
        for cell in tree["cells"][1:]:
            cell["metadata"]["nbgrader"]["points"] = points
            cell["outputs"] = FAKED if points != 1 else []
        (place / "ps1.ipynb").write_text(json.dumps(tree))
        command = [sys.executable, "-m", "nbgrader", "autograde", "ps1", "--student", student, "--force"]
        run(command, self.folder, check=False)

    def score(self, student: str) -> float | None:
        with sqlite3.connect(self.folder / "gradebook.db") as book:
            rows = book.execute(
                "select g.auto_score from grade g join submitted_notebook n on g.notebook_id = n.id"
                " join submitted_assignment s on n.assignment_id = s.id"
                " where s.student_id = ?", (student,)
            ).fetchall()  # fmt: skip
        values = [value for (value,) in rows if value is not None]
        return float(sum(values)) if values else None

    def forget(self, student: str) -> None:
        """Where grading fails, the scores of the last time would still stand there."""
        with sqlite3.connect(self.folder / "gradebook.db") as book:
            book.execute(
                "update grade set auto_score = null where notebook_id in (select n.id from submitted_notebook n join"
                " submitted_assignment s on n.assignment_id = s.id where s.student_id = ?)", (student,)
            )  # fmt: skip


def told(grader: Otter | Nbgrader, source: str, drop: Path, points: int, patient: bool) -> str:
    """What an attack came to, in a few words."""
    lines = f"DROP = {str(drop)!r}; RESULTS = {str(grader.results)!r}\nimport os; os.environ['DROP'] = DROP\n"
    grader.forget("me")
    drop.unlink(missing_ok=True)
    grader.grade("me", lines + source, points)
    if patient:
        time.sleep(3)
    score, other = grader.score("me"), grader.score("alice")
    said = [f"**{score:g} of 4**" if score else "no result" if score is None else "0"]
    if drop.exists() and grader.canary in drop.read_text(errors="replace"):
        said.append("**tests leaked**")
    if Path(f"{drop}.magic").exists():
        said.append("shell ran")
        Path(f"{drop}.magic").unlink()
    if other != 4:
        said.append("**another's result lost**")
        grader.grade("alice", RIGHT, 1)
    return ", ".join(said)


def on_gradus(names: list[str], backend: str, folder: Path, canary_drop: Path) -> dict[str, str]:
    """The same sources as answers to `standardise` on the course of tests/attacks; held, or what was found."""
    from tests.attacks.attack import Attack, Places
    from tests.attacks.ground import Ground
    from tests.grading.desk import notebook

    found = {}
    folder.mkdir()
    with Ground(folder, backend) as ground:
        for name in names:

            def hand_in(place: Path, places: Places, name: str = name) -> Path:
                lines = f"DROP = {str(canary_drop)!r}; RESULTS = {str(places.results)!r}\n"
                tree = notebook(standardise=lines + ATTACKS[name])
                path = place / "me.ipynb"
                path.write_text(json.dumps(tree))
                return path

            outcome = ground.run(Attack(name, name, {"score": "40"}, hand_in))
            leaked = canary_drop.exists() and bool(ground.course.secrets.found_in(canary_drop.read_bytes()))
            canary_drop.unlink(missing_ok=True)
            found[name] = "**" + "; ".join(outcome.findings)[:80] + "**" if outcome.findings or leaked else "0"
    return found


def main(names: list[str]) -> None:
    from tests.attacks.backends import NAMES, obstacle

    names = names or list(ATTACKS)
    table: dict[str, dict[str, str]] = {name: {} for name in names}
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        root.chmod(0o755)
        for kind in (Otter, Nbgrader):
            results = root / f"{kind.__name__}-results"
            canary = f"canary-{secrets.token_hex(8)}"
            if kind is Otter:
                results.mkdir()
            grader = kind(root / kind.__name__, canary, results)
            grader.prepare()
            grader.grade("alice", RIGHT, 1)
            assert grader.score("alice") == 4, f"{kind.name}: a right answer gets {grader.score('alice')}"
            for name in names:
                points = 1000 if name == "outputs and points edited" else 1
                patient = "later" in name
                table[name][kind.name] = told(grader, ATTACKS[name], root / "drop", points, patient)
                print(f"{kind.name:16} {name:38} {table[name][kind.name]}", file=sys.stderr, flush=True)
        for backend in NAMES:
            if backend == "process" or obstacle(backend):
                continue
            drop = Path("/tmp") / f"drop-{secrets.token_hex(4)}"
            for name, cell in on_gradus(names, backend, root / backend, drop).items():
                table[name][f"Gradus, {backend}"] = cell
    columns = list(dict.fromkeys(column for cells in table.values() for column in cells))
    print(f"{datetime.date.today()}, Python {sys.version.split()[0]}. A right answer gets 4 of 4 everywhere.\n")
    print("| attack | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns))
    for name, cells in table.items():
        print(f"| {name} | " + " | ".join(cells.get(column, "") for column in columns) + " |")


if __name__ == "__main__":
    main(sys.argv[1:])
