"""Reconciling marks, gold answers, calibration and statistics: who sees what, and what counts afterwards."""

from __future__ import annotations

import re
from typing import Any

import pytest

from autograder.course.models import LoadedAssignment
from autograder.gradebook import Gradebook
from autograder.gradebook.attempts import Attempt
from autograder.gradebook.marks import Kind, current_mark, marks_of, write_mark
from autograder.gradebook.scores import scores_of
from autograder.gradebook.staff import conflict
from autograder.review import figures
from autograder.statistics.gathered import ClassStatistics, gather
from tests.review.classroom import SLUG, TESTED, WRITTEN, Classroom


@pytest.fixture
def one(room: Classroom) -> Attempt:
    """One of five submissions: the one that is drawn; ann gives 20 points and ben, who does not know, none."""
    attempts = [room.hand_in(f"s{n}", f"Answer {n}.") for n in range(5)]
    (chosen,) = room.desk.twice.drawn(SLUG, WRITTEN)
    drawn = next(one for one in attempts if one.id == chosen)
    room.mark(room.visitor("ann"), drawn, "level:2", comment="Well explained.")
    room.mark(room.visitor("ben"), drawn, "level:0", comment="No reason.")
    return drawn


def decide(client: Any, room: Classroom, one: Attempt, action: str, **fields: str) -> Any:
    """As the page would."""
    place = f"/reconcile/{SLUG}/{WRITTEN}/{one.id}"
    force = room.desk.rubrics.of(SLUG)
    assert force is not None
    seen = str(max((mark.id for mark in marks_of(room.book, one.id, WRITTEN)), default=0))
    form = {"rubric": force.rubric_sha256, "seen": seen, "seconds": "3", "comment": "", "reason": "It names one."}
    return client.post(place, data=form | {"action": action} | fields)


def gold(client: Any, room: Classroom, one: Attempt, level: str, criterion: str = WRITTEN, **fields: str) -> Any:
    force = room.desk.rubrics.of(SLUG)
    assert force is not None
    form = {"rubric": force.rubric_sha256, "level": level, "why": "It names a reason.", "action": "set"}
    return client.post(f"/gold/{SLUG}/{criterion}/{one.id}", data=form | fields)


def judged(room: Classroom, one: Attempt, author: str, kind: Kind, n: int) -> None:
    given = {"level": n % 3, "points": (0.0, 10.0, 20.0)[n % 3], "seconds": 5.0, "position": n}
    write_mark(room.book, one.id, WRITTEN, author=author, kind=kind, **given)  # type: ignore[arg-type]


def score(room: Classroom, one: Attempt) -> tuple[float, float]:
    (found,) = [score for score in scores_of(room.book, SLUG) if score.attempt_id == one.id]
    return found.score, found.pending


