"""A submitted notebook as it is looked at: read as JSON, never executed, never trusted."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from autograder.course.notebook import Notebook, question_of, read_notebook

Kind = Literal["text", "error", "picture", "page"]
PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
"""Kinds of picture that are shown as such, and how their bytes begin."""
PAGES = ("text/html", "image/svg+xml")
"""Output that a browser would run: shown in a frame that may do nothing."""
MOST_OUTPUTS = 200
MOST_BYTES = 20 * 2**20


STUB = "YOUR ANSWER HERE"
"""What nbgrader puts in place of a written answer, and with it a release."""


@dataclass(frozen=True)
class Output:
    """One output of a cell. `text` for people; `data` for what is served at an address of its own."""

    kind: Kind
    text: str = ""
    mime: str = ""
    data: bytes = b""


@dataclass(frozen=True)
class SeenCell:
    """One cell with what stands below it."""

    index: int
    """From 1."""
    type: str
    source: str
    grade_id: str | None
    id: str | None
    outputs: tuple[Output, ...] = ()
    attachments: tuple[tuple[str, str, bytes], ...] = ()
    """Name, kind and bytes of the pictures that a markdown cell brought along."""

    @property
    def untouched(self) -> bool:
        """A written answer as it was handed out, or empty."""
        return self.type == "markdown" and self.grade_id is not None and self.source.strip() in ("", STUB)

    @property
    def question(self) -> str | None:
        return question_of(self.grade_id)


def seen_cells(data: bytes, name: str) -> tuple[SeenCell, ...]:
    """All cells of a notebook with their outputs. Raises NotebookError."""
    notebook = read_notebook(data, name)
    raw = json.loads(data.decode("utf-8-sig"))["cells"]
    return tuple(_cells(notebook, raw))


def _cells(notebook: Notebook, raw: list[dict[str, Any]]) -> Iterator[SeenCell]:
    for cell, tree in zip(notebook.cells, raw, strict=True):
        outputs = _dicts(tree.get("outputs"))[:MOST_OUTPUTS] if cell.type == "code" else []
        yield SeenCell(
            cell.index,
            cell.type,
            cell.source,
            cell.grade_id,
            cell.id,
            tuple(_joined([_output(output) for output in outputs])),
            tuple(_attachments(tree.get("attachments"))) if cell.type == "markdown" else (),
        )


def _output(output: dict[str, Any]) -> Output:
    kind = output.get("output_type")
    if kind == "stream":
        return Output("text", _text(output.get("text")))
    if kind == "error":
        return Output("error", _text(output.get("traceback")) or f"{output.get('ename')}: {output.get('evalue')}")
    data = output.get("data")
    return _shown(data) if isinstance(data, dict) else Output("text", "")


def _shown(data: dict[str, Any]) -> Output:
    """The form of a result to look at: a picture, else a page in its frame, else text."""
    plain = _text(data.get("text/plain"))
    for mime in PICTURES:
        picture = _picture(mime, data.get(mime))
        if picture is not None:
            return Output("picture", plain, mime, picture)
    for mime in PAGES:
        page = _text(data.get(mime))
        if page:
            return Output("page", plain, mime, page.encode("utf-8", "replace")[:MOST_BYTES])
    return Output("text", plain or _text(data.get("text/markdown")) or _text(data.get("text/latex")))


def _picture(mime: str, encoded: Any) -> bytes | None:
    """The bytes of a picture that is what it says it is."""
    text = _text(encoded)
    if not text or len(text) > MOST_BYTES * 4 // 3:
        return None
    try:
        data = base64.b64decode(text)
    except (binascii.Error, ValueError):
        return None
    return data if data.startswith(PICTURES[mime]) else None


def _attachments(tree: Any) -> Iterator[tuple[str, str, bytes]]:
    for name, forms in tree.items() if isinstance(tree, dict) else ():
        for mime in PICTURES if isinstance(forms, dict) else ():
            picture = _picture(mime, forms.get(mime))
            if picture is not None:
                yield str(name), mime, picture


def _joined(outputs: list[Output]) -> Iterator[Output]:
    """What was printed in many pieces, as one; nothing for what is empty."""
    text = ""
    for output in outputs:
        if output.kind == "text" and not output.mime:
            text += output.text
            continue
        if text.strip():
            yield Output("text", text)
        text = ""
        yield output
    if text.strip():
        yield Output("text", text)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A string, or a list of them, as notebooks keep long text; anything else is nothing."""
    if isinstance(value, list):
        value = "".join(one for one in value if isinstance(one, str))
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""
