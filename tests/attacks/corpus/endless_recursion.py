"""The C stack is used up, past the interpreter's own limit.

tries: recursion without limit, in Python and in the C code of repr, ends the grader.
must: FAIL or CRASH; the affine part keeps its points.
score: 40
verdict: FAIL, CRASH, MEMORY, TIMEOUT
bare: ends
"""

import sys

import torch
from torch import nn


def standardise(x):
    sys.setrecursionlimit(10**9)
    items = []
    for _ in range(10**6):
        items = [items]
    return len(repr(items))


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
