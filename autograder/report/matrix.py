"""Known submissions × criteria: what `gradus verify` saw, beside what it was told to expect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from rich.table import Table
from rich.text import Text

from autograder.course.models import Criterion
from autograder.course.verdict import Verdict
from autograder.report.terminal import STYLES, plain
from autograder.report.wording import FACES, amount, printable

Kind = Literal["solution", "template", "correct", "mistakes", "slow", "unstable", "hostile"]
KINDS: dict[Kind, str] = {
    "solution": "Solution",
    "template": "Template",
    "correct": "Correct variants",
    "mistakes": "Mistakes",
    "slow": "Slow",
    "unstable": "Unstable",
    "hostile": "Hostile",
}


UNTOUCHED = "·"
UNTOUCHED_PHRASE = "not run: the answer key's own code"


@dataclass(frozen=True)
class MatrixRow:
    """One known submission: what each criterion came to, and which it is expected to lose."""

    kind: Kind
    name: str
    verdicts: Mapping[str, Verdict]
    """By criterion id; a criterion that was not run is missing."""
    expected: frozenset[str] = field(default_factory=frozenset)
    """Ids of the criteria this submission must lose."""
    undecided: frozenset[str] = field(default_factory=frozenset)
    """Those of them that must be left to a TA: there `INCONCLUSIVE` is the outcome that was announced."""
    untouched: frozenset[str] = field(default_factory=frozenset)
    """Ids of criteria that were not run: their tests would run the answer key's own code, and it passes."""

    def surprise(self, criterion: str) -> str:
        """Why the outcome is not the expected one, in words; empty when it is.

        A criterion with a TA is neither kept nor lost, and never surprises.
        """
        verdict = self.verdicts.get(criterion)
        expected = criterion in self.expected
        if verdict is Verdict.NEEDS_REVIEW or (verdict is None and not expected):
            return ""
        if verdict is None:
            return "expected to be lost, but was not run"
        if verdict is Verdict.PASS:
            return "expected to be lost, but was kept" if expected else ""
        # "Could not decide" and "our error" prove nothing, whichever way it was expected to go.
        if verdict.pending:
            if verdict is Verdict.INCONCLUSIVE and criterion in self.undecided:
                return ""
            return f"ended as {FACES[verdict].phrase}"
        return "" if expected else "lost unexpectedly"

    @property
    def surprises(self) -> dict[str, str]:
        """Every criterion whose outcome was not expected, with the reason."""
        return {c: why for c in sorted({*self.verdicts, *self.expected}) if (why := self.surprise(c))}


def grouped(rows: Sequence[MatrixRow]) -> list[tuple[Kind, list[MatrixRow]]]:
    """Rows by kind, in the order of KINDS; kinds without rows are left out."""
    groups = [(kind, [row for row in rows if row.kind == kind]) for kind in KINDS]
    return [(kind, own) for kind, own in groups if own]


def by_question(columns: Sequence[Criterion]) -> list[tuple[str, list[Criterion]]]:
    """Criteria by question, in the order of the rubric."""
    return [(q, [c for c in columns if c.question == q]) for q in dict.fromkeys(c.question for c in columns)]


def standing(rows: Sequence[MatrixRow], columns: Sequence[Criterion]) -> str:
    """One sentence on the whole matrix."""
    count = sum(len(row.surprises) for row in rows)
    size = f"{amount(len(rows), 'submission')} against {amount(len(columns), 'criterion')}"
    return f"{size}: {'every outcome is as expected' if not count else amount(count, 'unexpected outcome')}."


def matrix_table(rows: Sequence[MatrixRow], columns: Sequence[Criterion], *, title: str = "") -> Table:
    """The matrix in a terminal: expected losses that were met, marks by question, every surprise in words.

    A mark followed by `!` was not expected; the reason stands below.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 1), collapse_padding=True, header_style="bold")
    table.title = plain(title) if title else None
    table.title_justify = table.caption_justify = "left"
    table.add_column("Submission", overflow="fold", max_width=30)
    table.add_column("Lost", justify="right", no_wrap=True)
    table.add_column("Marks by question", overflow="fold")
    for kind, own in grouped(rows):
        table.add_row(Text(KINDS[kind], "bold"))
        for row in own:
            table.add_row(plain(f"  {row.name}"), _met(row), _marks(row, columns))
            for line in _words(row.surprises):
                table.add_row("", "", line)
    table.caption = Text(f"{standing(rows, columns)}  {_legend(rows)}")
    return table


def _marks(row: MatrixRow, columns: Sequence[Criterion]) -> Text:
    groups = []
    for _, criteria in by_question(columns):
        group = Text()
        for criterion in criteria:
            verdict = row.verdicts.get(criterion.id)
            face = FACES[verdict] if verdict else None
            if criterion.id in row.untouched:
                group.append(UNTOUCHED, "dim")
            else:
                group.append(face.symbol if face else " ", STYLES[face.tone] if face else "")
            if row.surprise(criterion.id):
                group.append("!", "bold red")
        groups.append(group)
    return Text(" ").join(groups)


def _met(row: MatrixRow) -> str:
    met = sum(not row.surprise(criterion) for criterion in row.expected)
    return f"{met} of {len(row.expected)}" if row.expected else ""


def _words(surprises: Mapping[str, str]) -> list[Text]:
    """`! lm.loss lost unexpectedly`; after five the number of the rest."""
    told = [f"! {criterion} {why}" for criterion, why in list(surprises.items())[:5]]
    rest = [f"! and {len(surprises) - 5} more"] if len(surprises) > 5 else []
    return [plain(line, "red") for line in told + rest]


def _legend(rows: Sequence[MatrixRow]) -> str:
    told = [f"{FACES[v].symbol} {FACES[v].phrase}" for v in used_verdicts(rows)]
    if any(row.untouched for row in rows):
        told.append(f"{UNTOUCHED} {UNTOUCHED_PHRASE}")
    return "  ".join(told)


def used_verdicts(rows: Sequence[MatrixRow]) -> list[Verdict]:
    """The verdicts that occur in `rows`, in the order of the enumeration: the legend."""
    used = {verdict for row in rows for verdict in row.verdicts.values()}
    return [verdict for verdict in Verdict if verdict in used]


def quoted(text: str) -> str:
    """Text as SVG content or attribute value."""
    return escape(printable(text), quote=True)
