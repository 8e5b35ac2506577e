"""Threads without end, in Python and below it.

tries: every thread takes a stack and a number; the grader's own threads cannot start any more.
must: an error or a wrong answer in the child; the grader goes on.
score: 40
process: never
"""

import threading
import time

import torch
from torch import nn


def standardise(x):
    try:
        for _ in range(20_000):
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    except (RuntimeError, MemoryError):
        pass
    return x * 0


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
