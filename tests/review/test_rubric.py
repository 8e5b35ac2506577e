"""An instructor changes a rubric at the desk: its effect first, then the file, with what others wrote there kept."""

from __future__ import annotations

import errno
import os
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from autograder.course.models import Rubric
from autograder.course.yaml_edit import read_plain
from autograder.gradebook.marks import current_mark, marks_of, write_mark
from autograder.gradebook.rubric_effect import Effect
from autograder.review.rubric_effects import distribution
from tests.review.classroom import SLUG, TESTED, WRITTEN, Classroom

COMMENT = "# agreed with all TAs in March\n"


@pytest.fixture
def file(room: Classroom) -> Path:
    """The rubric, with a comment in it."""
    found = room.course / "rubrics" / f"{SLUG}.yaml"
    found.write_text(found.read_text().replace("  - id: why.reason\n", f"  {COMMENT}  - id: why.reason\n"))
    return found


def fields(client: Any) -> dict[str, str]:
    """What the form holds when the page is opened."""
    return read_form(client.get(f"/rubric/{SLUG}").text)


def read_form(page: str) -> dict[str, str]:
    from html.parser import HTMLParser

    found: dict[str, str] = {}

    class Reader(HTMLParser):
        open = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            have = dict(attrs)
            if tag in ("input", "textarea") and have.get("name"):
                found[str(have["name"])] = have.get("value") or ""
                self.open = str(have["name"]) if tag == "textarea" else ""

        def handle_data(self, data: str) -> None:
            if self.open:
                found[self.open] += data

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea":
                found[self.open] = found[self.open].removeprefix("\n").replace("\n", "\r\n")  # as browsers send it
                self.open = ""

    Reader().feed(page)
    return found


def send(client: Any, form: dict[str, str], action: str = "effect") -> Any:
    return client.post(f"/rubric/{SLUG}", data=form | {"action": action})


def saved(client: Any, form: dict[str, str]) -> Any:
    """Look at the effect, then save."""
    shown = send(client, form)
    seen = re.search(r'name="seen" value="(\w+)"', shown.text)
    assert seen, shown.text
    return send(client, form | {"seen": seen[1]}, "save")


def test_the_form_holds_what_the_file_holds(room: Classroom, file: Path) -> None:
    form = fields(room.visitor("ida"))
    assert form["points"] == "100"
    assert form[f"{TESTED}:title"] == "The rows have mean 0 and variance 1"
    assert form["affine.values:feedback"] == "Compare your output with x·weight + bias, column by column."
    assert [form[f"{WRITTEN}:level:{n}:points"] for n in (1, 2, 3, 4)] == ["0", "10", "20", ""]


def test_an_opened_form_that_is_sent_back_changes_nothing(room: Classroom, file: Path) -> None:
    before = file.read_bytes()
    ida = room.visitor("ida")
    assert "Nothing is changed yet." in send(ida, fields(ida)).text
    assert "Nothing is changed yet." in send(ida, fields(ida), "save").text
    assert file.read_bytes() == before


