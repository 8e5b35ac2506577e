"""SystemExit, KeyboardInterrupt, GeneratorExit and an exception of its own below BaseException, in the answer.

tries: exceptions that `except Exception` does not catch go through the grader and end the whole run.
must: they are caught in the child; FAIL or CRASH, and the affine part keeps its points.
score: 40
verdict: FAIL, CRASH
bare: ends
"""

import sys

import torch
from torch import nn


class Base(BaseException):
    pass


calls = [0]


def standardise(x):
    calls[0] += 1
    if calls[0] % 4 == 1:
        sys.exit(0)
    raise [KeyboardInterrupt, GeneratorExit, Base][calls[0] % 3]


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
