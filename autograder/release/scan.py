"""The leak scan of a release: which secrets there are, and which shipped texts stand there on purpose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePosixPath

from autograder.course.findings import Finding
from autograder.course.known import KINDS
from autograder.course.models import LoadedAssignment
from autograder.course.notebook import Notebook
from autograder.release.build import Files, Source
from autograder.release.leaks import TEST_WORDS, Leak, Scanner, Secret
from autograder.release.markers import outside_regions, regions
from autograder.release.shipped import json_texts, texts

SHOWN = "_shown"
"""`tests/hidden/test_<question>_shown.py` holds tests that decide points and that students have, too: no secrets."""


def find_leaks(loaded: LoadedAssignment, source: Source, files: Files) -> list[Finding]:
    """One finding for each shipped file, or cell, that holds a piece of what must not ship."""
    folder = f"student_template/{loaded.slug}"
    scanner = Scanner(
        [*_answers(source.notebook), *_staff_files(loaded)],
        [outside_regions(cell) for cell in source.notebook.cells if cell.type == "code" and cell.solution],
        _public_texts(loaded, source.notebook, files),
    )
    found = []
    for place, text, on_purpose in _shipped(loaded, files):
        leak = scanner.scan(text, on_purpose=on_purpose)
        if leak is not None:
            found.append(_finding(f"{folder}/{place[0]}", place[1], leak))
    found += _staff_file_findings(loaded, files)
    return sorted(set(found), key=lambda f: (f.file, f.message))


def _finding(file: str, place: str, leak: Leak) -> Finding:
    fact = f'{place}{leak.tokens} tokens in a row of {leak.origin} stand here: "{leak.excerpt} …".'
    return Finding(file, None, fact, "Remove them where this comes from, then release again.", "leak")


def _answers(notebook: Notebook) -> Iterator[Secret]:
    for cell in notebook.cells:
        if cell.type == "code":
            for region in regions(cell):
                yield Secret(f"the solution in cell {cell.index}", region.text)
        elif cell.solution:
            yield Secret(f"the written answer in cell {cell.index}", cell.source)


def _staff_files(loaded: LoadedAssignment) -> Iterator[Secret]:
    for path in sorted(loaded.paths.hidden_tests.rglob("*.py")):
        if path.stem.endswith(SHOWN):
            continue
        name = path.relative_to(loaded.paths.assignment).as_posix()
        yield Secret(name, path.read_text(encoding="utf-8"), TEST_WORDS)
    for kind in KINDS:
        for path in sorted((loaded.paths.known / kind).glob("*.py")):
            name = path.relative_to(loaded.paths.assignment).as_posix()
            yield Secret(name, path.read_text(encoding="utf-8"), TEST_WORDS)


def _public_texts(loaded: LoadedAssignment, notebook: Notebook, files: Files) -> Iterator[str]:
    """What stands in the release on purpose: cells that ship as they are, given code, public tests."""
    yield from (cell.source for cell in notebook.cells if not cell.solution)
    for name, data in files.items():
        if _on_purpose(loaded, name):
            yield from texts(data)


def _on_purpose(loaded: LoadedAssignment, name: str) -> bool:
    """Public tests, given code and the README speak of the answers; data files have no reason to."""
    return name.startswith("tests/") or name in ("README.md", loaded.assignment.scaffold)


def _shipped(loaded: LoadedAssignment, files: Files) -> Iterator[tuple[tuple[str, str], str, bool]]:
    """((file, place in it), text, whether it stands there on purpose) of every shipped text."""
    for name, data in files.items():
        yield (name, "the name: "), name, False
        if name == f"{loaded.slug}.ipynb":
            for place, text, on_purpose in _notebook_texts(data):
                yield (name, place), text, on_purpose
        else:
            for text in texts(data):
                yield (name, ""), text, _on_purpose(loaded, name)


def _notebook_texts(data: bytes) -> Iterator[tuple[str, str, bool]]:
    tree = json.loads(data)
    for index, cell in enumerate(tree["cells"], start=1):
        yield f"cell {index}: ", "".join(cell["source"]), True
        for text in json_texts({key: value for key, value in cell.items() if key != "source"}):
            yield f"cell {index}, beside its source: ", text, False
    for text in json_texts({key: value for key, value in tree.items() if key != "cells"}):
        yield "notebook metadata: ", text, False


def _staff_file_findings(loaded: LoadedAssignment, files: Files) -> Iterator[Finding]:
    """Files of the staff that ship as they are, or under their own name, whatever they hold."""
    staff = [
        path
        for folder in (loaded.paths.hidden_tests, loaded.paths.known)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_size
    ]
    staff += [path for a in loaded.assignment.artifacts if (path := loaded.paths.artifacts / a.name).is_file()]
    # A public test may be called like a hidden one, and a folder of data may have a README.
    harmless = {path.name for path in loaded.paths.public_tests.rglob("*")} | {"README.md", "conftest.py"}
    harmless |= {artifact.name for artifact in loaded.assignment.artifacts}
    names = {path.name for path in staff} - harmless
    contents = {path.read_bytes(): path.relative_to(loaded.paths.course).as_posix() for path in staff}
    for name, data in files.items():
        pure, file = PurePosixPath(name), f"student_template/{loaded.slug}/{name}"
        if data in contents:
            fact = f"the file is a copy of {contents[data]}, which is the staff's."
            yield Finding(file, None, fact, "Remove it from the data or the public tests.", "leak")
        elif pure.name in names or pure.parts[:2] == ("tests", "hidden") or pure.parts[0] == "submissions":
            fact = "a file of the staff ships under its own name."
            yield Finding(file, None, fact, "Remove it from the data or the public tests.", "leak")
