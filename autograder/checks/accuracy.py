"""How much accuracy does something cheaper lose? The relative drop on the same questions, with an upper bound.

    drop = 1 − (answers right with the cheaper one) / (answers right with the exact one)

Relative: of 80 right answers in 100 a drop of 5% leaves 76, and not 75. Both answer the same n questions, so the bound
is that of a paired bootstrap: questions are drawn n times with repetition, and the drop is computed anew, `RESAMPLES`
times; of these drops the quantile 1 − α is the bound (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
chapter 13). Its chance is fixed: the same answers always give the same bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from autograder.checks.outcome import Decided
from autograder.course.verdict import Verdict

ALPHA = 0.05
RESAMPLES = 2000


class Drop(NamedTuple):
    """A relative drop of accuracy; negative where the cheaper one is the better one."""

    measured: float
    bound: float
    """Upper, one-sided, of level 1 − α."""


def accuracy_drop(exact: Sequence[bool] | torch.Tensor, cheaper: Sequence[bool] | torch.Tensor) -> Drop:
    """The drop from `exact` to `cheaper`, each [n]: whether question 0 … n − 1 was answered rightly.

    Raises ValueError when they are not answers to the same questions, or when no exact answer is right.
    """
    a, b = (np.asarray(answers, dtype=np.int64) for answers in (exact, cheaper))
    if a.shape != b.shape or a.ndim != 1 or not a.any():
        raise ValueError("a drop needs two lists of answers to the same questions, of which some exact ones are right")
    n = len(a)
    # How often each of the four outcomes (exact, cheaper) is drawn is all that matters: a multinomial number.
    outcomes = np.bincount(2 * a + b, minlength=4)
    drawn = np.random.default_rng(0).multinomial(n, outcomes / n, size=RESAMPLES)
    right = np.maximum(drawn[:, 2] + drawn[:, 3], 1)
    drops = 1 - (drawn[:, 1] + drawn[:, 3]) / right
    return Drop(float(1 - b.sum() / a.sum()), float(np.quantile(drops, 1 - ALPHA, method="higher")))


def keeps_accuracy(
    exact: Sequence[bool] | torch.Tensor, cheaper: Sequence[bool] | torch.Tensor, *, drop: float, of: str
) -> None:
    """Demand that the upper bound of the relative drop is at most `drop`; `of` says on what, in words, with its N.

    Raises Decided with FAIL.
    """
    seen = accuracy_drop(exact, cheaper)
    if seen.bound > drop:
        raise Decided(
            Verdict.FAIL,
            f"On {of}, {_percent(seen.measured)} of the accuracy is lost, relatively; at most "
            f"{_percent(seen.bound)} with 95% confidence, and {drop:.0%} is allowed.",
        )


def _percent(share: float) -> str:
    """Two digits at most: a submission chooses its answers, and could write a message in more."""
    return f"{min(max(share, 0.0), 1.0):.0%}"
