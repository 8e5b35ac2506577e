"""A TA's way through the queue: what is offered, what a mark does, what two TAs see of each other."""

from __future__ import annotations

from autograder.course.verdict import Verdict
from autograder.gradebook.attempts import set_aside
from autograder.gradebook.flags import flags_of
from autograder.gradebook.marks import current_mark, current_marks, marks_of
from autograder.gradebook.requests import ask, open_requests
from autograder.gradebook.staff import conflict
from tests.review.classroom import SLUG, TESTED, WRITTEN, Classroom


def test_the_queue_counts_what_is_open_and_leads_to_it(room: Classroom) -> None:
    room.hand_in("ada")
    room.hand_in("bob", "Another answer.")
    ann = room.visitor("ann")
    page = ann.get("/").text
    assert "The answer names a reason" in page
    assert 'aria-label="2 ungraded: The answer names a reason"' in page
    assert TESTED not in page, "tests decided it, so nothing is to be done"
    first = ann.get(f"/grade/{SLUG}/{WRITTEN}?show=ungraded")
    assert f"/grade/{SLUG}/{WRITTEN}/" in str(first.url)


def test_a_level_is_saved_at_once_with_author_time_and_rubric(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann = room.visitor("ann")
    told = room.mark(ann, attempt, "level:1", comment="Explain it.")
    assert "Saved: 10 of 20 points." in told.text
    assert 'id="level-2" name="action" value="level:1" class="level" aria-pressed="true"' in told.text
    mark = current_mark(room.book, attempt.id, WRITTEN)
    assert mark is not None
    assert (mark.author, mark.level, mark.points, mark.comment, mark.seconds) == ("ann", 1, 10.0, "Explain it.", 12.5)
    force = room.desk.rubrics.of(SLUG)
    assert force is not None
    assert mark.rubric_sha256 == force.rubric_sha256
    assert "There is nothing here" not in ann.get(f"/list/{SLUG}/{WRITTEN}?show=mine").text


def test_next_goes_on_to_what_nobody_has_marked_or_has_open(room: Classroom) -> None:
    attempts = [room.hand_in(f"s{n}", f"Answer {n}.") for n in range(3)]
    ann, ben = room.visitor("ann"), room.visitor("ben")
    room.mark(ann, attempts[0], "level:2")
    ben.get(f"/grade/{SLUG}/{WRITTEN}/{attempts[1].id}")
    onward = ann.get(f"/grade/{SLUG}/{WRITTEN}?after={attempts[0].id}", follow_redirects=False)
    assert onward.headers["location"] == f"/grade/{SLUG}/{WRITTEN}/{attempts[2].id}?show=ungraded"
    room.mark(ann, attempts[2], "level:2")
    last = ann.get(f"/grade/{SLUG}/{WRITTEN}?after={attempts[2].id}", follow_redirects=False)
    assert last.headers["location"].startswith(f"/grade/{SLUG}/{WRITTEN}/{attempts[1].id}"), "better two than nobody"
    back = ann.get(f"/grade/{SLUG}/{WRITTEN}?after={attempts[1].id}&step=-1", follow_redirects=False)
    assert back.headers["location"].startswith((f"/grade/{SLUG}/", f"/list/{SLUG}/"))
    room.mark(ann, attempts[1], "level:2")
    done = ann.get(f"/grade/{SLUG}/{WRITTEN}?after={attempts[1].id}")
    assert "Nothing is left here. Well done." in done.text


def test_two_who_mark_at_once_both_see_both_marks_and_choose(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann, ben = room.visitor("ann"), room.visitor("ben")
    room.mark(ann, attempt, "level:2", comment="Fine.")
    clash = room.mark(ben, attempt, "level:0", comment="No.").text
    assert "ann marked this while you did." in clash
    assert "20 points: Fine." in clash
    assert "0 points: No." in clash
    assert 'value="insist:level:0"' in clash
    theirs = current_mark(room.book, attempt.id, WRITTEN)
    assert theirs is not None
    assert theirs.author == "ann"
    room.mark(ben, attempt, "insist:level:0", comment="No.", expected=str(theirs.id))
    now = current_mark(room.book, attempt.id, WRITTEN)
    assert now is not None
    assert (now.author, now.points) == ("ben", 0.0)
    assert [mark.author for mark in marks_of(room.book, attempt.id)] == ["ann", "ben"], "both are kept"


def test_ones_own_second_hand_is_no_collision(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann = room.visitor("ann")
    room.mark(ann, attempt, "level:0")
    assert "Saved: 20 of 20" in room.mark(ann, attempt, "level:2").text


def test_those_who_have_it_open_are_named(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann, ben = room.visitor("ann"), room.visitor("ben")
    ann.get(f"/grade/{SLUG}/{WRITTEN}/{attempt.id}")
    assert "ann has this open too." in ben.get(f"/presence/{SLUG}/{WRITTEN}/{attempt.id}?rubric=").text


def test_a_rubric_that_changed_is_told_and_nothing_is_saved(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann = room.visitor("ann")
    force = room.desk.rubrics.of(SLUG)
    assert force is not None
    place = f"/presence/{SLUG}/{WRITTEN}/{attempt.id}?rubric={force.rubric_sha256}"
    assert "changed" not in ann.get(place).text
    file = room.course / "rubrics" / "scale.yaml"
    file.write_text(file.read_text().replace("No reason is given.", "Nothing is said at all."))
    assert "The rubric has changed" in ann.get(place).text
    told = room.mark(ann, attempt, "level:1", rubric=force.rubric_sha256).text
    assert "nothing was saved" in told
    assert "Nothing is said at all." in told
    assert current_mark(room.book, attempt.id, WRITTEN) is None


def test_while_a_rubric_is_broken_the_one_before_it_counts(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann = room.visitor("ann")
    assert ann.get("/").status_code == 200
    (room.course / "rubrics" / "scale.yaml").write_text("points: [")
    assert "The answer names a reason" in ann.get(f"/grade/{SLUG}/{WRITTEN}/{attempt.id}").text


def test_undo_takes_back_ones_own_mark_only(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann, ben = room.visitor("ann"), room.visitor("ben")
    room.mark(ann, attempt, "level:1")
    assert "not yours" in room.mark(ben, attempt, "undo").text
    assert "Undone." in room.mark(ann, attempt, "undo").text
    assert current_marks(room.book, SLUG) == {}


def test_a_comment_alone_keeps_the_level_and_needs_one(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann = room.visitor("ann")
    refused = room.mark(ann, attempt, "comment", comment="Nice figure.").text
    assert "Choose a level first" in refused
    assert "Nice figure." in refused, "what was typed stays"
    room.mark(ann, attempt, "level:1")
    mark = current_mark(room.book, attempt.id, WRITTEN)
    assert mark is not None
    room.mark(ann, attempt, "comment", comment="Nice figure.", expected=str(mark.id))
    now = current_mark(room.book, attempt.id, WRITTEN)
    assert now is not None
    assert (now.level, now.comment) == (1, "Nice figure.")
    assert "Nice figure." in ann.get(f"/comments/{SLUG}/{WRITTEN}").text


def test_a_flag_goes_up_and_down(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann, ben = room.visitor("ann"), room.visitor("ben")
    assert "Flagged." in room.mark(ann, attempt, "flag", comment="half a thought").text
    assert attempt.pseudonym in ben.get(f"/list/{SLUG}/{WRITTEN}?show=flagged").text
    assert "Flag lowered." in room.mark(ben, attempt, "flag").text
    assert flags_of(room.book, SLUG) == {}


def test_tests_are_overruled_with_a_reason(room: Classroom) -> None:
    attempt = room.hand_in("ada", verdict=Verdict.INCONCLUSIVE, detail="took 3.1 times as long")
    ann = room.visitor("ann")
    assert "tests could not decide" in ann.get("/").text
    assert "took 3.1 times as long" in ann.get(f"/grade/{SLUG}/{TESTED}/{attempt.id}").text
    assert "Say why" in room.mark(ann, attempt, "override", TESTED, points="30").text
    assert "Give points from 0 to 30" in room.mark(ann, attempt, "override", TESTED, points="31", comment="x").text
    assert "Give points from 0 to 30" in room.mark(ann, attempt, "override", TESTED, points="nan", comment="x").text
    assert "Saved: 30 of 30" in room.mark(ann, attempt, "override", TESTED, points="30", comment="Slow machine.").text
    mark = current_mark(room.book, attempt.id, TESTED)
    assert mark is not None
    assert (mark.kind, mark.points, mark.comment) == ("override", 30.0, "Slow machine.")
    assert "tests could not decide" not in ann.get("/").text
    room.mark(ann, attempt, "undo", TESTED)
    assert "tests could not decide" in ann.get("/").text
    set_aside(room.book, attempt.id, reason="withdrawn", author="ida")
    assert "tests could not decide" not in ann.get("/").text
    room.hand_in("bob", "Another answer.", verdict=Verdict.INCONCLUSIVE)
    assert "tests could not decide" in ann.get("/").text


def test_a_request_is_answered_once_and_with_words(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ask(room.book, attempt.id, WRITTEN, "I did name a reason.", "student")
    (request,) = open_requests(room.book)
    ann = room.visitor("ann")
    assert "I did name a reason." in ann.get(f"/grade/{SLUG}/{WRITTEN}/{attempt.id}").text
    assert "Write an answer first" in room.mark(ann, attempt, f"answer:{request.id}:kept").text
    told = room.mark(ann, attempt, f"answer:{request.id}:kept", **{f"reply-{request.id}": "It is the same one."})
    assert "Answered." in told.text
    assert open_requests(room.book) == []
    again = room.mark(ann, attempt, f"answer:{request.id}:changed", **{f"reply-{request.id}": "No."})
    assert "has answered this request already" in again.text


def test_a_conflict_of_interest_hides_the_student(room: Classroom) -> None:
    mine, other = room.hand_in("ada"), room.hand_in("bob", "Another answer.")
    conflict(room.book, "ann", mine.student_id)
    ann, ben = room.visitor("ann"), room.visitor("ben")
    assert ann.get(f"/grade/{SLUG}/{WRITTEN}/{mine.id}").status_code == 404
    assert room.mark(ann, mine, "level:2").status_code == 404
    assert ann.get(f"/notebook/{mine.id}").status_code == 404
    listed = ann.get(f"/list/{SLUG}/{WRITTEN}?show=all").text
    assert mine.pseudonym not in listed
    assert other.pseudonym in listed
    assert mine.pseudonym in ben.get(f"/list/{SLUG}/{WRITTEN}?show=all").text


def test_an_action_that_makes_no_sense_is_refused(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann = room.visitor("ann")
    for action in ("level:9", "level:-1", "level:x", "insist:", "dance", "", "answer:1:kept", "answer:x:y"):
        assert 'role="alert"' in room.mark(ann, attempt, action).text, action
    assert marks_of(room.book, attempt.id) == []
    for place in (f"/grade/{SLUG}/{WRITTEN}/99999999999999999999", f"/grade/no/{WRITTEN}/1", "/list/scale/no.no", "/x"):
        assert ann.get(place).status_code == 404, place


def test_a_submission_that_cannot_be_read_says_so(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    room.desk.shelf._fetch = lambda sha256: b"{not a notebook"
    assert "not a notebook" in room.visitor("ann").get(f"/grade/{SLUG}/{WRITTEN}/{attempt.id}").text


def test_an_answer_that_was_not_touched_says_so(room: Classroom) -> None:
    ann = room.visitor("ann")
    for sid, answer, said in (("ada", "YOUR ANSWER HERE", True), ("ben", "", True), ("eve", "YOUR ANSWER HERE is mine.", False)):
        one = room.hand_in(sid, answer)
        assert ("Nothing was written here." in ann.get(f"/grade/{SLUG}/{WRITTEN}/{one.id}").text) is said
