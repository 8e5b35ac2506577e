"""Pages that are one file: templates, the style inside, a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.report.wording import amount, hint_label, points, printable

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


STYLES = ("colours.css", "feedback.css", "figures.css")
"""Style sheets in order; the review desk has the first and the last in common with these pages."""


def rendered(template: str, *, styles: Sequence[str] = STYLES, **context: Any) -> str:
    """The page `template` makes of `context`. It holds its style, whose hash its policy names: no other runs."""
    style = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in styles)
    return environment().get_template(template).render(
        **context,
        style=_markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


@lru_cache(maxsize=2)
def environment(*folders: Path) -> Environment:
    """Templates in `folders` and in ours, with what all pages have in common: values are escaped, none may be missing."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "plain": printable,
        "prose": prose,
        "powers": powers,
        "points": points,
        "hint_label": hint_label,
        "amount": amount,
    }
    return made


def prose(text: str) -> Markup:
    """Escaped text in which `code` between backticks is set as code; line breaks are kept by the style."""
    from markupsafe import Markup, escape

    coded = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(printable(text))))
    return Markup(_raised(coded))


def powers(text: str) -> Markup:
    """Escaped text in which `N^1.97` has its exponent raised."""
    from markupsafe import Markup, escape

    return Markup(_raised(str(escape(printable(text)))))


def _raised(text: str) -> str:
    return re.sub(r"\b([Nm])\^(-?\d+(?:\.\d+)?)", r"\1<sup>\2</sup>", text)


def _markup(text: str) -> Markup:
    from markupsafe import Markup

    return Markup(text)
