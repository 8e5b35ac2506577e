"""Submissions with a known outcome: what they are called, what they must lose, and how they are made.

A file holds only the definitions that differ from the reference; its docstring is its meaning:

    \"\"\"The cell state is used where the hidden state belongs.

    loses: cell.values, lm.loss
    hint: Which of the two states does the output gate act on?
    \"\"\"

The first line is the title. Keys are `loses`, `verdict` (of the lost criteria, when it is not FAIL),
`hint` and `artifact` (a file in submissions/artifacts/, or `none`); a value may go on in indented
lines. Other paragraphs are notes for colleagues.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from autograder.course.findings import Findings
from autograder.course.merge import merge, unknown_names
from autograder.course.models import LoadedAssignment
from autograder.course.notebook import NotebookError, module_source
from autograder.course.text_source import source_notebook
from autograder.course.verdict import Verdict

__all__ = ["KINDS", "KnownSubmission", "merge", "read_known"]

Kind = Literal["correct", "mistakes", "slow", "unstable", "hostile"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KEYS = ("loses", "verdict", "hint", "artifact")
_KEY_LINE = re.compile(r"(\w+):(?:\s+(.*)|$)")


@dataclass(frozen=True)
class KnownSubmission:
    """One file of `submissions/<kind>/`."""

    kind: Kind
    name: str
    """The file's stem."""
    title: str
    definitions: str
    """The whole file: its line numbers are those of the editor."""
    loses: tuple[str, ...] = ()
    """Criteria that must be lost; all the others must be kept."""
    verdict: Verdict | None = None
    """How the lost criteria end, when not by the kind's own verdict."""
    hint: str = ""
    artifact: str | None = None
    """None: the reference's is handed in. "none": none is. Else a file in submissions/artifacts/."""

    @property
    def id(self) -> str:
        return f"{self.kind}/{self.name}"


def read_known(loaded: LoadedAssignment) -> list[KnownSubmission]:
    """All known submissions, by kind and name. Raises CourseError with every finding."""
    findings = Findings()
    try:
        reference = module_source(source_notebook(loaded.paths))
    except NotebookError as error:
        findings.add(loaded.paths.source_file, None, str(error).partition(": ")[2])
        findings.raise_if_any()
        raise
    known = []
    for kind in KINDS:
        for path in sorted((loaded.paths.known / kind).glob("*.py")):
            file = path.relative_to(loaded.paths.course).as_posix()
            one = _read_one(path, file, kind, findings)
            if one is not None:
                known.append(one)
                for check in CHECKS:
                    check(one, file, loaded, findings)
                _names_exist(one, file, reference, findings)
    findings.raise_if_any()
    return known


def _read_one(path: Path, file: str, kind: Kind, findings: Findings) -> KnownSubmission | None:
    text = path.read_text(encoding="utf-8")
    try:
        docstring = ast.get_docstring(ast.parse(text))
    except SyntaxError as error:
        findings.add(file, error.lineno, f"this is not Python: {error.msg}.", "Correct the submission.")
        return None
    if not docstring:
        findings.add(file, 1, "the submission has no docstring.", "Begin the file with one that says what it does.")
        return None
    title, values = parse_docstring(docstring)
    for key in [key for key in values if key not in KEYS]:
        line = _line_of(text, key)
        findings.add(file, line, f'unknown key "{key}" in the docstring.', f"The keys are {', '.join(KEYS)}.")
    verdict = values.get("verdict")
    if verdict is not None and verdict not in list(Verdict):
        fact = f'unknown verdict "{verdict}" in the docstring.'
        findings.add(file, _line_of(text, "verdict"), fact, f"The verdicts are {', '.join(Verdict)}.")
        verdict = None
    return KnownSubmission(
        kind=kind,
        name=path.stem,
        title=title,
        definitions=text,
        loses=tuple(part.strip() for part in values.get("loses", "").split(",") if part.strip()),
        verdict=Verdict(verdict) if verdict else None,
        hint=values.get("hint", ""),
        artifact=values.get("artifact"),
    )


def parse_docstring(docstring: str) -> tuple[str, dict[str, str]]:
    """Title and key: value lines; an indented line goes on with the value above it."""
    title, *lines = docstring.strip().splitlines()
    values: dict[str, str] = {}
    current: str | None = None
    for line in lines:
        match = _KEY_LINE.match(line)
        if match:
            current = match[1]
            values[current] = match[2] or ""
        elif current is not None and line[:1].isspace() and line.strip():
            values[current] = f"{values[current]} {line.strip()}".strip()
        else:
            current = None
    return title.strip(), {key: value.strip() for key, value in values.items()}


def _line_of(text: str, key: str) -> int | None:
    return next((n for n, line in enumerate(text.splitlines(), 1) if line.strip().startswith(f"{key}:")), None)


# --- one defect, one function


def _loses_are_criteria(known: KnownSubmission, file: str, loaded: LoadedAssignment, findings: Findings) -> None:
    for criterion_id in known.loses:
        criterion = loaded.rubric.criterion(criterion_id)
        line = _line_of(known.definitions, "loses")
        if criterion is None:
            next_step = f"Correct it, or add the criterion to rubrics/{loaded.slug}.yaml."
            findings.add(file, line, f'it loses an unknown criterion "{criterion_id}".', next_step)
        elif criterion.kind != "tests":
            fact = f'it loses the criterion "{criterion_id}", which a TA decides.'
            findings.add(file, line, fact, "Name criteria that hidden tests decide.")


def _loses_fit_kind(known: KnownSubmission, file: str, loaded: LoadedAssignment, findings: Findings) -> None:
    if known.kind == "correct" and known.loses:
        next_step = "Remove the line, or move the file to mistakes/."
        findings.add(file, _line_of(known.definitions, "loses"), "a correct variant must not lose anything.", next_step)
    if known.kind in ("mistakes", "slow", "unstable") and not known.loses:
        findings.add(file, 1, "the docstring does not say what the submission loses.", 'Add "loses: <criterion>".')


def _mistakes_have_hints(known: KnownSubmission, file: str, loaded: LoadedAssignment, findings: Findings) -> None:
    if known.kind == "mistakes" and not known.hint:
        next_step = 'Add "hint: …": the student whose numbers equal this mistake\'s reads it.'
        findings.add(file, 1, "the mistake has no hint.", next_step)


def _artifact_exists(known: KnownSubmission, file: str, loaded: LoadedAssignment, findings: Findings) -> None:
    if known.artifact in (None, "none"):
        return
    if not (loaded.paths.known / "artifacts" / str(known.artifact)).is_file():
        fact = f'the artifact "{known.artifact}" is missing from submissions/artifacts/.'
        findings.add(file, _line_of(known.definitions, "artifact"), fact, 'Add it, or say "artifact: none".')


def _names_exist(known: KnownSubmission, file: str, reference: str, findings: Findings) -> None:
    for name in unknown_names(reference, known.definitions):
        fact = f'it defines "{name}", which the reference lacks.'
        findings.add(file, None, fact, f'Correct the name, or call it "_{name}" if only this file uses it.')


Check = Callable[[KnownSubmission, str, LoadedAssignment, Findings], None]
CHECKS: tuple[Check, ...] = (_loses_are_criteria, _loses_fit_kind, _mistakes_have_hints, _artifact_exists)
