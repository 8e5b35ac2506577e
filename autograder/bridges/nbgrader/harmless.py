"""Student text that stays harmless in nbgrader's pages, which render markdown and HTML as they are.

nbconvert keeps raw HTML, `javascript:` links, outputs and attachments, and formgrader shows them at the address where the
instructor is logged in. What is written here is markdown and HTML again, for whatever reads it: no rule below depends on
how a reader parses markdown.
"""

from __future__ import annotations

import html
import re

from autograder.submissions.clean import ATTRIBUTES, TAGS, shortened

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_TAG = re.compile(r"(</?(?:b|br|del|em|i|strong|sub|sup)\s*/?>)|<(?=[A-Za-z/!?])", re.IGNORECASE)
"""Tags without attributes that only change letters, and every other beginning of a tag."""
_SCHEME = re.compile(
    "(" + "|".join(r"[\\\t\n]*".join(word) for word in ("javascript", "vbscript", "data")) + r")[\\\t\n]*:(?=\S)",
    re.IGNORECASE,
)
"""Addresses that browsers run. A backslash and the colon are a colon in markdown; browsers skip tabs and line ends."""
_IMAGE = re.compile(r"!\\?\[(?:(?P<alt>[^\[\]\n]{0,200})\]\(attachment:(?P<name>[\w.-]{1,100})\))?")
_TEX = re.compile(r"\\(?=(?:href|require|style|class|cssId|data|html\w*|unicode|begingroup|def|let|newcommand)\b)")
"""What lets a formula of MathJax make links, load parts or set styles."""
_MERMAID = re.compile(r"([`~]{3,}[ \t]*)mermaid", re.IGNORECASE)
_MOST_ENTITIES = 8


def markdown(text: str, pictures: frozenset[str] = frozenset()) -> str:
    """Markdown that makes no element but plain emphasis, runs nothing and fetches nothing.

    `pictures` are the names of attachments that may be shown; any other picture becomes its link. Code keeps its letters, but
    for a blank after a `<` that would begin a tag.
    """
    found = _CONTROL.sub("", _without_entities(shortened(text.replace("\r\n", "\n"))))
    found = _TAG.sub(lambda match: match[1] or "< ", found)
    found = _SCHEME.sub(r"\1 :", found)
    found = _IMAGE.sub(lambda match: _shown(match, pictures), found)
    return _MERMAID.sub(r"\1text", _TEX.sub(r"\\ ", found))


def _shown(image: re.Match[str], pictures: frozenset[str]) -> str:
    """The picture where it came along; else what stands there, apart from the `!`."""
    whole = image[0]
    return whole if image["name"] in pictures and whole.startswith("![") else f"! [{whole.partition('[')[2]}"


def page(source: str) -> str:
    """HTML of an output: tables and text, without scripts, styles, pictures or formulas that act."""
    import nh3

    cleaned = nh3.clean(
        shortened(source),
        tags=TAGS - {"img"},
        attributes={tag: names for tag, names in ATTRIBUTES.items() if tag != "img"},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )
    return _TEX.sub(r"\\ ", cleaned)


def name(text: str) -> str:
    """A person's name as nbgrader's templates, which do not escape, and its CSV file, which does not quote, can bear it."""
    from autograder.returning.export import guarded

    plain = re.sub(r"""[<>"'`&{}\\,\s\x00-\x1f\x7f]+""", lambda match: "’" if match[0] == "'" else " ", text).strip()
    return str(guarded(plain))[:128]


def _without_entities(text: str) -> str:
    """Character references written out, also those that others hide."""
    for _ in range(_MOST_ENTITIES):
        plain = html.unescape(text)
        if plain == text:
            return text
        text = plain
    return text.replace("&", "＆")
