"""Failures grouped by behaviour, and tests that look wrong."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from autograder.course.record import Curve, ErrorMap
from autograder.course.verdict import Verdict
from autograder.grading.result import CriterionResult, Result

CELLS_APART = 0.1
"""The part of an error map's cells that may be off by more than one level in the same behaviour."""
EXPONENTS_APART = 0.25
FEWEST = 3
"""Of those who pass all else, how many must fail before a test is named."""

Name = TypeVar("Name")
_CONTENT = (Verdict.PASS, Verdict.NEEDS_REVIEW)


@dataclass(frozen=True)
class Group:
    """Attempts that fail in the same way."""

    id: str
    """The same for the same behaviour, whoever is graded besides."""
    verdicts: tuple[tuple[str, str], ...]
    """(criterion, verdict) of what was not passed, in the rubric's order; empty where the file could not be read."""
    mistake: str | None
    """The known mistake, or mistakes, whose numbers theirs equal."""
    attempts: tuple[int, ...]
    message: str = ""
    """What the first of them reads about the first criterion, or why it could not be read."""


@dataclass(frozen=True)
class Suspect:
    """A test, or a criterion, that most of those who pass all else fail."""

    criterion: str
    test: str | None
    """None when it is the criterion as a whole: several of its tests fall together."""
    failed: int
    of: int
    """Those who pass everything else."""


def groups_of(results: Mapping[int, Result], question: str | None = None) -> list[Group]:
    """The failures among `results` (attempt → result), the largest group first. Raises nothing.

    One group has the same verdict for every criterion and the same explaining mistakes; where no mistake explains, also
    near-equal error maps and exponents. With `question` only its criteria are looked at.
    """
    if question is not None:
        results = {attempt: _about(result, question) for attempt, result in results.items()}
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for attempt, result in sorted(results.items()):
        if _fails(result):
            alike[_facts(result)].append(attempt)
    groups = [
        _group(members, results) for same in alike.values() for members in _near(same, results)
    ]  # fmt: skip
    return sorted(groups, key=lambda group: (-len(group.attempts), group.attempts))


def suspects(results: Iterable[Result]) -> list[Suspect]:
    """Tests and criteria failed by more than half of those who pass all else, and by at least three; worst first."""
    graded = [result for result in results if result.status == "graded"]
    by_criterion = [{one.id: one.verdict is Verdict.PASS for one in _tested(result)} for result in graded]
    by_test = [
        {(one.id, test.name): test.verdict is Verdict.PASS for one in _tested(result) for test in one.tests}
        for result in graded
    ]
    found = [Suspect(*name, *counts) for name, counts in _alone(by_test).items()]
    named = {one.criterion for one in found}
    found += [Suspect(name, None, *counts) for name, counts in _alone(by_criterion).items() if name not in named]
    return sorted(found, key=lambda one: (-one.failed / one.of, -one.failed, one.criterion, one.test or ""))


# ── what a failure is ────────────────────────────────────────────────────────────────────────────────────────────────


def _about(result: Result, question: str) -> Result:
    return result.model_copy(update={"criteria": tuple(one for one in result.criteria if one.question == question)})


def _tested(result: Result) -> list[CriterionResult]:
    return [one for one in result.criteria if one.kind == "tests"]


def _lost(result: Result) -> list[CriterionResult]:
    return [one for one in _tested(result) if one.verdict not in _CONTENT]


def _fails(result: Result) -> bool:
    return result.status == "rejected" or bool(_lost(result))


def _facts(result: Result) -> tuple[object, ...]:
    if result.status == "rejected":
        return ("rejected", result.message)
    return tuple((one.id, one.verdict.value, one.mistake) for one in _lost(result))


def _near(attempts: list[int], results: Mapping[int, Result]) -> list[list[int]]:
    """Attempts split into those near the first of each part: the earliest attempt leads, so that order changes nothing."""
    parts: list[list[int]] = []
    for attempt in attempts:
        home = next((part for part in parts if _alike(results[part[0]], results[attempt])), None)
        if home is None:
            parts.append([attempt])
        else:
            home.append(attempt)
    return parts


def _alike(first: Result, second: Result) -> bool:
    pairs = zip(_lost(first), _lost(second), strict=True)
    return all(
        one.mistake is not None
        or (_same_map(one.error_map, other.error_map) and _same_growth(one.curves, other.curves))
        for one, other in pairs
    )


def _same_map(one: ErrorMap | None, other: ErrorMap | None) -> bool:
    if one is None or other is None:
        return one is other
    if (one.name, one.shape) != (other.name, other.shape):
        return False
    cells = [pair for rows in zip(one.levels, other.levels, strict=True) for pair in zip(*rows, strict=True)]
    return sum(abs(a - b) > 1 for a, b in cells) <= CELLS_APART * len(cells)


def _same_growth(one: tuple[Curve, ...], other: tuple[Curve, ...]) -> bool:
    exponents = [
        {(curve.quantity, curve.over): curve.submission.exponent for curve in curves} for curves in (one, other)
    ]
    if exponents[0].keys() != exponents[1].keys():
        return False
    return all(_close(exponents[0][name], exponents[1][name]) for name in exponents[0])


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= EXPONENTS_APART


def _group(members: list[int], results: Mapping[int, Result]) -> Group:
    first = results[members[0]]
    lost = _lost(first)
    verdicts = tuple((one.id, one.verdict.value) for one in lost)
    mistakes = sorted({one.mistake for one in lost if one.mistake})
    message = first.message if first.status == "rejected" else lost[0].message
    behaviour = repr((_facts(first), [_picture(one) for one in lost if one.mistake is None]))
    digest = hashlib.sha256(behaviour.encode()).hexdigest()[:10]
    return Group(digest, verdicts, ", ".join(mistakes) or None, tuple(members), message)


def _picture(one: CriterionResult) -> object:
    return (one.error_map.name, one.error_map.shape, one.error_map.levels) if one.error_map else None


# ── what a wrong test looks like ─────────────────────────────────────────────────────────────────────────────────────


def _alone(passed: list[dict[Name, bool]]) -> dict[Name, tuple[int, int]]:
    """What more than half of those who pass all else fail → (how many fail, how many pass all else)."""
    full = sum(all(one.values()) for one in passed)
    only: dict[Name, int] = defaultdict(int)
    for one in passed:
        failed = [name for name, passes in one.items() if not passes]
        if len(failed) == 1:
            only[failed[0]] += 1
    return {name: (count, count + full) for name, count in only.items() if count >= FEWEST and count > full}
