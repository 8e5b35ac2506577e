"""The interpreter is made to crash.

tries: a write to address 0, with faulthandler and core files asked for, takes the grader with it or leaves a core.
must: CRASH; no core file is left; the affine part keeps its points.
score: 40
verdict: CRASH
bare: ends
"""

import ctypes
import resource

import torch
from torch import nn

try:
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
except (ValueError, OSError):
    pass


def standardise(x):
    ctypes.memset(0, 0, 8)


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
