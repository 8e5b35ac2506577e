"""Groups that behave alike: three are drawn and looked at, the rest follows, and all of it can be taken back."""

from __future__ import annotations

import re

import pytest

from autograder.course.verdict import Verdict
from autograder.gradebook.attempts import Attempt, counting_attempts, set_aside
from autograder.gradebook.group_marks import group_marks_of, group_of
from autograder.gradebook.marks import current_marks, marks_of, write_mark
from autograder.gradebook.staff import conflict
from autograder.review.groups import CHECKS, around
from tests.review.classroom import SLUG, TESTED, WRITTEN, Classroom

GROUPS = f"/groups/{SLUG}/{WRITTEN}"


@pytest.fixture(autouse=True)
def _nothing_is_marked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of eight submissions one would be, drawn by chance: to a second TA it is in no group once it is marked."""
    monkeypatch.setattr("autograder.review.twice.drawn", lambda salt, criterion, students: frozenset())


def handed_in(room: Classroom, number: int) -> list[Attempt]:
    """So many who fail in the same way, and one who does not."""
    room.hand_in("good", "All is well.", verdict=Verdict.PASS)
    return [room.hand_in(f"s{n}", f"Answer {n}.") for n in range(number)]


def behaviour(room: Classroom) -> str:
    (group,) = room.desk.behaviours.of(SLUG, None)
    return group.id


def drawn(room: Classroom, who: str, criterion: str = WRITTEN) -> list[int]:
    """What was drawn for somebody, as the page of the group links to it."""
    page = room.visitor(who).get(f"/groups/{SLUG}/{criterion}/{group_id(room, criterion)}").text
    return [int(one) for one in re.findall(rf"/grade/{SLUG}/{criterion}/(\d+)\?show=all&amp;group=", page)]


def group_id(room: Classroom, criterion: str) -> str:
    (group,) = room.desk.behaviours.of(SLUG, None if criterion == WRITTEN else "standardise")
    return group.id


def look(room: Classroom, who: str, level: str = "level:1", comment: str = "Explain it.") -> list[int]:
    """Mark all that were drawn with one level."""
    chosen = drawn(room, who)
    by_id = {one.id: one for one in room_attempts(room)}
    for one in chosen:
        assert "Saved" in room.mark(room.visitor(who), by_id[one], level, comment=comment).text
    return chosen


def room_attempts(room: Classroom) -> list[Attempt]:
    return counting_attempts(room.book, SLUG)


def act(room: Classroom, who: str, action: str = "mark", criterion: str = WRITTEN, **fields: str) -> str:
    """Send the form of the group's page as it stands now; `fields` say what is otherwise."""
    client = room.visitor(who)
    place = f"/groups/{SLUG}/{criterion}/{group_id(room, criterion)}"
    page = client.get(place).text
    hidden = dict(re.findall(r'name="(rubric|members)" value="([^"]*)"', page))
    text: str = client.post(place, data={**hidden, "comment": "Explain it.", "action": action, **fields}).text
    return text


def test_a_criterion_has_a_page_of_its_groups(room: Classroom) -> None:
    handed_in(room, 5)
    page = room.visitor("ann").get(GROUPS).text
    assert "The rows have mean 0" in page
    assert "<strong>FAIL</strong>" in page
    assert "Row 2 is off by 0.5." in page
    assert f"{GROUPS}/{behaviour(room)}" in page
    assert 'aria-label="Group 1, 5 submissions"' in page
    assert GROUPS in room.visitor("ann").get(f"/list/{SLUG}/{WRITTEN}").text
    assert "No submission loses anything" in empty(room)


def empty(room: Classroom) -> str:
    """The page of a class in which everybody passes the question's tests."""
    text: str = room.visitor("ann").get(f"/groups/{SLUG}/affine.values").text
    return text


def test_three_are_drawn_by_lot_for_each_person_and_nobody_chooses(room: Classroom) -> None:
    attempts = handed_in(room, 12)
    draws = {who: drawn(room, who) for who in ("ann", "ben", "ida")}
    assert all(len(set(one)) == CHECKS for one in draws.values())
    assert all(set(one) <= {attempt.id for attempt in attempts} for one in draws.values())
    assert len({frozenset(one) for one in draws.values()}) > 1, "one in 220 that two of them are the same"
    assert drawn(room, "ann") == draws["ann"], "the same tomorrow"


def test_who_may_be_drawn_is_spread_over_the_group(room: Classroom) -> None:
    """Over many graders everybody is drawn about equally often."""
    handed_in(room, 12)
    force = room.desk.rubrics.of(SLUG)
    assert force is not None
    criterion = force.loaded.rubric.criterion(WRITTEN)
    assert criterion is not None
    (group,) = room.desk.behaviours.of(SLUG, None)
    known = around(room.book, SLUG, criterion, "", "x")
    apart = {group.attempts[0], group.attempts[1]}
    assert around(room.book, SLUG, criterion, "", "x", apart).view(group).open == 10
    counts: dict[int, int] = {}
    for number in range(400):
        one = type(known)(**{**known.__dict__, "who": f"ta{number}"})
        for check in one.view(group).checks:
            counts[check.attempt.id] = counts.get(check.attempt.id, 0) + 1
    assert len(counts) == 12
    assert all(60 <= count <= 140 for count in counts.values()), "100 each are expected, with a deviation of 9"


