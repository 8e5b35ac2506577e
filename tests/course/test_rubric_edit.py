"""A rubric is changed in one place, and every other byte of its file stays."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from autograder.course.findings import CourseError
from autograder.course.loading import load_assignment
from autograder.course.models import Level, Paths
from autograder.course.rubric_edit import (
    Change,
    changed_text,
    fingerprint,
    propose,
    read_rubric_text,
    save_rubric,
)
from autograder.course.yaml_edit import CannotEdit, append_item, drop_last, read_plain, set_value

ROOT = Path(__file__).parents[2]
LSTM = (ROOT / "rubrics" / "lstm.yaml").read_text(encoding="utf-8")


def diff(before: str, after: str) -> list[str]:
    """The lines that went and came."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def change(text: str, criterion: str, key: str, value: object) -> str:
    return changed_text(text, [Change(criterion, key, value)], "rubrics/lstm.yaml")  # type: ignore[arg-type]


class TestOneValue:
    def test_points(self) -> None:
        assert diff(LSTM, change(LSTM, "cell.values", "points", 8)) == ["-    points: 6", "+    points: 8"]

    def test_half_points(self) -> None:
        assert diff(LSTM, change(LSTM, "cell.values", "points", 6.5)) == ["-    points: 6", "+    points: 6.5"]

    def test_the_total(self) -> None:
        assert diff(LSTM, change(LSTM, "", "points", 102)) == ["-points: 100", "+points: 102"]

    def test_a_title_that_needs_quotes_gets_them(self) -> None:
        after = change(LSTM, "cell.values", "title", "h: right, # and c")
        assert diff(LSTM, after)[1] == '+    title: "h: right, # and c"'

    def test_a_folded_text_stays_folded_and_the_comment_behind_it_stays(self) -> None:
        after = change(LSTM, "gates.values", "feedback", "Rebuild c and h. " * 12)
        assert after.count("# --- numerical quality: 15 ---") == 1
        came = [line for line in diff(LSTM, after) if line.startswith("+")]
        assert len(came) > 1
        assert all(line.startswith("+      ") for line in came)
        assert max(map(len, came)) <= 120

    def test_a_text_with_lines_of_its_own(self) -> None:
        after = change(LSTM, "cell.values", "feedback", "First.\n\n- second: `x`")
        [entry] = [c for c in read_plain(after)["criteria"] if c["id"] == "cell.values"]
        assert entry["feedback"] == "First.\n\n- second: `x`"

    def test_a_level_keeps_its_quotes(self) -> None:
        after = change(LSTM, "report.gates", "levels.2.text", "The figure is there.")
        assert diff(LSTM, after)[1] == '+      - {points: 1, text: "The figure is there."}'

    def test_a_key_that_was_missing_does_not_go_behind_a_comment(self) -> None:
        tiny = (ROOT / "tests/courses/tiny/rubrics/scale.yaml").read_text(encoding="utf-8")
        after = change(tiny, "affine.gradients", "feedback", "Look at the sum over rows.")
        assert diff(tiny, after)[1:] == [
            "+  - {id: affine.gradients, feedback: Look at the sum over rows., question: affine, "
            "title: Gradients of input and parameters, points: 20}"
        ]
        after = change(LSTM, "report.gates", "feedback", "Short.")
        assert diff(LSTM, after) == ["+    feedback: Short."]

    @pytest.mark.parametrize("text", ["مرحبا: א", "יש # כאן", "yes", "8", "null", "- a", "{b}", "“x” 🙂", "it's", "a\tb", "é"])
    @pytest.mark.parametrize("key", ["title", "feedback", "levels.1.text"])
    def test_any_text_reads_back(self, text: str, key: str) -> None:
        after = read_plain(change(LSTM, "report.gates", key, text))
        [entry] = [c for c in after["criteria"] if c["id"] == "report.gates"]
        found = entry["levels"][0]["text"] if key.startswith("levels") else entry[key]
        assert found == text


class TestLevels:
    def test_all_of_them_at_once(self) -> None:
        levels = (Level(points=0, text="Nothing."), Level(points=4, text="As before, and one claim is tested."))
        after = change(LSTM, "report.gates", "levels", levels)
        [entry] = [c for c in read_plain(after)["criteria"] if c["id"] == "report.gates"]
        assert entry["levels"] == [{"points": 0, "text": "Nothing."}, {"points": 4, "text": levels[1].text}]
        assert [line for line in after.splitlines() if "#" in line] == [x for x in LSTM.splitlines() if "#" in x]

    def test_one_more(self) -> None:
        rubric = next(c for c in read_plain(LSTM)["criteria"] if c["id"] == "report.gradients")
        levels = (*(Level(**level) for level in rubric["levels"]), Level(points=3.5, text="And more."))
        after = change(LSTM, "report.gradients", "levels", levels)
        assert diff(LSTM, after) == ['+      - {points: 3.5, text: "And more."}']

    def test_comments_behind_a_list_stay(self) -> None:
        text = "a:\n  - {n: 1}  # one\n  - {n: 2}\n  # behind\nb: 3\n"
        assert append_item(text, ("a",), {"n": 3}) == "a:\n  - {n: 1}  # one\n  - {n: 2}\n  - {n: 3}\n  # behind\nb: 3\n"
        assert read_plain(drop_last(text, ("a",))) == {"a": [{"n": 1}], "b": 3}
        assert "# behind" in drop_last(text, ("a",))

    def test_lists_in_one_line(self) -> None:
        assert append_item("a: [{n: 1}]\n", ("a",), {"n": 2}) == "a: [{n: 1}, {n: 2}]\n"
        assert drop_last("a: [{n: 1}, {n: 2}]\n", ("a",)) == "a: [{n: 1}]\n"
        with pytest.raises(CannotEdit, match="the list at a would be left empty"):
            drop_last("a: [{n: 1}]\n", ("a",))