def test_the_effect_is_shown_before_anything_is_saved(room: Classroom, file: Path) -> None:
    attempts = [room.hand_in(f"s{n}", f"Answer {n}.") for n in range(3)]
    for one, points in zip(attempts, (10.0, 10.0, 20.0), strict=True):
        write_mark(room.book, one.id, WRITTEN, author="ann", points=points, level=int(points // 10), comment="Why?")
    before, ida = file.read_text(), room.visitor("ida")
    form = fields(ida) | {f"{WRITTEN}:level:2:points": "14,5"}
    shown = send(ida, form).text
    assert "2 of 3 scores would change" in shown
    assert re.search(r'scope="row">\+4.5</th><td class="number">2<', shown)
    assert re.search(r'scope="row">±0</th><td class="number">1<', shown)
    assert "2 marks would take the points" in shown
    assert "{points: 14.5, text:" in unescape(shown), "the line as it will be"
    assert not any(one.pseudonym in shown for one in attempts), "counts, no names"
    assert file.read_text() == before
    assert current_mark(room.book, attempts[0].id, WRITTEN).points == 10  # type: ignore[union-attr]

    told = saved(ida, form).text
    assert f"rubrics/{SLUG}.yaml is saved." in told
    assert "2 marks took the points" in told
    assert file.read_text() == before.replace("{points: 10, text", "{points: 14.5, text")
    mark = current_mark(room.book, attempts[0].id, WRITTEN)
    assert mark is not None
    assert (mark.points, mark.level, mark.comment, mark.author) == (14.5, 1, "Why?", "ida")
    assert [one.points for one in marks_of(room.book, attempts[0].id)] == [10.0, 14.5], "appended, not changed"
    assert 'value="14.5"' in told, "the form goes on from what is saved"


def test_what_is_typed_after_looking_is_looked_at_again(room: Classroom, file: Path) -> None:
    before, ida = file.read_bytes(), room.visitor("ida")
    form = fields(ida) | {f"{WRITTEN}:title": "A reason is named"}
    seen = re.search(r'name="seen" value="(\w+)"', send(ida, form).text)
    assert seen
    told = send(ida, form | {"seen": seen[1], f"{WRITTEN}:title": "A reason"}, "save")
    assert "You have changed more since you looked." in told.text
    assert file.read_bytes() == before


def test_texts_and_levels_are_written_with_comments_kept(room: Classroom, file: Path) -> None:
    ida = room.visitor("ida")
    title = "The answer names a reason: <b>why</b> & \"how\" # it helps"
    form = fields(ida) | {
        f"{WRITTEN}:title": title, f"{WRITTEN}:feedback": "Two\r\nlines.",
        f"{WRITTEN}:level:4:points": "15", f"{WRITTEN}:level:4:text": "Nearly.",
        f"{TESTED}:points": "25", "affine.values:points": "25",
    }  # fmt: skip
    told = saved(ida, form)
    assert "is saved" in told.text
    assert "<b>why</b>" not in told.text
    text = file.read_text()
    assert COMMENT in text
    tree = {one["id"]: one for one in read_plain(text)["criteria"]}
    assert tree[WRITTEN]["title"] == title
    assert tree[WRITTEN]["feedback"] == "Two\nlines."
    assert [level["points"] for level in tree[WRITTEN]["levels"]] == [0, 10, 20, 15]
    assert (tree[TESTED]["points"], tree["affine.values"]["points"]) == (25, 25)
    Rubric.model_validate(read_plain(text))
    assert read_form(told.text)[f"{WRITTEN}:level:5:text"] == "", "there is room for one more"

    gone = fields(ida) | {f"{WRITTEN}:level:4:points": "", f"{WRITTEN}:level:4:text": ""}
    assert "is saved" in saved(ida, gone).text
    assert len(read_plain(file.read_text())["criteria"][-1]["levels"]) == 3
    assert COMMENT in file.read_text()


REFUSED = [
    (f"{TESTED}:points", "many", 'points of standardise.values is a number, not "many"'),
    (f"{TESTED}:points", "31", "101"),
    (f"{TESTED}:points", "nan", "points"),
    (f"{TESTED}:points", "1e999", "points"),
    (f"{TESTED}:title", "a\0b", "none that cannot be seen"),
    (f"{TESTED}:title", "x" * 10_001, "at most 10000 characters"),
    (f"{WRITTEN}:level:2:points", "x", 'why.reason, level 2: its points are a number, not "x".'),
    (f"{WRITTEN}:level:2:points", "-1", "why.reason, level 2: its points are 0 or more, not -1."),
    (f"{WRITTEN}:level:2:text", "", "To remove the level, empty its points too."),
    (f"{WRITTEN}:level:3:points", "30", "why.reason"),
    ("no.such:title", "x", 'there is no criterion "no.such"'),
    (f"{WRITTEN}:kind", "tests", "cannot be changed here"),
]


def test_what_makes_no_rubric_is_refused(room: Classroom, file: Path) -> None:
    before, ida = file.read_bytes(), room.visitor("ida")
    form = fields(ida)
    for field, value, said in REFUSED:
        answer = send(ida, form | {field: value})
        assert answer.status_code == 200
        assert "Nothing was saved." in answer.text, field
        assert said in unescape(answer.text)
        assert "hx-retarget" not in answer.headers, "what was typed stays in the form"
    assert file.read_bytes() == before


def test_a_file_that_was_changed_meanwhile_is_shown_beside_what_was_typed(room: Classroom, file: Path) -> None:
    ida = room.visitor("ida")
    form = fields(ida) | {f"{WRITTEN}:title": "Mine", f"{TESTED}:title": "Mine too"}
    theirs = file.read_text().replace("The answer names a reason", "Theirs").replace("digits", "digits of all")
    file.write_text(theirs)
    answer = send(ida, form, "save")
    assert "The file was changed since you opened this page. Nothing was saved." in answer.text
    assert answer.headers["hx-retarget"] == "#rubric"
    for text in ("The answer names a reason", "Theirs", "Mine"):
        assert f'<td class="lines">{text}</td>' in answer.text
    assert file.read_text() == theirs
    again = read_form(answer.text)
    assert (again[f"{WRITTEN}:title"], again[f"{TESTED}:title"]) == ("Mine", "Mine too")
    assert again["standardise.stable:title"] == "Rows far from 0 keep their digits of all"
    assert "is saved" in saved(ida, again).text
    assert file.read_text() == theirs.replace("Theirs", "Mine").replace("The rows have mean 0 and variance 1", "Mine too")


def test_a_comment_that_was_added_meanwhile_is_kept(room: Classroom, file: Path) -> None:
    ida = room.visitor("ida")
    form = fields(ida) | {f"{WRITTEN}:title": "Mine"}
    file.write_text("# new\n" + file.read_text())
    answer = send(ida, form)
    assert "Only its comments or its layout are new." in answer.text
    assert "is saved" in saved(ida, read_form(answer.text)).text
    assert file.read_text().startswith("# new\n")


def test_what_was_typed_about_a_criterion_that_is_gone_is_shown(room: Classroom, file: Path) -> None:
    ida = room.visitor("ida")
    form = fields(ida) | {"affine.gradients:feedback": "My long words"}
    line = next(one for one in file.read_text().splitlines() if "affine.gradients" in one)
    file.write_text(file.read_text().replace(f"{line}\n", "").replace("points: 100", "points: 80"))
    (hidden,) = (room.course / "assignments" / SLUG / "tests" / "hidden").glob("*affine*")
    hidden.write_text(hidden.read_text().replace("affine.gradients", "affine.values"))
    answer = send(ida, form)
    assert '<td class="lines">My long words</td>' in answer.text
    assert "affine.gradients:feedback" not in read_form(answer.text)


def test_a_file_that_is_broken_meanwhile_is_told_and_nothing_is_written(room: Classroom, file: Path) -> None:
    ida = room.visitor("ida")
    form = fields(ida) | {f"{WRITTEN}:title": "Mine"}
    file.write_text("points: [")
    answer = send(ida, form)
    assert "Nothing was saved." in answer.text
    assert file.read_text() == "points: ["


def test_a_read_only_file_is_told(room: Classroom, file: Path) -> None:
    before, ida = file.read_bytes(), room.visitor("ida")
    file.chmod(0o444)
    told = saved(ida, fields(ida) | {f"{WRITTEN}:title": "Mine"}).text
    assert f"rubrics/{SLUG}.yaml cannot be written (Permission denied), and stands as it was." in told
    assert file.read_bytes() == before


def test_a_full_disk_is_told(room: Classroom, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before, ida = file.read_bytes(), room.visitor("ida")
    with monkeypatch.context() as patch:
        patch.setattr("autograder.course.atomic.os.fsync", full)
        told = saved(ida, fields(ida) | {f"{WRITTEN}:title": "Mine"}).text
    assert "cannot be written (No space left on device), and stands as it was." in told
    assert file.read_bytes() == before
    assert [one.name for one in file.parent.iterdir()] == [file.name], "no torn copy is left"


def test_a_shared_file_keeps_its_permissions_and_its_link(room: Classroom, file: Path, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.yaml"
    file.rename(real)
    real.chmod(0o664)
    file.symlink_to(real)
    ida = room.visitor("ida")
    assert "is saved" in saved(ida, fields(ida) | {f"{WRITTEN}:title": "Mine"}).text
    assert file.is_symlink()
    assert "title: Mine" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o664


def test_it_is_for_instructors(room: Classroom, file: Path) -> None:
    before, form = file.read_bytes(), fields(room.visitor("ida"))
    for name in ("ann", "rob"):
        visitor = room.visitor(name)
        assert visitor.get(f"/rubric/{SLUG}").status_code == 403
        assert visitor.get("/rubric").status_code == 403
        assert send(visitor, form | {f"{WRITTEN}:title": "x"}, "save").status_code == 403
        assert "/rubric" not in visitor.get("/").text
    assert room.visitor(None).get(f"/rubric/{SLUG}").status_code == 401
    assert file.read_bytes() == before
    ida = room.visitor("ida")
    assert f'href="/rubric/{SLUG}"' in ida.get("/rubric").text
    assert 'href="/rubric"' in ida.get("/").text
    assert ida.get("/rubric/no").status_code == 404
    assert "does not know what this page was made from" in send(ida, form | {"base": "0" * 64}).text


def test_others_who_have_it_open_are_told(room: Classroom, file: Path) -> None:
    attempt = room.hand_in("ada")
    ann, ida = room.visitor("ann"), room.visitor("ida")
    force = room.desk.rubrics.of(SLUG)
    assert force is not None
    place = f"/presence/{SLUG}/{WRITTEN}/{attempt.id}?rubric={force.rubric_sha256}"
    assert "The rubric has changed" not in ann.get(place).text
    saved(ida, fields(ida) | {f"{WRITTEN}:level:1:text": "Nothing at all."})
    assert "The rubric has changed" in ann.get(place).text
    assert "nothing was saved" in room.mark(ann, attempt, "level:1", rubric=force.rubric_sha256).text


def effect(change: float) -> Effect:
    return Effect(1, 1, "x", 50.0, 50.0 + change, (("a.b", 0.0, change),) if change else ())


def test_many_changes_are_put_into_ranges() -> None:
    changes = [-8.2, -0.4, 0.0, 0.0, *(n / 10 for n in range(1, 30))]
    found = distribution([effect(change) for change in changes])
    assert (found.total, found.moving) == (33, 31)
    assert [(bar.words, bar.number) for bar in found.bars] == [
        ("−10 to −8", 1), ("−2 to ±0", 1), ("±0", 2), ("±0 to +2", 19), ("+2 to +4", 10),
    ]  # fmt: skip
    assert [(part.criterion, part.number) for part in found.parts] == [("a.b", 31)]