def test_nothing_is_marked_before_all_three_were_looked_at(room: Classroom) -> None:
    handed_in(room, 6)
    first = drawn(room, "ann")[0]
    room.mark(room.visitor("ann"), next(one for one in room_attempts(room) if one.id == first), "level:1")
    assert "Look at the submissions that were drawn first" in act(room, "ann")
    assert len(current_marks(room.book, SLUG)) == 1
    assert "mark-group" not in room.visitor("ann").get(f"{GROUPS}/{behaviour(room)}").text


def test_the_rest_is_marked_like_the_three(room: Classroom) -> None:
    attempts = handed_in(room, 6)
    looked = look(room, "ann")
    assert "Marked 3 submissions with 10 of 20 points." in act(room, "ann")
    marked = current_marks(room.book, SLUG)
    assert {one for one, _ in marked} == {one.id for one in attempts}, "and not the one who is not of the group"
    assert {(mark.author, mark.level, mark.points, mark.comment, mark.kind) for mark in marked.values()} == {
        ("ann", 1, 10.0, "Explain it.", "mark")
    }
    (group,) = group_marks_of(room.book, SLUG, WRITTEN)
    assert (group.given, group.standing, group.checked, group.author) == (3, 3, 3, "ann")
    from_group = {one.id for one in attempts if group_of(room.book, marked[one.id, WRITTEN].id)}
    assert from_group == {one.id for one in attempts} - set(looked)
    other = next(iter(from_group))
    assert "of 6, of which 3 were looked at" in room.visitor("ben").get(f"/grade/{SLUG}/{WRITTEN}/{other}").text
    assert "nothing left to mark" in act(room, "ann")


def test_one_that_differs_breaks_the_group(room: Classroom) -> None:
    handed_in(room, 6)
    looked = look(room, "ann")
    odd = next(one for one in room_attempts(room) if one.id == looked[1])
    room.mark(room.visitor("ann"), odd, "level:2")
    page = room.visitor("ann").get(f"{GROUPS}/{behaviour(room)}").text
    assert "They differ: 2 × 10 points, 1 × 20 points." in page
    assert "mark-group" not in page
    assert "got different marks" in act(room, "ann")
    assert len(current_marks(room.book, SLUG)) == 3


def test_a_mark_that_somebody_gave_stays_and_is_shown(room: Classroom) -> None:
    attempts = handed_in(room, 7)
    theirs = next(one for one in attempts if one.id not in drawn(room, "ann"))
    write_mark(room.book, theirs.id, WRITTEN, author="ben", points=20.0, level=2)
    look(room, "ann")
    page = room.visitor("ann").get(f"{GROUPS}/{behaviour(room)}").text
    assert "Marked already, and left as they are" in page
    late = next(one for one in attempts if one.id not in current_ids(room))
    members = " ".join(str(one.id) for one in attempts if one.id not in current_ids(room))
    write_mark(room.book, late.id, WRITTEN, author="ida", points=0.0, level=0)  # after ann opened the page
    told = act(room, "ann", members=members)
    assert "These were marked while you looked" in told
    assert f"<dt>{late.pseudonym}</dt><dd>0 points by ida</dd>" in told
    marked = current_marks(room.book, SLUG)
    assert (marked[theirs.id, WRITTEN].author, marked[late.id, WRITTEN].author) == ("ben", "ida")
    assert [mark.author for mark in marks_of(room.book, late.id)] == ["ida"]


def current_ids(room: Classroom) -> set[int]:
    return {attempt for attempt, _ in current_marks(room.book, SLUG)}


def test_who_must_not_be_marked_by_this_ta_is_left_out_and_said(room: Classroom) -> None:
    attempts = handed_in(room, 7)
    barred = next(one for one in attempts if one.id in drawn(room, "ann"))
    conflict(room.book, "ann", barred.student_id)
    assert barred.id not in drawn(room, "ann")
    look(room, "ann")
    everybody = " ".join(str(one.id) for one in attempts)
    act(room, "ann", members=everybody)
    assert current_ids(room) == {one.id for one in attempts} - {barred.id}
    page = room.visitor("ann").get(f"{GROUPS}/{behaviour(room)}").text
    assert "1 submission of this group is left out: a conflict of interest" in page
    assert barred.pseudonym not in page


def test_who_came_into_the_group_since_is_not_marked_unseen(room: Classroom) -> None:
    attempts = handed_in(room, 6)
    look(room, "ann")
    members = " ".join(str(one.id) for one in attempts)
    before = set(drawn(room, "ann"))
    new = room.hand_in("new", "New here.")
    told = act(room, "ann", members=members)
    if new.id in drawn(room, "ann") and set(drawn(room, "ann")) != before:
        assert "Look at the submissions that were drawn first" in told
    assert new.id not in current_ids(room)


