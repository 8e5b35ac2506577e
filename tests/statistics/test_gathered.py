"""The statistics of a class in a gradebook, and the page that shows them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.cli import run
from autograder.gradebook import Gradebook, open_gradebook
from autograder.gradebook.marks import withdraw, write_mark
from autograder.statistics.gathered import ClassStatistics, gather
from autograder.statistics.page import statistics_html
from autograder.statistics.tables import duration, tables_of
from tests.report.test_feedback import Page
from tests.returning.made import ESSAY, handed_in, marked, result, scale


@pytest.fixture
def book(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gradebook]:
    monkeypatch.delenv("GRADUS_GRADEBOOK", raising=False)
    with open_gradebook(tiny / "gradebook.db") as opened:
        yield opened


def graded_class(book: Gradebook, tiny: Path, folder: Path) -> None:
    """Six students, two TAs; ben is 10 points stricter, and marks the first four blind a second time."""
    for n in range(6):
        made = result(tiny, lost=("affine.values",) if n % 3 == 0 else ())
        one = handed_in(book, tiny, folder, f"s{n}", made=made)
        points = (0, 10, 20)[n % 3]
        first = {"author": "ann", "seconds": 30 + n, "position": n}
        marked(book, one, points, **first)  # type: ignore[arg-type]
        if n < 4:
            marked_blind(book, one.id, max(0, points - 10), n)


def marked_blind(book: Gradebook, attempt_id: int, points: float, n: int) -> None:
    write_mark(book, attempt_id, ESSAY, author="ben", kind="second", points=points, seconds=60, position=n)


def found(book: Gradebook, tiny: Path) -> ClassStatistics:
    return gather(book, scale(tiny))


class TestGathered:
    def test_scores_and_criteria(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        graded_class(book, tiny, tmp_path)
        handed_in(book, tiny, tmp_path, "open")
        seen = found(book, tiny)
        assert (seen.attempts, seen.graded, seen.final) == (7, 7, 6)
        assert (seen.scores.count, seen.scores.lowest, seen.scores.highest) == (6, 60, 100)
        values = {item.criterion: item for item in seen.items}
        assert values["affine.values"].difficulty == pytest.approx(5 / 7)
        assert (values[ESSAY].count, values[ESSAY].difficulty) == (6, 0.5)
        assert [(m.name, m.count) for m in seen.mistakes] == [("unbiased_variance", 2)]

    def test_time_is_that_of_marks(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        graded_class(book, tiny, tmp_path)
        seen = found(book, tiny)
        assert {p.of: (p.marks, p.median) for p in seen.pace_by_author} == {"ann": (6, 32.5), "ben": (4, 60)}
        assert [p.of for p in seen.pace] == [ESSAY]

    def test_agreement_is_of_blind_marks(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        graded_class(book, tiny, tmp_path)
        seen = found(book, tiny).agreement[ESSAY]
        assert (seen.units, seen.marks, seen.exact) == (4, 8, 0.5)

    def test_who_replaces_a_mark_has_seen_it(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        one = handed_in(book, tiny, tmp_path, "s1")
        marked(book, one, 10, author="ann")
        marked(book, one, 20, author="ben")
        marked(book, one, 0, author="mod", kind="moderated")
        assert found(book, tiny).agreement == {}

    def test_what_was_taken_back_does_not_count(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        one = handed_in(book, tiny, tmp_path, "s1")
        withdraw(book, marked(book, one, 10, seconds=9, position=1).id, "tess")
        seen = found(book, tiny)
        assert (seen.pace, seen.graders, seen.orders) == ((), (), ())

    def test_a_mark_that_was_carried_over_is_nobodys_judgement(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        one = handed_in(book, tiny, tmp_path, "s1")
        marked(book, one, 10, author="ina", seconds=0)
        assert found(book, tiny).graders == ()

    def test_drift(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        """ann gives 0, ½, 1, 0, ½, 1 and ben 0, 0, ½, 0."""
        graded_class(book, tiny, tmp_path)
        ann, ben = found(book, tiny).graders
        assert (ann.author, ann.difference) == ("ann", pytest.approx(0.5 - 0.125))
        assert (ben.author, ben.difference) == ("ben", pytest.approx(0.125 - 0.5))

    def test_an_empty_class(self, tiny: Path, book: Gradebook) -> None:
        seen = found(book, tiny)
        assert (seen.attempts, seen.scores.count, seen.items, tables_of(seen)) == (0, 0, (), [])
        assert "No submission of this assignment has been graded." in Page(statistics_html(seen)).text


class TestPage:
    def test_every_plot_has_its_table(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        graded_class(book, tiny, tmp_path)
        html = statistics_html(found(book, tiny))
        sections = re.findall(r"<section.*?</section>", html, re.DOTALL)
        assert len([s for s in sections if "<svg" in s]) == 5
        assert all("<table>" in s for s in sections)
        assert all('role="img"' in s and "<desc" in s for s in sections if "<svg" in s)
        text = Page(html).text
        assert "6 submissions, of which 6 are graded and 6 have nothing open." in text
        assert "6 final scores. Mean 83.33, median 90.00, standard deviation 18.62." in text

    def test_agreement_is_drawn_where_there_are_enough_pairs(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        graded_class(book, tiny, tmp_path)
        few = statistics_html(found(book, tiny))
        assert "too few to say" in few
        assert 'id="chart-agreement-title"' not in few
        for n in range(6, 12):
            one = handed_in(book, tiny, tmp_path, f"s{n}", made=result(tiny))
            marked(book, one, 20, author="ann", seconds=30, position=n)
            marked_blind(book, one.id, 20, n)
        assert 'id="chart-agreement-title"' in statistics_html(found(book, tiny))

    def test_names_and_hints_are_text(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        planted = "<script>alert(1)</script>"
        for n in range(2):
            marked(book, handed_in(book, tiny, tmp_path, f"s{n}"), 10, author=planted, seconds=5, position=n)
        html = statistics_html(found(book, tiny))
        assert "<script" not in html
        assert "&lt;script&gt;" in html

    def test_students_are_nowhere(self, tiny: Path, book: Gradebook, tmp_path: Path) -> None:
        one = handed_in(book, tiny, tmp_path, "zoe-17", "Zoë Ångström", result(tiny, lost=("affine.values",)))
        marked(book, one, 10, seconds=5)
        html = statistics_html(found(book, tiny))
        assert [word for word in ("zoe-17", "Zoë", one.pseudonym) if word in html] == []


class TestCommand:
    def test_tables(self, tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        graded_class(book, tiny, tmp_path)
        assert run(["--course", str(tiny), "statistics", "scale", "--html", str(tmp_path / "s.html")]) == 0
        told = capsys.readouterr().out
        for title in ("Scores", "Criteria", "Mistakes", "Time spent, by criterion", "Agreement", "Drift by grader"):
            assert f"\n{title}\n" in told
        assert (tmp_path / "s.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")

    def test_json(self, tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        graded_class(book, tiny, tmp_path)
        assert run(["--course", str(tiny), "statistics", "scale", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["agreement"][ESSAY]["units"] == 4

    def test_without_a_gradebook(self, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["--course", str(tiny), "statistics", "scale", "--gradebook", str(tiny / "none.db")]) == 2
        assert "There is no gradebook at" in capsys.readouterr().err


@pytest.mark.parametrize(("seconds", "told"), [(45, "45 s"), (89.6, "90 s"), (180, "3 min"), (9000, "2.5 h")])
def test_durations_in_words(seconds: float, told: str) -> None:
    assert duration(seconds) == told


@pytest.mark.parametrize(("module", "extra"), [("krippendorff", "review"), ("sqlalchemy", "gradebook")])
def test_what_is_not_installed_is_named(
    tiny: Path,
    book: Gradebook,
    module: str,
    extra: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ModuleNotFoundError(f"No module named '{module}'", name=module)

    monkeypatch.setattr("autograder.statistics.gathered.gather", missing)
    assert run(["--course", str(tiny), "statistics", "scale"]) == 2
    said = capsys.readouterr().err
    assert f'This command needs {module}, which is not installed. Run: pip install "gradus-kit[{extra}]"' in said
