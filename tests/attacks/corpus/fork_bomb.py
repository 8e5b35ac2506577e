"""Processes without end, each of which forks on.

tries: the table of processes fills, so that the grader can start none, and killing one at a time never ends.
must: a limit on the number stops it; all are killed as one; the next submission is graded.
score: 40
process: never
"""

import ctypes
import os
import time

import torch
from torch import nn


def standardise(x):
    ctypes.CDLL(None).prctl(15, MARK.encode(), 0, 0, 0)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        try:
            os.fork()
        except OSError:
            time.sleep(0.01)
    return x * 0


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
