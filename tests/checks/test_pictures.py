"""Pictures beside a verdict: what is drawn, and that neither decides."""

from __future__ import annotations

import pytest
import torch

from autograder.checks import draw, show_error, show_pattern
from autograder.checks.outcome import Decided

PATTERNS = """
def eye(n):
    return torch.eye(n, dtype=torch.bool)

def smooth(x, m):
    return x * (1 + 1 / m)
"""


def test_a_pattern_and_what_is_wrong_in_it(running):
    context = running("def eye(n):\n    return torch.ones(n, n, dtype=torch.bool).tril()", reference=PATTERNS)
    show_pattern("eye", lambda impl: impl.eye(3))
    show_pattern("eye", lambda impl: impl.eye(3), torch.eye(3, dtype=torch.bool))
    show_pattern("eye", lambda impl: impl.eye(3), torch.ones(3, 3, dtype=torch.bool))
    assert [one.rows for one in context.patterns] == [
        ("#..", "##.", "###"),
        ("#..", "+#.", "++#"),
        ("#--", "##-", "###"),
    ]


def test_another_structure_is_told_as_everywhere(running):
    context = running("def eye(n):\n    return torch.ones(n)", reference=PATTERNS)
    with pytest.raises(Decided):
        show_pattern("eye", lambda impl: impl.eye(3))
    assert context.patterns == []


def test_a_pattern_too_large_to_read_is_the_tests_fault(running):
    running(PATTERNS, reference=PATTERNS)
    with pytest.raises(ValueError, match="more than 32 positions"):
        show_pattern("eye", lambda impl: impl.eye(33))


def test_errors_beside_those_of_the_reference(running):
    worse = PATTERNS.replace("1 / m)", "2 / m)")
    context = running(worse, reference=PATTERNS)
    x = draw(4, 5)
    show_error(lambda impl, m: impl.smooth(x, m), x, (2, 10, 32), over="features")
    (curve,) = context.curves
    assert (curve.quantity, curve.over, curve.allowed) == ("error", "features", None)
    assert curve.submission.points == ((2, 1.0), (10, 0.2), (32, 0.062))
    assert curve.reference.points == ((2, 0.5), (10, 0.1), (32, 0.031))
    assert curve.submission.exponent == pytest.approx(-1, abs=0.02)


def test_errors_that_no_logarithm_has_are_left_out(running):
    context = running(
        "def smooth(x, m):\n    return x * float('nan') if m == 8 else x * 0 + x + (m == 2)", reference=PATTERNS
    )
    x = draw(4, 5)
    show_error(lambda impl, m: impl.smooth(x, m), x, (2, 8, 32), over="features")
    assert [m for m, _ in context.curves[0].submission.points] == [2]
    assert context.curves[0].submission.exponent is None
