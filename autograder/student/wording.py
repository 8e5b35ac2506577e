"""What a student reads of their checks: line by line, each with a tone that a terminal may colour."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from autograder.student.answers import Answers
from autograder.student.folder import Question, StudentFolder
from autograder.student.outcome import Check, Fault

_LINES, _WIDTH, _PRINTED_LINES = 8, 160, 6
_INDENT = " " * 20

Tone = Literal["plain", "strong", "good", "bad", "quiet"]
TONES: dict[str, Tone] = {"passed": "good", "failed": "bad", "timed out": "bad"}


@dataclass(frozen=True)
class Line:
    """One line of the report."""

    text: str
    tone: Tone = "plain"


def nothing_written(folder: StudentFolder, answers: Answers) -> str:
    """Why every check will say "not attempted yet"; empty when there is an answer."""
    if not answers.answer_cells or answers.untouched < answers.answer_cells:
        return ""
    cells = "the answer cell is" if answers.untouched == 1 else f"all {answers.untouched} answer cells are"
    return (
        f"{folder.notebook.name} holds no answers: {cells} as handed out. "
        "If you have written some, save the notebook and run this again."
    )


def as_saved(folder: StudentFolder, when: time.struct_time, as_run: Sequence[int]) -> str:
    """What `%check` has looked at: the file, and the cells that are newer than it."""
    fact = f"{folder.notebook.name} as it was saved at {time.strftime('%H:%M:%S', when)}"
    if not as_run:
        return f"{fact}."
    cells = ", ".join(str(number) for number in as_run)
    these = f"cell {cells} as you ran it" if len(as_run) == 1 else f"cells {cells} as you ran them"
    return f"{fact}, with {these}. Save the notebook before you hand it in: the file is graded."


def not_found(names: Sequence[str]) -> str:
    """What was run and could not be checked, because nobody knows where in the file it belongs."""
    if not names:
        return ""
    what = ", ".join(f"`{name}`" for name in names)
    it = "it is" if len(names) == 1 else "they are"
    return f"You have run another {what} than the file holds, and {it} not checked. Save the notebook and run this again."


def another_notebook(folder: StudentFolder, running: Path | None) -> str:
    """Why a copy of the notebook is not what is checked."""
    if running is None or running.name == folder.notebook.name:
        return ""
    return f"You work in {running.name}. What is checked here, and graded, is {folder.notebook.name}."


def report(questions: Iterable[Question], checks: list[Check]) -> Iterator[Line]:
    """Every check with what it found, then a line a question, then one for all."""
    questions = list(questions)
    for question in questions:
        own = [check for check in checks if check.question == question.id]
        if own:
            yield Line(f"{question.id}: {question.title}", "strong")
            yield from _checks(own)
            yield Line("")
    for question in questions:
        own = [check for check in checks if check.question == question.id]
        yield Line(f"{question.id}: {summary(question, own)}", tone(own))
    if len(questions) > 1:
        yield Line(f"all: {total(questions, checks)}", tone(checks))


def _checks(checks: list[Check]) -> Iterator[Line]:
    if (only := one_cause(checks)) is not None:
        yield Line(f"  {said(only.ending)}", TONES.get(only.ending, "quiet"))
        yield from (Line(_INDENT + text) for text in explained(only))
        return
    for check in checks:
        yield Line(f"  {said(check.ending):<17} {check.title}", TONES.get(check.ending, "quiet"))
        if check.fault is not None:
            yield from (Line(_INDENT + text) for text in explained(check.fault))
            yield from (Line(_INDENT + text, "quiet") for text in printed(check.printed))


def one_cause(checks: list[Check]) -> Fault | None:
    """The fault that several checks have in common: it is said once."""
    faults = {check.fault for check in checks}
    return checks[0].fault if len(faults) == 1 and len(checks) > 1 else None


def said(ending: str) -> str:
    """How a check ended, in the words of the report."""
    return "not attempted yet" if ending == "not attempted" else ending


def explained(fault: Fault) -> Iterator[str]:
    """What was seen, and where: a few lines that are not too long."""
    if fault.message:
        lines = [line.rstrip() for line in fault.message.splitlines() if line.strip()]
        yield from (line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…" for line in lines[:_LINES])
        if len(lines) > _LINES:
            yield "…"
    if fault.place is not None and fault.ending != "not attempted":
        yield f"{fault.place}: {fault.place.text}" if fault.place.text else f"{fault.place}"
    if fault.test:
        yield fault.test


def printed(text: str) -> Iterator[str]:
    """The beginning of what the student's code printed."""
    lines = text.splitlines()
    if not text.strip():
        return
    yield "Your code printed:"
    yield from ("| " + line[:100] + ("…" if len(line) > 100 else "") for line in lines[:_PRINTED_LINES])
    if len(lines) > _PRINTED_LINES:
        yield "| …"


def summary(question: Question, checks: list[Check]) -> str:
    """What a question's checks came to, and how many come later."""
    if not checks and not question.hidden:
        return "a written answer, read after you submit"
    return f"{_count(checks)} · {_hidden(question.hidden)}"


def total(questions: Iterable[Question], checks: list[Check]) -> str:
    """The same of several questions."""
    return f"{_count(checks)} · {_hidden(sum(question.hidden for question in questions))}"


def _count(checks: list[Check]) -> str:
    if not checks:
        return "no public checks"
    passed = sum(check.ending == "passed" for check in checks)
    return f"{passed}/{len(checks)} public checks"


def _hidden(count: int) -> str:
    return f"{count or 'no'} hidden {'runs' if count == 1 else 'run'} after you submit"


def tone(checks: list[Check]) -> Tone:
    """`good` when nothing is left to do here."""
    if not checks:
        return "plain"
    return "good" if all(check.ending in ("passed", "skipped") for check in checks) else "bad"


def as_json(folder: StudentFolder, questions: Iterable[Question], checks: list[Check]) -> dict[str, Any]:
    """The same as data."""
    questions = list(questions)
    return {
        "assignment": folder.slug,
        "notebook": folder.notebook.name,
        "questions": [
            {
                "id": question.id,
                "title": question.title,
                "hidden": question.hidden,
                "checks": [_check_json(check) for check in checks if check.question == question.id],
            }
            for question in questions
        ],
        "passed": sum(check.ending == "passed" for check in checks),
        "public": len(checks),
        "hidden": sum(question.hidden for question in questions),
    }


def _check_json(check: Check) -> dict[str, Any]:
    fault = check.fault or Fault("passed")
    place = {"cell": fault.place.cell, "line": fault.place.line} if fault.place else None
    return {
        "id": check.id, "title": check.title, "ending": check.ending, "message": fault.message, "place": place,
        "test": fault.test, "printed": check.printed,
    }  # fmt: skip
