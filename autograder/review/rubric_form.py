"""A rubric as the fields of a form, and a form as changes of a rubric.

Fields are named `points` (the total), `ID:title`, `ID:points`, `ID:feedback`, `ID:level:N:points` and `ID:level:N:text`, N from
1. As text they can be compared: what the form was made from, what is on the disk now, what somebody typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from autograder.course.findings import CourseError
from autograder.course.models import Level, Rubric
from autograder.course.rubric_edit import Change

LONGEST = 10_000
Fields = dict[str, str]


@dataclass(frozen=True)
class Difference:
    """One field that several people have changed, or that has lost its place."""

    place: str
    was: str
    theirs: str
    mine: str
    """Empty where only they changed it."""

    @property
    def collides(self) -> bool:
        return bool(self.mine) and self.mine != self.theirs


def fields_of(rubric: Rubric) -> Fields:
    """Every field with what it holds."""
    found = {"points": spelled(rubric.points)}
    for one in rubric.criteria:
        found |= {f"{one.id}:title": one.title, f"{one.id}:points": spelled(one.points), f"{one.id}:feedback": one.feedback}
        for number, level in enumerate(one.levels, start=1):
            found |= level_fields(one.id, number, spelled(level.points), level.text)
    return {name: text.strip() for name, text in found.items()}


def level_fields(criterion: str, number: int, points: str, text: str) -> Fields:
    """The two fields of a level."""
    return {f"{criterion}:level:{number}:points": points, f"{criterion}:level:{number}:text": text}


def spelled(number: float) -> str:
    """`8`, not `8.0`."""
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def typed(form: Mapping[str, str], base: Fields) -> Fields:
    """The fields of `form` that are not as they were: what somebody changed. Raises CourseError for text that is none."""
    changed = {}
    for name, raw in form.items():
        if name != "points" and ":" not in name:
            continue
        text = raw.replace("\r\n", "\n").strip()
        if name.endswith("points"):
            text = _as_number(text)
        if len(text) > LONGEST or any(not (sign.isprintable() or sign == "\n") for sign in text):
            raise CourseError(f"{said(name)}: at most {LONGEST} characters, and none that cannot be seen.")
        if text != base.get(name, ""):
            changed[name] = text
    return changed


def _as_number(text: str) -> str:
    try:
        return spelled(float(text.replace(",", ".")))
    except (ValueError, OverflowError):
        return text  # told where it is used, with its place


def changes_of(mine: Fields, now: Fields) -> list[Change]:
    """What `mine` does to a rubric whose fields are `now`. Raises CourseError for what is no number."""
    found: list[Change] = []
    levelled = []
    for name, text in mine.items():
        criterion, _, key = name.rpartition(":") if ":level:" not in name else (name.partition(":")[0], "", "levels")
        if key != "levels":
            found.append(Change(criterion, key, text))
        elif criterion not in levelled:
            levelled.append(criterion)
            found.append(Change(criterion, "levels", _levels(criterion, now | mine)))
    return found


def _levels(criterion: str, fields: Fields) -> tuple[Level, ...]:
    """Levels of a criterion; one whose fields are both empty is none."""
    levels = []
    for number in range(1, rows(criterion, fields) + 1):
        points, text = (fields.get(f"{criterion}:level:{number}:{key}", "") for key in ("points", "text"))
        if not points and not text:
            continue
        place = f"{criterion}, level {number}"
        try:
            value = float(points)
        except ValueError:
            raise CourseError(f'{place}: its points are a number, not "{points}".') from None
        if not 0 <= value < float("inf"):
            raise CourseError(f"{place}: its points are 0 or more, not {points}.")
        if not text:
            raise CourseError(f"{place}: say what it takes to get these points. To remove the level, empty its points too.")
        levels.append(Level(points=value, text=text))
    return tuple(levels)


def rows(criterion: str, fields: Fields) -> int:
    """How many levels a form has."""
    return next(n for n in count() if f"{criterion}:level:{n + 1}:text" not in fields)


def differences(base: Fields, now: Fields, mine: Fields) -> list[Difference]:
    """What others have changed since `base`, and what somebody changed that has no place any more."""
    theirs = [name for name in {**base, **now} if base.get(name, "") != now.get(name, "")]
    homeless = [name for name in mine if not _has_place(name, now) and name not in theirs]
    return [
        Difference(said(name), base.get(name, ""), now.get(name, ""), mine.get(name, "")) for name in (*theirs, *homeless)
    ]


def placed(mine: Fields, now: Fields) -> Fields:
    """What of `mine` can be put into a rubric with the fields `now`."""
    return {name: text for name, text in mine.items() if _has_place(name, now)}


def _has_place(name: str, now: Fields) -> bool:
    return name == "points" or f"{name.partition(':')[0]}:title" in now


def said(name: str) -> str:
    """A field in words."""
    if name == "points":
        return "Points in all"
    criterion, *rest = name.split(":")
    return f"{criterion}: {' '.join(rest)}"


def touched(names: Sequence[str]) -> set[str]:
    """The criteria that fields belong to."""
    return {name.partition(":")[0] for name in names if ":" in name}
