"""Notebooks that students hand in, with what a page that renders them must not run."""

from __future__ import annotations

import base64
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from autograder.gradebook import Gradebook
from autograder.gradebook.attempts import Attempt, receive
from autograder.gradebook.roster import add_person
from autograder.grading.result import Result
from tests.gradebook.made import graded

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 32).decode()
PLANTED = "<script>window.planted = 1</script>"


def cell(kind: str, source: str, grade_id: str | None = None, **more: Any) -> dict[str, Any]:
    """A cell as Jupyter writes it."""
    marks = {"grade_id": grade_id, "solution": True, "grade": kind == "markdown", "locked": False, "schema_version": 3}
    found: dict[str, Any] = {"cell_type": kind, "metadata": {"nbgrader": marks} if grade_id else {}, "source": source}
    return found | ({"outputs": [], "execution_count": None} if kind == "code" else {}) | more


def output(**data: str) -> dict[str, Any]:
    """An output with these forms; `text_html` is text/html."""
    forms = {name.replace("_", "/", 1): value for name, value in data.items()}
    return {"output_type": "display_data", "data": forms, "metadata": {}}


def hostile_notebook() -> dict[str, Any]:
    """Answers to the tiny assignment that carry a script wherever a notebook holds text."""
    outputs = [
        output(text_html=f"<table><tr><td>7</td></tr></table>{PLANTED}", text_plain="7"),
        output(image_png=f'{PNG}"><script>window.planted = 1</script>', text_plain="a figure"),
        output(application_javascript="window.planted = 1", text_plain="a program"),
        {"output_type": "stream", "name": '"><script>window.planted = 1</script>', "text": PLANTED},
        {"output_type": "error", "ename": PLANTED, "evalue": PLANTED, "traceback": [PLANTED]},
    ]
    bad = f"picture{PLANTED}"
    return {
        "cells": [
            cell("code", f"def standardise(x):\n    return x  # {PLANTED}", "standardise", outputs=outputs),
            cell("markdown", f"Because.\n\n{PLANTED}\n\n[look](javascript:window.planted=1) <img src=x onerror=planted()>", "why"),
            cell("markdown", f"![it](attachment:{bad})", attachments={bad: {"image/svg+xml": PLANTED}, "a": {"image/png": PNG}}),
            {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": PLANTED},
            cell("code", "x = 1", f"standardise{PLANTED}"),
        ],
        "metadata": {"kernelspec": {"name": PLANTED, "display_name": PLANTED}, "title": PLANTED, "widgets": {"a": PLANTED}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip


def hands_in(book: Gradebook, folder: Path, sid: str, name: str, notebook: dict[str, Any], made: Result) -> Attempt:
    """A graded attempt with this notebook."""
    file = folder / f"{sid}.ipynb"
    file.write_text(json.dumps(notebook))
    one = receive(book, "scale", add_person(book, sid, name, f"{sid}@example.org", "A").student_id, file)
    graded(book, one, made)
    return one


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = ""
        self.alive: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open = tag
        self.alive += [f"{tag} {key}" for key, value in attrs if "planted" in (value or "")]

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if "planted" in data and self.open in ("script", "style", "svg"):
            self.alive.append(self.open)


def alive(html: str) -> list[str]:
    """Where a page has something planted that a browser would run, and not merely show."""
    page = _Page()
    page.feed(html)
    page.close()
    return page.alive
