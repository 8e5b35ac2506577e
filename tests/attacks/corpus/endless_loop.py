"""A loop that no signal ends, one that holds the interpreter's lock in C, and one that sleeps.

tries: SIGINT, SIGTERM and SIGALRM are ignored; a pattern of exponential time runs in C; the grader waits.
must: TIMEOUT after the call's limit; the affine part keeps its points.
score: 40
verdict: TIMEOUT
"""

import re
import signal
import time

import torch
from torch import nn

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU):
    signal.signal(number, signal.SIG_IGN)
calls = [0]


def standardise(x):
    if time.time_ns() // 1000 % 2:
        time.sleep(3600)
    re.match(r"(a+)+$", "a" * 64 + "b")


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
