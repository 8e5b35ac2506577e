"""The desk in a real browser: by keyboard alone, by two at once, with mischief planted wherever a student writes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from autograder.gradebook.marks import current_marks, marks_of, write_mark
from tests.review.classroom import SLUG, TESTED, WRITTEN, Classroom, picture, printed, shown
from tests.review.visiting import Enter

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OWN = "document.title = 'owned'"


def test_five_submissions_by_keyboard_alone(room: Classroom, enter: Enter) -> None:
    attempts = [room.hand_in(f"s{n}", f"Answer {n}.", [picture()]) for n in range(5)]
    visit = enter("ann")
    tab = visit.tab
    while tab.evaluate("document.activeElement.getAttribute('aria-label')") != "Mark The answer names a reason":
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile(r"/grade/.*/\d+\?"))
    for number in range(5):
        tab.wait_for_load_state("networkidle")
        here = tab.url
        tab.keyboard.press("c")
        tab.keyboard.type(f"Remark {number}: n, p and 1 are letters here.")
        tab.keyboard.press("Escape")
        tab.keyboard.press(str(number % 3 + 1))
        tab.keyboard.press("n")  # at once: going on waits until the mark is saved
        tab.wait_for_url(lambda url, here=here: url != here)
    assert "Well done" in tab.inner_text("main")
    marked = current_marks(room.book, SLUG)
    assert {attempt for attempt, _ in marked} == {one.id for one in attempts}
    assert sorted(mark.points or 0 for mark in marked.values()) == [0, 0, 10, 10, 20]
    assert {mark.comment[:6] for mark in marked.values()} == {"Remark"}
    assert all(mark.seconds > 0 for mark in marked.values())
    assert visit.said == []
    assert visit.asked == {visit.address.removeprefix("http://")}


def test_a_comment_is_reused_saved_and_undone_by_keyboard(room: Classroom, enter: Enter) -> None:
    first, second = room.hand_in("ada"), room.hand_in("bob", "Another.")
    write_mark(room.book, first.id, WRITTEN, author="ben", points=0.0, level=0, comment="Name the axis.")
    visit = enter("ann")
    visit.mark_page(second.id)
    visit.tab.keyboard.press("/")
    visit.tab.wait_for_selector("#comments button.comment")
    visit.tab.keyboard.type("axis")
    visit.tab.keyboard.press("Enter")
    assert visit.tab.input_value("#comment") == "Name the axis."
    visit.tab.keyboard.press("Escape")
    visit.tab.keyboard.press("2")
    visit.told("Saved: 10 of 20")
    visit.tab.keyboard.press("f")
    visit.told("Flagged")
    visit.tab.keyboard.press("u")
    visit.told("Undone")
    assert [mark.points for mark in marks_of(room.book, second.id)] == [10, None]
    visit.tab.keyboard.press("?")
    visit.tab.wait_for_selector("#help[open]")


def test_a_comment_that_is_not_saved_is_not_lost(room: Classroom, enter: Enter) -> None:
    first, second = room.hand_in("ada"), room.hand_in("bob", "Another.")
    visit = enter("ann")
    visit.mark_page(first.id)
    visit.tab.keyboard.press("c")
    visit.tab.keyboard.type("A long thought")
    visit.mark_page(second.id)
    visit.mark_page(first.id)
    assert visit.tab.input_value("#comment") == "A long thought"
    visit.tab.keyboard.press("1")
    visit.told("Saved")
    visit.tab.keyboard.press("c")
    visit.tab.keyboard.type(", and more")
    visit.tab.keyboard.press("Escape")
    visit.tab.keyboard.press("n")
    visit.tab.wait_for_url(re.compile(f"/{second.id}"))
    assert current_marks(room.book, SLUG)[first.id, WRITTEN].comment == "A long thought, and more"


def test_two_collide_and_see_both_marks(room: Classroom, enter: Enter) -> None:
    attempt = room.hand_in("ada")
    ann, ben = enter("ann"), enter("ben")
    ann.mark_page(attempt.id)
    ben.mark_page(attempt.id)
    ben.tab.wait_for_selector("text=ann has this open too.")
    ann.tab.keyboard.press("3")
    ann.told("Saved: 20 of 20")
    ben.tab.keyboard.press("1")
    ben.tab.wait_for_selector("text=ann marked this while you did.")
    assert "20 points" in ben.tab.inner_text(".collision")
    assert "0 points" in ben.tab.inner_text(".collision")
    ben.tab.click("text=Use mine")
    ben.told("Saved: 0 of 20")
    assert [mark.author for mark in marks_of(room.book, attempt.id)] == ["ann", "ben"]


def test_two_mark_blind_and_an_instructor_reconciles_by_keyboard(room: Classroom, enter: Enter) -> None:
    attempts = [room.hand_in(f"s{n}", f"Answer {n}.", [picture()]) for n in range(5)]
    (drawn,) = room.desk.twice.drawn(SLUG, WRITTEN)
    for one in attempts:
        if one.id != drawn:
            write_mark(room.book, one.id, WRITTEN, author="ann", points=20.0, level=2)
    for name, key, told in (("ann", "3", "Saved: 20 of 20"), ("ben", "1", "Saved: 0 of 20")):
        visit = enter(name)
        visit.tab.click("text=Mark")
        visit.tab.wait_for_url(re.compile(f"/grade/.*/{drawn}\\?"))
        visit.tab.wait_for_load_state("networkidle")
        visit.tab.keyboard.press("c")
        visit.tab.keyboard.type(f"Remark of {name}")
        visit.tab.keyboard.press("Escape")
        assert "while you did" not in visit.tab.inner_text("main")
        visit.tab.keyboard.press(key)
        visit.told(told)
    ida = enter("ida")
    while ida.tab.evaluate("document.activeElement.textContent") != "Reconcile":
        ida.tab.keyboard.press("Tab")
    ida.tab.keyboard.press("Enter")
    ida.tab.wait_for_selector("text=1 to decide")
    while ida.tab.evaluate("document.activeElement.textContent") != "Decide":
        ida.tab.keyboard.press("Tab")
    ida.tab.keyboard.press("Enter")
    ida.tab.wait_for_selector(".judged")
    assert "Remark of ann" in ida.tab.inner_text(".judged")
    assert "Remark of ben" in ida.tab.inner_text(".judged")
    ida.tab.keyboard.press("2")
    ida.tab.wait_for_selector("text=Say why")
    ida.tab.keyboard.press("r")
    ida.tab.keyboard.type("It names one, 1 2 3.")
    ida.tab.keyboard.press("Escape")
    ida.tab.keyboard.press("2")
    ida.told("Decided: 10 of 20")
    ida.tab.keyboard.press("n")
    ida.tab.wait_for_selector("text=Nothing is left to decide.")
    assert [(m.author, m.kind, m.points) for m in marks_of(room.book, drawn, WRITTEN)] == [
        ("ann", "mark", 20), ("ben", "second", 0), ("ida", "moderated", 10),
    ]  # fmt: skip
    assert current_marks(room.book, SLUG)[drawn, WRITTEN].kind == "moderated"
    assert ida.said == []


def judged_twice(room: Classroom) -> int:
    """Eleven who are marked twice, one of them otherwise and with a gold answer: the id of that attempt."""
    for n in range(11):
        one = room.hand_in(f"s{n}", f"Answer {n}. `{'x' * 200}`", [picture()])
        given: dict[str, Any] = {"comment": "Name the axis. " * 20, "seconds": 9.0, "position": n}
        first, second = n % 3, (n + (n == 10)) % 3
        write_mark(room.book, one.id, WRITTEN, author="ann", level=first, points=first * 10.0, **given)
        given |= {"level": second, "points": second * 10.0}
        write_mark(room.book, one.id, WRITTEN, author="ben", kind="second", **given)
    write_mark(room.book, one.id, WRITTEN, author="ida", kind="gold", level=0, points=0.0, comment="No reason is named.")
    return one.id


def calibrating(one: int) -> tuple[str, ...]:
    """The pages about marks, the last with the form for a gold answer."""
    place = f"{SLUG}/{WRITTEN}/{one}"
    return (
        f"/statistics/{SLUG}", f"/calibration/{SLUG}", f"/reconcile/{SLUG}", f"/reconcile/{place}", f"/grade/{place}",
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_pages_about_marks(room: Classroom, enter: Enter, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    pages = calibrating(judged_twice(room))
    for name, some in (("ida", pages), ("ann", pages[:2])):
        visit = enter(name, color_scheme=scheme)
        for page in some:
            visit.tab.goto(visit.address + page)
            visit.tab.wait_for_load_state("networkidle")
            for summary in visit.tab.query_selector_all(".gold summary"):
                summary.click()
            found = axe.run(visit.tab).response["violations"]
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], page
        assert visit.said == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (640, 430)], ids=["phone", "zoomed-200"])
def test_pages_about_marks_fit_a_narrow_screen(room: Classroom, enter: Enter, width: int, height: int) -> None:
    pages = calibrating(judged_twice(room))
    visit = enter("ida", viewport={"width": width, "height": height})
    for page in ("/", *pages):
        visit.tab.goto(visit.address + page)
        visit.tab.wait_for_load_state("networkidle")
        assert visit.tab.evaluate("document.documentElement.scrollWidth") <= width, page


def test_a_gold_answer_is_saved_in_the_browser(room: Classroom, enter: Enter) -> None:
    one = room.hand_in("ada")
    ida = enter("ida")
    ida.mark_page(one.id)
    ida.tab.click(".gold summary")
    ida.tab.select_option("#gold-level", "1")
    ida.tab.fill("#gold-why", "It names a reason.")
    ida.tab.click("text=Save as gold")
    ida.told("Saved as a gold answer.")
    assert [(mark.kind, mark.points) for mark in marks_of(room.book, one.id)] == [("gold", 10)]
    ann = enter("ann")
    ann.mark_page(one.id)
    assert ann.tab.query_selector_all(".gold") == []


def test_keys_can_be_switched_off(room: Classroom, enter: Enter) -> None:
    attempt = room.hand_in("ada")
    visit = enter("ann")
    visit.mark_page(attempt.id)
    visit.tab.click("#keys")
    visit.tab.keyboard.press("3")
    visit.mark_page(attempt.id)
    assert visit.tab.inner_text("#keys") == "Keys off"
    visit.tab.keyboard.press("3")
    visit.tab.click("#level-1")
    visit.told("Saved: 0 of 20")
    assert [mark.points for mark in marks_of(room.book, attempt.id)] == [0]


def test_what_cannot_be_saved_is_said_and_stays(room: Classroom, enter: Enter) -> None:
    attempt = room.hand_in("ada")
    visit = enter("ann")
    visit.mark_page(attempt.id)
    visit.context.set_offline(True)
    visit.tab.keyboard.press("c")
    visit.tab.keyboard.type("My words")
    visit.tab.keyboard.press("Escape")
    visit.tab.keyboard.press("1")
    visit.tab.wait_for_selector("#trouble:visible")
    assert "nothing was saved" in visit.tab.inner_text("#trouble")
    visit.context.set_offline(False)
    visit.tab.keyboard.press("1")
    visit.told("Saved")
    assert current_marks(room.book, SLUG)[attempt.id, WRITTEN].comment == "My words"


PLANTED = f"""<script>{OWN}</script> <img src=x onerror="{OWN}"> <a href="javascript:{OWN}">link</a>
[md](javascript:document.title='owned') <svg onload="{OWN}"></svg> <iframe srcdoc="<script>parent.{OWN}</script>"></iframe>
<form action="/mark/x"><button name=action value="level:2">x</button></form> <style>* {{ display: none }}</style>
<div hx-get="/" hx-trigger="load" hx-on:load="{OWN}" class="level" id="level-1">x</div> ![far](https://example.org/spy.png)
"""


def planted(room: Classroom) -> int:
    page = f'<body onload="{OWN}"><script>top.{OWN}; parent.{OWN}; {OWN}</script><p id=inside>A table</p>'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" onload="top.{OWN}"><script>top.{OWN}</script><text>Here</text></svg>'
    )
    outputs = [
        shown("text/html", page),
        shown("image/svg+xml", svg),
        shown("application/javascript", OWN),
        printed(f"<script>{OWN}</script>\x1b[31mred\x1b[0m"),
        {"output_type": "error", "ename": "E", "evalue": "x", "traceback": [f"<script>{OWN}</script>"]},
    ]
    name = "<script>document.title='owned'<:script>.ipynb"
    attempt = room.hand_in("eve", PLANTED, outputs, file=name, detail=f"<script>{OWN}</script>")
    write_mark(room.book, attempt.id, WRITTEN, author="ben", points=0.0, level=0, comment=f"<script>{OWN}</script>")
    return attempt.id


@pytest.mark.parametrize("criterion", [WRITTEN, TESTED])
def test_nothing_that_a_student_planted_runs(room: Classroom, enter: Enter, criterion: str) -> None:
    attempt = planted(room)
    visit = enter("ann")
    visit.mark_page(attempt, criterion, "all")
    visit.tab.click("text=The whole notebook")
    visit.tab.wait_for_selector("#whole .cell")
    visit.tab.keyboard.press("/")
    visit.tab.wait_for_timeout(300)
    for frame in visit.tab.query_selector_all("iframe"):
        frame.scroll_into_view_if_needed()
    visit.tab.wait_for_load_state("networkidle")
    assert "owned" not in visit.tab.title()
    inside = [frame for frame in visit.tab.frames if re.search(r"/output/\d+/7/0$", frame.url)]
    assert all("A table" in frame.evaluate("document.documentElement.textContent") for frame in inside), "it is shown"
    assert inside
    host = visit.address.removeprefix("http://")
    assert visit.asked == {host}
    assert (
        visit.tab.query_selector_all("#whole script, #whole form, #whole style, #whole [onerror], #whole [hx-get]")
        == []
    )
    assert len(visit.tab.query_selector_all("#level-1")) == (1 if criterion == WRITTEN else 0)
    visit.tab.goto(f"{visit.address}/list/{SLUG}/{WRITTEN}?show=all")
    assert "owned" not in visit.tab.title()
    assert "&lt;script" not in visit.tab.content().replace(f"&lt;script&gt;{OWN}", ""), "no name of a file is shown"


def test_rich_output_opened_by_itself_cannot_run_either(room: Classroom, enter: Enter) -> None:
    attempt = planted(room)
    visit = enter("ann")
    for number in (0, 1):
        visit.tab.goto(f"{visit.address}/output/{attempt}/7/{number}")
        assert visit.tab.title() != "owned"
        assert visit.tab.evaluate("self.origin") == "null"


def test_a_script_that_got_in_would_be_stopped_and_noticed(room: Classroom, enter: Enter) -> None:
    """The policy is the second wall: with the first taken down, nothing runs either."""
    room.hand_in("eve")
    from autograder.review import pages

    template = pages.environment().get_template("queue.html.j2")
    assert template.filename is not None
    visit = enter("ann")
    body = visit.tab.content().replace("</main>", f"<script>{OWN}</script></main>")
    policy = visit.tab.request.get(visit.address).headers["content-security-policy"]
    headers = {"content-security-policy": policy}
    visit.tab.route("**/planted", lambda route: route.fulfill(body=body, content_type="text/html", headers=headers))
    visit.tab.goto(f"{visit.address}/planted")
    assert "Content Security Policy" in " ".join(visit.said)
    assert "owned" not in visit.tab.title()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(room: Classroom, enter: Enter, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    attempts = [room.hand_in(f"s{n}", f"# Title\n\nAnswer {n}.", [picture(), printed("x")]) for n in range(3)]
    write_mark(room.book, attempts[0].id, WRITTEN, author="ben", points=0.0, level=0, comment="Name the axis.")
    visit = enter("ann", color_scheme=scheme)
    pages = ("/", f"/list/{SLUG}/{WRITTEN}?show=all", f"/grade/{SLUG}/{WRITTEN}/{attempts[0].id}",
             f"/grade/{SLUG}/{TESTED}/{attempts[1].id}", "/nowhere")  # fmt: skip
    for page in pages:
        visit.tab.goto(visit.address + page)
        found = axe.run(visit.tab).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], page
    visit.mark_page(attempts[1].id)
    visit.tab.keyboard.press("1")
    visit.told("Saved")
    visit.tab.keyboard.press("?")
    assert axe.run(visit.tab).response["violations"] == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (640, 430)], ids=["phone", "zoomed-200"])
def test_it_fits_a_narrow_screen_and_200_percent(room: Classroom, enter: Enter, width: int, height: int) -> None:
    """At 200% a screen of 1280 × 860 has the room of 640 × 430."""
    attempt = room.hand_in("ada", "Word " * 40 + "`" + "x" * 300 + "`", [picture(), printed("y" * 400)])
    visit = enter("ann", viewport={"width": width, "height": height})
    for page in ("/", f"/list/{SLUG}/{WRITTEN}?show=all", f"/grade/{SLUG}/{WRITTEN}/{attempt.id}"):
        visit.tab.goto(visit.address + page)
        assert visit.tab.evaluate("document.documentElement.scrollWidth") <= width, page
    visit.tab.click("#level-3")
    visit.told("Saved: 20 of 20")
