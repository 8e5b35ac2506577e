"""otter's own grading with our plugin in it: real runs of otter 7, as on a course's machine."""

from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder.bridges.gradescope.stored import stored_zip
from autograder.cli import run
from autograder.course.loading import load_assignment
from tests.grading.desk import CORRECT, COURSE, notebook

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def packed() -> bytes:
    """The zip, with the backend that needs no container."""
    pytest.importorskip("otter")
    from autograder.bridges.otter.package import make_otter_package

    return make_otter_package(load_assignment(COURSE, "scale"), seed=7, sandbox="process").data


class Evil:
    """Unpickled, it leaves a file behind."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.mark),)


def handed_in(folder: Path, tree: Any, **others: bytes) -> Path:
    """A submission as `grader.export()` makes it, with other files beside the notebook."""
    path = folder / "handed_in.zip"
    path.write_bytes(stored_zip({"scale.ipynb": json.dumps(tree).encode(), **others}))
    return path


def otter_run(folder: Path, zipped: bytes, submission: Path) -> dict[str, Any]:
    """The results.json that `otter run` leaves in `folder`, where an older one stands."""
    from otter.run import main

    (folder / "results.json").write_text('{"score": 100, "tests": []}')
    (folder / "autograder.zip").write_bytes(zipped)
    main(str(submission), autograder=str(folder / "autograder.zip"), output_dir=str(folder), no_logo=True)
    results: dict[str, Any] = json.loads((folder / "results.json").read_text())
    return results


def scores(results: dict[str, Any]) -> dict[str, tuple[float, float]]:
    return {test["name"]: (test["score"], test["max_score"]) for test in results["tests"] if "score" in test}


def test_a_right_submission_and_a_log_that_bites(packed: bytes, tmp_path: Path) -> None:
    """otter would unpickle the log, and start a kernel beside modules that shadow its own."""
    log = pickle.dumps(Evil(tmp_path / "log"))
    shadow = f"import os; os.mkdir({str(tmp_path / 'shadow')!r})".encode()
    others = {".OTTER_LOG": log, "ipykernel_launcher.py": shadow, "otter.py": shadow, "ast.py": shadow, "gradus": b""}
    results = otter_run(tmp_path, packed, handed_in(tmp_path, notebook(standardise=CORRECT), **others))
    assert scores(results) == {"standardise": (40, 40), "affine": (40, 40)}
    assert not (tmp_path / "log").exists()
    assert not (tmp_path / "shadow").exists()


def test_a_hostile_submission_loses_its_own_points_only(packed: bytes, tmp_path: Path) -> None:
    answer = (
        "import otter.test_files.exception_test as e\ne.test_case.call_func = lambda *a: None\nimport os\nos._exit(0)\n"
        "def standardise(x):\n    return x"
    )
    results = otter_run(tmp_path, packed, handed_in(tmp_path, notebook(standardise=answer)))
    assert scores(results) == {"standardise": (0, 40), "affine": (40, 40)}
    told = next(test for test in results["tests"] if test["name"] == "standardise")
    assert "Crashed" in told["output"]


def test_a_failure_of_ours_leaves_no_older_result(packed: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["files/gradus/course/rubrics/scale.yaml"] = b"points: many"
    results = otter_run(tmp_path, stored_zip(files), handed_in(tmp_path, notebook(standardise=CORRECT)))
    assert scores(results) == {"grading": (0, 80)}
    assert results["output"].startswith("The grader failed here, not your code.")
    assert "rubrics" not in json.dumps(results)


def test_without_the_plugin_nobody_gets_points(packed: bytes) -> None:
    from otter.test_files import GradingResults
    from otter.test_files.exception_test import ExceptionTestFile

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        stub = ExceptionTestFile.from_string(archive.read("tests/affine.py").decode())
    stub.run({})
    assert (GradingResults([stub]).total, stub.possible) == (0, 40)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "autograder.zip"
    assert run(["--course", str(COURSE), "gradescope", "scale", "--otter", "-o", str(out)]) == 0
    assert "80 points by tests, for otter's image." in capsys.readouterr().out
    with zipfile.ZipFile(out) as archive:
        config = json.loads(archive.read("otter_config.json"))
        assert config["plugins"] == [{"autograder.bridges.otter.plugin.GradusPlugin": {"sandbox": "uid"}}]
        assert {"setup.sh", "run_autograder", "tests/affine.py", "tests/standardise.py"} <= set(archive.namelist())
    assert run(["--course", str(COURSE), "gradescope", "scale", "--otter", "--try", str(out)]) == 2
