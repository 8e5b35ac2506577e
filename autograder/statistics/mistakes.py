"""Which known mistakes explain how many failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.grading.result import Result


@dataclass(frozen=True)
class Mistake:
    """One known mistake, or what no known mistake explains (`name` empty), at one criterion."""

    criterion: str
    name: str
    count: int
    """Submissions."""
    share: float
    """Of all submissions."""
    hint: str


def mistakes(results: Iterable[Result]) -> tuple[Mistake, ...]:
    """The commonest first; failures of tests only: what a TA decides has no known mistakes."""
    counts: Counter[tuple[str, str]] = Counter()
    hints: dict[tuple[str, str], str] = {}
    total = 0
    for total, result in enumerate(results, start=1):  # noqa: B007 - the count of results is wanted after the loop
        for criterion in result.criteria:
            if criterion.kind == "tests" and not criterion.verdict.pending and criterion.score < criterion.points:
                key = (criterion.id, criterion.mistake or "")
                counts[key] += 1
                if criterion.mistake:
                    hints.setdefault(key, criterion.hint)
    return tuple(
        Mistake(criterion, name, count, count / total, hints.get((criterion, name), ""))
        for (criterion, name), count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    )
