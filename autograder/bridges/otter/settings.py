"""`# ASSIGNMENT CONFIG`: what becomes files and requirements here, and what has no counterpart."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course.consistency import GENERATED
from autograder.course.findings import Finding

Json = dict[str, Any]
_USED = {"name", "requirements", "files", "tests", "config_file", "run_tests", "suppress_no_tests_warning"}
_OWN_CELLS = {"init_cell", "check_all_cell", "export_cell", "show_question_points", "runs_on"}
_TOLD = {
    "generate": "its settings of otter's grading have no counterpart",
    "seed": "seeding between cells has no counterpart: hidden tests draw with seeds of their own",
    "plugins": "otter's plugins are not called here",
    "environment": "a conda environment has no counterpart",
    "autograder_files": "files for grading alone are not taken over",
    "student_files": "files that students make are not taken over",
    "solutions_pdf": "no PDF of the solutions is made",
    "template_pdf": "no PDF template is made",
}
_STEPS = {
    "autograder_files": "Put what hidden tests read into tests/hidden/data/, and ask for it with `data`.",
    "student_files": "Trained weights are handed in as an artifact: see `artifacts` in assignment.yaml.",
    "environment": "Name the packages that students need under requirements in assignment.yaml.",
    "generate": "`gradus gradescope` has options of its own for Gradescope.",
}


@dataclass
class Settings:
    """What the settings come to."""

    data: dict[str, bytes] = field(default_factory=dict)
    """Files for students, by their place beside the notebook."""
    requirements: tuple[str, ...] = ()
    notes: list[Finding] = field(default_factory=list)


def read_settings(config: Json, folder: Path, place: str) -> Settings:
    """Read the settings; files are looked for in `folder`, the notebook's, and nowhere else."""
    settings = Settings()
    for key in sorted(set(config) - _USED):
        if config[key] in (None, False, [], {}):
            continue
        if key in _OWN_CELLS:
            fact, step = "otter's own cells are not part of the source", "`gradus release --otter` makes them."
        else:
            fact, step = _TOLD.get(key, "it has no counterpart"), _STEPS.get(key, "")
        settings.notes.append(Finding(place, None, f"the setting {key}: {fact}.", step))
    _files(config.get("files") or [], folder, place, settings)
    settings.requirements = tuple(_requirements(config.get("requirements"), folder, place, settings.notes))
    return settings


def _files(names: Any, folder: Path, place: str, settings: Settings) -> None:
    for name in names if isinstance(names, list) else [names]:
        path = _inside(folder, str(name))
        found = sorted(p for p in path.rglob("*") if p.is_file()) if path and path.is_dir() else [path]
        for one in found:
            if one is None or not one.is_file() or one.is_symlink():
                fact = f"the file {name} is not beside the notebook."
                settings.notes.append(Finding(place, None, fact, "Add it to the assignment's folder and to its data."))
                continue
            _file(one.relative_to(folder.resolve()).as_posix(), one, place, settings)


def _file(relative: str, path: Path, place: str, settings: Settings) -> None:
    if relative in GENERATED or relative.startswith("tests/") or relative.endswith(".ipynb"):
        fact = f"the file {relative} would take the place of one that release makes, and is left out."
        settings.notes.append(Finding(place, None, fact, "Rename it, and add it to data in assignment.yaml."))
        return
    settings.data[relative] = path.read_bytes()
    if relative.endswith(".py"):
        fact = f"students get {relative}, but graded cells can import no file but scaffold.py."
        step = "Move what they need into scaffold.py, and name that under scaffold in assignment.yaml."
    else:
        fact, step = f"students get {relative}; code that is graded finds no file.", "Let functions take data as arguments."
    settings.notes.append(Finding(place, None, fact, step))


def _requirements(value: Any, folder: Path, place: str, notes: list[Finding]) -> list[str]:
    lines = value if isinstance(value, list) else []
    if isinstance(value, str):
        path = _inside(folder, value)
        if path is None or not path.is_file():
            notes.append(Finding(place, None, f"the requirements {value} are not beside the notebook.", "Add them by hand."))
            return []
        lines = path.read_text(encoding="utf-8").splitlines()
    kept = [str(line).partition("#")[0].strip() for line in lines]
    for line in kept:
        if line.startswith("-"):
            notes.append(Finding(place, None, f"the requirement {line!r} is an option of pip, and left out."))
    return [line for line in kept if line and not line.startswith("-") and not line.lower().startswith("otter-grader")]


def _inside(folder: Path, name: str) -> Path | None:
    """The path of `name` in `folder`; None when it leads out of it."""
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) else None
