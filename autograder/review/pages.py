"""From templates to pages."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.report.page import environment as shared_environment
from autograder.report.wording import amount
from autograder.submissions.cells import SeenCell
from autograder.submissions.clean import code, markdown, shortened, terminal

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of the desk, and the drawings that it shares with the feedback."""
    made = shared_environment(HERE / "templates")
    made.filters |= {
        "code": code,
        "terminal": terminal,
        "shortened": shortened,
        "rendered": rendered,
        "ago": ago,
    }
    return made


def render(template: str, **values: Any) -> str:
    """The page that `template` makes of `values`."""
    return environment().get_template(template).render(**values)


def rendered(cell: SeenCell, attempt: int) -> Markup:
    """A markdown cell; its attachments are at addresses of their own."""
    address = partial("/picture/{}/{}/{}".format, attempt, cell.index)
    return markdown(cell.source, {name: address(n) for n, (name, _, _) in enumerate(cell.attachments)})


def ago(at: datetime, *, now: datetime | None = None) -> str:
    """How long ago, in words."""
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    if seconds < 60:
        return "just now"
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{amount(int(seconds // size), unit)} ago"
    return "just now"
