"""How reports speak: a symbol, a word and a sentence for each verdict; points; foreign text made safe."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from autograder.course.verdict import Verdict

Tone = Literal["good", "bad", "shaky", "limit", "idle", "pending"]


@dataclass(frozen=True)
class Face:
    """What a reader sees of a verdict. The symbol is one terminal column wide; a word or legend is near."""

    symbol: str
    word: str
    meaning: str
    """For the student; stands where a criterion has no message of its own."""
    tone: Tone

    @property
    def phrase(self) -> str:
        """The word inside a sentence: `not right`, `with a TA`."""
        return self.word[0].lower() + self.word[1:]


FACES: dict[Verdict, Face] = {
    Verdict.PASS: Face("✓", "Passed", "", "good"),
    Verdict.FAIL: Face("✗", "Not right", "What your code returns is not what this asks for.", "bad"),
    Verdict.UNSTABLE: Face(
        "≈",
        "Numerically unstable",
        "The mathematics is right; the way it is computed loses precision.",
        "shaky",
    ),
    Verdict.NOT_ATTEMPTED: Face("○", "Not attempted", "This is still the stub you were given.", "idle"),
    Verdict.TIMEOUT: Face("∞", "Out of time", "Your code took longer than the limit and was stopped.", "limit"),
    Verdict.MEMORY: Face("■", "Out of memory", "Your code needed more memory than the limit and was stopped.", "limit"),
    Verdict.CRASH: Face("↯", "Crashed", "Your code stopped with an error before it gave an answer.", "limit"),
    Verdict.OUTPUT_LIMIT: Face(
        "≡", "Printed too much", "Your code printed more than the limit and was stopped.", "limit"
    ),
    Verdict.FORBIDDEN: Face(
        "⊘", "Not allowed", "Your code calls an operation that you are asked to write yourself.", "bad"
    ),
    Verdict.INCONCLUSIVE: Face(
        "?",
        "Could not decide",
        "We measured and could not decide. This is not your fault and costs you no points: a TA will decide.",
        "pending",
    ),
    Verdict.SKIPPED: Face("·", "Not run", "This was not run, because something it builds on failed.", "idle"),
    Verdict.NEEDS_REVIEW: Face("…", "With a TA", "A TA marks this by hand.", "pending"),
    Verdict.GRADER_ERROR: Face(
        "⚑",
        "Our error",
        "Our grader failed here. This is not your fault and costs you no points: a TA will look at it.",
        "pending",
    ),
    Verdict.NOT_RUN: Face(
        "⏸",
        "Not run yet",
        "Grading has not come to this. It is not your fault and costs you no points: it is run, or a TA will look at it.",
        "pending",
    ),
}


PARTLY = Face("◐", "Partly right", "", "shaky")
"""A FAIL that pays something: "not right" would hide what was earned."""


def marked_face(score: float, points: float) -> Face:
    """How a person's decision looks: "not right" would be a judgement on code, and an essay has none."""
    if score >= points:
        return Face("✓", "Full marks", "", "good")
    return PARTLY if score > 0 else Face("✗", "No points", "", "bad")


def face_of(verdict: Verdict, score: float, points: float) -> Face:
    """How an outcome looks; part of the points makes "partly right" of "not right"."""
    return PARTLY if verdict is Verdict.FAIL and 0 < score < points else FACES[verdict]


def hint_label(hint: str) -> str:
    """`Ask yourself` before a question, `Hint` before a statement."""
    return "Ask yourself" if "?" in hint else "Hint"


def points(value: float) -> str:
    """Points without a tail of zeros, at most two decimals: `7.5`, `10`, `0.33`."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def signed_points(value: float) -> str:
    """Points won or lost: `+1.5`, `−10`, and `±0` for what rounds to nothing."""
    return "±0" if abs(value) < 0.005 else f"{'+' if value > 0 else '−'}{points(abs(value))}"


def amount(count: int, noun: str) -> str:
    """`1 criterion`, `2 criteria`, `3 cells`."""
    plural = {"criterion": "criteria"}.get(noun, noun + "s")
    return f"{count} {noun if count == 1 else plural}"


def printable(text: str) -> str:
    """Foreign text whose control characters are made visible as `�`.

    Escape sequences would otherwise recolour or rewrite a terminal, and direction marks reorder a page.
    Newlines and tabs stay.
    """
    if text.translate(_LINES).isprintable():  # most are, and a page has hundreds
        return text
    return "".join("�" if _unsafe(char) else char for char in text)


_LINES = {ord("\n"): " ", ord("\t"): " "}


def _unsafe(char: str) -> bool:
    # Cc control, Cf format (bidirectional overrides, zero-width), Cs lone surrogates that no file can hold.
    return char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cf", "Cs")
