"""Feedback pages and the matrix in a real browser: they fit a phone, run nothing and ask for nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.report.feedback import feedback_html
from autograder.report.heatmap import matrix_svg

from . import samples
from .test_feedback import PAGES

pytestmark = pytest.mark.browser


class Visit:
    """One page opened in a tab of its own, with what it said and asked for on the way."""

    def __init__(self, browser: Any, file: Path, width: int, scheme: str = "light") -> None:
        self.tab = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.tab.on("console", lambda message: self.said.append(message.text))
        self.tab.on("pageerror", lambda error: self.said.append(str(error)))
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.goto(file.as_uri())


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_is_quiet(browser: Any, tmp_path: Path, name: str, width: int) -> None:
    file = tmp_path / "feedback.html"
    file.write_text(feedback_html(PAGES[name](), questions=samples.QUESTIONS), encoding="utf-8")
    visit = Visit(browser, file, width)
    assert visit.tab.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.said == []
    assert visit.asked == [file.as_uri()]
    visit.tab.close()


def test_the_style_is_let_through_by_the_policy(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "feedback.html"
    file.write_text(feedback_html(samples.typical()), encoding="utf-8")
    grounds = {}
    for scheme in ("light", "dark"):
        visit = Visit(browser, file, 360, scheme)
        grounds[scheme] = visit.tab.evaluate("getComputedStyle(document.body).backgroundColor")
        visit.tab.close()
    assert grounds == {"light": "rgb(246, 246, 243)", "dark": "rgb(19, 22, 27)"}


def test_a_planted_script_would_be_noticed(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "feedback.html"
    planted = "<script>document.title = 'owned'</script></main>"
    file.write_text(feedback_html(samples.typical()).replace("</main>", planted), encoding="utf-8")
    visit = Visit(browser, file, 360)
    assert "Content Security Policy" in " ".join(visit.said)
    assert visit.tab.title() == "LSTM from scratch: feedback for ada"
    visit.tab.close()


def test_the_matrix_is_drawn(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "matrix.svg"
    file.write_text(matrix_svg(samples.matrix_rows(), samples.rubric(), title="Matrix"), encoding="utf-8")
    visit = Visit(browser, file, 1200)
    right = visit.tab.evaluate(
        "Math.max(...[...document.querySelectorAll('text,use')].map(e => e.getBoundingClientRect().right))"
    )
    assert right <= visit.tab.evaluate("document.documentElement.viewBox.baseVal.width")
    assert visit.said == []
    visit.tab.close()
