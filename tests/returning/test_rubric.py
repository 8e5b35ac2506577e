"""`gradus rubric`: the effect on scores is told before anything is written, and is what happens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.cli import run
from autograder.course.loading import load_assignment
from autograder.gradebook import Gradebook
from autograder.gradebook.marks import current_mark
from autograder.gradebook.rubric_effect import effects
from autograder.gradebook.rubrics import keep_rubric
from autograder.gradebook.scores import scores_of
from tests.returning.made import ESSAY, handed_in, marked, result, scale

LEVELS = ("why.reason", "levels.2.points=14")
POINTS = ("affine.values", "points=30", "affine.gradients", "points=10")


def call(course: Path, *arguments: str) -> int:
    return run(["--course", str(course), "rubric", "scale", "set", *arguments])


def test_a_preview_writes_nothing(tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handed_in(book, tiny, tmp_path, "s1", made=result(tiny, lost=("affine.values",)))
    handed_in(book, tiny, tmp_path, "s2", made=result(tiny, lost=("affine.gradients",)))
    handed_in(book, tiny, tmp_path, "s3")
    before = (tiny / "rubrics/scale.yaml").read_bytes()
    assert call(tiny, *POINTS, "--preview", "--json") == 0
    moved = sorted((row["before"], row["after"]) for row in json.loads(capsys.readouterr().out))
    assert moved == [(60, 50), (60, 70), (80, 80)]
    assert call(tiny, *POINTS, "--preview") == 0
    told = capsys.readouterr().out
    assert "2 of 3 scores would change." in told
    assert "-10.00" in told
    assert "+10.00" in told
    assert "Nothing was written to rubrics/scale.yaml." in told
    assert (tiny / "rubrics/scale.yaml").read_bytes() == before


def test_by_hand(tiny: Path, book: Gradebook, tmp_path: Path) -> None:
    """A fraction keeps its share, a level takes its new points, other points and overrides stay."""
    made = result(tiny)
    part = [c.model_copy(update={"score": 5.0}) if c.id == "affine.values" else c for c in made.criteria]
    one = handed_in(book, tiny, tmp_path, "s1", made=made.model_copy(update={"criteria": tuple(part)}))
    marked(book, one, 10)
    marked(book, one, 18, criterion="affine.gradients", kind="override")
    odd = handed_in(book, tiny, tmp_path, "s2")
    marked(book, odd, 11.5)
    old = scale(tiny).rubric
    text = (tiny / "rubrics/scale.yaml").read_text()
    text = text.replace("points: 20\n    feedback", "points: 30\n    feedback").replace("parameters, points: 20", "parameters, points: 10")
    text = text.replace("{points: 10,", "{points: 14,")
    new = load_assignment(tiny, "scale", rubric_text=text).rubric
    found = {effect.attempt_id: effect for effect in effects(book, "scale", old, new)}
    assert found[one.id].criteria == (("affine.values", 5, 7.5), ("affine.gradients", 18, 10), (ESSAY, 10, 14))
    assert (found[one.id].before, found[one.id].after) == (73, 71.5)
    assert found[odd.id].criteria == (("affine.values", 20, 30), ("affine.gradients", 20, 10))
    assert not found[odd.id].moves


def test_marks_of_a_level_are_carried_over(tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = handed_in(book, tiny, tmp_path, "s1")
    marked(book, one, 10, comment="Nearly.", level=1)
    full = handed_in(book, tiny, tmp_path, "s2")
    kept = marked(book, full, 20)
    assert call(tiny, *LEVELS, "--as", "ina") == 0
    assert "1 marks took the points that their level pays now." in capsys.readouterr().out
    now = current_mark(book, one.id, ESSAY)
    assert now is not None
    assert (now.points, now.comment, now.author, now.level) == (14, "Nearly.", "ina", 1)
    assert current_mark(book, full.id, ESSAY) == kept
    assert [score.score for score in scores_of(book, "scale")] == [94, 100]
    assert scale(tiny).rubric.criteria[-1].levels[1].points == 14


def test_a_mark_is_read_by_the_rubric_it_was_given_by(tiny: Path, book: Gradebook, tmp_path: Path) -> None:
    """Given when the second level paid 5: it takes what the second level pays now, and not what 5 points would be."""
    text = (tiny / "rubrics/scale.yaml").read_text()
    one = handed_in(book, tiny, tmp_path, "s1")
    marked(book, one, 5, rubric_sha256=keep_rubric(book, "scale", text.replace("{points: 10,", "{points: 5,")))
    assert call(tiny, *LEVELS, "--as", "ina") == 0
    assert [score.score for score in scores_of(book, "scale")] == [94]


def test_levels_that_trade_places_are_carried_once(tiny: Path, book: Gradebook, tmp_path: Path) -> None:
    """0 becomes 10 and 10 becomes 14: what was 0 does not go on to 14, not even when called again."""
    one = handed_in(book, tiny, tmp_path, "s1")
    marked(book, one, 0)
    arguments = ("why.reason", "levels.1.points=10", "levels.2.points=14", "--as", "ina")
    assert call(tiny, *arguments) == 0
    assert call(tiny, *arguments) == 0
    assert [score.score for score in scores_of(book, "scale")] == [90]


def test_what_a_crash_left_undone_is_done_by_the_same_call(
    tiny: Path, book: Gradebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (tiny / "rubrics/scale.yaml").read_text()
    one = handed_in(book, tiny, tmp_path, "s1")
    marked(book, one, 10, rubric_sha256=keep_rubric(book, "scale", text))

    def die(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("autograder.gradebook.rubric_saving.carry", die)
        assert call(tiny, *LEVELS, "--as", "ina") == 130
    assert [score.score for score in scores_of(book, "scale")] == [90]
    assert call(tiny, *LEVELS, "--as", "ina") == 0
    assert [score.score for score in scores_of(book, "scale")] == [94]


def test_before_the_first_hand_in(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tiny, "affine.values", "title=Scale: and shift") == 0
    assert "There is no gradebook yet, so no score changes." in capsys.readouterr().out
    assert scale(tiny).rubric.criteria[2].title == "Scale: and shift"
    assert not (tiny / "gradebook.db").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("affine.values", "points=30"), "the criteria sum to 110 points, the rubric promises 100."),
        (("affine.values",), "Say what to change of affine.values, as KEY=VALUE: points=8."),
        (("affine.values", "title=x", "preview"), "Say what to change of preview, as KEY=VALUE"),
        (("affine.values", "title=x", "--previw"), "o such option"),
        (("affine.values", "a b=3"), '"a b=3" is no KEY=VALUE.'),
        (("affine.valuse", "points=3"), 'Did you mean "affine.values"?'),
    ],
)
def test_wrong_calls(tiny: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = (tiny / "rubrics/scale.yaml").read_bytes()
    assert call(tiny, *arguments) == 2
    assert message in capsys.readouterr().err
    assert (tiny / "rubrics/scale.yaml").read_bytes() == before
