"""An instructor's pages in a real browser: a rubric is changed while a TA looks on, a link is made, a formula is drawn."""

from __future__ import annotations

import pytest

from autograder.gradebook.marks import current_mark, write_mark
from tests.review.classroom import SLUG, WRITTEN, Classroom
from tests.review.visiting import Enter

WIDE = "\\sum_{i=1}^{n} " + "x_i + " * 40 + "1"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_rubric_is_changed_while_a_ta_marks_by_it(room: Classroom, enter: Enter) -> None:
    attempt = room.hand_in("ada", "Because $\\frac{a}{b}$ and $$\n\\sum_i x_i\n$$")
    write_mark(room.book, attempt.id, WRITTEN, author="ann", points=10.0, level=1, comment="Why?")
    file = room.course / "rubrics" / f"{SLUG}.yaml"
    ann, ida = enter("ann"), enter("ida")
    ann.mark_page(attempt.id, show="all")
    assert ann.tab.evaluate("document.querySelector('.prose mfrac').getBoundingClientRect().height") > 15, "drawn, not told"

    ida.tab.click("text=Rubrics")
    ida.tab.click("text=Scale")
    ida.tab.click("summary:has-text('The answer names a reason')")
    ida.tab.fill(f"[name='{WRITTEN}:level:2:points']", "14")
    ida.tab.keyboard.press("Enter")
    ida.tab.wait_for_selector("text=1 of 1 score would change")
    assert "points: 14" not in file.read_text()
    file.write_text("# by hand\n" + file.read_text())
    ida.tab.click("text=Save the rubric")
    ida.tab.wait_for_selector("text=The file was changed since you opened this page.")
    assert ida.tab.input_value(f"[name='{WRITTEN}:level:2:points']") == "14", "what was typed is still there"
    ida.tab.click("text=See what it does")
    ida.tab.click("text=Save the rubric")
    ida.tab.wait_for_selector("text=is saved")
    assert file.read_text().startswith("# by hand\n")
    assert "{points: 14, text" in file.read_text()
    mark = current_mark(room.book, attempt.id, WRITTEN)
    assert mark is not None
    assert mark.points == 14
    ann.tab.wait_for_selector("text=The rubric has changed", timeout=15_000)
    assert ann.said == ida.said == []


def test_a_link_is_made_and_used(room: Classroom, enter: Enter) -> None:
    ida = enter("ida")
    ida.tab.click("text=Staff")
    ida.tab.click("[aria-label='New link for ben']")
    link = ida.tab.input_value("#link")
    ben = enter("ann").context.browser.new_context().new_page()
    ben.goto(link)
    ben.wait_for_url(f"{ida.address}/")
    ida.tab.reload()
    ida.tab.click("[aria-label='Sign ben out everywhere']")
    ida.tab.wait_for_selector("text=ben is signed out everywhere")
    assert ben.goto(ida.address).status == 401
    ben.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_it_fits_a_phone(room: Classroom, enter: Enter, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    attempt = room.hand_in("ada", f"$x^2$, ${WIDE}$ and\n\n$$\n{WIDE}\n$$")
    write_mark(room.book, attempt.id, WRITTEN, author="ann", points=10.0, level=1)
    ida = enter("ida", color_scheme=scheme)
    for page in ("/", "/rubric", f"/rubric/{SLUG}", "/staff", f"/grade/{SLUG}/{WRITTEN}/{attempt.id}"):
        ida.tab.goto(ida.address + page)
        if page.startswith("/rubric/"):
            ida.tab.click("summary:has-text('The answer names a reason')")
            ida.tab.fill(f"[name='{WRITTEN}:level:2:points']", "14")
            ida.tab.click("text=See what it does")
            ida.tab.wait_for_selector(".effect")
        if page == "/staff":
            ida.tab.click("[aria-label='New link for ben']")
            ida.tab.wait_for_selector("#link")
        found = axe.run(ida.tab).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], page
        ida.tab.set_viewport_size({"width": 360, "height": 740})
        assert ida.tab.evaluate("document.documentElement.scrollWidth") <= 360, page
        ida.tab.set_viewport_size({"width": 1280, "height": 860})
