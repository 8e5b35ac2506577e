"""Gradescope's submission_metadata.yml: which submission of an export is whose, and when it was handed in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from autograder.course.findings import CourseError, Findings

NAME = "submission_metadata.yml"
_DEPTH = 50
"""More than any export has; YAML that is nested without end takes the parser time without end."""
_NEEDED = 5
"""Collections around a sid: the stream, all submissions, one, its submitters, the submitter. What autograders said lies deeper."""
_CUT = re.compile(r"^\.\.\.[ \t]*\r?\n(?!---|\Z)", re.MULTILINE)
"""The end of a document without a beginning of the next one: large exports have it, and libyaml refuses it."""


@dataclass(frozen=True)
class Submitter:
    """A student as Gradescope knows them; what it does not say is empty."""

    sid: str
    name: str = ""
    email: str = ""

    def __str__(self) -> str:
        return self.sid or self.email or self.name or "somebody without an id"


@dataclass(frozen=True)
class Submitted:
    """One submission of an export: of one student, or of a group."""

    folder: str
    submitters: tuple[Submitter, ...]
    at: datetime | None
    earlier: int
    """How many submissions before this one are mentioned; their files are not in the export."""


def read_metadata(data: bytes) -> list[Submitted]:
    """The submissions that `data` describes. Raises CourseError with all that is wrong.

    Ruby writes it: keys are symbols (`:submitters`, `:sid`, `:created_at`), which are texts here, and so is every value: a sid
    keeps its zeros. No tag is obeyed and nothing is constructed; a repeated node is shared, not copied.
    """
    from yaml import YAMLError

    wrong, found = Findings(), dict[str, Submitted]()
    try:
        documents = _documents(_CUT.sub("...\n---\n", data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise CourseError(f"{NAME} is not UTF-8. Export the submissions from Gradescope again.") from None
    except (YAMLError, _TooDeep) as error:
        said = " ".join(str(error).split())[:200]
        raise CourseError(f"{NAME} cannot be read as YAML ({said}). Export the submissions again.") from None
    for document in documents:
        if not isinstance(document, _Pairs):
            wrong.add(NAME, None, "it does not say what belongs to whom.", "Export the submissions again.")
            break
        for key, value in document.pairs:
            if isinstance(value, dict) and _of(value, "submitters") != "":
                one = _submitted(unicodedata.normalize("NFC", key), value, wrong)
                if one.folder in found:
                    wrong.add(NAME, None, f'"{_shown(key)}" stands there twice.', "Export the submissions again.")
                found[one.folder] = one
    if not found and not wrong.items:
        wrong.add(NAME, None, "there are no submissions in it.", "Export the submissions of a programming assignment.")
    wrong.raise_if_any()
    return list(found.values())


def _submitted(folder: str, value: dict[str, Any], wrong: Findings) -> Submitted:
    if folder in ("", ".", "..") or "/" in folder or "\\" in folder or "\0" in folder:
        wrong.add(NAME, None, f'"{_shown(folder)}" is no name of a folder in the export.', "Who wrote this file?")
    people = _of(value, "submitters")
    submitters = [_submitter(one) for one in people if isinstance(one, dict)] if isinstance(people, list) else []
    said, history = _of(value, "created_at"), _of(value, "history")
    at = _time(said) if isinstance(said, str) else None
    if said and at is None:
        wrong.add(NAME, None, f'{_shown(folder)}: "{_shown(str(said))}" is no time.', "Export the submissions again.")
    return Submitted(folder, tuple(dict.fromkeys(submitters)), at, len(history) if isinstance(history, list) else 0)


def _submitter(one: dict[str, Any]) -> Submitter:
    texts = {key: _of(one, key) for key in ("sid", "name", "email")}
    return Submitter(**{key: _clean(text) if isinstance(text, str) else "" for key, text in texts.items()})


def _of(value: dict[str, Any], key: str) -> Any:
    return value.get(f":{key}", value.get(key, ""))


def _clean(text: str) -> str:
    printable = "".join(ch if ch.isprintable() else " " for ch in unicodedata.normalize("NFC", text))
    return " ".join(printable.split())


def _shown(text: str) -> str:
    cleaned = _clean(text)
    return cleaned if len(cleaned) <= 60 else f"{cleaned[:59]}…"


def _time(text: str) -> datetime | None:
    """Ruby's `2026-04-26 17:34:00.861687000 Z`; without an offset it is UTC, as YAML has it."""
    try:
        found = datetime.fromisoformat(re.sub(r"\s+(?=(Z|[+-]\d\d:?\d\d)$)", "", text.strip()))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


class _TooDeep(Exception):
    pass


@dataclass(frozen=True)
class _Pairs:
    """A whole document that is a mapping: pairs, so that a key that stands twice is seen."""

    pairs: list[tuple[str, Any]]


def _documents(text: str) -> list[Any]:
    """Every document as dicts, lists and texts, made from the parser's events without recursion."""
    import yaml
    from yaml import events

    opened: list[list[Any]] = [[]]
    anchors: dict[str, Any] = {}
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, events.CollectionStartEvent):
            if len(opened) > _DEPTH:
                raise _TooDeep("it is nested too deep")
            opened.append([event.anchor])
            continue
        if isinstance(event, events.ScalarEvent):
            empty = event.implicit[0] and event.value in ("~", "null", "Null", "NULL")
            anchor, node = event.anchor, "" if empty else event.value
        elif isinstance(event, events.CollectionEndEvent):
            anchor, *node = opened.pop()
            if isinstance(event, events.MappingEndEvent):
                pairs = [(key, value) for key, value in zip(node[::2], node[1::2], strict=True) if isinstance(key, str)]
                node = dict(pairs) if len(opened) > 1 else _Pairs(pairs)
        elif isinstance(event, events.AliasEvent):
            anchor, node = None, anchors.get(event.anchor, "")
        else:
            continue
        if anchor:
            anchors[anchor] = node
        if len(opened) <= _NEEDED:
            opened[-1].append(node)
    return opened[0]
