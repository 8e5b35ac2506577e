"""An instructor changes a rubric: what they typed, against the file as it is at that moment."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.course.findings import CourseError, Findings
from autograder.course.loading import load_assignment
from autograder.course.models import LoadedAssignment, Paths, Rubric
from autograder.course.rubric_edit import changed_text, fingerprint, read_rubric_text
from autograder.course.yaml_lines import model_of
from autograder.gradebook.rubric_effect import effects, to_carry
from autograder.gradebook.rubric_saving import put_in_force
from autograder.gradebook.rubrics import keep_rubric, rubric_text
from autograder.review.desk import Desk, NotHere
from autograder.review.rubric_effects import Distribution, distribution
from autograder.review.rubric_form import Difference, Fields, changes_of, differences, fields_of, placed, typed

_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class OnDisk:
    """A rubric as its file holds it now."""

    loaded: LoadedAssignment
    text: str
    sha256: str
    fields: Fields


@dataclass(frozen=True)
class Answer:
    """What became of a change. Nothing was written unless `saved`."""

    alert: str = ""
    told: str = ""
    changed_meanwhile: tuple[Difference, ...] = ()
    """Fields that the file holds otherwise than when the form was made."""
    stale: bool = False
    """The file is not the one that the form was made from."""
    effect: Distribution | None = None
    marks: int = 0
    """Marks that take, or took, other points."""
    diff: str = ""
    proposed: str = ""
    """The fingerprint of the text whose effect is shown."""
    saved: bool = False
    mine: Fields = field(default_factory=dict)


def on_disk(desk: Desk, slug: str) -> OnDisk:
    """The rubric of an assignment, kept so that a form made from it can be compared later. Raises NotHere, CourseError."""
    if desk.rubrics.of(slug) is None:
        raise NotHere("There is no such assignment. Begin at the rubrics.")
    text = read_rubric_text(Paths(course=desk.rubrics.course, slug=slug))
    loaded = load_assignment(desk.rubrics.course, slug, rubric_text=text)
    keep_rubric(desk.book, slug, text)
    return OnDisk(loaded, text, fingerprint(text), fields_of(loaded.rubric))


def carried_out(desk: Desk, slug: str, form: Mapping[str, str], author: str) -> tuple[OnDisk, Answer]:
    """Show the effect of what was typed, or save it when its effect was shown. Raises NotHere, CourseError: nothing written."""
    with _ONE_AT_A_TIME:
        now = on_disk(desk, slug)
        base = _base(desk, slug, form.get("base", ""))
        mine = typed(form, base)
        if form.get("base") != now.sha256:
            found = tuple(differences(base, now.fields, mine))
            return now, Answer(changed_meanwhile=found, stale=True, mine=placed(mine, now.fields))
        try:
            return now, _answer(desk, now, mine, form, author)
        except CourseError as error:
            return now, Answer(alert=str(error), mine=mine)


def _answer(desk: Desk, now: OnDisk, mine: Fields, form: Mapping[str, str], author: str) -> Answer:
    slug, course = now.loaded.slug, desk.rubrics.course
    text = changed_text(now.text, changes_of(mine, now.fields), f"rubrics/{slug}.yaml")
    after = load_assignment(course, slug, rubric_text=text)
    proposed = fingerprint(text)
    if form.get("action") == "save" and form.get("seen") == proposed:
        marks = put_in_force(desk.book, now.loaded, after, now.text, text, author)
        return Answer(told=f"rubrics/{slug}.yaml is saved.", marks=marks, saved=True, mine=mine)
    marks = len(to_carry(desk.book, slug, now.loaded.rubric, after.rubric, proposed))
    if not mine and not marks:
        return Answer(told="Nothing is changed yet.")
    found = distribution(effects(desk.book, slug, now.loaded.rubric, after.rubric))
    again = "You have changed more since you looked. This is the effect now." if form.get("action") == "save" else ""
    return Answer(told=again, effect=found, marks=marks, diff=_diff(now.text, text), proposed=proposed, mine=mine)


def _base(desk: Desk, slug: str, sha256: str) -> Fields:
    """The fields that a form was made with."""
    text = rubric_text(desk.book, sha256)
    lined = model_of(text, f"rubrics/{slug}.yaml", Rubric, Findings()) if text is not None else None
    if lined is None:
        raise NotHere("The desk does not know what this page was made from. Open it again in another tab, and compare.")
    return fields_of(lined.value)


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "now", "then", n=1, lineterm="")
    return "\n".join(list(lines)[2:])
