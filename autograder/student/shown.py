"""The checks as a cell's output: plain text, and HTML that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.student import wording
from autograder.student.folder import Question
from autograder.student.outcome import Check

if TYPE_CHECKING:
    from jinja2 import Template

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Shown:
    """What Jupyter shows: `_repr_html_` in a notebook, the text in a terminal."""

    notebook: str
    questions: Sequence[Question]
    checks: list[Check]
    notes: Sequence[str] = ()
    """What was checked, and what is not as it should be; said first."""

    def __repr__(self) -> str:
        lines = [line.text for line in wording.report(self.questions, self.checks)]
        return "\n".join([*self.notes, "", *lines])

    def _repr_html_(self) -> str:
        own = [(question, [c for c in self.checks if c.question == question.id]) for question in self.questions]
        return _template().render(shown=self, questions=own, wording=wording)


@dataclass(frozen=True)
class Waiting:
    """What stands there meanwhile."""

    text: str

    def __repr__(self) -> str:
        return self.text


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template("check.html.j2")
