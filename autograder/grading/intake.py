"""Read one submission: find its notebook and artifacts, and heal the notebook into the cells that are graded."""

from __future__ import annotations

import errno
import hashlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.course.models import Assignment
from autograder.course.notebook import Notebook, NotebookError, read_notebook
from autograder.grading.archive import Entry, Rejected, entries_of, shown, submission_id
from autograder.grading.heal import heal
from autograder.grading.result import Repair
from autograder.sandbox.faults import GraderFault
from autograder.sandbox.submission import Cell

MAX_NOTEBOOK_MB = 50
_OURS = (errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EIO, errno.EROFS)
"""What a full or failing machine says; everything else is told to the student."""
FILE_LABEL = "your file"


@dataclass(frozen=True)
class Submission:
    """One student's files, read and healed; nothing of it has been executed."""

    id: str
    sha256: str
    file: str
    cells: tuple[Cell, ...]
    repairs: tuple[Repair, ...] = ()
    artifacts: dict[str, Path] = field(default_factory=dict)


def read_submission(path: Path, assignment: Assignment, source: Notebook, work: Path) -> Submission:
    """The submission at `path`; its artifacts are copied into the empty folder `work`.

    Raises Rejected, and GraderFault when it is this machine that has no room for it.
    """
    try:
        return _read(path, assignment, source, work)
    except OSError as error:
        if error.errno in _OURS:
            raise GraderFault(f"the submission cannot be read here: {error}") from error
        raise Rejected(f"The submission cannot be opened ({error.strerror}). Hand it in again.") from error


def _read(path: Path, assignment: Assignment, source: Notebook, work: Path) -> Submission:
    main, beside = find_files(path, assignment)
    if main.size > MAX_NOTEBOOK_MB * 2**20:
        raise Rejected(
            f"{shown(main.name)} is {main.size / 2**20:.0f} MB; the most that is read is {MAX_NOTEBOOK_MB} MB. "
            "Clear its outputs (in Jupyter: Edit → Clear Outputs of All Cells), save it and hand it in again."
        )
    data = main.read()
    cells, repairs = _cells(main.name, data, assignment, source)
    digest = hashlib.sha256(data)
    artifacts = {}
    for name, entry in beside.items():
        artifacts[name] = copy_artifact(name, entry, assignment, work)
        digest.update(name.encode() + b"\0")
        with artifacts[name].open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return Submission(submission_id(path), digest.hexdigest(), shown(path.name), cells, tuple(repairs), artifacts)


def find_files(path: Path, assignment: Assignment) -> tuple[Entry, dict[str, Entry]]:
    """The notebook or module of a submission, and its artifacts by name."""
    if path.is_dir() or path.suffix.lower() == ".zip":
        entries = entries_of(path)
        main = _main_of(entries, assignment)
        wanted = {artifact.name for artifact in assignment.artifacts}
        near = sorted(entries, key=lambda entry: len(entry.path.parts), reverse=True)  # the one nearest the top wins
        return main, {entry.name: entry for entry in near if entry.name in wanted}
    if path.suffix.lower() not in (".ipynb", ".py"):
        raise Rejected(
            f"{shown(path.name)} is not a notebook. Hand in a .ipynb file, or a folder or zip that holds it."
        )
    if not path.is_file():
        raise Rejected(f"{shown(path.name)} is not a file. Hand in a .ipynb file, or a folder or zip that holds it.")
    return Entry(PurePosixPath(path.name), path.stat().st_size, path.read_bytes), {}


def _main_of(entries: list[Entry], assignment: Assignment) -> Entry:
    notebooks = [entry for entry in entries if entry.path.suffix.lower() == ".ipynb"]
    named = [entry for entry in notebooks if entry.path.stem == assignment.slug]
    if len(notebooks) == 1 or len(named) == 1:
        return (named or notebooks)[0]
    if notebooks:
        names = ", ".join(shown(str(entry.path)) for entry in notebooks[:4])
        raise Rejected(
            f"There are {len(notebooks)} notebooks ({names}). Hand in one, or name the one to grade {assignment.slug}.ipynb."
        )
    modules = [entry for entry in entries if entry.name in (f"{assignment.slug}.py", f"{assignment.module}.py")]
    if modules:
        return modules[0]
    if not entries:
        raise Rejected(f"The submission is empty. Hand in {assignment.slug}.ipynb.")
    raise Rejected(f"There is no notebook among the {len(entries)} files. Hand in {assignment.slug}.ipynb.")


def _cells(name: str, data: bytes, assignment: Assignment, source: Notebook) -> tuple[tuple[Cell, ...], list[Repair]]:
    if name.lower().endswith(".py"):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Rejected(f"{shown(name)} is not UTF-8 text. Save it as UTF-8 and hand it in again.") from None
        return (Cell(FILE_LABEL, text.replace("\r\n", "\n")),), []
    try:
        notebook = read_notebook(data, shown(name))
    except NotebookError as error:
        raise Rejected(str(error)) from None
    return heal(source, notebook, assignment)


def copy_artifact(name: str, entry: Entry, assignment: Assignment, work: Path) -> Path:
    """The artifact as a file of our own in the folder `work`. One that is too large stays a stump: its size is all that is judged."""
    limit = next(artifact.max_mb for artifact in assignment.artifacts if artifact.name == name)
    target = work / name
    if entry.size > limit * 2**20:
        with target.open("wb") as file:
            file.truncate(entry.size)  # sparse: the size is kept, nothing is read
    else:
        target.write_bytes(entry.read())
    return target
