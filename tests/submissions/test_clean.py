"""Student text becomes HTML that can do nothing, and stays readable."""

from __future__ import annotations

import base64
import json

import pytest

from autograder.submissions.cells import seen_cells
from autograder.submissions.clean import MOST_TEXT, code, markdown, terminal
from tests.review.classroom import png


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        "![x](data:image/svg+xml;base64,PHN2Zz4=)",
        "![x](https://example.org/spy.png)",
        "<style>*{display:none}</style>",
        "<iframe src=/></iframe><object data=x></object><embed src=x>",
        '<div hx-get="/" hx-trigger=load id=panel class=level style="position:fixed">x</div>',
        "<form action=/mark><input name=action><button>x</button></form>",
        "<svg><animate onbegin=alert(1)></svg><math><mtext><script>alert(1)</script></mtext></math>",
        '<base href="https://example.org"><meta http-equiv=refresh content="0;url=https://example.org">',
    ],
)
def test_nothing_active_is_left(text: str) -> None:
    html = str(markdown(text))
    for active in ("<script", "onerror", "onbegin", "javascript:", "data:", "<style", "style=", "<iframe", "<object",
                   "<form", "<input", "<button", "hx-", "id=", "class=", "<svg", "<base", "<meta", "example.org/spy"):  # fmt: skip
        assert active not in html, html


def test_what_is_meant_stays() -> None:
    html = str(markdown("# Head\n\n### Jump\n\n**bold** `x < y` [link](https://example.org)\n\n| a |\n|---|\n| 1 |"))
    assert "<h3>Head</h3>" in html
    assert "<h4>Jump</h4>" in html, "no level is left out"
    assert "<strong>bold</strong>" in html
    assert "<code>x &lt; y</code>" in html
    assert 'href="https://example.org" rel="noopener noreferrer nofollow"' in html
    assert "<td>1</td>" in html


def test_attached_pictures_are_shown_from_here() -> None:
    html = str(markdown("![plot](attachment:p.png) ![no](attachment:other.png)", {"p.png": "/picture/1/2/0"}))
    assert '<img src="/picture/1/2/0" alt="plot">' in html
    assert "other.png" not in html


def test_code_is_escaped_and_numbered() -> None:
    html = str(code("x = '</pre><script>'\ny = 2"))
    assert "<script>" not in html
    assert html.count('class="line"') == 2


def test_terminal_output_reads_as_it_looked() -> None:
    assert terminal("\x1b[31mred\x1b[0m \x1b]0;title\x07ok") == "red ok"
    assert terminal("10%\r50%\r100%\nnext") == "100%\nnext"
    assert terminal("ab\x08c") == "ac"
    assert terminal("abc\u202egnp.exe") == "abcgnp.exe"
    assert terminal("x" * (MOST_TEXT + 5)).endswith("… 5 more characters are not shown.")


def outputs(*raw: object) -> list[tuple[str, str, str]]:
    tree = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
        {"cell_type": "code", "id": "a", "metadata": {}, "source": "x", "outputs": list(raw)}]}  # fmt: skip
    (cell,) = seen_cells(json.dumps(tree).encode(), "n")
    return [(one.kind, one.mime, one.text) for one in cell.outputs]


def display(**data: object) -> dict[str, object]:
    return {"output_type": "display_data", "data": {name.replace("_", "/"): value for name, value in data.items()}}


def test_outputs_are_told_apart() -> None:
    picture = base64.b64encode(png()).decode()
    assert outputs(display(image_png=picture, text_plain="<Figure>")) == [("picture", "image/png", "<Figure>")]
    assert outputs(display(text_html="<b>x</b>", text_plain="x")) == [("page", "text/html", "x")]
    stream = {"output_type": "stream", "text": ["a", "b"]}
    assert outputs(stream, {"output_type": "stream", "text": "c\n"}) == [("text", "", "abc\n")]
    assert outputs({"output_type": "error", "ename": "E", "evalue": "v"}) == [("error", "", "E: v")]


def test_a_picture_is_what_it_says_or_is_not_shown() -> None:
    page = base64.b64encode(b"<script>alert(1)</script>").decode()
    assert outputs(display(image_png=page, text_plain="t")) == [("text", "", "t")]
    assert outputs(display(image_gif="R0lGODlh", text_plain="t")) == [("text", "", "t")]
    assert outputs(display(application_javascript="alert(1)")) == []


@pytest.mark.parametrize("raw", [None, 3, "x", {}, {"output_type": "stream", "text": 3}, {"output_type": "x", "data": [1]},
                                 {"output_type": "display_data", "data": {"image/png": {"a": 1}}}])  # fmt: skip
def test_outputs_that_are_none_do_no_harm(raw: object) -> None:
    assert outputs(raw) == []
