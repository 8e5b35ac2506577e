"""Student text as HTML that cannot do anything: markdown, code and terminal output, sanitised here and nowhere else."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from autograder.submissions.formulas import formulas, read_formulas

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markupsafe import Markup

MOST_TEXT = 200_000
"""Characters of one cell or output that are shown; the rest is counted."""
TAGS = {
    "a", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h3", "h4", "h5", "h6", "hr", "i",
    "img", "li", "ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "td": {"align"}, "th": {"align"}}
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")
_BACKSPACE = re.compile(r"[^\n]\x08")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def markdown(text: str, pictures: dict[str, str] | None = None) -> Markup:
    """A markdown cell as sanitised HTML. `pictures` maps the names of its attachments to addresses of ours.

    A picture from anywhere else becomes its name: the desk asks no other server for anything.
    """
    import nh3
    from markupsafe import Markup

    found = pictures or {}

    def attribute(tag: str, name: str, value: str) -> str | None:
        if (tag, name) == ("img", "src"):
            return found.get(value.removeprefix("attachment:")) if value.startswith("attachment:") else None
        return value

    with formulas() as inside:
        html = _markdown().render(shortened(text))
    cleaned = nh3.clean(
        _lower_headings(html),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes={"http", "https", "attachment"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(inside.put_in(cleaned))  # formulas are ours, made anew; MathML that a student wrote is not let through


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # nh3 decides, in one place
    return read_formulas(parser)


def _lower_headings(html: str) -> str:
    """The page has an h1 and h2 of its own: a student's come below them, and no level is left out on the way down."""
    level = 2

    def lowered(match: re.Match[str]) -> str:
        nonlocal level
        if match[1] == "<h":
            level = min(int(match[2]) + 2, level + 1, 6)
        return f"{match[1]}{level}"

    return re.sub(r"(</?h)([1-6])\b", lowered, html)


def code(text: str) -> Markup:
    """Python with its parts in classes, lines numbered from 1; colours come from the style sheet."""
    from markupsafe import Markup
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    lines = highlight(shortened(text), PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)).rstrip("\n").split("\n")
    return Markup("\n".join(f'<span class="line">{line}</span>' for line in lines))


def terminal(text: str) -> str:
    """What a program printed, as text: no escape sequences, a progress bar as it stood in the end."""
    plain = _ANSI.sub("", text).replace("\r\n", "\n")
    plain = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in plain.split("\n"))
    while _BACKSPACE.search(plain[:MOST_TEXT]):
        plain = _BACKSPACE.sub("", plain[:MOST_TEXT])
    return shortened(_CONTROL.sub("", plain))


def shortened(text: str) -> str:
    """At most `MOST_TEXT` characters, and how many more there were."""
    if len(text) <= MOST_TEXT:
        return text
    return f"{text[:MOST_TEXT]}\n… {len(text) - MOST_TEXT} more characters are not shown."
