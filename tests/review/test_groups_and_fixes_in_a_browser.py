"""In a real browser: a group is marked by keyboard after three spot checks, and a fix runs in the real sandbox."""

from __future__ import annotations

import re

import pytest

from autograder.gradebook.group_marks import group_marks_of
from autograder.gradebook.marks import current_marks, marks_of
from autograder.review.trials import Trials
from autograder.sandbox.backend import kind_of
from tests.review.classroom import SLUG, TESTED, WRITTEN, Classroom
from tests.review.visiting import Enter

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LIMITS = "limits: {call_seconds: 20, import_seconds: 30, total_seconds: 240}\n"
WRONG = """def standardise(x: Tensor) -> Tensor:
    centred = x - x.mean(dim=-1, keepdim=True)
    variance = (centred * centred).sum(dim=-1, keepdim=True) / (x.shape[-1] - 1)
    return centred / torch.sqrt(variance + EPS)
"""


def test_a_group_is_marked_by_keyboard_after_three_spot_checks(room: Classroom, enter: Enter) -> None:
    attempts = [room.hand_in(f"s{n}", f"Answer {n}.") for n in range(8)]
    visit = enter("ann")
    tab = visit.tab
    tab.goto(f"{visit.address}/list/{SLUG}/{WRITTEN}")
    for label, address in (("Groups that behave alike", r"/groups/[^/]*/[^/]*$"), ("Group 1", r"/groups/.*/\w{10}$")):
        while tab.evaluate("document.activeElement.textContent") != label:
            tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        tab.wait_for_url(re.compile(address))
    tab.wait_for_load_state("networkidle")
    tab.keyboard.press("n")
    seen = set()
    for number in range(3):
        tab.wait_for_url(re.compile(r"/grade/.*group="))
        tab.wait_for_load_state("networkidle")
        assert "for 8 that behave alike" in tab.inner_text(".side")
        here = tab.url
        seen.add(here)
        if number == 2:
            tab.keyboard.press("c")
            tab.keyboard.type("Explain the reason.")
            tab.keyboard.press("Escape")
        tab.keyboard.press("2")
        tab.keyboard.press("n")
        tab.wait_for_url(lambda url, here=here: url != here)
    assert len(seen) == 3
    tab.wait_for_url(re.compile(r"/groups/"))
    tab.wait_for_load_state("networkidle")
    tab.keyboard.press("m")
    visit.told("Marked 5 submissions with 10 of 20 points.")
    marked = current_marks(room.book, SLUG)
    assert {attempt for attempt, _ in marked} == {one.id for one in attempts}
    assert {(mark.author, mark.points) for mark in marked.values()} == {("ann", 10.0)}
    (group,) = group_marks_of(room.book, SLUG, WRITTEN)
    assert (group.given, group.checked) == (5, 3)
    tab.wait_for_timeout(200)  # htmx settles a page some moments after its words are there; a key before that is not heard
    tab.keyboard.press("u")
    visit.told("Taken back: 5 marks.")
    assert len(current_marks(room.book, SLUG)) == 3
    assert visit.said == []
    assert visit.asked == {visit.address.removeprefix("http://")}


@pytest.mark.bubblewrap
def test_a_fix_runs_in_the_real_sandbox_and_a_criterion_passes(room: Classroom, enter: Enter) -> None:
    """The same sandbox as grading's. What the edited code tries to write beside it is not there afterwards."""
    obstacle = kind_of("bubblewrap").obstacle(private=(), gpu=False)
    if obstacle is not None:
        pytest.skip(obstacle)
    file = room.course / "assignments" / SLUG / "assignment.yaml"
    file.write_text(file.read_text() + LIMITS)
    attempt = room.hand_in("ada", code=WRONG)
    planted = room.course / "planted"
    with Trials(sandbox="bubblewrap") as trials:
        room.desk.trials = trials
        visit = enter("ann")
        visit.mark_page(attempt.id, TESTED, "all")
        tab = visit.tab
        tab.keyboard.press("x")
        tab.wait_for_url(re.compile("/fix/"))
        fixed = WRONG.replace("(x.shape[-1] - 1)", "x.shape[-1]")
        tab.fill("#cell-4", f"try:\n    open({str(planted)!r}, 'w')\nexcept OSError:\n    pass\n{fixed}")
        tab.focus("#cell-4")
        tab.keyboard.press("Control+Enter")
        tab.wait_for_selector("#stop-fix")
        tab.wait_for_selector("#trial:not([hx-get])", timeout=240_000)
        text = tab.inner_text("#trial")
        assert "2 criteria would have earned more: +40 points." in text, text
        assert "Not right" in text
        assert "Passed" in text
        assert "-    variance" in text
        trial = trials.last("ann", attempt.id, TESTED)
        assert trial is not None
        assert trial.after is not None
        assert trial.after.environment.sandbox == "bubblewrap"
        assert not planted.exists()
        tab.keyboard.press("Escape")
        tab.keyboard.press("p")
        tab.wait_for_url(re.compile("/grade/"))
        tab.fill("#given", "25")
        tab.fill("#comment", "One line away.")
        tab.click("button[value=override]")
        visit.told("Saved: 25 of 30")
        assert visit.said == []
    (mark,) = marks_of(room.book, attempt.id, TESTED)
    assert mark.author == "ann"
    assert "+    variance = (centred * centred).sum(dim=-1, keepdim=True) / x.shape[-1]" in (mark.patch or "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_it_fits_a_phone(room: Classroom, enter: Enter, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    attempts = [room.hand_in(f"s{n}", f"Answer {n}.", code=WRONG + "# " + "x" * 300 if n else "") for n in range(6)]
    (group,) = room.desk.behaviours.of(SLUG, None)
    visit = enter("ann", color_scheme=scheme, viewport={"width": 360, "height": 740})
    pages = (f"/groups/{SLUG}/{WRITTEN}", f"/groups/{SLUG}/{WRITTEN}/{group.id}", f"/groups/{SLUG}/{WRITTEN}/{group.id}/next",
             f"/fix/{SLUG}/{TESTED}/{attempts[1].id}")  # fmt: skip
    with Trials(sandbox="process") as refused:
        room.desk.trials = refused
        for page in pages:
            visit.tab.goto(visit.address + page)
            found = axe.run(visit.tab).response["violations"]
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], page
            assert visit.tab.evaluate("document.documentElement.scrollWidth") <= 360, page
        visit.tab.fill("#cell-4", "y = 2")
        visit.tab.click("#run-fix")
        visit.tab.wait_for_selector("text=That is not due to the code.")
        assert axe.run(visit.tab).response["violations"] == []
        assert visit.tab.evaluate("document.documentElement.scrollWidth") <= 360