class TestReconciling:
    def test_marks_that_differ_stand_side_by_side(self, room: Classroom, one: Attempt) -> None:
        ida = room.visitor("ida")
        listed = ida.get(f"/reconcile/{SLUG}").text
        assert "1 place judged more than once, 1 to decide" in listed
        assert re.search(r"ann: 20</span>.*ben: 0</span>", listed)
        page = ida.get(f"/reconcile/{SLUG}/{WRITTEN}/{one.id}").text
        for words in ("Well explained.", "No reason.", "20 points", "0 points", "Answer "):
            assert words in page

    def test_a_decision_counts_and_both_marks_stay(self, room: Classroom, one: Attempt) -> None:
        ida = room.visitor("ida")
        assert score(room, one) == (20.0, 0.0)
        assert "Decided: 10 of 20 points." in decide(ida, room, one, "level:1").text
        assert score(room, one) == (10.0, 0.0)
        marks = marks_of(room.book, one.id, WRITTEN)
        assert [(mark.author, mark.kind, mark.points) for mark in marks] == [
            ("ann", "mark", 20.0), ("ben", "second", 0.0), ("ida", "moderated", 10.0),
        ]  # fmt: skip
        listed = ida.get(f"/reconcile/{SLUG}").text
        assert "0 to decide" in listed
        assert "It names one." in listed
        assert "Undone" in decide(ida, room, one, "undo").text
        assert score(room, one) == (20.0, 0.0)

    def test_who_chooses_somebodys_level_takes_their_comment(self, room: Classroom, one: Attempt) -> None:
        ida = room.visitor("ida")
        decide(ida, room, one, "level:0")
        now = current_mark(room.book, one.id, WRITTEN)
        assert now is not None
        assert now.comment == "No reason."
        decide(ida, room, one, "again", comment="Name a reason.", reason="Clear.")
        now = current_mark(room.book, one.id, WRITTEN)
        assert now is not None
        assert (now.points, now.comment) == (0.0, "Name a reason.")

    def test_a_reason_is_required_and_what_was_typed_stays(self, room: Classroom, one: Attempt) -> None:
        told = decide(room.visitor("ida"), room, one, "level:1", reason=" ", comment="Half a thought").text
        assert "Say why" in told
        assert "Half a thought" in told
        assert score(room, one) == (20.0, 0.0)

    def test_a_mark_that_came_meanwhile_is_looked_at_first(self, room: Classroom, one: Attempt) -> None:
        ida = room.visitor("ida")
        seen = str(marks_of(room.book, one.id, WRITTEN)[-1].id)
        now = marks_of(room.book, one.id, WRITTEN)[-1]
        write_mark(room.book, one.id, WRITTEN, author="ben", kind="second", points=10.0, level=1, expected=now.id)
        assert "meanwhile" in decide(ida, room, one, "level:0", seen=seen).text
        assert score(room, one) == (20.0, 0.0)

    def test_only_an_instructor_decides(self, room: Classroom, one: Attempt) -> None:
        for name, status in (("ann", 403), ("ben", 403), ("rob", 403)):
            visitor = room.visitor(name)
            assert decide(visitor, room, one, "level:1").status_code == status
            assert visitor.get(f"/reconcile/{SLUG}").status_code == 403
            assert visitor.get(f"/reconcile/{SLUG}/{WRITTEN}/{one.id}").status_code == 403
            assert f"/reconcile/{SLUG}" not in visitor.get("/").text
        assert score(room, one) == (20.0, 0.0)

    def test_a_conflict_of_interest_holds_for_the_moderator(self, room: Classroom, one: Attempt) -> None:
        conflict(room.book, "ida", one.student_id)
        ida = room.visitor("ida")
        assert one.pseudonym not in ida.get(f"/reconcile/{SLUG}").text
        assert decide(ida, room, one, "level:1").status_code == 404

    def test_what_makes_no_sense_is_refused(self, room: Classroom, one: Attempt) -> None:
        ida = room.visitor("ida")
        for action in ("level:9", "level:x", "points", "dance", "", "undo", "again"):
            assert 'role="alert"' in decide(ida, room, one, action).text, action
        assert 'role="alert"' in decide(ida, room, one, "level:1", seen="x").text
        assert "nothing was saved" in decide(ida, room, one, "level:1", rubric="old").text
        assert score(room, one) == (20.0, 0.0)

    def test_those_who_agree_are_not_listed(self, room: Classroom, one: Attempt) -> None:
        second = marks_of(room.book, one.id, WRITTEN)[-1]
        write_mark(room.book, one.id, WRITTEN, author="ben", kind="second", points=20, level=2, expected=second.id)
        assert "No two marks differ so far." in room.visitor("ida").get(f"/reconcile/{SLUG}").text


class TestGold:
    def test_tas_meet_it_blind_and_see_afterwards_where_they_differed(self, room: Classroom) -> None:
        one, ann, ben = room.hand_in("ada"), room.visitor("ann"), room.visitor("ben")
        before = ben.get(f"/grade/{SLUG}/{WRITTEN}/{one.id}").text
        assert "Saved as a gold answer." in gold(room.visitor("ida"), room, one, "1").text
        assert score(room, one) == (0.0, 20.0), "it does not count for the student"
        room.mark(ann, one, "level:2")
        assert ben.get(f"/grade/{SLUG}/{WRITTEN}/{one.id}").text == before, "nothing tells of gold, nor of ann's mark"
        place = f"/calibration/{SLUG}"
        assert "You have not met one so far." in ben.get(place).text
        assert one.pseudonym not in ben.get(place).text
        room.mark(ben, one, "level:1")
        assert "You: 1 gold answer met, the same on 0." in ann.get(place).text
        assert "It names a reason." in ann.get(place).text
        assert "You: 1 gold answer met, the same on 1." in ben.get(place).text
        assert one.pseudonym not in ben.get(place).text
        assert score(room, one) == (20.0, 0.0)
        assert "ann: 20" in room.visitor("ida").get(f"/reconcile/{SLUG}").text

    def test_who_changes_their_mark_after_looking_is_compared_by_the_first(self, room: Classroom) -> None:
        one, ann = room.hand_in("ada"), room.visitor("ann")
        gold(room.visitor("ida"), room, one, "1")
        room.mark(ann, one, "level:2")
        room.mark(ann, one, "level:1")
        assert "1 gold answer met, the same on 0." in ann.get(f"/calibration/{SLUG}").text

    def test_it_is_withdrawn(self, room: Classroom) -> None:
        one, ida = room.hand_in("ada"), room.visitor("ida")
        gold(ida, room, one, "1")
        assert "Gold answer: 10 points" in ida.get(f"/gold/{SLUG}/{WRITTEN}/{one.id}").text
        assert "no gold answer any more" in gold(ida, room, one, "", action="withdraw").text
        assert "There is no gold answer here." in gold(ida, room, one, "", action="withdraw").text

    def test_only_an_instructor_says_what_gold_is(self, room: Classroom) -> None:
        one = room.hand_in("ada")
        for name, status in (("ann", 403), ("rob", 403)):
            assert gold(room.visitor(name), room, one, "1").status_code == status
        assert gold(room.visitor("ida"), room, one, "1", TESTED).status_code == 404
        assert "Choose the level" in gold(room.visitor("ida"), room, one, "9").text
        assert marks_of(room.book, one.id) == []


