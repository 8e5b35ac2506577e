"""TeX in a student's markdown as MathML: bounded, rebuilt from known parts, and as plain text where that does not work."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, tostring

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MOST_TEX = 2000
"""Characters of one formula. The converter needs under 50 ms for the worst that fits."""
MOST_MATHML = 100_000
WIDE = 60
"""A formula of more characters may not fit, and can be scrolled."""
MOST_SECONDS = 1.0
"""For all formulas of one cell; those that come later stay text."""
TAGS = {
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder",
    "mover", "munderover", "mmultiscripts", "mprescripts", "none", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom",
    "menclose",
}  # fmt: skip
WORDS = {
    "display", "mathvariant", "stretchy", "fence", "form", "separator", "accent", "accentunder", "columnalign", "rowlines",
    "columnlines", "movablelimits", "displaystyle", "scriptlevel", "notation", "symmetric", "largeop",
}  # fmt: skip
"""Attributes whose values are words. Addresses, styles, classes and colours are none of them."""
LENGTHS = {"linethickness", "lspace", "rspace", "minsize", "maxsize", "width", "height", "depth", "voffset", "rowspacing"}
_WORD = re.compile(r"[a-z0-9 -]{1,80}")
_LENGTH = re.compile(r"-?\d{0,2}(\.\d{1,6})?(em|ex|px|mu|%)?")
_DEFINES = re.compile(r"\\(?:\w*newcommand|providecommand|newenvironment|Declare\w*|\w*def|\w*let)(?![a-z])", re.IGNORECASE)
"""What gives names to text: ten lines of it can grow to gigabytes."""
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")


@dataclass
class Formulas:
    """Those of one cell. In the text that is sanitised stands a mark for each, which nobody can guess."""

    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    made: list[str] = field(default_factory=list)
    until: float = field(default_factory=lambda: time.monotonic() + MOST_SECONDS)

    def mark(self, tex: str, *, block: bool) -> str:
        """What stands for a formula until `put_in`."""
        found = mathml(tex.strip(), block=block) if time.monotonic() < self.until else None
        if found is None:
            found = f"<code>{escape(_UNSEEN.sub('', tex.strip()))}</code>"
        elif block or len(tex) > WIDE:  # browsers do not break formulas into lines, and what scrolls must have the focus
            found = f'<span tabindex="0" role="group" aria-label="Formula">{found}</span>'
        self.made.append(found)
        return f"{self.secret}-{len(self.made) - 1}-"

    def put_in(self, html: str) -> str:
        """Sanitised HTML with the formulas in the places of their marks."""
        return re.sub(f"{self.secret}-(\\d+)-", lambda found: self.made[int(found[1])], html)


_now: ContextVar[Formulas] = ContextVar("formulas of the cell that is rendered")


@contextmanager
def formulas() -> Iterator[Formulas]:
    """The formulas of what is rendered inside the block, by a parser that `read_formulas` has prepared."""
    found = Formulas()
    token = _now.set(found)
    try:
        yield found
    finally:
        _now.reset(token)


def read_formulas(parser: MarkdownIt) -> MarkdownIt:
    """Let a parser know `$…$`, `$$…$$` and `\\begin{align}`."""
    from mdit_py_plugins.amsmath import amsmath_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    parser.use(dollarmath_plugin, allow_labels=False, allow_digits=False, double_inline=True).use(amsmath_plugin)

    def inline(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
        return _now.get().mark(tokens[index].content, block=False)

    def block(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
        return f"<div>{_now.get().mark(tokens[index].content, block=True)}</div>\n"

    parser.add_render_rule("math_inline", inline)
    for name in ("math_inline_double", "math_block", "amsmath"):
        parser.add_render_rule(name, inline if name == "math_inline_double" else block)
    return parser


@lru_cache(maxsize=2048)
def mathml(tex: str, *, block: bool) -> str | None:
    """TeX as MathML; None for what is too long, defines something, or is not understood."""
    from latex2mathml.converter import convert_to_element

    if not tex or len(tex) > MOST_TEX or _DEFINES.search(tex):
        return None
    try:
        tree = convert_to_element(tex, display="block" if block else "inline")
        made = tostring(_rebuilt(tree), encoding="unicode")
    except Exception:  # whatever a converter does not understand of a student's text: the text is shown
        return None
    return made if len(made) <= MOST_MATHML else None


def _rebuilt(tree: Element) -> Element:
    """The same from known elements, attributes and text alone. Raises ValueError for another element."""
    root = Element("math")
    left = [(tree, root)]
    while left:
        old, new = left.pop()
        if old.tag not in TAGS:
            raise ValueError(f"<{old.tag}> is not known")
        new.text = _UNSEEN.sub("", unescape(old.text or ""))
        for name, value in old.attrib.items():
            if (name in WORDS and _WORD.fullmatch(value)) or (name in LENGTHS and _LENGTH.fullmatch(value)):
                new.set(name, value)
        for child in old:
            made = Element(str(child.tag))
            new.append(made)
            left.append((child, made))
    return root
