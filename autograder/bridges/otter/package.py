"""The zip for a course that keeps otter's Gradescope image: stubs for otter's tests, the plugin's settings, our course."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from autograder.bridges.gradescope.package import make_package
from autograder.bridges.gradescope.settings import Settings
from autograder.bridges.gradescope.stored import stored_zip
from autograder.course.models import LoadedAssignment

FOLDER = "gradus"
PLUGIN = "autograder.bridges.otter.plugin.GradusPlugin"
_STUB = '''from otter.test_files import test_case

OK_FORMAT = False
name = {name}
points = {points}


@test_case(points={points}, hidden=True)
def decided_by_the_plugin(env):
    raise AssertionError("The plugin of gradus did not run: nothing was graded.")
'''
_REACHABLE = b"""
# otter's Python is below /root; student code runs as another user, who must be able to read it.
chmod o+x /root
"""


@dataclass(frozen=True)
class OtterPackage:
    """The zip and what went into it."""

    data: bytes
    settings: Settings
    files: tuple[str, ...]


def make_otter_package(loaded: LoadedAssignment, *, seed: int | None = None, sandbox: str = "uid") -> OtterPackage:
    """What `otter run` and otter's Gradescope image take. Criteria of TAs are left out. Raises CourseError.

    `sandbox`: the backend; `uid` is for the container on Gradescope.
    """
    package = make_package(loaded, include_ta=False, seed=seed)
    with zipfile.ZipFile(io.BytesIO(package.data)) as ours:
        kept = [n for n in ours.namelist() if n.startswith(("course/", "kit/")) or n == "gradus.json"]
        files = {f"files/{FOLDER}/{name}": ours.read(name) for name in kept}
    wheel = next(name for name in files if name.endswith(".whl"))
    files |= _generated(loaded, package.settings, f"/autograder/source/{wheel}", sandbox)
    files["setup.sh"] += _REACHABLE
    executable = [name for name in files if name in ("run_autograder", "setup.sh")]
    return OtterPackage(stored_zip(files, executable=executable), package.settings, tuple(sorted(files)))


def stubs(loaded: LoadedAssignment) -> dict[str, str]:
    """A test file for each question that tests decide: fails unless the plugin replaces it."""
    points: dict[str, float] = {}
    for criterion in loaded.rubric.criteria:
        if criterion.kind == "tests":
            points[criterion.question] = points.get(criterion.question, 0.0) + criterion.points
    return {
        f"{question}.py": _STUB.format(name=json.dumps(question), points=round(total, 6))
        for question, total in points.items()
    }


def _generated(loaded: LoadedAssignment, settings: Settings, wheel: str, sandbox: str) -> dict[str, bytes]:
    """otter's own files, made by otter."""
    from otter.generate import main as generate

    config = {"plugins": [{PLUGIN: {"sandbox": sandbox}}], "show_hidden": True, "logo": False}
    with tempfile.TemporaryDirectory(prefix="gradus-otter-") as name:
        folder = Path(name)
        (folder / "tests").mkdir()
        for stub, text in stubs(loaded).items():
            (folder / "tests" / stub).write_text(text, encoding="utf-8")
        (folder / "otter_config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
        (folder / "requirements.txt").write_text(f"{wheel}\n", encoding="utf-8")
        with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
            generate(
                tests_dir=str(folder / "tests"),
                output_path=str(folder / "autograder.zip"),
                config=str(folder / "otter_config.json"),
                requirements=str(folder / "requirements.txt"),
            )
        with zipfile.ZipFile(folder / "autograder.zip") as made:
            return {info.filename: made.read(info) for info in made.infolist() if not info.is_dir()}