def test_the_group_is_taken_back_as_a_whole_and_what_was_given_by_hand_stays(room: Classroom) -> None:
    attempts = handed_in(room, 6)
    looked = look(room, "ann")
    act(room, "ann")
    (group,) = group_marks_of(room.book, SLUG, WRITTEN)
    assert "ann marked this group" in act(room, "ben", f"undo:{group.id}")
    by_hand = next(one for one in attempts if one.id not in looked)
    now = current_marks(room.book, SLUG)[by_hand.id, WRITTEN]
    write_mark(room.book, by_hand.id, WRITTEN, author="ben", points=0.0, level=0, expected=now.id)
    assert "Taken back: 3 marks." in act(room, "ann", f"undo:{group.id}")
    left = current_marks(room.book, SLUG)
    assert {attempt for attempt, _ in left} == {*looked, by_hand.id}
    assert left[by_hand.id, WRITTEN].author == "ben"
    assert "taken back already" in act(room, "ida", f"undo:{group.id}")
    assert "There is no group mark number" in act(room, "ann", "undo:999999999999999999999")


def test_the_marks_of_a_group_that_is_none_any_more_can_be_taken_back(room: Classroom) -> None:
    attempts = handed_in(room, 5)
    look(room, "ann")
    act(room, "ann")
    for one in attempts:
        set_aside(room.book, one.id, reason="withdrawn", author="ida")
    ann = room.visitor("ann")
    page = ann.get(GROUPS).text
    assert "No submission loses anything" in page
    number = re.search(r'value="undo:(\d+)"', page)
    assert number is not None
    assert "ann marked this group" in room.visitor("ben").post(GROUPS, data={"action": number[0][7:-1]}).text
    assert "Taken back: 2 marks." in ann.post(GROUPS, data={"action": number[0][7:-1]}).text
    assert "no such group mark" in ann.post(GROUPS, data={"action": "nonsense"}).text


def test_tests_are_overruled_for_a_group_with_a_reason(room: Classroom) -> None:
    handed_in(room, 5)
    client = room.visitor("ann")
    by_id = {one.id: one for one in room_attempts(room)}
    for one in drawn(room, "ann", TESTED):
        room.mark(client, by_id[one], "override", TESTED, points="12", comment="Half of it is right.")
    assert "Say why" in act(room, "ann", criterion=TESTED, comment=" ")
    assert "Marked 2 submissions with 12 of 30 points." in act(room, "ann", criterion=TESTED, comment="Half is right.")
    marks = [mark for (_, name), mark in current_marks(room.book, SLUG).items() if name == TESTED]
    assert [(mark.kind, mark.points) for mark in marks] == [("override", 12.0)] * 5


def test_under_another_rubric_the_three_are_looked_at_again(room: Classroom) -> None:
    handed_in(room, 5)
    look(room, "ann")
    file = room.course / "rubrics" / "scale.yaml"
    file.write_text(file.read_text().replace("No reason is given.", "Nothing is said at all."))
    assert "not looked at yet" in room.visitor("ann").get(f"{GROUPS}/{behaviour(room)}").text
    assert "Look at the submissions that were drawn first" in act(room, "ann")
    assert "The rubric has changed" in act(room, "ann", rubric="0" * 64)


def test_the_way_through_the_three_leads_back_to_the_group(room: Classroom) -> None:
    handed_in(room, 5)
    ann, name = room.visitor("ann"), behaviour(room)
    seen = []
    place = f"{GROUPS}/{name}/next"
    for _ in range(CHECKS):
        page = ann.get(place)
        number = int(re.search(r"/(\d+)\?show=all&group=", str(page.url))[1])  # type: ignore[index]
        seen.append(number)
        assert f"Drawn from a group: {drawn(room, 'ann').index(number) + 1} of 3, for 5 that behave alike." in page.text
        room.mark(ann, next(one for one in room_attempts(room) if one.id == number), "level:0")
        place = f"{GROUPS}/{name}/next?after={number}"
    assert sorted(seen) == sorted(drawn(room, "ann"))
    assert str(ann.get(place).url).endswith(f"{GROUPS}/{name}")


def test_a_group_that_is_gone_and_one_who_may_only_read(room: Classroom) -> None:
    handed_in(room, 4)
    assert room.visitor("ann").get(f"{GROUPS}/nothing").status_code == 404
    page = room.visitor("rob").get(f"{GROUPS}/{behaviour(room)}")
    assert page.status_code == 200
    assert 'id="next"' not in page.text
    assert room.visitor("rob").post(f"{GROUPS}/{behaviour(room)}", data={"action": "mark"}).status_code == 403


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_group_that_is_small_is_marked_one_by_one(room: Classroom, number: int) -> None:
    handed_in(room, number)
    look(room, "ann")
    assert "Nothing else is left to mark here." in room.visitor("ann").get(f"{GROUPS}/{behaviour(room)}").text