@pytest.mark.slow
@pytest.mark.parametrize("file", sorted((ROOT / "rubrics").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_value_of_every_rubric_can_be_changed_alone(file: Path) -> None:
    """And back again: the file is then what it was, but for the line breaks of folded texts."""
    text = file.read_text(encoding="utf-8")
    plain = read_plain(text)
    for n, entry in enumerate(plain["criteria"]):
        for key in ("title", "feedback"):
            if key in entry:
                changed = set_value(text, ("criteria", n, key), "Something else: quite")
                back = set_value(changed, ("criteria", n, key), entry[key])
                assert read_plain(back) == plain
                assert changed.count("#") == back.count("#") == text.count("#")


def test_an_alias_is_not_torn() -> None:
    with pytest.raises(CannotEdit, match="cannot be written at b without touching"):
        set_value("a: &x 1\nc: *x\nb: *x\n", ("b",), 2)


def test_line_ends_of_windows_stay() -> None:
    windows = LSTM.replace("\n", "\r\n")
    after = change(windows, "cell.values", "points", 8)
    assert after == change(LSTM, "cell.values", "points", 8).replace("\n", "\r\n")


class TestProposing:
    def test_a_sound_change(self, tiny: Path) -> None:
        before = load_assignment(tiny, "scale")
        changes = [Change("affine.values", "points", 30), Change("affine.gradients", "points", 10)]
        text, after = propose(tiny, "scale", changes)
        assert [c.points for c in after.rubric.criteria] == [30, 10, 30, 10, 20]
        assert load_assignment(tiny, "scale") == before, "nothing was written"
        save_rubric(after.paths, text, expected=fingerprint(read_rubric_text(before.paths)))
        assert load_assignment(tiny, "scale").rubric == after.rubric

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ([("affine.values", "points", 30)], "line 2: the criteria sum to 110 points, the rubric promises 100."),
            ([("affine.values", "points", "many")], 'points of affine.values is a number, not "many".'),
            ([("affine.values", "points", -1)], "criteria[3].points should be greater than 0"),
            ([("affine.value", "points", 3)], 'there is no criterion "affine.value". Did you mean "affine.values"?'),
            ([("affine.values", "kind", "ta")], '"kind" cannot be changed here. What can be: title, points, feedback'),
            ([("why.reason", "levels.4.points", 3)], "why.reason has 3 levels; there is no number 4."),
            ([("why.reason", "levels.3.points", 15)], 'the highest level of "why.reason" pays 15 of its 20 points.'),
            ([("", "title", "x")], 'the rubric as a whole has no "title" to change. It has "points".'),
        ],
    )
    def test_what_loading_would_refuse_is_refused(self, tiny: Path, changes: list[tuple[str, str, object]], message: str) -> None:
        before = (tiny / "rubrics/scale.yaml").read_bytes()
        with pytest.raises(CourseError) as caught:
            propose(tiny, "scale", [Change(*one) for one in changes])  # type: ignore[arg-type]
        assert message in str(caught.value)
        assert "rubrics/scale.yaml" in str(caught.value)
        assert (tiny / "rubrics/scale.yaml").read_bytes() == before

    def test_a_file_that_changed_meanwhile_is_not_written_over(self, tiny: Path) -> None:
        paths = Paths(course=tiny, slug="scale")
        seen = fingerprint(read_rubric_text(paths))
        text, _ = propose(tiny, "scale", [Change("affine.values", "title", "Mine")])
        theirs = read_rubric_text(paths).replace("Every column has", "Each column has")
        paths.rubric.write_text(theirs, encoding="utf-8")
        with pytest.raises(CourseError, match="somebody has changed the file meanwhile, and nothing was written"):
            save_rubric(paths, text, expected=seen)
        assert read_rubric_text(paths) == theirs

    def test_a_full_disk_leaves_the_old_file(self, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        paths = Paths(course=tiny, slug="scale")
        before = read_rubric_text(paths)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(CourseError, match=r"cannot be written \(No space left on device\), and stands as it was"):
            save_rubric(paths, before + "# more\n", expected=fingerprint(before))
        assert read_rubric_text(paths) == before
        assert [p.name for p in paths.rubric.parent.iterdir()] == ["scale.yaml"]
