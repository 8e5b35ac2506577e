"""Student text in nbgrader's pages: read back as a browser would, by the very converter that nbgrader uses."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from autograder.bridges.nbgrader.harmless import markdown, name, page
from tests.bridges.nbgrader.made import alive

HARMLESS = {"b", "br", "del", "em", "i", "strong", "sub", "sup", "a", "p", "h1", "h2", "h3", "ul", "ol", "li", "code", "pre",
            "blockquote", "hr", "table", "thead", "tbody", "tr", "th", "td", "div", "span", "dl", "dt", "dd", "input"}  # fmt: skip
ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt\n>alert(1)</script>",
    "text <img src=x onerror=alert(1)> text",
    "<svg onload=alert(1)>",
    "<b onmouseover=alert(1)>x</b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)",
    "&#60;img src=x onerror=alert(1)&#62;",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](java\\script:alert(1))",
    "[x](javascript\\:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x](http://evil.example/seen.png)",
    "![x][r]\n\n[r]: http://evil.example/seen.png",
    "![x](attachment:none.png)",
    "\\![x](http://evil.example/seen.png)",
    "!\\[x](http://evil.example/seen.png)",
    "![[a]](http://evil.example/seen.png)",
    "```mermaid\ngraph LR; A-->B; click A javascript:alert(1)\n```",
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "$x<script>alert(1)</script>$",
    "$$\\href{javascript:alert(1)}{x}$$",
    '# <a name="x" onclick="alert(1)">head</a>',
    "<!-- --><script>alert(1)</script>",
    "<?php <script>alert(1)</script>?>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "x <\x00script>alert(1)</script>",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "- [ ] <script>alert(1)</script>",
]


class Reader(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in HARMLESS:
            self.found.append(f"<{tag}>")
        for attribute, value in attrs:
            address = "".join(c for c in (value or "") if c > " ").lower()
            if attribute.startswith("on") or (
                attribute in ("href", "src") and address.startswith(("javascript:", "data:", "vbscript:"))
            ):
                self.found.append(f"{attribute}={value}")
            if value == "mermaid":
                self.found.append("mermaid")

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def rendered(source: str) -> str:
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    return markdown2html_mistune(source)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_runs_and_nothing_is_fetched(attack: str) -> None:
    """Rendered by nbconvert, which keeps raw HTML and any address."""
    html = rendered(markdown(attack))
    assert read(html).found == []
    assert "\\href" not in html


def test_the_attacks_are_attacks() -> None:
    """Without us most of them get through: a reader that saw nothing would prove nothing."""
    from nbconvert.filters.markdown_mistune import InvalidNotebook

    through = 0
    for attack in ATTACKS:
        try:
            through += bool(read(rendered(attack)).found)
        except InvalidNotebook:  # an attachment that is not there breaks formgrader's page
            through += 1
    assert through >= 20


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a *word* and **two**", "a word and two"),
        ("if a < b and b > c", "if a < b and b > c"),
        ("$a<b$ and $\\frac{1}{2}$", "$a< b$ and $\\frac{1}{2}$"),
        ("training data: all of it", "training data: all of it"),
        ("`x = y[0]`", "x = y[0]"),
        ("H<sub>2</sub>O", "H2O"),
        ("AT&amp;T", "AT&T"),
        ("[a paper](https://arxiv.org/abs/1706.03762)", "a paper"),
    ],
)
def test_an_answer_keeps_its_words(written: str, shown: str) -> None:
    assert read(rendered(markdown(written))).text.strip() == shown


def test_a_picture_that_came_along_stays() -> None:
    source = "before ![a plot](attachment:picture-1) after"
    assert markdown(source, frozenset({"picture-1"})) == source
    assert "![" not in markdown(source)


def test_tables_of_outputs_stay_and_scripts_go() -> None:
    cleaned = page(
        '<table><tr><td onclick="x()">7</td></tr></table><script>alert(1)</script><img src="http://e/x.png">'
    )
    assert "<td>7</td>" in cleaned
    assert read(cleaned).found == []
    assert "http://e" not in cleaned


def test_names_for_templates_that_do_not_escape_and_a_csv_that_does_not_quote() -> None:
    assert name('<script>alert("1")</script>, Ada') == "script alert( 1 ) /script Ada"
    assert name("=1+1") == "'=1+1"
    assert name("Sinéad O'Brien") == "Sinéad O’Brien"
    assert name("{{ 7*7 }}") == "7*7"


@pytest.mark.parametrize(
    "planted", ["<script>planted()</script>", "<img onerror='planted()'>", "<a href='javascript:planted()'>x</a>"]
)
def test_what_is_alive_in_a_page_would_be_seen(planted: str) -> None:
    """The reader that the tests with real pages use."""
    assert alive(f"<p>{planted}</p>") != []
    assert alive("<p>&lt;script&gt;planted()</p>") == []
