"""otter's tests as they stand in the cells of a TESTS block: what is executed, who sees it, what it is worth."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import replace
from typing import Any

from autograder.bridges.conversion.case import Case
from autograder.bridges.otter.grammar import MasterCell, settings_of
from autograder.course.findings import Findings

_BEGIN = re.compile(r"(?:.\s*=\s*)?\"\"?\"?\s*#\s*BEGIN\s*TEST\s*CONFIG", re.IGNORECASE)
_END = re.compile(r"\"\"?\"?\s*;?\s*#\s*END\s*TEST\s*CONFIG", re.IGNORECASE)
_HIDDEN = re.compile(r"\bhidden\b", re.IGNORECASE)
UNTOLD = {"hidden", "points", "failure_message"}


def read_case(cell: MasterCell, file: str, *, ok_format: bool, findings: Findings) -> Case | None:
    """The test of a cell; None, and a finding, where it is no Python. An empty cell is no test."""
    place = f"{file}, cell {cell.number}"
    lines = cell.source.split("\n")
    config, hidden = {}, lines[0].lstrip().startswith("#") and _HIDDEN.search(lines[0]) is not None
    if _BEGIN.match(lines[0].strip()):
        end = next((n for n, line in enumerate(lines) if _END.match(line.strip())), len(lines) - 1)
        config = settings_of("\n".join(lines[1:end]), place, findings)
        lines = lines[end + 1 :]
    elif hidden:
        lines = lines[1:]
    source = "\n".join(lines).strip("\n")
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        findings.add(place, None, f"the test is not Python: {error.msg}.", "Correct the cell.")
        return None
    if not body:
        return None
    points = config.get("points")
    case = Case(
        place=place,
        source=source,
        hidden=bool(config.get("hidden", hidden)),
        points=float(points) if isinstance(points, int | float) and not isinstance(points, bool) else None,
        message=str(config.get("failure_message") or ""),
        output=cell.output if ok_format else "",
        unknown=tuple(sorted(set(config) - UNTOLD)),
    )
    return case if ok_format else _function(case, body, findings)


def _function(case: Case, body: list[ast.stmt], findings: Findings) -> Case | None:
    """An exception-based test: its function alone, without the call under it."""
    if len(body) > 2 or not isinstance(body[0], ast.FunctionDef):
        fact = "an exception-based test is one function and at most a call of it."
        findings.add(case.place, None, fact, "Move the rest into the function.")
        return None
    lines = case.source.split("\n")[body[0].lineno - 1 : body[0].end_lineno]
    return replace(case, source="\n".join(lines), function=True)


class Unclear(ValueError):
    """The points of a question that otter would not accept."""


def points_of(settings: Any, cases: list[Case]) -> list[float]:
    """What each case is worth, as otter reckons it from the question's `points` and the cases' own. Raises Unclear."""
    total, own = settings, [case.points for case in cases]
    if isinstance(settings, dict):
        total = float(settings.get("each", 1)) * len(cases)
    elif isinstance(settings, list):
        if len(settings) != len(cases):
            raise Unclear(f"points lists {len(settings)} numbers, and there are {len(cases)} tests.")
        total, own = None, [None if one is None else float(one) for one in settings]
    elif settings is not None and (isinstance(settings, bool) or not isinstance(settings, int | float)):
        raise Unclear(f"points is {settings!r}, which is no number.")
    if not all(math.isfinite(one) for one in [total, *own] if one is not None):
        raise Unclear("points are not finite.")
    given = sum(one for one in own if one is not None)
    open_ones = sum(one is None for one in own)
    if total is not None and given > total + 1e-9:
        raise Unclear(f"the tests have {given:g} points, the question {total:g}.")
    if total is None:
        total = given if given else 1.0
    share = (total - given) / open_ones if open_ones else 0.0
    return [share if one is None else one for one in own]
