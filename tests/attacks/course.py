"""The course that is attacked: a copy of `tiny` with secrets in it, an artifact to hand in, and others' results."""

from __future__ import annotations

import json
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import save_file

from autograder.course.loading import load_assignment
from autograder.course.models import Limits, LoadedAssignment
from tests.grading.desk import COURSE, notebook

LIMITS = Limits(
    call_seconds=2, import_seconds=3, total_seconds=25, cpu_seconds=15, memory_mb=512, output_mb=4, file_mb=8
)
WEIGHTS = "scale.safetensors"
FULL = 90.0
_TEST = '''"""The weights that were handed in."""

import torch

from autograder.checks import artifact, criterion, require


@criterion("affine.weights")
def test_weights(impl):
    """The module with the weights handed in doubles every column."""
    weights, _ = artifact("scale.safetensors")
    module = impl.Affine(5)
    module.load_state_dict(weights)
    y = module(torch.ones(2, 5))
    require(isinstance(y, torch.Tensor) and y.shape == (2, 5) and bool((y == 2).all()), "Columns are not doubled.")
'''


@dataclass(frozen=True)
class Secrets:
    """Texts that no submission may ever say: each stands in one place only."""

    tests: str
    environment: str
    results: str
    memory: str
    service: str

    @classmethod
    def drawn(cls) -> Secrets:
        return cls(*(f"canary-{kind}-{secrets.token_hex(16)}" for kind in cls.__dataclass_fields__))

    def found_in(self, data: bytes) -> list[str]:
        """The names of the secrets that stand in `data`."""
        return [kind for kind in self.__dataclass_fields__ if getattr(self, kind).encode() in data]


@dataclass(frozen=True)
class Course:
    """A course on disk below `private`, which only its owner can enter, and a folder for what is handed in."""

    base: Path
    secrets: Secrets
    pristine: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    @property
    def private(self) -> Path:
        return self.base / "private"

    @property
    def root(self) -> Path:
        return self.private / "course"

    @property
    def results(self) -> Path:
        return self.private / "results"

    @property
    def loaded(self) -> LoadedAssignment:
        loaded = load_assignment(self.root, "scale")
        return loaded.model_copy(update={"assignment": loaded.assignment.model_copy(update={"limits": LIMITS})})

    def changed(self) -> list[str]:
        """Files below `private` that are not as they were: (path, what); `restore` puts them back."""
        now = _files(self.private)
        names = sorted(now.keys() ^ self.pristine.keys())
        return names + [name for name in sorted(now.keys() & self.pristine.keys()) if now[name] != self.pristine[name]]

    def restore(self) -> None:
        for name in self.changed():
            path = self.private / name
            if name in self.pristine:
                mode, data = self.pristine[name]
                path.write_bytes(data)
                path.chmod(mode)
            else:
                path.unlink()


def made(base: Path) -> Course:
    """A fresh course below the empty folder `base`."""
    course = Course(base, Secrets.drawn())
    for folder in (base, base / "tmp", base / "in"):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    course.private.mkdir(mode=0o700)
    shutil.copytree(COURSE, course.root)
    _add_weights(course.root)
    hidden = course.root / "assignments" / "scale" / "tests" / "hidden"
    for file in hidden.glob("test_*.py"):
        file.write_text(f"{file.read_text()}\n\nSECRET = {course.secrets.tests!r}\n")
    other = course.results / "alice"
    other.mkdir(parents=True)
    (other / "result.json").write_text(json.dumps({"score": 73.25, "secret": course.secrets.results}))
    course.pristine.update(_files(course.private))
    return course


def _add_weights(root: Path) -> None:
    assignment = root / "assignments" / "scale"
    with (assignment / "assignment.yaml").open("a") as file:
        file.write(f"artifacts:\n  - {{name: {WEIGHTS}, question: affine, max_mb: 1}}\n")
    (assignment / "tests" / "hidden" / "test_weights.py").write_text(_TEST)
    rubric = root / "rubrics" / "scale.yaml"
    line = "  - {id: affine.weights, question: affine, title: The weights handed in, points: 10}\n"
    text = rubric.read_text().replace("points: 100\n", "points: 110\n").replace("  - id: why", f"{line}  - id: why")
    rubric.write_text(text)


def hand_in_correct(folder: Path) -> Path:
    """A folder with the right answer to everything."""
    folder.mkdir(exist_ok=True)
    (folder / "scale.ipynb").write_text(json.dumps(notebook()))
    save_file({"weight": torch.full((5,), 2.0), "bias": torch.zeros(5)}, folder / WEIGHTS)
    return folder


def _files(root: Path) -> dict[str, tuple[int, bytes]]:
    """name → (mode, content), bytecode aside."""
    return {
        str(path.relative_to(root)): (path.lstat().st_mode & 0o7777, b"" if path.is_symlink() else path.read_bytes())
        for path in root.rglob("*")
        if (path.is_symlink() or path.is_file()) and "__pycache__" not in path.parts
    }
