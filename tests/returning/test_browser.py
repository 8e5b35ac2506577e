"""A returned page and the statistics in a real browser: they fit, ask for nothing, and axe finds nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.gradebook import Gradebook
from autograder.gradebook.marks import write_mark
from autograder.gradebook.requests import answer, ask
from autograder.returning.pages import page_of
from autograder.returning.standing import standings
from autograder.statistics.gathered import gather
from autograder.statistics.page import statistics_html
from tests.report.test_browser import Visit
from tests.returning.made import ESSAY, handed_in, marked, result, scale

pytestmark = pytest.mark.browser


@pytest.fixture
def pages(tiny: Path, book: Gradebook, tmp_path: Path) -> dict[str, Path]:
    """Both pages of a class of eight with two TAs."""
    for n in range(8):
        made = result(tiny, lost=("affine.values", "standardise.stable")[: n % 3])
        one = handed_in(book, tiny, tmp_path, f"s{n}", "محمد", made)
        marked(book, one, (0, 10, 20)[n % 3], author="ann", seconds=20 + n, position=n, comment="Say *why*: `x`.")
        write_mark(book, one.id, ESSAY, author="ben", kind="second", points=(0, 10)[n % 2], seconds=30, position=n)
        if n == 2:
            answer(book, ask(book, one.id, ESSAY, "I did say why.", "s2"), "You did.", "changed", "ann")
    loaded = scale(tiny)
    texts = {"statistics": statistics_html(gather(book, loaded)), "page": page_of(standings(book, loaded)[2], loaded)}
    for name, html in texts.items():
        (tmp_path / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: tmp_path / f"{name}.html" for name in texts}


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("name", ["page", "statistics"])
def test_it_fits_and_is_quiet(browser: Any, pages: dict[str, Path], name: str, width: int) -> None:
    visit = Visit(browser, pages[name], width)
    assert visit.tab.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.said == []
    assert visit.asked == [pages[name].as_uri()]
    visit.tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["page", "statistics"])
def test_axe_finds_nothing(browser: Any, pages: dict[str, Path], name: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    visit = Visit(browser, pages[name], 800, scheme)
    found = axe.Axe().run(visit.tab)
    assert found.response["passes"], "axe ran"
    assert found.violations_count == 0, found.generate_report()
    visit.tab.close()


def test_axe_would_find_something(browser: Any, tmp_path: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    (tmp_path / "bad.html").write_text("<p style='color:#999;background:#aaa'>x</p><img src=x>", encoding="utf-8")
    visit = Visit(browser, tmp_path / "bad.html", 800)
    assert axe.Axe().run(visit.tab).violations_count > 0
    visit.tab.close()
