"""Statistics for those who are not to know how strict each of the staff is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from autograder.statistics.gathered import ClassStatistics


def anonymous(found: ClassStatistics, name: Callable[[str], str]) -> ClassStatistics:
    """With `name(author)` wherever an author stands, in the order of those names."""
    return replace(
        found,
        pace_by_author=tuple(
            sorted((replace(row, of=name(row.of)) for row in found.pace_by_author), key=lambda row: row.of)
        ),
        graders=tuple(
            sorted((replace(row, author=name(row.author)) for row in found.graders), key=lambda row: row.author)
        ),
        orders=tuple(sorted((replace(row, author=name(row.author)) for row in found.orders), key=lambda row: row.author)),
    )
