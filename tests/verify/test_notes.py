"""Notes: failures that do not name the misconception behind them. They are told, and are no findings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.course.record import Curve, Line, Speedup
from autograder.course.verdict import Verdict
from autograder.verify.notes import notes_on
from tests.verify.made import CRASH, FAIL, KNOWN, UNSTABLE, criterion, evidence, known, outcome, run

MISTAKES = "assignments/scale/submissions/mistakes"


def explained(criterion_id: str, by: str | None, verdict: Verdict = FAIL, hint: str = "Look."):
    return {criterion_id: criterion(criterion_id, verdict, hint=hint if by else "", mistake=by)}


def lost_by(name: str, *ends: dict) -> dict:
    merged = {key: value for end in ends for key, value in end.items()}
    kind = next(one.kind for one in KNOWN if one.name == name)
    return {name: run(kind, name, merged)}


EXPLAINED = {
    **lost_by("in_place", explained("standardise.values", "in_place")),
    **lost_by("no_bias", explained("affine.values", "no_bias"), explained("affine.gradients", "no_bias")),
    **lost_by("naive", explained("standardise.stable", "naive", UNSTABLE)),
}


def notes(changed: dict, **options) -> list[str]:
    return [str(note) for note in notes_on(evidence({**EXPLAINED, **changed}, **options))]


def test_failures_that_name_their_own_mistake_need_no_note() -> None:
    assert notes({}) == []


def test_no_hint_where_it_loses() -> None:
    silent = lost_by("no_bias", explained("affine.values", None), explained("affine.gradients", None))
    assert notes(silent) == [
        f"{MISTAKES}/no_bias.py: it loses affine.values, affine.gradients, and no hint is shown to a student who "
        "makes it. Observe it with compare(…), or say explain=… in require(…)."
    ]


def test_an_unstable_submission_has_a_hint_to_show_as_well() -> None:
    silent = lost_by("naive", explained("standardise.stable", None, UNSTABLE))
    assert notes(silent) == [
        "assignments/scale/submissions/unstable/naive.py: it loses standardise.stable, and no hint is shown to a "
        "student who makes it. Observe it with compare(…), or say explain=… in require(…)."
    ]


def test_one_failure_that_names_it_is_enough() -> None:
    """What else it loses follows from that."""
    assert notes(lost_by("no_bias", explained("affine.values", None), explained("affine.gradients", "no_bias"))) == []


def test_another_mistakes_hint_is_shown() -> None:
    other = lost_by("no_bias", explained("affine.values", "in_place"), explained("affine.gradients", "no_bias"))
    assert notes(other) == [
        f"{MISTAKES}/no_bias.py: where it loses affine.values, the hint of in_place is shown: their numbers are the "
        "same. See that both hints fit, or draw inputs that tell them apart."
    ]


def test_a_checks_own_hint_is_a_hint() -> None:
    """unchanged() asks which line writes into the caller's tensor; no mistake has to be compared for that."""
    own = criterion("standardise.values", FAIL, (outcome("test_standardise.py::test_values", FAIL, hint="Which?"),))
    assert notes({"in_place": run("mistakes", "in_place", {"standardise.values": own})}) == []


def test_the_rubrics_feedback_is_none() -> None:
    """It is shown whatever the mistake was, so it names none."""
    test = outcome("test_affine.py::test_values", FAIL)
    general = criterion("affine.values", FAIL, (test,), hint="Compare your output with x·weight + bias.")
    changed = lost_by("no_bias", {"affine.values": general}, explained("affine.gradients", None))
    assert len(notes(changed)) == 1


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("no_bias", {"affine.values": CRASH, "affine.gradients": CRASH}),  # no numbers to compare
        ("loops", {"affine.values": FAIL}),  # slow ones are not tried as explanations
        ("leaves", {"affine.values": FAIL}),
        ("loop", {"affine.values": FAIL}),  # a finding, and not this one
    ],
)
def test_where_no_hint_can_be_expected(name: str, ends: dict) -> None:
    assert notes(lost_by(name, ends)) == []


def test_a_mistake_without_a_hint_of_its_own() -> None:
    mute = tuple(known(one.kind, one.name, *one.loses, hint="") for one in KNOWN)
    silent = lost_by("no_bias", explained("affine.values", None), explained("affine.gradients", None))
    assert notes(silent, known=mute) == []


def test_a_cost_names_itself_and_an_error_that_is_drawn_does_not() -> None:
    """What grows too fast is said in its own sentence; no numbers of a mistake could explain it."""
    line = Line(points=((1, 1.0), (2, 4.0)), exponent=2.0)

    def lost(**measured: object) -> dict:
        test = outcome("test_affine.py::test_cost", FAIL).model_copy(update=measured)
        ends = {id: criterion(id, FAIL, (test,)) for id in ("affine.values", "affine.gradients")}
        return {"no_bias": run("mistakes", "no_bias", ends)}

    grows = Curve(quantity="memory", allowed=1.2, submission=line, reference=line)
    assert notes(lost(curves=(grows,))) == []
    assert notes(lost(speedup=Speedup(asked=2.0, measured=1.0))) == []
    drawn = Curve(quantity="error", over="rounds", submission=line, reference=line)
    assert len(notes(lost(curves=(drawn,)))) == 1


def test_what_was_decided_only_alone_is_told() -> None:
    subject = lost_by("no_bias", explained("affine.values", "no_bias"), explained("affine.gradients", "no_bias"))
    again = {subject["no_bias"].subject: frozenset({"test_affine.py::test_values"})}
    whole = replace(evidence({**EXPLAINED, **subject}), asked_again=again)
    assert [str(note) for note in notes_on(whole)] == [
        f"{MISTAKES}/no_bias.py: test_affine.py::test_values could not decide while others were graded beside (seed 0). "
        "It was run again alone. Where you see this often, widen the distance from its limit."
    ]
