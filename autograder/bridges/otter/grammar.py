"""A notebook written for `otter assign`, read into its blocks: raw cells say where questions, answers and tests begin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from autograder.course.findings import Finding, Findings

Json = dict[str, Any]
Block = Literal["question", "prompt", "solution", "tests"]

_BOUNDARY = re.compile(r"#\s+(begin|end)\s+(question|prompt|solution|tests)\b", re.IGNORECASE)
_CONFIG = re.compile(r"#\s+assignment\s+config\b", re.IGNORECASE)
_IGNORED = re.compile(r"(##\s*ignore\s*##\s*|#\s*ignore\s*$)", re.IGNORECASE)


@dataclass(frozen=True)
class MasterCell:
    """A cell and the block that it stands in; `number` counts the notebook's cells from 1."""

    number: int
    type: str
    source: str
    block: Block | None = None
    """None: outside a question."""
    question: int | None = None
    """Which question of the notebook, from 0."""
    output: str = ""
    """What the cell printed and returned when the notebook was saved."""


@dataclass
class MasterQuestion:
    """A question's settings, as they stand in its first cell."""

    name: str
    number: int
    """The cell that begins it."""
    config: Json


@dataclass
class Master:
    """The notebook: settings, questions, and all cells that are not otter's own, in order."""

    config: Json = field(default_factory=dict)
    questions: list[MasterQuestion] = field(default_factory=list)
    cells: list[MasterCell] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)


def read_master(tree: Json, file: str) -> Master:
    """Read the cells of `tree`. Raises CourseError with every cell that otter would not take either."""
    master, findings = Master(), Findings()
    open_blocks: list[Block] = []
    for cell in _cells(tree):
        place = f"{file}, cell {cell.number}"
        first = cell.source.split("\n", 1)[0].strip()
        boundary = _BOUNDARY.match(first) if cell.type == "raw" else None
        if _IGNORED.match(first):
            note = Finding(place, None, "the cell begins with IGNORE: otter leaves it out, and so does the import.")
            master.notes.append(note)
        elif cell.type == "raw" and _CONFIG.match(first):
            master.config |= _settings(cell, place, findings)
        elif boundary is not None:
            block: Block = boundary[2].lower()  # type: ignore[assignment]
            _cross(boundary[1].lower(), block, open_blocks, place, findings)
            if block == "question" and boundary[1].lower() == "begin":
                master.questions.append(_question(cell, place, findings))
        else:
            within = open_blocks[-1] if open_blocks else None
            question = len(master.questions) - 1 if open_blocks else None
            master.cells.append(MasterCell(cell.number, cell.type, cell.source, within, question, cell.output))
    if open_blocks:
        findings.add(file, None, f"a {open_blocks[-1]} block is never closed.", f'Add a raw cell "# END {open_blocks[-1].upper()}".')
    findings.raise_if_any()
    return master


def _cross(way: str, block: Block, open_blocks: list[Block], place: str, findings: Findings) -> None:
    """Enter or leave a block; blocks other than questions stand inside a question, and not inside each other."""
    if way == "end":
        if open_blocks and open_blocks[-1] == block:
            open_blocks.pop()
        else:
            findings.add(place, None, f"END {block.upper()} without its BEGIN.", "Delete it, or add the BEGIN cell.")
        return
    wanted = 0 if block == "question" else 1
    if len(open_blocks) != wanted:
        where = f"inside a {open_blocks[-1]} block" if open_blocks else "outside a question"
        findings.add(place, None, f"BEGIN {block.upper()} stands {where}.", "Close the block before it, or move it.")
    open_blocks.append(block)


def _question(cell: MasterCell, place: str, findings: Findings) -> MasterQuestion:
    config = _settings(cell, place, findings)
    if not config.get("name"):
        findings.add(place, None, "the question has no name.", 'Add "name: q1" to the cell.')
    return MasterQuestion(str(config.get("name", "")), cell.number, config)


def _settings(cell: MasterCell, place: str, findings: Findings) -> Json:
    """The YAML of a cell, whose first line is a comment to YAML."""
    return settings_of(cell.source, place, findings)


def settings_of(text: str, place: str, findings: Findings) -> Json:
    """YAML as otter reads it (version 1.1), which must be a mapping; a finding and {} where it is not."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    try:
        config = yaml.load(text)
    except YAMLError as error:
        problem = str(getattr(error, "problem", None) or error).split("\n")[0]
        findings.add(place, None, f"this is not YAML: {problem}.", "Correct the cell.")
        return {}
    if config is None:
        return {}
    if not isinstance(config, dict):
        findings.add(place, None, "the settings are no mapping.", 'Write lines such as "name: q1".')
        return {}
    return {str(key): value for key, value in config.items()}


def _cells(tree: Json) -> Iterator[MasterCell]:
    """The cells; settings that stand as ```otter blocks in prose come as the raw cells that they mean."""
    for number, raw in enumerate(tree["cells"], start=1):
        source = _text(raw.get("source", ""))
        kind = str(raw.get("cell_type", "raw"))
        if kind == "markdown" and "```otter" in source:
            yield from _unfenced(number, source.split("\n"))
        else:
            yield MasterCell(number, kind, source, output=_output(raw))


def _unfenced(number: int, lines: list[str]) -> Iterator[MasterCell]:
    kept: list[str] = []
    kind = "markdown"
    for line in [*lines, None]:
        fence = line is not None and line.strip() == ("```otter" if kind == "markdown" else "```")
        if line is None or fence:
            if any(x.strip() for x in kept):
                yield MasterCell(number, kind, "\n".join(kept).strip("\n"))
            kept, kind = [], "raw" if kind == "markdown" else "markdown"
        else:
            kept.append(line)


def _output(raw: Json) -> str:
    """Printed text and the value's text, one after the other, as otter expects them."""
    parts = []
    for output in raw.get("outputs", ()):
        parts.append(_text(output.get("text", "")))
        parts.append(_text(output.get("data", {}).get("text/plain", "")))
    return "".join(parts).strip("\n")


def _text(value: str | Iterable[str]) -> str:
    return value if isinstance(value, str) else "".join(value)