class TestCalibration:
    def test_a_moderators_reason_reaches_those_who_thought_otherwise(self, room: Classroom, one: Attempt) -> None:
        ann, ben = room.visitor("ann"), room.visitor("ben")
        for visitor in (ann, ben):
            assert one.pseudonym not in visitor.get(f"/calibration/{SLUG}").text, "not before it is decided"
        decide(room.visitor("ida"), room, one, "level:2", reason="Line 3 names it.")
        assert "Line 3 names it." in ben.get(f"/calibration/{SLUG}").text
        assert "Line 3 names it." not in ann.get(f"/calibration/{SLUG}").text

    def test_too_few_pairs_say_nothing(self, room: Classroom, one: Attempt) -> None:
        page = room.visitor("ann").get(f"/calibration/{SLUG}").text
        assert re.search(rf'<th scope="row">{WRITTEN}</th><td class="number">1</td><td class="number">1</td>', page)
        assert "too few to say" in page

    def test_agreement_is_live(self, room: Classroom, one: Attempt) -> None:
        """Ten more pairs, all of them equal: enough, and better."""
        ann = room.visitor("ann")
        assert "too few to say" in ann.get(f"/calibration/{SLUG}").text
        for n in range(10):
            more = room.hand_in(f"t{n}", f"More {n}.")
            judged(room, more, "ann", "mark", n)
            judged(room, more, "ben", "second", n)
        page = ann.get(f"/calibration/{SLUG}").text
        assert "too few to say" not in page
        assert re.search(rf'<th scope="row">{WRITTEN}</th><td class="number">11</td><td class="number">11</td>', page)
        assert 'id="chart-agreement-title"' in page


class TestStatistics:
    def test_every_plot_has_its_table_and_nothing_is_inline(self, room: Classroom, one: Attempt) -> None:
        page = room.visitor("ida").get(f"/statistics/{SLUG}").text
        for title in ("Scores", "Criteria", "Mistakes", "Time spent, by criterion", "Agreement", "Drift by grader"):
            assert f">{title}</h2>" in page
        sections = re.findall(r"<section.*?</section>", page, re.DOTALL)
        assert [one for one in sections if "<svg" in one]
        assert all("<table>" in one for one in sections)
        assert not re.search(r"<style|<script(?! src)| style=| on\w+=", page)

    def test_graders_have_numbers_for_all_but_instructors(self, room: Classroom, one: Attempt) -> None:
        pages = {name: room.visitor(name).get(f"/statistics/{SLUG}").text for name in ("ida", "ann", "rob")}
        graders = {
            name: set(re.findall(r'<th scope="row">(ann|ben|you|grader \d)</th>', page)) for name, page in pages.items()
        }
        assert graders["ida"] == {"ann", "ben"}
        assert "you" in graders["ann"]
        assert len(graders["ann"]) == 2
        assert not graders["ann"] & {"ann", "ben"}
        assert all(name.startswith("grader ") for name in graders["rob"])
        assert "ben" not in pages["ann"].replace("number", "")

    def test_students_are_nowhere(self, room: Classroom, one: Attempt) -> None:
        for name in ("ida", "ann", "rob"):
            for page in (f"/statistics/{SLUG}", f"/calibration/{SLUG}"):
                text = room.visitor(name).get(page).text
                assert [word for word in ("Real-Name", one.pseudonym, "s0") if word in text] == []

    def test_they_are_computed_once_for_each_version(
        self, room: Classroom, one: Attempt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        times: list[bool] = []

        def counting(book: Gradebook, loaded: LoadedAssignment, explained: Any = None) -> ClassStatistics:
            times.append(explained is None)
            return gather(book, loaded, explained=explained)

        monkeypatch.setattr(figures, "gather", counting)
        for name in ("ida", "ann", "rob"):
            room.visitor(name).get(f"/statistics/{SLUG}")
            room.visitor(name).get(f"/calibration/{SLUG}")
        assert times == [True]
        new = room.hand_in("new", "New.")
        assert "6 submissions" in room.visitor("ida").get(f"/statistics/{SLUG}").text
        assert times == [True, True]
        room.mark(room.visitor("ann"), new, "level:1")
        assert "2 have nothing open" in room.visitor("ida").get(f"/statistics/{SLUG}").text
        assert times == [True, True, False], "a mark leaves the results as they are"

    def test_an_assignment_that_is_none(self, room: Classroom) -> None:
        for place in ("/statistics/no", "/calibration/no", "/reconcile/no"):
            assert room.visitor("ida").get(place).status_code == 404
