"""The matrix of `gradus verify` as a picture: hand-written SVG in light and dark, fit for docs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.course.models import Criterion
from autograder.course.verdict import Verdict
from autograder.report.matrix import (
    KINDS,
    UNTOUCHED_PHRASE,
    MatrixRow,
    by_question,
    grouped,
    quoted,
    standing,
    used_verdicts,
)
from autograder.report.wording import FACES

CELL = 24
"""Pitch of the grid in SVG units; a tile is 2 smaller."""
TILE = CELL - 2
QUESTION_GAP = 12
KIND_HEAD = 30
LETTER = 6.7
"""Width of a letter of 12-unit system text, on the generous side: names must not run into tiles."""
BOLD_LETTER = 7.6

STYLE = """
text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',Arial,sans-serif;fill:#1b1f26}
.page{fill:#fff}.title{font-size:18px;font-weight:700}.soft{fill:#545c68}.head{font-weight:700}
.mark text{font-size:13px;font-weight:700;text-anchor:middle}
.rule{stroke:#dcdfe4}.expect{fill:none;stroke:#1b1f26;stroke-width:2}
.bang{fill:#c11d14}.bang-text{font-size:10px;font-weight:700;fill:#fff;text-anchor:middle}.alarm{fill:#a1201a;font-weight:700}
.none rect,.untouched rect{fill:none;stroke:#dcdfe4}.untouched circle{fill:#8b93a0}
.good rect{fill:#d7efe0}.good text{fill:#14633a}.bad rect{fill:#f3b4ac}.bad text{fill:#6d0f0b}
.shaky rect{fill:#f8d98f}.shaky text{fill:#553300}.limit rect{fill:#f5b893}.limit text{fill:#5f1d04}
.idle rect{fill:#dfe2e8}.idle text{fill:#3d4550}.pending rect{fill:#d3cff6}.pending text{fill:#352a80}
@media(prefers-color-scheme:dark){
text{fill:#e7eaee}.page{fill:#1c2027}.soft{fill:#a9b1bd}.rule{stroke:#343a44}.expect{stroke:#fff}
.bang{fill:#ff8b82}.bang-text{fill:#1c2027}.alarm{fill:#ff9f97}.none rect,.untouched rect{stroke:#343a44}
.good rect{fill:#173a25}.good text{fill:#84d9a7}.bad rect{fill:#742019}.bad text{fill:#ffd5d1}
.shaky rect{fill:#5f450f}.shaky text{fill:#ffdf9c}.limit rect{fill:#6d3413}.limit text{fill:#ffd2b8}
.idle rect{fill:#343a44}.idle text{fill:#c5ccd6}.pending rect{fill:#3a3378}.pending text{fill:#d6d1ff}}
"""


@dataclass(frozen=True)
class Layout:
    """Where things stand, in SVG units."""

    left: float
    """Left edge of the first tile."""
    top: float
    """Upper edge of the first kind's heading."""
    xs: dict[str, float]
    """Left edge of each criterion's tiles."""
    right: float
    """Left edge of the notes beside the rows."""
    width: float


def matrix_svg(rows: Sequence[MatrixRow], columns: Sequence[Criterion], *, title: str) -> str:
    """A heatmap of `rows` × `columns` as one SVG document, rows by kind and columns by question.

    Colour and symbol give the verdict, an outline marks a loss that was expected, a `!` whatever was not.
    """
    layout = _layout(rows, columns)
    summary = standing(rows, columns)
    body = [
        f'<text class="title" x="20" y="34">{quoted(title)}</text>',
        f'<text class="soft" x="20" y="56">{quoted(summary)}</text>',
        *_heads(layout, columns),
    ]
    y = layout.top
    for kind, own in grouped(rows):
        body += _kind_head(layout, KINDS[kind], y)
        y += KIND_HEAD
        for row in own:
            body += _row(layout, row, columns, y)
            y += CELL
    legend, height = _legend(layout, rows, y + 22)
    return _document(title, f"{summary} {_described(rows)}", layout.width, height, rows, body + legend)


def _layout(rows: Sequence[MatrixRow], columns: Sequence[Criterion]) -> Layout:
    left = 40 + LETTER * max((len(row.name) for row in rows), default=10)
    xs, x = {}, left
    for question, criteria in by_question(columns):
        for criterion in criteria:
            xs[criterion.id] = x
            x += CELL
        # A question with few criteria still gets the width of its name.
        x = max(x, xs[criteria[0].id] + BOLD_LETTER * len(question)) + QUESTION_GAP
    names = max((len(_short(c)) for c in columns), default=0)
    return Layout(left, 100 + LETTER * names, xs, x, max(x + 130, 560))


def _short(criterion: Criterion) -> str:
    """The criterion's name without its question, which stands above."""
    return criterion.id.removeprefix(f"{criterion.question}.")


def _heads(layout: Layout, columns: Sequence[Criterion]) -> Iterator[str]:
    """The question above its criteria, whose names run upwards."""
    for question, criteria in by_question(columns):
        first, last = layout.xs[criteria[0].id], layout.xs[criteria[-1].id] + TILE
        yield f'<line class="rule" x1="{first:g}" y1="86" x2="{last:g}" y2="86"/>'
        yield f'<text class="head" x="{first:g}" y="80">{quoted(question)}</text>'
        for criterion in criteria:
            x, y = layout.xs[criterion.id] + 15, layout.top - 4
            yield (
                f'<text class="soft" transform="translate({x:g} {y:g}) rotate(-90)">'
                f"{quoted(_short(criterion))}<title>{quoted(criterion.title)}</title></text>"
            )


def _kind_head(layout: Layout, name: str, y: float) -> Iterator[str]:
    yield f'<line class="rule" x1="20" y1="{y + 4:g}" x2="{layout.width - 20:g}" y2="{y + 4:g}"/>'
    yield f'<text class="head" x="20" y="{y + 21:g}">{quoted(name)}</text>'


def _row(layout: Layout, row: MatrixRow, columns: Sequence[Criterion], y: float) -> Iterator[str]:
    yield f'<text x="32" y="{y + 15:g}">{quoted(row.name)}</text>'
    for criterion in columns:
        yield _tile(row, criterion.id, layout.xs[criterion.id], y)
    surprised = [c.id for c in columns if row.surprise(c.id)]
    # After all tiles of the row: the `!` stands out over the corner of its neighbour.
    for name in surprised:
        yield f'<use href="#bang" x="{layout.xs[name]:g}" y="{y:g}"/>'
    if surprised:
        yield f'<text class="alarm" x="{layout.right:g}" y="{y + 15:g}">! {len(surprised)} unexpected</text>'
    elif row.expected:
        note = f"{len(row.expected)} lost, as told"
        yield f'<text class="soft" x="{layout.right:g}" y="{y + 15:g}">{note}</text>'


def _tile(row: MatrixRow, criterion: str, x: float, y: float) -> str:
    verdict = row.verdicts.get(criterion)
    untouched = criterion in row.untouched
    word = UNTOUCHED_PHRASE if untouched else FACES[verdict].phrase if verdict else "not run"
    surprise = row.surprise(criterion)
    told = surprise or ("as expected" if criterion in row.expected else "")
    parts = [
        f"<g><title>{quoted(row.name)}, {quoted(criterion)}: {word}{'; ' if told else ''}{told}</title>",
        f'<use href="#{"untouched" if untouched else _symbol(verdict)}" x="{x:g}" y="{y:g}"/>',
    ]
    if criterion in row.expected:
        parts.append(f'<use href="#expect" x="{x:g}" y="{y:g}"/>')
    return "".join(parts) + "</g>"


def _symbol(verdict: Verdict | None) -> str:
    return "none" if verdict is None else verdict.value.lower()


def _legend(layout: Layout, rows: Sequence[MatrixRow], y: float) -> tuple[list[str], float]:
    """What tiles, outline and `!` mean, in as many lines as the width asks for; and where they end."""
    entries = [(_symbol(v), FACES[v].phrase) for v in used_verdicts(rows)]
    if any(row.untouched for row in rows):
        entries.append(("untouched", UNTOUCHED_PHRASE))
    entries += [("expect", "must be lost"), ("bang", "not as expected")]
    parts, x = [], 20.0
    for symbol, phrase in entries:
        room = CELL + 8 + LETTER * len(phrase) + 16
        if x > 20 and x + room > layout.width - 20:
            x, y = 20.0, y + CELL + 4
        parts.append(f'<use href="#{symbol}" x="{x:g}" y="{y:g}"/>')
        parts.append(f'<text x="{x + CELL + 6:g}" y="{y + 15:g}">{quoted(phrase)}</text>')
        x += room
    return parts, y + CELL + 18


def _described(rows: Sequence[MatrixRow]) -> str:
    """Every surprise as a sentence, for those who do not see the picture."""
    return " ".join(f"{row.name}: {c} {why}." for row in rows for c, why in row.surprises.items())


def _document(
    title: str, description: str, width: float, height: float, rows: Sequence[MatrixRow], body: list[str]
) -> str:
    size = f"{width:.0f} {height:.0f}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{quoted(title)}</title>',
        f'<desc id="desc">{quoted(description)}</desc>',
        f"<style>{STYLE}</style>",
        f"<defs>{''.join(_definitions(rows))}</defs>",
        '<rect class="page" width="100%" height="100%"/>',
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _definitions(rows: Sequence[MatrixRow]) -> Iterator[str]:
    tile = f'<rect width="{TILE}" height="{TILE}" rx="4"/>'
    yield f'<g id="none" class="none"><rect x=".5" y=".5" width="{TILE - 1}" height="{TILE - 1}" rx="4"/></g>'
    yield (
        f'<g id="untouched" class="untouched"><rect x=".5" y=".5" width="{TILE - 1}" height="{TILE - 1}" rx="4"/>'
        f'<circle cx="{TILE / 2:g}" cy="{TILE / 2:g}" r="2"/></g>'
    )
    for verdict in used_verdicts(rows):
        face = FACES[verdict]
        yield (
            f'<g id="{_symbol(verdict)}" class="mark {face.tone}">{tile}<text x="11" y="16">{face.symbol}</text></g>'
        )
    yield f'<rect id="expect" class="expect" x="1" y="1" width="{TILE - 2}" height="{TILE - 2}" rx="3.5"/>'
    yield (
        f'<g id="bang"><circle class="bang" cx="{TILE - 2}" cy="3" r="6.5"/>'
        f'<text class="bang-text" x="{TILE - 2}" y="6.5">!</text></g>'
    )
