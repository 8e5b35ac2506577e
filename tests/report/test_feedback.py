"""The feedback page: what it says, what it must never say, and that nothing in it is alive."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from autograder.course.verdict import Verdict
from autograder.grading.result import ErrorMap, Result
from autograder.report.feedback import feedback_html
from autograder.report.page import TEMPLATES, prose

from . import samples
from .samples import criterion, outcome, result_of

PAGES = {
    "typical": samples.typical,
    "perfect": samples.perfect,
    "rejected": samples.rejected,
    "grader_error": samples.grader_error,
    "hostile": samples.hostile,
    "many": samples.many,
    "empty": samples.result_of,
}


class Page(HTMLParser):
    """Elements and visible text of a page; void elements of HTML and every SVG shape need no end."""

    VOID = frozenset({"meta", "br", "hr", "img", "input", "link", "rect"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def tags(self, *names: str) -> list[str]:
        return [tag for tag, _ in self.elements if tag in names]


def page(result: Result, **options: object) -> Page:
    return Page(feedback_html(result, **options))  # type: ignore[arg-type]


@pytest.fixture(params=PAGES)
def any_page(request: pytest.FixtureRequest) -> str:
    return feedback_html(PAGES[request.param]())


class TestEveryPage:
    def test_elements_are_closed_in_order(self, any_page: str) -> None:
        assert Page(any_page).open == []

    def test_nothing_is_fetched_and_nothing_runs(self, any_page: str) -> None:
        parsed = Page(any_page)
        assert parsed.tags("script", "link", "img", "iframe", "object", "form", "base") == []
        for _, attributes in parsed.elements:
            assert not [name for name in attributes if name.startswith("on") or name in ("src", "style")]
            assert (attributes.get("href") or "#").startswith("#")
        assert "url(" not in any_page
        assert "@import" not in any_page
        assert "http:" not in any_page
        assert "https:" not in any_page

    def test_the_policy_allows_exactly_the_style_of_the_page(self, any_page: str) -> None:
        style = re.search(r"<style>(.*?)</style>", any_page, re.DOTALL)
        assert style
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        policy = next(a["content"] for _, a in Page(any_page).elements if "http-equiv" in a)
        assert policy == (f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")

    def test_landmarks_and_headings_come_in_order(self, any_page: str) -> None:
        parsed = Page(any_page)
        assert parsed.tags("header", "main", "footer") == ["header", "main", "footer"]
        levels = [int(tag[1]) for tag in parsed.tags("h1", "h2", "h3", "h4")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))

    def test_ids_are_unique_and_references_meet_them(self, any_page: str) -> None:
        attributes = [a for _, a in Page(any_page).elements]
        ids = Counter(a["id"] for a in attributes if "id" in a)
        assert [name for name, count in ids.items() if count > 1] == []
        used = [a["href"][1:] for a in attributes if a.get("href")]  # type: ignore[index]
        used += [name for a in attributes for name in (a.get("aria-labelledby") or "").split()]
        assert set(used) <= set(ids)

    def test_numbers_are_finite(self, any_page: str) -> None:
        assert not re.search(r"\b(nan|inf|infinity)\b", any_page.replace("NaN or infinite", ""), re.IGNORECASE)

    def test_no_blank_is_left_by_a_missing_value(self, any_page: str) -> None:
        assert "None" not in Page(any_page).text.replace("none", "")


class TestWhatItSays:
    def test_the_score_and_what_is_open(self) -> None:
        text = page(samples.typical()).text
        assert "47.5 of 100 points" in text
        assert "14 points are still open: they are neither won nor lost." in text

    def test_a_lost_criterion_has_symbol_word_message_and_hint(self) -> None:
        text = page(samples.typical()).text
        assert "✗ Not right One step gives the right h and c 0 / 8 points" in text
        assert "The largest difference is in row 3, column 3." in text
        assert "Ask yourself: Which of the two states does the output gate act on?" in text

    def test_a_hint_that_asks_nothing_is_called_a_hint(self) -> None:
        lost = criterion("cell.values", "One step", 1, Verdict.FAIL, hint="Scores are not scaled.")
        assert "Hint: Scores are not scaled." in page(result_of(lost)).text

    def test_a_criterion_without_message_gets_the_meaning_of_its_verdict(self) -> None:
        lost = criterion("cell.values", "One step", 1, Verdict.NOT_ATTEMPTED)
        assert "This is still the stub you were given." in page(result_of(lost)).text

    def test_partial_credit_is_not_called_wrong(self) -> None:
        partly = criterion("lm.heldout", "Held-out loss", 10, Verdict.FAIL, score=6.5)
        text = page(result_of(partly)).text
        assert "◐ Partly right Held-out loss 6.5 / 10" in text
        assert "Not right" not in text

    def test_questions_are_headed_by_their_titles(self) -> None:
        assert "1. One step of an LSTM 10 / 21" in page(samples.typical(), questions=samples.QUESTIONS).text
        assert "1. cell 10 / 21" in page(samples.typical()).text

    def test_repairs_name_the_cell_and_cost_nothing(self) -> None:
        text = page(samples.typical()).text
        assert "We healed 3 places before grading; it cost you nothing." in text
        assert "Cell 9 (question lm): the cell stood twice" in text
        assert "A missing cell (question gates): the cell was gone" in text

    def test_the_footer_lets_staff_repeat_the_grading(self) -> None:
        text = page(samples.typical()).text
        assert "Kit gradus 0.1.0 Seed 20931 Sandbox process PyTorch 2.13.0+cpu on cpu Time 4 s" in text

    @pytest.mark.parametrize(
        ("verdict", "sentence"),
        [
            (
                Verdict.GRADER_ERROR,
                "Our grader failed here. This is not your fault and costs you no points: "
                "a TA will look at it. Left by what failed.",
            ),
            (
                Verdict.INCONCLUSIVE,
                "We measured and could not decide. This is not your fault and costs you no points: "
                "a TA will decide. Left by what failed.",
            ),
        ],
    )
    def test_our_doubt_is_never_the_students_fault(self, verdict: Verdict, sentence: str) -> None:
        open_one = criterion("cell.values", "One step", 4, verdict, message="Left by what failed.")
        text = page(result_of(open_one)).text
        assert sentence in text
        assert "One step – / 4" in text
        assert "Still open A TA decides this. Until then the points are neither won nor lost." in text

    def test_an_assignment_without_criteria(self) -> None:
        assert "This assignment has no criteria yet, so there is nothing to explain." in page(result_of()).text


class TestWithoutAScore:
    def test_rejected_says_what_to_do_next(self) -> None:
        text = page(samples.rejected()).text
        assert "We could not grade this file essay.docx is not a notebook." in text
        assert (
            "What to do next: correct the file, open it once more in Jupyter to see that it runs, "
            "and hand it in again. If you can no longer hand in, send this page to the course staff." in text
        )
        assert "No score yet of 100 points" in text

    def test_a_grader_error_is_ours(self) -> None:
        text = page(samples.grader_error()).text
        assert "Our grader failed. This is not your fault The sandbox could not be started." in text
        assert "you lose no points by this. There is nothing you need to do." in text

    def test_a_placeholder_is_ours_too(self) -> None:
        text = page(result_of(status="placeholder")).text
        assert "Grading has not finished. This is not your fault" in text


class TestVisibility:
    SECRET = criterion(
        "cell.secret", "A secret claim", 4, Verdict.NEEDS_REVIEW, message="secret words", visibility="hidden"
    )

    def test_hidden_criteria_are_counted_and_not_named(self) -> None:
        html = feedback_html(result_of(criterion("cell.values", "One step", 6), self.SECRET))
        assert "secret" not in html
        assert "1 criterion worth 4 points is not shown on this page; it counts in the score." in html

    def test_several_hidden_criteria(self) -> None:
        other = self.SECRET.model_copy(update={"id": "cell.second"})
        text = page(result_of(self.SECRET, other)).text
        assert "2 criteria worth 8 points are not shown on this page; they count in the score." in text

    def test_staff_see_them(self) -> None:
        text = page(result_of(self.SECRET), audience="staff").text
        assert "cell.secret · hidden from students" in text

    @pytest.mark.parametrize("visibility", ["visible", "after_due_date", "after_published"])
    def test_the_others_are_shown_because_staff_hand_out_the_page(self, visibility: str) -> None:
        shown = criterion("cell.values", "A claim", 1, visibility=visibility)
        assert "A claim" in page(result_of(shown)).text

    @pytest.mark.parametrize("audience", ["student", "staff"])
    def test_details_of_tests_never_leave(self, audience: str) -> None:
        html = feedback_html(samples.typical(), audience=audience)  # type: ignore[arg-type]
        assert "h and c after one step" in html
        assert "STAFF ONLY" not in html
        assert "tensor(" not in html

    def test_names_of_mistakes_are_for_staff(self) -> None:
        assert "cell_state_swapped" not in feedback_html(samples.typical())
        assert "looks like the mistake cell_state_swapped" in feedback_html(samples.typical(), audience="staff")


class TestForeignText:
    def test_markup_is_text(self) -> None:
        html = feedback_html(samples.hostile())
        assert "<script" not in html
        assert "<b>" not in html
        assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 10

    def test_control_and_direction_characters_are_shown_as_such(self) -> None:
        html = feedback_html(samples.hostile())
        assert "\x1b" not in html
        assert "\u202e" not in html
        assert "�[31m" in html

    def test_backticks_become_code_after_escaping(self) -> None:
        assert prose("`<b>` & x") == "<code>&lt;b&gt;</code> &amp; x"

    def test_question_ids_and_titles_are_escaped(self) -> None:
        titles = {"cell": "<img src=x onerror=alert(1)>"}
        assert "<img" not in feedback_html(samples.typical(), questions=titles)


class TestErrorMap:
    def test_it_has_picture_words_and_table(self) -> None:
        parsed = page(samples.typical())
        words = "h (5 × 7): 21 of 35 cells are off: at batch 1–3, everywhere along hidden unit; "
        words += "9 too large, 11 too small."
        assert f"Where it is off: {words}" in parsed.text
        assert "+ is too large, − too small." in parsed.text
        assert "Rows: batch (0–4). Columns: hidden unit (0–6)." in parsed.text
        assert "up to 10⁶ tolerances off 16" in parsed.text
        assert "8192 values are folded into 2048 cells; each cell shows its worst value." in parsed.text

    def test_each_level_is_drawn(self) -> None:
        shown = ErrorMap(name="y", shape=(6,), levels=((0, 1, 2, 3, 4, 5),))
        lost = criterion("cell.values", "One step", 1, Verdict.FAIL, error_map=shown)
        classes = Counter(a.get("class") for tag, a in page(result_of(lost)).elements if tag == "rect")
        # Once in the picture, once as the key of the table.
        assert [classes[f"level-{n}"] for n in range(6)] == [2] * 6

    def test_a_map_without_cells_is_left_out(self) -> None:
        empty = ErrorMap(name="y", shape=(0,), levels=())
        lost = criterion("cell.values", "One step", 1, Verdict.FAIL, error_map=empty)
        assert "Where it is off" not in page(result_of(lost)).text


class TestContrast:
    """WCAG AA: 4.5 to 1 for every pair of ink and ground that the style uses, in light and in dark."""

    INKS = ("good", "bad", "shaky", "limit", "idle", "pending")
    PAIRS = (
        [("ink", "page"), ("ink", "card"), ("soft", "page"), ("soft", "card"), ("link", "card")]
        + [("ink", "idle-tint")]
        + [(name, f"{name}-tint") for name in INKS]
        + [(name, "card") for name in INKS]
        + [(f"on-{n}", f"level-{n}") for n in range(6)]
    )  # fmt: skip

    @pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
    @pytest.mark.parametrize(("ink", "ground"), PAIRS)
    def test_text_is_readable(self, scheme: int, ink: str, ground: str) -> None:
        style = (TEMPLATES / "colours.css").read_text(encoding="utf-8")
        block = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        assert contrast(colours[ink], colours[ground]) >= 4.5

    def test_the_measure_can_fail(self) -> None:
        assert contrast("#ffffff", "#000000") == pytest.approx(21)
        assert contrast("#888888", "#999999") < 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours `#rrggbb`."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_checks_are_listed_only_where_points_were_lost() -> None:
    tests = (outcome("test_a", "first check"), outcome("test_b", "second check"))
    assert "first check" not in page(result_of(criterion("a.b", "Claim", 1, tests=tests))).text
    lost = criterion("a.b", "Claim", 1, Verdict.FAIL, tests=tests)
    assert "What was checked ✓ Passed first check ✓ Passed second check" in page(result_of(lost)).text


def test_forty_five_criteria_are_all_there() -> None:
    text = page(samples.many()).text
    assert all(f"Criterion {n} has a title" in text for n in range(45))
