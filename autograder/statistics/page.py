"""The statistics as one HTML file: every plot has its table beside it."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.report.charts import Columns, Row, Rows, columns, rows
from autograder.report.page import STYLES, rendered
from autograder.report.wording import amount, points
from autograder.statistics.agreement import RELIABLE, TENTATIVE
from autograder.statistics.gathered import ClassStatistics
from autograder.statistics.tables import Table, interval, number, signed, tables_of

_WORDS = frozenset({"Hint", "In a word", "Away from 0", "Criterion", "Mistake", "Author"})
_MOST = 12
"""Mistakes that are drawn; the table has all."""


@dataclass(frozen=True)
class Section:
    """A table, and its picture where one says more."""

    table: Table
    columns: Columns | None = None
    rows: Rows | None = None

    @property
    def numbers(self) -> frozenset[str]:
        """Heads of the columns that are set to the right."""
        return frozenset(self.table.heads[1:]) - _WORDS


def statistics_html(found: ClassStatistics) -> str:
    """The page, in the look of the feedback pages."""
    return rendered(
        "statistics.html.j2",
        styles=(*STYLES, "charts.css", "statistics.css"),
        title=found.title,
        summary=summary(found),
        sections=sections_of(found),
    )


def sections_of(found: ClassStatistics, *keys: str) -> list[Section]:
    """Every table with its picture; with `keys` only those tables."""
    return [_section(found, table) for table in tables_of(found) if not keys or table.key in keys]


def summary(found: ClassStatistics) -> str:
    """How much of the class this is about."""
    counts = amount(found.attempts, "submission")
    return f"{counts}, of which {found.graded} are graded and {found.final} have nothing open."


def _section(found: ClassStatistics, table: Table) -> Section:
    draw = {
        "scores": _scores,
        "criteria": _criteria,
        "mistakes": _mistakes,
        "agreement": _agreement,
        "graders": _graders,
        "orders": _orders,
    }.get(table.key)
    return draw(found, table) if draw else Section(table)


def _scores(found: ClassStatistics, table: Table) -> Section:
    seen = found.scores
    edges = [points(b.low) for b in seen.bins] + [points(seen.max_score)]
    counts = [b.count for b in seen.bins]
    return Section(table, columns=columns("Students by score", table.note, edges, counts, "points"))


def _criteria(found: ClassStatistics, table: Table) -> Section:
    given = [
        Row(i.criterion, i.discrimination, f"{i.criterion}: {number(i.discrimination)}, mean share {number(i.difficulty)}",
            tone="bad" if i.discrimination is not None and i.discrimination < 0 else "")
        for i in found.items
    ]  # fmt: skip
    low = min([0.0, *(i.discrimination for i in found.items if i.discrimination is not None)])
    axis = (0, 0.25, 0.5, 0.75, 1) if low >= 0 else (-1, -0.5, 0, 0.5, 1)
    told = f"{sum(row.tone == 'bad' for row in given)} of {len(given)} criteria are below 0."
    return Section(table, rows=rows("Discrimination of each criterion", told, given, axis, "discrimination"))


def _mistakes(found: ClassStatistics, table: Table) -> Section:
    drawn = found.mistakes[:_MOST]
    names = [m.name for m in drawn]
    given = [
        Row(
            label=m.name if m.name and names.count(m.name) == 1 else f"{m.name or 'unknown'}, {m.criterion}",
            value=m.share,
            tip=f"{m.name or 'no known mistake'}, {m.criterion}: {m.count}",
            tone="" if m.name else "soft",
        )
        for m in drawn
    ]
    told = f"The commonest: {given[0].tip}."
    axis = (0, 0.25, 0.5, 0.75, 1)
    return Section(table, rows=rows("Share of submissions by mistake", told, given, axis, "share of submissions"))


def _agreement(found: ClassStatistics, table: Table) -> Section:
    given = [
        Row(c, a.alpha, f"{c}: α {number(a.alpha)}, {interval(a.low, a.high)}", a.low, a.high,
            "bad" if a.word == "unreliable" else "")
        for c, a in found.agreement.items()
        if a.enough
    ]  # fmt: skip
    if not given:
        return Section(table)
    low = min([0.0, *(end for row in given for end in (row.low, row.value) if end is not None)])
    axis = (0, 0.2, 0.4, 0.6, 0.8, 1) if low >= 0 else (-1, -0.5, 0, 0.5, 1)
    told = f"{sum(row.tone == 'bad' for row in given)} of {len(given)} criteria are below {TENTATIVE}."
    limits = (TENTATIVE, RELIABLE)
    drawn = rows("Agreement on each criterion, with its interval", told, given, axis, "α", points=True, limits=limits)
    return Section(table, rows=drawn)


def _graders(found: ClassStatistics, table: Table) -> Section:
    given = [
        Row(g.author, g.difference, f"{g.author}: {signed(g.difference)}, {interval(g.low, g.high)}", g.low, g.high,
            "bad" if g.notable else "")
        for g in found.graders
    ]  # fmt: skip
    return _around_zero(table, "Each grader against the others", given, "difference of the share")


def _orders(found: ClassStatistics, table: Table) -> Section:
    given = [
        Row(o.author, o.per_ten, f"{o.author}: {signed(o.per_ten)}, {interval(o.low, o.high)}", o.low, o.high,
            "bad" if o.notable else "")
        for o in found.orders
        if o.marks
    ]  # fmt: skip
    return _around_zero(table, "Change of the share over ten marks", given, "change over ten marks")


def _around_zero(table: Table, title: str, given: list[Row], under: str) -> Section:
    """An axis that is symmetric about 0 and holds every interval."""
    ends = [abs(end) for row in given for end in (row.value, row.low, row.high) if end is not None]
    widest = next((w for w in (0.05, 0.1, 0.2, 0.5, 1.0) if w >= max(ends, default=0)), 1.0)
    axis = (-widest, -widest / 2, 0.0, widest / 2, widest)
    told = f"{sum(row.tone == 'bad' for row in given)} of {len(given)} are away from 0."
    return Section(table, rows=rows(title, told, given, axis, under, points=True))
