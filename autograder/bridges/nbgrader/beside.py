"""The files beside the notebooks of an nbgrader assignment: what students get, and the module that graded code imports."""

from __future__ import annotations

from pathlib import Path

from autograder.bridges.conversion.tests import SCAFFOLD
from autograder.course.findings import Finding

_LEFT = {".ipynb_checkpoints", "__pycache__", ".DS_Store"}
_RESERVED = {"assignment.yaml", "source.ipynb"}
_OURS = ("tests", "submissions", "artifacts")


def files_beside(folder: Path, *, asks_values: bool) -> tuple[dict[str, bytes], str | None, list[Finding]]:
    """Data that students get by name, the one module of given code among them, and what is not as it was.

    Where tests ask for variables (`asks_values`) and no module is there, one that tells them is added.
    """
    found: dict[str, bytes] = {}
    notes: list[Finding] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if (path.suffix == ".ipynb" and len(name.parts) == 1) or not path.is_file() or set(name.parts) & _LEFT:
            continue
        if path.is_symlink() or name.as_posix() in _RESERVED or name.parts[0] in _OURS:
            fact = "this file is not taken over: it is a link, or has a name that means something here."
            notes.append(Finding(f"{folder.name}/{name}", None, fact, "Copy it, and name it in assignment.yaml."))
            continue
        found[name.as_posix()] = path.read_bytes()
    modules = [name for name in found if name.endswith(".py") and "/" not in name]
    if asks_values and not modules:
        return found | {"scaffold.py": SCAFFOLD.encode()}, "scaffold.py", notes
    if len(modules) > 1 or (modules and asks_values):
        fact = f"{', '.join(modules)}: graded code may import one given module, the scaffold."
        notes.append(
            Finding(folder.name, None, fact, "Put together what it needs, and name it in assignment.yaml.")
        )
    return found, modules[0] if len(modules) == 1 else None, notes
