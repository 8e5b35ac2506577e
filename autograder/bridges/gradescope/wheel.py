"""The running kit as a wheel: from its source tree, or from what is installed. Needs no network and no build tool."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import autograder
from autograder.bridges.gradescope.stored import stored_zip
from autograder.course.findings import CourseError

NAME = "gradus-kit"
_PACKAGE = "autograder"


@dataclass(frozen=True)
class Project:
    """What a wheel says about itself, as far as grading needs it: no extras."""

    version: str
    requires_python: str
    dependencies: tuple[str, ...]
    scripts: tuple[tuple[str, str], ...]
    """Command → where its function stands, `module:name`."""

    def pinned(self, package: str) -> str:
        """The requirement of `package`, `name==version`. Raises CourseError when it is not pinned."""
        for line in self.dependencies:
            if line.replace(" ", "").startswith(f"{package}=="):
                return line.replace(" ", "")
        raise CourseError(f"{NAME} {self.version} pins no version of {package}. Install a kit that does.")


def kit_wheel(root: Path | None = None) -> tuple[str, bytes]:
    """File name and bytes of the kit's wheel. `root` is the folder that holds the package."""
    root = root or Path(autograder.__file__).resolve().parents[1]
    project = kit_project(root)
    stem = f"{NAME.replace('-', '_')}-{project.version}"
    files = _package_files(root) | _metadata(project, f"{stem}.dist-info")
    record = f"{stem}.dist-info/RECORD"
    files[record] = _record(files, record)
    return f"{stem}-py3-none-any.whl", stored_zip(files)


def kit_project(root: Path) -> Project:
    """The kit's own description: pyproject.toml beside the package, else what was installed with it."""
    pyproject = root / "pyproject.toml"
    if pyproject.is_file():
        table = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("project", {})
        if table.get("name") == NAME:
            return Project(
                table["version"],
                table["requires-python"],
                tuple(sorted(table["dependencies"])),
                tuple(sorted(table["scripts"].items())),
            )
    return _installed(root)


def _installed(root: Path) -> Project:
    try:
        found = distribution(NAME)
    except PackageNotFoundError:
        fact = f"The kit in {root} has neither a pyproject.toml beside it nor an installed description."
        raise CourseError(f'{fact} Install it: pip install "{NAME}", or run it from its repository.') from None
    return Project(
        found.version,
        found.metadata["Requires-Python"],
        tuple(sorted(line for line in found.requires or () if "extra ==" not in line)),
        tuple(sorted((e.name, e.value) for e in found.entry_points if e.group == "console_scripts")),
    )


def _package_files(root: Path) -> dict[str, bytes]:
    files = {}
    for path in sorted((root / _PACKAGE).rglob("*")):
        inner = path.relative_to(root)
        clutter = any(part.startswith(".") or part == "__pycache__" for part in inner.parts) or path.suffix == ".pyc"
        if path.is_file() and not clutter:
            files[inner.as_posix()] = path.read_bytes()
    return files


def _metadata(project: Project, folder: str) -> dict[str, bytes]:
    """The three files that a wheel needs besides RECORD."""
    about = [
        "Metadata-Version: 2.1",
        f"Name: {NAME}",
        f"Version: {project.version}",
        f"Requires-Python: {project.requires_python}",
        *(f"Requires-Dist: {line}" for line in project.dependencies),
    ]
    wheel = [
        "Wheel-Version: 1.0",
        f"Generator: {NAME} ({project.version})",
        "Root-Is-Purelib: true",
        "Tag: py3-none-any",
    ]
    scripts = ["[console_scripts]", *(f"{name} = {place}" for name, place in project.scripts)]
    texts = {"METADATA": about, "WHEEL": wheel, "entry_points.txt": scripts}
    return {f"{folder}/{name}": ("\n".join(lines) + "\n").encode() for name, lines in texts.items()}


def _record(files: dict[str, bytes], own_name: str) -> bytes:
    lines = []
    for name in sorted(files):
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(files[name])}")
    return ("\n".join([*lines, f"{own_name},,"]) + "\n").encode()
