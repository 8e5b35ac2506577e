"""TeX of students becomes MathML that can do nothing, or stays text; however long and wicked it is."""

from __future__ import annotations

import time
from xml.etree.ElementTree import fromstring

import pytest

from autograder.submissions.clean import markdown
from autograder.submissions.formulas import LENGTHS, MOST_TEX, TAGS, WORDS, mathml


def test_formulas_are_set() -> None:
    html = str(markdown("The gate is $f_t = \\sigma(W x_t)$, so\n\n$$\nc_t = f_t * c_{t-1}\n$$\n\n**bold** costs 5$ or 6$."))
    assert html.count("<math") == 2
    assert '<math display="inline"><mrow><msub><mi>f</mi><mi>t</mi></msub><mo>=</mo><mi>σ</mi>' in html
    assert '<div><span tabindex="0" role="group" aria-label="Formula"><math display="block">' in html
    assert "<strong>bold</strong> costs 5$ or 6$." in html, "prices are no formulas"
    assert "<em>" not in str(markdown("$a_i * b_i * c_i$"))
    assert "<math" in str(markdown("\\begin{align}\na &= b\n\\end{align}"))
    assert "<math" not in str(markdown("`$x$` \\$x\\$\n\n    $y$"))
    assert str(markdown("It costs 4 $.")).strip() == "<p>It costs 4 $.</p>"


HOSTILE = [
    r"\text{<script>alert(1)</script>}", r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}", r"\href{javascript:alert(1)}{x}",
    r"\style{position:fixed}{x}", r'\class{level" onclick="alert(1)}{x}', r"\color{red;background:url(//x)}x", r"\cssId{level-1}{x}",
    r"\hspace{99999999em}x", r"\rule{9999em}{9999em}", r"\unicode{60}script\unicode{62}", r"\mathrm{</math><img src=x onerror=alert(1)>}",
    r"\operatorname{<b onclick=alert(1)>}", r"\begin{array}{<c>}x\end{array}", r"\left<script\right>", r"\text{]]><script>}",
    r"\includegraphics{https://example.org/x.png}", r"\char""" + '"3C', r"\&#x3c;script&#x3e;", r"\tag{<i>}", r"\label{x}",
]  # fmt: skip


@pytest.mark.parametrize("tex", HOSTILE)
def test_nothing_active_is_left(tex: str) -> None:
    for text in (f"${tex}$", f"$$\n{tex}\n$$", f"# ${tex}$", f"> [${tex}$](https://example.org)", f"![${tex}$](attachment:x.png)"):
        html = str(markdown(text, {"x.png": "/picture/1/2/0"}))
        for active in ("<script", "<img src=x", "onclick=", "href=\"java", "style=", "class=", "id=", "url(", "9999em", "<b", "<i>"):
            assert active not in html.replace("onclick=alert(1)&gt;", "").replace("<blockquote", ""), html
    made = mathml(tex, block=False)
    for one in fromstring(made).iter() if made else ():
        assert one.tag in TAGS
        assert set(one.attrib) <= WORDS | LENGTHS


def test_mathml_of_their_own_is_not_let_through() -> None:
    html = str(markdown("<math><mtext><b>x</b></mtext></math> $y$"))
    assert html.count("<math") == 1
    assert "<mi>y</mi>" in html


@pytest.mark.parametrize(
    "tex",
    [
        r"\newcommand{\a}{xx}\newcommand{\b}{\a\a}\b", r"\def\a{xx}\a", r"\let\a=x", r"\renewcommand{\frac}{x}", r"\gdef\a{x}",
        "x" * (MOST_TEX + 1), r"\frac", "{" * 900, r"\begin{matrix}",
    ],
)  # fmt: skip
def test_what_is_not_understood_or_grows_stays_text(tex: str) -> None:
    html = str(markdown(f"before ${tex}$ after"))
    assert "<math" not in html
    assert tex in html.replace("&lt;", "<")
    assert "after" in html


def test_names_that_only_look_like_definitions_are_formulas() -> None:
    for tex in (r"\left( x \right)", r"\leftarrow", r"\lessdot"):
        assert mathml(tex, block=False), tex


def test_a_cell_full_of_formulas_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time that a cell has, formulas stay text; none is lost."""
    clock = iter(range(100_000))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock) / 10)
    html = str(markdown(" ".join(f"$x_{{{n}}}$" for n in range(40))))
    assert 1 <= html.count("<math") <= 12
    assert html.count("<math") + html.count("<code>x_") == 40


def test_a_mark_cannot_be_guessed_or_used_twice() -> None:
    first, second = str(markdown("$x$ 00-0-")), str(markdown("$x$"))
    assert "00-0-" in first
    assert first.count("<math") == second.count("<math") == 1
