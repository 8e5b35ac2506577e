"""Checks on implementations that live in this process: the same interpreter as the child's, without the child."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import dedent

import numpy as np
import pytest
import torch

from autograder.checks.context import Context, Mistake, enter, leave
from autograder.checks.peer import LocalPeer
from autograder.child.interpreter import Interpreter

REFERENCE = """
import torch
from torch import nn

def softmax(x):
    return torch.softmax(x, dim=-1)

def sincos(x):
    return torch.sin(x), torch.cos(x)

def scale(x, w):
    return x * w

def count(x):
    return 3

class Affine(nn.Module):
    def __init__(self, n, m):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(m, n))
        self.bias = nn.Parameter(torch.zeros(m))

    def forward(self, x):
        return x @ self.weight.T + self.bias
"""

_made = iter(range(10**6))


def peer(source: str) -> LocalPeer:
    """An implementation from source text."""
    interpreter = Interpreter(f"made_{next(_made)}")
    code = np.frombuffer(dedent(source).encode(), np.uint8)
    interpreter.request("load", {"label": "cell 1", "source": code})
    return LocalPeer(interpreter)


@pytest.fixture
def running() -> Iterator[Callable[..., Context]]:
    """running(source, mistakes={name: source}): a hidden test runs on a submission that differs from REFERENCE so."""
    entered = []

    def run(source: str = "", mistakes: dict[str, str] | None = None, seed: int = 0, reference: str = "") -> Context:
        known = tuple(
            Mistake(name, f"hint of {name}", ("q.values",), lambda text=text: peer(REFERENCE + dedent(text)))
            for name, text in (mistakes or {}).items()
        )
        context = Context(
            test="test_x",
            criterion="q.values",
            submission=peer(REFERENCE + dedent(source)),
            reference=peer(REFERENCE + dedent(reference)),
            mistakes=known,
            draws=torch.Generator().manual_seed(seed),
        )
        enter(context)
        entered.append(context)
        return context

    yield run
    for _ in entered:
        leave()
