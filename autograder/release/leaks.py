"""Does anything that ships hold a piece of a solution, a written answer or a hidden test?

Texts are compared as runs of tokens: without white space, quotes, backslashes and comment signs, so that a
piece is found however it was pasted, quoted or escaped. Eight tokens in a row are a piece. Two rules
keep what stands in the release on purpose from being called a leak:

1. What the unanswered part of a solution cell says (signature, docstring) is given to students anyway.
2. Prose, given code and public tests speak of the same things as the answers: `out = lstm_cell(x, (h, c), W)`
   is no leak. There a piece must be a whole answer, or as long as no sentence or call is by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

MIN_RUN = 8
"""Tokens in a row that make a piece."""
ANSWER_WORDS = 12
"""Words (tokens but brackets and commas) of an answer in a row that no text on purpose repeats by chance."""
TEST_WORDS = 24
"""The same for hidden tests and known submissions, which are set up as public tests are."""

_TOKEN = re.compile(r"[^\W\d]\w*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[^\w\s\"'`\\#]")
_NO_WORD = frozenset("()[]{},:.;")


@dataclass(frozen=True)
class Secret:
    """A text that must not ship."""

    origin: str
    """Where it stands: `the solution of cell 7`, `tests/hidden/test_cell.py`."""
    text: str
    words: int = ANSWER_WORDS
    """How many of its words in a row are too many in a public part."""


class Leak(NamedTuple):
    """A piece of a secret in a shipped text."""

    origin: str
    tokens: int
    excerpt: str


Gram = tuple[str, ...]


class Scanner:
    """Finds pieces of secrets; built once a release, as building costs more than looking."""

    def __init__(self, secrets: Iterable[Secret], given: Iterable[str], public: Iterable[str]) -> None:
        """`given`: unanswered parts of solution cells. `public`: the other texts that ship on purpose."""
        self._secrets = list(secrets)
        given_grams = {gram for text in given for gram in _grams(tokens(text))}
        self._public = {gram for text in public for gram in _grams(tokens(text))} | given_grams
        self._owners: dict[Gram, list[int]] = {}
        self._whole: list[tuple[str, ...]] = []
        for number, secret in enumerate(self._secrets):
            words = tuple(tokens(secret.text))
            self._whole.append(words)
            for gram in dict.fromkeys(_grams(words)):
                if gram not in given_grams:
                    self._owners.setdefault(gram, []).append(number)
        self._vocabulary = {word for gram in self._owners for word in gram}

    def scan(self, text: str, *, on_purpose: bool) -> Leak | None:
        """The longest piece of a secret in `text`; a text that ships `on_purpose` may repeat short ones."""
        words = tokens(text)
        found: list[Leak] = []
        for number, start, end in self._runs(words, skip_public=not on_purpose):
            secret, run = self._secrets[number], words[start:end]
            whole = len(self._whole[number]) <= len(run) and _contains(run, self._whole[number])
            if not on_purpose or whole or sum(word not in _NO_WORD for word in run) >= secret.words:
                found.append(Leak(secret.origin, len(run), " ".join(run[:MIN_RUN])))
        return max(found, key=lambda leak: leak.tokens, default=None)

    def _runs(self, words: list[str], *, skip_public: bool) -> list[tuple[int, int, int]]:
        """(secret, start, end) of every run of overlapping pieces of one secret."""
        runs: list[tuple[int, int, int]] = []
        open_runs: dict[int, tuple[int, int]] = {}
        for start in self._candidates(words):
            gram = tuple(words[start : start + MIN_RUN])
            owners = () if skip_public and gram in self._public else self._owners.get(gram, ())
            for number in owners:
                begin, end = open_runs.get(number, (start, -1))
                if end != -1 and start > end - MIN_RUN + 1:  # not the next piece: the run before it is over
                    runs.append((number, begin, end))
                    begin = start
                open_runs[number] = (begin, start + MIN_RUN)
        return runs + [(number, begin, end) for number, (begin, end) in open_runs.items()]

    def _candidates(self, words: list[str]) -> Iterable[int]:
        """Starts of eight tokens that all occur in secrets: almost nowhere in a large data file."""
        length = 0
        for position, word in enumerate(words):
            length = length + 1 if word in self._vocabulary else 0
            if length >= MIN_RUN:
                yield position - MIN_RUN + 1


def tokens(text: str) -> list[str]:
    """Names, numbers and signs of a text in order."""
    return _TOKEN.findall(text)


def _grams(words: list[str] | tuple[str, ...]) -> Iterable[Gram]:
    return (tuple(words[i : i + MIN_RUN]) for i in range(len(words) - MIN_RUN + 1))


def _contains(run: list[str], part: tuple[str, ...]) -> bool:
    return len(part) >= MIN_RUN and any(tuple(run[i : i + len(part)]) == part for i in range(len(run) - len(part) + 1))
