"""otter's solution markers in a cell become regions of ours: which lines are the answer, and what could not be kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.course.notebook import BEGIN, END

_LINE = re.compile(r"\s*# ?SOLUTION( NO PROMPT)?\s*$")
_BEGIN = re.compile(r"\s*# BEGIN SOLUTION( NO PROMPT)?\s*$")
_END = re.compile(r"# END SOLUTION\s*$")
_BEGIN_PROMPT, _END_PROMPT = re.compile(r"# BEGIN PROMPT\s*$"), re.compile(r"# END PROMPT\s*$")
_SEED = re.compile(r"\s*# SEED\s*$")
_BEGIN_IGNORE, _END_IGNORE = re.compile(r"\s*#\s*BEGIN\s*IGNORE\s*$", re.IGNORECASE), re.compile(r"# END IGNORE\s*$")
_IGNORE = re.compile(r"# IGNORE\s*$")
_PLUGIN = re.compile(r"# (BEGIN|END) PLUGIN( EXPORT)?\s*$")


@dataclass(frozen=True)
class Answer:
    """A cell's code with our markers around what students write."""

    source: str
    answered: bool
    """Whether there is anything for students to write."""
    losses: tuple[tuple[str, str], ...] = ()
    """(fact, next step) of what has no counterpart."""


@dataclass
class _Line:
    text: str
    solution: bool = False


def answer_of(source: str) -> Answer:
    """Translate a code cell. Raises ValueError, with a sentence, for markers that do not pair up."""
    losses: list[tuple[str, str]] = []
    lines = list(_read(source.split("\n"), losses))
    _whole_statements(lines)
    return Answer(marked := "\n".join(_marked(lines)), BEGIN in marked, tuple(losses))


def _read(lines: list[str], losses: list[tuple[str, str]]) -> Iterator[_Line]:
    """The lines without otter's markers; state goes through regions, prompts and ignored blocks."""
    inside: str | None = None
    for number, text in enumerate(lines, start=1):
        begins, ends = _opening(text), _closing(text)
        if begins or ends:
            if (begins and inside) or (ends and inside != ends):
                raise ValueError(f"line {number}: the marker in {text.strip()!r} has no partner.")
            inside = begins
            if begins:
                losses += _told(begins, number)
        elif inside == "prompt":
            yield _Line(f"# {text}" if text.strip() else "#")
        elif inside == "ignored":
            continue
        elif _IGNORE.search(text) or _SEED.search(text) or _PLUGIN.search(text):
            what = "ignored" if _IGNORE.search(text) else "seed" if _SEED.search(text) else "plugin"
            losses += _told(what, number)
        else:
            yield _Line(_LINE.sub("", text), inside == "solution" or _LINE.search(text) is not None)
    if inside:
        raise ValueError(f"a {inside} block is never closed.")


def _opening(text: str) -> str | None:
    if _BEGIN.match(text):
        return "solution"
    if _BEGIN_PROMPT.search(text):
        return "prompt"
    return "ignored" if _BEGIN_IGNORE.match(text) else None


def _closing(text: str) -> str | None:
    if _END.search(text):
        return "solution"
    if _END_PROMPT.search(text):
        return "prompt"
    return "ignored" if _END_IGNORE.search(text) else None


def _told(what: str, number: int) -> list[tuple[str, str]]:
    facts = {
        "prompt": (
            "a prompt of its own in the place of the answer has no counterpart: it stands as comments in the cell.",
            "Read the cell, and leave outside the region what students need.",
        ),
        "ignored": ("IGNORE lines are left out, as otter leaves them out.", ""),
        "seed": (
            "a SEED line has no counterpart, and is left out.",
            "Give the function a generator as an argument; tests then choose its seed.",
        ),
        "plugin": ("a PLUGIN line has no counterpart, and is left out.", "Do by hand what the plugin did."),
    }
    fact, step = facts.get(what, ("", ""))
    return [(f"line {number}: {fact}", step)] if fact else []


def _whole_statements(lines: list[_Line]) -> None:
    """Where part of a statement is the answer, all of it is: a region may not begin in the middle of one."""
    try:
        tree = ast.parse("\n".join(line.text for line in lines))
    except SyntaxError:
        return  # a magic, or a cell that is wrong anyway: the release says so
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        last = (node.body[0].lineno - 1 if node.body else 0) if hasattr(node, "body") else node.end_lineno or 0
        if not any(line.solution for line in lines[node.lineno - 1 : last]):
            continue
        for line in lines[node.lineno - 1 : node.end_lineno]:
            line.solution = True


def _marked(lines: list[_Line]) -> Iterator[str]:
    """The lines, with markers around each run of answer lines, indented as its first code is."""
    for run in _runs(lines):
        code = [line.text for line in run if line.text.strip() and not line.text.strip().startswith("#")]
        if not run[0].solution:
            yield from (line.text for line in run)
        elif code:
            indent = code[0][: len(code[0]) - len(code[0].lstrip())]
            yield from (f"{indent}{BEGIN}", *(line.text for line in run), f"{indent}{END}")


def _runs(lines: list[_Line]) -> list[list[_Line]]:
    """Neighbours that are all of the answer, or all given; answers that only empty lines part are one."""
    runs: list[list[_Line]] = []
    for line in lines:
        if runs and line.solution == runs[-1][0].solution:
            runs[-1].append(line)
        elif line.solution and len(runs) > 1 and not any(gap.text.strip() for gap in runs[-1]):
            gap = runs.pop()
            runs[-1] += [*gap, line]
        else:
            runs.append([line])
    return runs
